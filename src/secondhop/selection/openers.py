"""Sentences that say nothing without what follows them: a question and its answer, a heading and what stands under it.

And the number of a part, which is a sentence of its own: "Section 4. A member may be expelled."
"""

from __future__ import annotations

import re

from secondhop.selection.packing import Packing

_BEHIND = "*_\"'”»）)]:"
_ASKS = re.compile(rf"[?？؟][{re.escape(_BEHIND)}]*$")
_LAST = frozenset(f"?？؟{_BEHIND}")
_MARKED = re.compile(r"#{1,6} .*")
_NUMBERED = re.compile(r"(?:^|\n)(?:Section|Article|Clause|Rule|Chapter|Part)\s\d+(?:\.\d+)*\.$", re.IGNORECASE)
_DIGITS = frozenset("0123456789")
_AROUND_HEADING = "#*=_ \t"
_MOST = 3
"""Openers in a row: "How much is it? Can I pay later?" """


def with_what_follows(packing: Packing, number: int) -> tuple[int, list[int]]:
    """The sentence that an opener is to be read with, and the openers before it; the sentence itself and none otherwise."""
    openers: list[int] = []
    sentences = packing.sentences_of(packing.hit_of[number])
    while len(openers) < _MOST and number + 1 < sentences.stop and _opens(packing, number, number == sentences.start):
        openers.append(number)
        number += 1
    return number, openers


def _opens(packing: Packing, number: int, is_first: bool) -> bool:
    # Hundreds of sentences are looked at for each question: mostly their first and last character are enough.
    chunk = packing.hits.hits[packing.hit_of[number]].chunk
    start, end = packing.span(number)
    text, start, end = chunk.text, start - chunk.start, end - chunk.start
    if text[end - 1] in _LAST and _ASKS.search(text[start:end]):
        return True
    if text[start] == "#" and _MARKED.fullmatch(text[start:end]):
        return True
    if text[end - 1] == "." and text[end - 2] in _DIGITS and _NUMBERED.search(text[start:end]):
        return True
    if not is_first or not chunk.heading:
        return False
    return text[start:end].partition("\n")[0].strip(_AROUND_HEADING) == chunk.heading
