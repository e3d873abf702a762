"""What items of a list hang on: the words that introduce it, such as "The Receiving Party shall:" or a title."""

from __future__ import annotations

import re

from secondhop.selection.packing import Packing
from secondhop.selection.paragraphs import EMPTY_LINE
from secondhop.text.sentences import CLOSING, STOPS, WIDE_STOPS

ITEM = r"\s*(?:\((?P<bracketed>[a-zA-Z]|[ivx]{1,4}|\d{1,2})\)|(?P<dotted>[a-z]|[ivx]{1,4}|\d{1,2})[.)]|(?P<bullet>[-*•‣▪●○–·]))\s"
"""How an item of a list begins."""
_ITEM = re.compile(ITEM)
ENDS = frozenset(f"{STOPS}{WIDE_STOPS};；{CLOSING}」』）|`")
"""What whole sentences end with, clauses of a list, rows and snippets."""
_CLOSE = ")]\"'”’»"
_INTRODUCES = re.compile(r"[:\-–—]\s*$")
TIME = r"\s*\d{1,2}[:.]\d\d\b"
"""How a row of a timetable begins."""
_TIME = re.compile(TIME)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_FURTHEST = 40
"""How many sentences back the beginning of a list is looked for."""

Marker = tuple[str, frozenset[tuple[str, int]]]
"""How items are marked, and which item it may be in which way of counting: "(i)" is the first, or the ninth."""


def introduction(packing: Packing, number: int) -> int | None:
    """The sentence that introduces the list in which a sentence is an item; None if it is none, or that is no candidate.

    A title is one with the first item: "Version 2.1" and what was changed first.
    """
    marker = _marker(packing.text(number))
    if marker is None:
        return None
    at_first, item = _is_first(marker, marker), number
    for _ in range(_FURTHEST):
        before = packing.previous(number)
        if before is None:
            return None
        text = packing.text(before)
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
