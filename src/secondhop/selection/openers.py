"""Sentences that say nothing without what follows them: a question and its answer, a heading and what stands under it."""

from __future__ import annotations

import re

from secondhop.selection.packing import Packing

_ASKS = re.compile(r"[?？؟][*_\"'”»）)\]]*$")
_MARKED = re.compile(r"#{1,6} ")
_AROUND_HEADING = "#*=_ \t"
_MOST = 3
"""Openers in a row: "How much is it? Can I pay later?" """


def with_what_follows(packing: Packing, number: int) -> tuple[int, list[int]]:
    """The sentence that an opener is to be read with, and the openers before it; the sentence itself and none otherwise."""
    last = packing.sentences_of(packing.hit_of[number]).stop - 1
    openers: list[int] = []
    while number < last and len(openers) < _MOST and _opens(packing, number):
        openers.append(number)
        number += 1
    return number, openers


def _opens(packing: Packing, number: int) -> bool:
    chunk = packing.hits.hits[packing.hit_of[number]].chunk
    start, end = packing.span(number)
    text = chunk.text[start - chunk.start : end - chunk.start]
    if _ASKS.search(text):
        return True
    first, _, rest = text.partition("\n")
    if _MARKED.match(first) and not rest:
        return True
    return bool(chunk.heading) and first.strip(_AROUND_HEADING) == chunk.heading
