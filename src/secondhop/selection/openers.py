"""Sentences that say nothing without what follows them: a question and its answer, a heading and what stands under it."""

from __future__ import annotations

import re

from secondhop.selection.packing import Packing

_BEHIND = "*_\"'”»）)]"
_ASKS = re.compile(rf"[?？؟][{re.escape(_BEHIND)}]*$")
_LAST = frozenset(f"?？؟{_BEHIND}")
_MARKED = re.compile(r"#{1,6} .*")
_AROUND_HEADING = "#*=_ \t"
_MOST = 3
"""Openers in a row: "How much is it? Can I pay later?" """


def with_what_follows(packing: Packing, number: int) -> tuple[int, list[int]]:
    """The sentence that an opener is to be read with, and the openers before it; the sentence itself and none otherwise."""
    openers: list[int] = []
    while _opens(packing, number) and packing.hit_of[number : number + 2] == [packing.hit_of[number]] * 2:
        openers.append(number)
        number += 1
        if len(openers) == _MOST:
            break
    return number, openers


def _opens(packing: Packing, number: int) -> bool:
    # Hundreds of sentences are looked at for each question: mostly their first and last character are enough.
    hit = packing.hit_of[number]
    chunk = packing.hits.hits[hit].chunk
    start, end = packing.span(number)
    text, start, end = chunk.text, start - chunk.start, end - chunk.start
    if text[end - 1] in _LAST and _ASKS.search(text[start:end]):
        return True
    if text[start] == "#" and _MARKED.fullmatch(text[start:end]):
        return True
    if not chunk.heading or packing.hit_of[number - 1 : number] == [hit]:
        return False
    return text[start:end].partition("\n")[0].strip(_AROUND_HEADING) == chunk.heading
