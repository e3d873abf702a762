"""The sentences of many paragraphs in one pass: what `sentences.split_sentences` gives for each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.text.characters import CharacterClasses, codes, utf8_lengths
from secondhop.text.run_ons import split_long
from secondhop.text.sentences import _ABBREVIATION, _ENUMERATOR, _WEAKER, STOPS, WIDE_STOPS

if TYPE_CHECKING:
    from secondhop.text.characters import Classes, Codes
    from secondhop.types import Bools, Ints

_STOP, _WIDE_STOP, _QUOTE, _WIDE_QUOTE, _BLANK, _OPENER, _CAPITAL, _WORD = (1 << bit for bit in range(8))
_CLASSES = CharacterClasses(
    (
        f"[{STOPS}]", f"[{WIDE_STOPS}]", r"""["')\]”’»]""", """["'」』”’）]""", r"\s", r"""["'(\[“‘«¿¡]""",
        r"[A-Z0-9]|[^\W\da-z_]", r"\w",
    )
)  # fmt: skip
_LONGEST_ABBREVIATION = 6
_LONGEST_ENUMERATOR = 16
_LONG_BYTES = 5 * (_WEAKER[0][1] + 1)
"""A sentence of so many UTF-8 bytes is a run-on."""
_WINDOW = 1 << 18
_STEPS = 16


class Spans(NamedTuple):
    """Sentences of a number of paragraphs, in order."""

    starts: Ints
    ends: Ints
    counts: Ints
    """[paragraphs] how many sentences each has."""


class _Ends(NamedTuple):
    """Places where a sentence may end. Parallel arrays."""

    paragraph: Ints
    at: Ints
    """Behind the stop."""
    stop: Ints
    """Behind the quotes that close it."""
    following: Ints
    """Where the next sentence begins."""


def split_paragraphs(text: str, starts: Ints, ends: Ints) -> Spans:
    """The sentences of each paragraph. Paragraphs are ascending, do not overlap, and have no blanks at their ends."""
    parts: list[Spans] = []
    first = 0
    while first < len(starts):
        # A window of whole paragraphs, however long the first one is, and the character before it.
        last = max(first + 1, int(np.searchsorted(ends, starts[first] + _WINDOW, "right")))
        base = max(int(starts[first]) - 1, 0)
        window = text[base : int(ends[last - 1])]
        found = _split(window, starts[first:last] - base, ends[first:last] - base)
        parts.append(Spans(found.starts + base, found.ends + base, found.counts))
        first = last
    if not parts:
        return Spans(*(np.empty(0, np.int64) for _ in range(3)))
    return Spans(*map(np.concatenate, zip(*parts, strict=True)))


def _split(text: str, starts: Ints, ends: Ints) -> Spans:
    units = codes(text)
    classes = np.append(_CLASSES.of(units), np.uint8(0))
    found = _sentence_ends(classes, starts, ends)
    found = _Ends(*(column[_accepted(text, units, classes, starts, found)] for column in found))
    left, right = np.sort(np.concatenate((starts, found.following))), np.sort(np.concatenate((found.stop, ends)))
    counts = np.bincount(found.paragraph, minlength=len(starts)) + 1
    if (empty := left >= right).any():
        counts -= np.bincount(np.repeat(np.arange(len(starts)), counts)[empty], minlength=len(starts))
        left, right = left[~empty], right[~empty]
    sizes = right - left
    if units.dtype != np.uint8:
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(utf8_lengths(units), dtype=np.int64)))
        sizes = offsets[right] - offsets[left]
    return _without_run_ons(text, Spans(left, right, counts), np.flatnonzero(sizes >= _LONG_BYTES))


def _sentence_ends(classes: Classes, starts: Ints, ends: Ints) -> _Ends:
    places = np.flatnonzero(classes & (_STOP | _WIDE_STOP))
    wide = classes[places] & _WIDE_STOP != 0
    places = places[wide | (classes[places + 1] & (_QUOTE | _BLANK) != 0)]
    paragraph = np.searchsorted(starts, places + 1, "right") - 1
    inside = (paragraph >= 0) & (places + 1 < ends[paragraph])
    places, paragraph = places[inside], paragraph[inside]
    wide = classes[places] & _WIDE_STOP != 0
    strict = _before_capital(classes, places[~wide] + 1, paragraph[~wide], ends)
    if not wide.any():
        return strict
    loose = _before_anything(classes, places[wide] + 1, paragraph[wide], ends)
    both = _Ends(*map(np.concatenate, zip(strict, loose, strict=True)))
    order = np.argsort(both.at)
    return _Ends(*(column[order] for column in both))


def _before_capital(classes: Classes, at: Ints, paragraph: Ints, ends: Ints) -> _Ends:
    """Stops that quotes may close and blanks follow, then a capital or a digit, quotes before it or none."""
    stop = _skip(classes, at, _QUOTE)
    held = classes[stop] & _BLANK != 0
    paragraph, at, stop = paragraph[held], at[held], stop[held]
    following = _skip(classes, stop, _BLANK)
    begins = _skip(classes, following, _OPENER)
    held = (begins < ends[paragraph]) & (classes[begins] & _CAPITAL != 0)
    return _Ends(paragraph[held], at[held], stop[held], following[held])


def _before_anything(classes: Classes, at: Ints, paragraph: Ints, ends: Ints) -> _Ends:
    """Stops of scripts that need no blank after them."""
    stop = _skip(classes, at, _WIDE_QUOTE)
    following = _skip(classes, stop, _BLANK)
    # Of quotes at the very end the last one is what follows.
    last = (following >= ends[paragraph]) & (stop > at)
    stop[last] = following[last] = ends[paragraph[last]] - 1
    held = (following < ends[paragraph]) & (stop >= at)
    return _Ends(paragraph[held], at[held], stop[held], following[held])


def _skip(classes: Classes, places: Ints, kind: int) -> Ints:
    """For each place the first one from it on whose character is not of the kind."""
    places = places.copy()
    live = np.flatnonzero(classes[places] & kind)
    for _ in range(_STEPS):
        if not len(live):
            return places
        places[live] += 1
        live = live[classes[places[live]] & kind != 0]
    for number in live.tolist():  # a long run of blanks or quotes
        place, width = int(places[number]), _STEPS
        while not len(off := np.flatnonzero(classes[place : place + width] & kind == 0)):
            place, width = place + width, 4 * width
        places[number] = place + off[0]
    return places


def _accepted(text: str, units: Codes, classes: Classes, starts: Ints, found: _Ends) -> Bools:
    """Which of the ends are ends: not points after abbreviations and enumerators.

    What may be either is few and is decided one by one, since it depends on where the sentence began.
    """
    accepted = np.ones(len(found.at), bool)
    doubtful = _doubtful(text, units, classes, starts, found)
    at, paragraph, following = (found.at[doubtful], found.paragraph[doubtful], found.following[doubtful - 1])
    begins = starts[paragraph]
    same = np.concatenate((found.paragraph[:-1], [-1]))[doubtful - 1] == paragraph
    left = 0
    for number, place, first, after, goes_on in zip(
        doubtful.tolist(), at.tolist(), begins.tolist(), following.tolist(), same.tolist(), strict=True
    ):
        if not goes_on:
            left = first
        elif accepted[number - 1]:
            left = after
        if _ABBREVIATION.search(text, max(left, place - 12), place) or (
            place - left < _LONGEST_ENUMERATOR and _ENUMERATOR.fullmatch(text, left, place)
        ):
            accepted[number] = False
    return accepted


def _doubtful(text: str, units: Codes, classes: Classes, starts: Ints, found: _Ends) -> Ints:
    """The ends, by number, that may be those of abbreviations or enumerators; all others are none."""
    before = np.concatenate((starts[:1], found.following[:-1]))
    before = np.maximum(before, starts[found.paragraph])
    point = np.flatnonzero(units[found.at - 1] == ord("."))
    at = found.at[point]
    length = _word_lengths(classes, at - 1)
    short = (length == 1) | (at - before[point] < _LONGEST_ENUMERATOR)
    rest = np.flatnonzero(~short & (length > 0) & (length <= _LONGEST_ABBREVIATION))
    begins = at[rest] - 1 - length[rest]
    words = [text[first:last] for first, last in zip(begins.tolist(), at[rest].tolist(), strict=True)]
    abbreviations = set(filter(_is_abbreviation, set(words)))
    short[rest] = (units[begins - 1] == ord(".")) | np.fromiter(
        map(abbreviations.__contains__, words), bool, len(words)
    )
    doubtful: Ints = point[short]
    return doubtful


def _word_lengths(classes: Classes, ends: Ints) -> Ints:
    """How many characters of a word stand before each place, up to one more than an abbreviation has."""
    lengths = np.zeros(len(ends), np.int64)
    live = np.arange(len(ends))
    for length in range(1, _LONGEST_ABBREVIATION + 2):
        place = ends[live] - length
        live = live[(place >= 0) & (classes[place] & _WORD != 0)]
        lengths[live] = length
    return lengths


@lru_cache(maxsize=1 << 16)
def _is_abbreviation(word: str) -> bool:
    return _ABBREVIATION.search(word) is not None


def _without_run_ons(text: str, spans: Spans, long: Ints) -> Spans:
    """The spans, the long ones in pieces."""
    if not len(long):
        return spans
    pieces = [
        split_long(text, span) for span in zip(spans.starts[long].tolist(), spans.ends[long].tolist(), strict=True)
    ]
    flat = np.array([piece for group in pieces for piece in group], np.int64).reshape(-1, 2)
    n_pieces = np.array([len(group) for group in pieces], np.int64)
    keep = np.ones(len(spans.starts), bool)
    keep[long] = False
    at = np.searchsorted(spans.starts[keep], flat[:, 0])
    starts, ends = np.insert(spans.starts[keep], at, flat[:, 0]), np.insert(spans.ends[keep], at, flat[:, 1])
    paragraph = np.searchsorted(np.cumsum(spans.counts), long, "right")
    counts = spans.counts + np.bincount(paragraph, n_pieces - 1, len(spans.counts)).astype(np.int64)
    return Spans(starts, ends, counts)
