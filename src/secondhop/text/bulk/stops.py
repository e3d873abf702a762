"""Kinds of characters that tell where sentences end, and which stops end none, for many places at once."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import is_any
from secondhop.text.analysis import MARKS
from secondhop.text.bulk.characters import CharacterClasses
from secondhop.text.sentences import (
    ABBREVIATIONS,
    BEFORE_NUMBERS,
    BEFORE_ODD,
    CLOSING,
    FIRST,
    LEADER,
    LONGEST_ITEM,
    LONGEST_UNKNOWN,
    OPENING,
    STOPS,
    WIDE_CLOSING,
    WIDE_STOPS,
    before_blanks,
    ends_nothing,
    item_start,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.text.bulk.characters import Classes, Codes
    from secondhop.types import Bools, Ints

STOP, WIDE_STOP, QUOTE, WIDE_QUOTE, BLANK, OPENER, CAPITAL, WORD = (1 << bit for bit in range(8))
CLASSES = CharacterClasses(
    (
        f"[{STOPS}]", f"[{WIDE_STOPS}]", f"[{re.escape(CLOSING)}]", f"[{WIDE_CLOSING}]", r"\s", f"[{re.escape(OPENING)}]",
        FIRST, rf"[\w{MARKS}]",
    )
)  # fmt: skip
_LONGEST_ABBREVIATION = 6
_PLACE_VALUES = np.uint64(1) << np.arange(0, 8 * _LONGEST_ABBREVIATION, 8, dtype=np.uint64)
_LONGEST_ENUMERATOR = 16
_ENDS_OF_NUMBERS = np.isin(np.arange(128), [ord(each) for each in ")0123456789ivxlcIVXLC"])
"""[ASCII] what the numbers of headings and list items end with, but for single letters."""
_ODD = [ord(stop) for stop in BEFORE_ODD]
_STEPS = 16


class Ends(NamedTuple):
    """Places where a sentence may end, of a number of spans. Parallel arrays."""

    span: Ints
    at: Ints
    """Behind the stop."""
    stop: Ints
    """Behind the quotes that close it."""
    following: Ints
    """Where the next sentence begins."""


def skip(classes: Classes, places: Ints, kind: int) -> Ints:
    """For each place the first one from it on whose character is not of the kind."""
    places = places.copy()
    live = (classes[places] & kind != 0).nonzero()[0]
    for _ in range(_STEPS):
        if not len(live):
            return places
        places[live] += 1
        live = live[classes[places[live]] & kind != 0]
    end = 0
    for number in live[places[live].argsort()].tolist():  # in long runs of blanks or quotes, of which each is read once
        place, width = int(places[number]), _STEPS
        if place >= end:
            while not len(off := (classes[place : place + width] & kind == 0).nonzero()[0]):
                place, width = place + width, 4 * width
            end = place + int(off[0])
        places[number] = end
    return places


def skip_back(classes: Classes, places: Ints, kind: int) -> Ints:
    """For each place the one behind the last character before it that is not of the kind."""
    return len(classes) - skip(classes[::-1], len(classes) - places, kind)


def accepted(text: str, codes: Codes, classes: Classes, starts: Ints, ends: Ints, found: Ends) -> Ends:
    """Those that end a sentence, and not an abbreviation or the enumerator that a sentence begins with.

    Those of enumerators that open a line become the end before that line. What may be either is few and is decided
    one by one, since it depends on where the sentence began.

    Args:
        text: the text.
        codes: its characters.
        classes: their kinds, as `CLASSES` has them.
        starts: where the spans begin.
        ends: where they end.
        found: places in these spans, ascending.
    """
    doubtful = _doubtful(codes, classes, starts, found)
    if not len(doubtful):
        return found
    accepted = np.ones(len(found.at), bool)
    at, span, following = found.at[doubtful], found.span[doubtful], found.following[doubtful - 1]
    goes_on = found.span[doubtful - 1] == span
    goes_on[0] &= doubtful[0] > 0
    left = previous = -1
    refused: list[int] = []
    items: list[tuple[int, int]] = []
    for number, place, first, last, after, same in zip(
        *(each.tolist() for each in (doubtful, at, starts[span], ends[span], following, goes_on)), strict=True
    ):
        if not same:
            left = first
        elif previous != number - 1:
            left = after
        if (item := item_start(text, left, place, last)) >= 0:
            items.append((number, item))
            left, previous = item, number
        elif ends_nothing(text, left, place, last):
            refused.append(number)
            previous = number
    accepted[refused] = False
    if items:
        found = Ends(found.span, found.at, found.stop.copy(), found.following.copy())
        for number, item in items:
            found.stop[number], found.following[number] = before_blanks(text, item), item
    return Ends(*(column[accepted] for column in found))


def _doubtful(codes: Codes, classes: Classes, starts: Ints, found: Ends) -> Ints:
    """The ends, by number, that may be those of abbreviations, dates or enumerators; all others are none."""
    before = np.concatenate((starts[:1], found.following[:-1]))
    before = np.maximum(before, starts[found.span])
    stops = codes[found.at - 1]
    point = (stops == ord(".")).nonzero()[0]
    at = found.at[point]
    length = np.minimum(_word_lengths(classes, at - 1), at - 1 - before[point])
    last = codes[at - 2]
    short = length == 1
    numbers = _ENDS_OF_NUMBERS.take(last, mode="clip").nonzero()[0]
    short[numbers] |= _may_be_numbers(codes, at[numbers], before[point[numbers]], length[numbers])
    points = (last == ord(".")).nonzero()[0]
    short[points] = codes[np.maximum(at[points] - len(LEADER), 0)] == ord(".")
    short |= (last == ord("r")) & (codes[at - 3] == ord("t")) & (codes[at - 4] == ord("s"))  # Hauptstr. 5
    rest = (~short & (length > 0) & (length <= _LONGEST_ABBREVIATION)).nonzero()[0]
    begins = at[rest] - 1 - length[rest]
    short[rest] = (codes[begins - 1] == ord(".")) | _may_be_abbreviations(codes, at[rest] - 1, length[rest])
    doubtful: Ints = point[short]
    if codes.dtype != np.uint8:
        odd = np.logical_or.reduce([stops == stop for stop in _ODD]).nonzero()[0]
        if len(odd):
            doubtful = np.sort(np.concatenate((doubtful, odd)))
    return doubtful


def _may_be_numbers(codes: Codes, at: Ints, before: Ints, lengths: Ints) -> Bools:
    """Whether the points behind digits or so may be those of numbers that open a sentence or a line, or of dates."""
    places = at[:, np.newaxis] - np.arange(2, LONGEST_ITEM + 1)
    are: Bools = ((codes[np.maximum(places, 0)] == ord("\n")) & (places >= 0)).any(axis=1)
    are |= at - before < _LONGEST_ENUMERATOR
    are |= _are_digits(codes[at - 2]) & ((lengths == 2) | _are_digits(codes[at + 1]))
    return are


def _word_lengths(classes: Classes, ends: Ints) -> Ints:
    """How many characters of a word stand before each place, up to one more than an abbreviation has."""
    places = ends[:, np.newaxis] - np.arange(1, _LONGEST_ABBREVIATION + 2)
    outside = (places < 0) | (classes[np.maximum(places, 0)] & WORD == 0)
    lengths: Ints = np.where(outside.any(axis=1), outside.argmax(axis=1), _LONGEST_ABBREVIATION + 1)
    return lengths


def _are_digits(codes: Codes) -> Bools:
    return (codes >= ord("0")) & (codes <= ord("9"))


def _may_be_abbreviations(codes: Codes, ends: Ints, lengths: Ints) -> Bools:
    """Whether the words of two letters or more that end there may be abbreviations: are in the list, or short and not ASCII."""
    steps = np.arange(_LONGEST_ABBREVIATION)
    letters = codes[np.maximum(ends[:, np.newaxis] - 1 - steps, 0)]
    letters[steps >= lengths[:, np.newaxis]] = 0
    packed = letters.astype(np.uint64) @ _PLACE_VALUES
    are: Bools = is_any(packed, _packed_abbreviations()) | ((lengths <= LONGEST_UNKNOWN) & (letters[:, 0] >= 0x80))
    return are


@cache
def _packed_abbreviations() -> NDArray[np.uint64]:
    """Those without points inside, as whole numbers: the last letter in the lowest byte. A letter beyond takes more of them."""
    words = [word for word in (*ABBREVIATIONS, *BEFORE_NUMBERS) if "." not in word]
    return np.array(
        sorted(sum(ord(letter) << 8 * place for place, letter in enumerate(word[::-1])) for word in words), np.uint64
    )
