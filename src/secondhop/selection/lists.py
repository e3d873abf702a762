"""What sentences hang on: the words that introduce a list ("The Receiving Party shall:", a title), the header of a table, who speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.selection.packing import Packing, slice_of
from secondhop.text.sentences import CLOSING, STOPS, WIDE_STOPS
from secondhop.types import Span

ITEM = r"\s*(?:\((?P<bracketed>[a-zA-Z]|[ivx]{1,4}|\d{1,2})\)|(?P<dotted>[a-z]|[ivx]{1,4}|\d{1,2})[.)]|(?P<bullet>[-*•‣▪●○–·]))\s"
"""How an item of a list begins."""
_ITEM = re.compile(ITEM)
ENDS = frozenset(f"{STOPS}{WIDE_STOPS};；{CLOSING}」』）|`")
"""What whole sentences end with, clauses of a list, rows and snippets."""
_CLOSE = ")]\"'”’»"
EMPTY_LINE = re.compile(r"\n[ \t\r]*\n\s*")
"""Stands in no sentence but behind the title that it begins with."""
_INTRODUCES = re.compile(r"[:\-–—]\s*$")
TIME = r"\s*\d{1,2}[:.]\d\d\b"
"""How a row of a timetable begins."""
_TIME = re.compile(TIME)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_FURTHEST = 40
"""How many sentences back the beginning of a list is looked for."""
_FURTHEST_ROW = 200
"""How many rows of a table come with its header."""
_FURTHEST_OPENING = 5
"""How many sentences back that of a paragraph is looked for."""
_LONGEST_OPENING = 50
"""Tokens. A longer sentence says more than who speaks."""
_LONGEST_CAPTION = 30
"""Tokens of a sentence that says what the table below it holds."""
_LONGEST_NAME, _LONGEST_ASKED, _LONGEST_TERM = 50, 200, 40
"""Characters of a line that names what is below, of one that asks, and of what stands before a colon."""
_ASKED = tuple("?？؟")
_NAMES_NOTHING = frozenset(f"{STOPS}:;,")
_TERM = re.compile(rf"[^\n{STOPS}:;(]+:\s")
_COLUMNS = re.compile(r"\S(?:\t|  )\s*\S")
_RULE = r"\n[^\S\n]*(?:[|+][^\S\n]*)?:?[-=]{2}"
_HAS_RULE, _RULED_OFF = re.compile(_RULE), re.compile(rf"{_RULE}[-=:|+\s]*$")
"""What a text with tables that have rules holds, and how the header of one ends."""

Marker = tuple[str, frozenset[tuple[str, int]]]
"""How items are marked, and which item it may be in which way of counting: "(i)" is the first, or the ninth."""


def introduction(packing: Packing, number: int) -> int | None:
    """The sentence that introduces the list in which a sentence is an item; None if it is none, or that is no candidate.

    A title is one with the first item: "Version 2.1" and what was changed first.
    """
    marker = _marker(_text(packing, number))
    if marker is None:
        return None
    at_first, item = _is_first(marker, marker), number
    for _ in range(_FURTHEST):
        before = packing.previous(number)
        if before is None:
            return None
        text = _text(packing, before)
        if at_first and _INTRODUCES.search(text):
            return before
        found = _marker(text)
        if found is None and at_first and _is_title(text):
            return before
        if found is None and (below := _below_title(text)) and _is_first(below, marker):
            return before
        if number == item and found is not None and (places := _after(found, marker)):
            marker, at_first = (marker[0], places), False
        elif at_first and (marker[1] or found is None or found[0] != marker[0]):
            return None
        at_first = at_first or (found is not None and _is_first(found, marker))
        number = before
    return None


def count_rows(text: str, spans: Sequence[Span]) -> tuple[int, ...]:
    """Of each sentence of a chunk: which row it is below the header of a table; 0 if it is none, or the header.

    Args:
        text: the chunk's.
        spans: where the sentences stand in it.
    """
    rows, header = [0] * len(spans), -1
    if _HAS_RULE.search(text) is None:
        return tuple(rows)
    for number, (start, end) in enumerate(spans):
        row = text[start:end]
        if not _is_row(row):
            header = -1
        elif _RULED_OFF.search(row):
            header = number
        elif header >= 0 and number - header <= _FURTHEST_ROW:
            rows[number] = number - header
    return tuple(rows)


def caption(packing: Packing, header: int) -> int | None:
    """The short sentence right above the header of a table, which says what it holds, and in which unit; None if none does."""
    above = header - 1
    if above not in packing.sentences_of(packing.hit_of[header]) or packing.tokens[above] > _LONGEST_CAPTION:
        return None
    return None if EMPTY_LINE.search(_text(packing, header)) or _is_row(_text(packing, above)) else above


def _is_row(text: str) -> bool:
    return "|" in text or (("  " in text or "\t" in text) and _COLUMNS.search(text) is not None)


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
    for before in range(number - 1, max(first, number - _FURTHEST_OPENING) - 1, -1):
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


def _text(packing: Packing, number: int) -> str:
    return slice_of(packing.hits.hits[packing.hit_of[number]].chunk, packing.span(number))


def _marker(text: str) -> Marker | None:
    match = _ITEM.match(text)
    if match is None:
        return (":", frozenset()) if _TIME.match(text) else None
    if match["bullet"]:
        return match["bullet"], frozenset()
    word = match["bracketed"] or match["dotted"]
    style = f"{'()' if match['bracketed'] else '.'}{'1' if word.isdigit() else 'A' if word.isupper() else 'a'}"
    if word.isdigit():
        return style, frozenset({("number", int(word))})
    low = word.lower()
    roman = [("roman", _ROMAN.index(low) + 1)] if low in _ROMAN else []
    letter = [("letter", ord(low) - ord("a") + 1)] if len(low) == 1 else []
    return style, frozenset(roman + letter)


def _is_title(text: str) -> bool:
    """Whether a sentence that is no item is a line that ends in no stop."""
    return "\n" not in text and text.rstrip(_CLOSE)[-1:] not in ENDS


def _below_title(text: str) -> Marker | None:
    """The marker of the item that a title stands above, in one sentence with it."""
    empty = [line.end() for line in EMPTY_LINE.finditer(text)]
    return _marker(text[empty[-1] :]) if empty else None


def _is_first(marker: Marker, later: Marker) -> bool:
    """Whether an item is the first of the list in which a later one stands. Bullets may all be."""
    if marker[0] != later[0]:
        return False
    kinds = {kind for kind, _ in later[1]}
    return not marker[1] or any(place == 1 and kind in kinds for kind, place in marker[1])


def _after(earlier: Marker, marker: Marker) -> frozenset[tuple[str, int]]:
    """The ways of counting in which an item comes right after an earlier one: "(i)" after "(h)" is the ninth."""
    if earlier[0] != marker[0]:
        return frozenset()
    return frozenset((kind, place) for kind, place in marker[1] if (kind, place - 1) in earlier[1])
