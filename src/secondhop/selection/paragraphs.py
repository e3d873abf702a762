"""What a paragraph begins with that all of it hangs on: who speaks, what is asked, what is explained."""

from __future__ import annotations

import re

from secondhop.selection.packing import Packing
from secondhop.text.sentences import STOPS

EMPTY_LINE = re.compile(r"\n[ \t\r]*\n\s*")
"""Stands in no sentence but behind the title that it begins with."""
_FURTHEST = 5
"""How many sentences back it is looked for."""
_LONGEST_OPENING = 50
"""Tokens. A longer sentence says more than who speaks."""
_LONGEST_NAME, _LONGEST_ASKED, _LONGEST_TERM = 50, 200, 40
"""Characters of a line that names what is below, of one that asks, and of what stands before a colon."""
_ASKED = tuple("?？؟")
_NAMES_NOTHING = frozenset(f"{STOPS}:;,")
_TERM = re.compile(rf"[^\n{STOPS}:;(]+:\s")


def opening(packing: Packing, number: int) -> int | None:
    """The sentence that begins the paragraph of a sentence and says who speaks, what is asked or what is explained.

    None if there is none, if one between them is chosen already, and for what begins a line, which is an entry of its own.
    """
    hit = packing.hit_of[number]
    chunk, first = packing.hits.hits[hit].chunk, packing.sentences_of(hit).start
    if number - 1 in packing.chosen or number == first:
        return None
    text, base = chunk.text, chunk.start
    start = packing.start(number) - base
    if text[start - 1] == "\n":
        return None
    for before in range(number - 1, max(first, number - _FURTHEST) - 1, -1):
        end = packing.span(before)[1] - base
        if before in packing.chosen or text.count("\n", end, start) > 1:
            return None
        start = packing.start(before) - base
        if before == first or text.count("\n", packing.span(before - 1)[1] - base, start) > 1:
            short = packing.tokens[before] <= _LONGEST_OPENING
            return before if short and _names_first(text, _below_titles(text, start, end)) else None
    return None


def may_open(text: str) -> bool:
    """Whether any paragraph of a text begins so."""
    return any(_names_first(paragraph, 0) for paragraph in EMPTY_LINE.split(text.lstrip()))


def _names_first(text: str, start: int) -> bool:
    """Whether what begins there names what the rest is about: "Ann 9:15", "When is it open?", "Term: …"."""
    end = text.find("\n", start, start + _LONGEST_ASKED + 1)
    if end > start:
        if end - start <= _LONGEST_NAME and text[end - 1] not in _NAMES_NOTHING:
            return True
        if text[start:end].rstrip().endswith(_ASKED):
            return True
    colon = text.find(":", start, start + _LONGEST_TERM + 1)
    return colon > start and _TERM.match(text, start, colon + 2) is not None


def _below_titles(text: str, start: int, end: int) -> int:
    """Where a sentence begins below the titles that it is shown under."""
    for line in EMPTY_LINE.finditer(text, start, end):
        start = line.end()
    return start
