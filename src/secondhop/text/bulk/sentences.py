"""The sentences of many paragraphs in one pass: what `sentences.split_sentences` gives for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import run_lengths
from secondhop.text.bulk.characters import CharacterClasses, Characters, windows
from secondhop.text.bulk.run_ons import split_long
from secondhop.text.bulk.stops import (
    BLANK,
    CAPITAL,
    CLASSES,
    OPENER,
    QUOTE,
    STOP,
    WIDE_QUOTE,
    WIDE_STOP,
    Ends,
    accepted,
    skip,
)
from secondhop.text.sentences import GREEK, NOTES, QUOTED, WEAKER

if TYPE_CHECKING:
    from secondhop.text.bulk.characters import Classes, Codes
    from secondhop.types import Ints

_QUOTED = [ord(letter) for letter in QUOTED]
_GREEK = CharacterClasses((f"[{GREEK}]",))
_LONG_BYTES = 5 * (WEAKER[0][1] + 1)
"""A sentence of so many UTF-8 bytes is a run-on."""


class Spans(NamedTuple):
    """Sentences of a number of paragraphs, in order."""

    starts: Ints
    ends: Ints
    counts: Ints
    """[paragraphs] how many sentences each has."""


def split_paragraphs(text: str, starts: Ints, ends: Ints) -> Spans:
    """The sentences of each paragraph. Paragraphs are ascending, do not overlap, and have no blanks at their ends."""
    parts: list[Spans] = []
    for window in windows(starts, ends):
        left, right = starts[window], ends[window]
        base = max(int(left[0]) - 2, 0)  # with two characters before it, which tell numbers from abbreviations
        found = _split(text[base : int(right[-1])], left - base, right - base)
        parts.append(Spans(found.starts + base, found.ends + base, found.counts))
    if not parts:
        return Spans(*(np.empty(0, np.int64) for _ in range(3)))
    return Spans(*map(np.concatenate, zip(*parts, strict=True)))


def _split(text: str, starts: Ints, ends: Ints) -> Spans:
    characters = Characters.of(text)
    classes = np.append(CLASSES.of(characters), np.uint8(0))
    stops = (classes & (STOP | WIDE_STOP) != 0).nonzero()[0]
    found = _sentence_ends(text, characters, classes, stops, starts, ends)
    found = accepted(text, characters.codes, classes, starts, ends, found)
    left, right = np.sort(np.concatenate((starts, found.following))), np.sort(np.concatenate((found.stop, ends)))
    if not (some := left < right).all():
        left, right = left[some], right[some]
    long = characters.utf8_offsets(right) - characters.utf8_offsets(left) >= _LONG_BYTES
    if long.any():
        pieces = split_long(text, characters, classes, stops, left[long], right[long])
        short = left[~long], right[~long]
        left, right = (np.sort(np.concatenate(sides)) for sides in zip(short, pieces, strict=True))
    return Spans(left, right, run_lengths(left.searchsorted(starts), len(left)))


def _sentence_ends(text: str, characters: Characters, classes: Classes, stops: Ints, starts: Ints, ends: Ints) -> Ends:
    if len(questions := _greek_questions(characters)):
        stops = np.sort(np.concatenate((stops, questions)))
    wide = classes[stops] & WIDE_STOP != 0
    places = stops[wide | (classes[stops + 1] & (QUOTE | BLANK | OPENER) != 0)]
    paragraph = starts.searchsorted(places + 1, "right") - 1
    inside = (paragraph >= 0) & (places + 1 < ends[paragraph])
    places, paragraph = places[inside], paragraph[inside]
    wide = classes[places] & WIDE_STOP != 0
    if not wide.any():
        return _before_capital(text, characters.codes, classes, places + 1, paragraph, ends)
    strict = _before_capital(text, characters.codes, classes, places[~wide] + 1, paragraph[~wide], ends)
    loose = _before_anything(text, characters.codes, classes, places[wide] + 1, paragraph[wide], ends)
    both = Ends(*map(np.concatenate, zip(strict, loose, strict=True)))
    order = both.at.argsort()
    return Ends(*(column[order] for column in both))


def _greek_questions(characters: Characters) -> Ints:
    """Where semicolons stand behind Greek letters."""
    codes, beyond = characters.codes, characters.beyond
    behind = beyond[beyond < len(codes) - 1] + 1
    places: Ints = behind[codes[behind] == ord(";")]
    if len(places):
        places = places[_GREEK.of(Characters.of_codes(codes[places - 1])) != 0]
    return places


def _behind_notes(text: str, classes: Classes, stop: Ints, paragraph: Ints, ends: Ints) -> Ints:
    """The places, those that marks of notes stand at moved behind them."""
    places = (classes[stop] & OPENER != 0).nonzero()[0]
    if len(places):
        spans = zip(stop[places].tolist(), ends[paragraph[places]].tolist(), strict=True)
        stop[places] = [at if (found := NOTES.match(text, at, end)) is None else found.end() for at, end in spans]
    return stop


def _before_capital(text: str, codes: Codes, classes: Classes, at: Ints, paragraph: Ints, ends: Ints) -> Ends:
    """Stops that quotes may close and blanks follow, then a capital or a digit, quotes before it or none."""
    stop = _behind_notes(text, classes, skip(classes, at, QUOTE), paragraph, ends)
    held = classes[stop] & BLANK != 0
    paragraph, at, stop = paragraph[held], at[held], stop[held]
    following = skip(classes, stop, BLANK)
    begins = skip(classes, following, OPENER)
    if codes.dtype != np.uint8:
        stop, following, begins = _beside_guillemets(codes, classes, stop, following, begins)
    held = (begins < ends[paragraph]) & (classes[begins] & CAPITAL != 0)
    return Ends(paragraph[held], at[held], stop[held], following[held])


def _beside_guillemets(
    codes: Codes, classes: Classes, stop: Ints, following: Ints, begins: Ints
) -> tuple[Ints, Ints, Ints]:
    """The places where guillemets that have a blank inside, as French sets them, close and open sentences."""
    closed = (codes[stop + 1] == ord("»")) & (classes[stop + 2] & BLANK != 0)
    if closed.any():
        stop = np.where(closed, stop + 2, stop)
        following = skip(classes, stop, BLANK)
        begins = skip(classes, following, OPENER)
    opens = (begins == following + 1) & (codes[following] == ord("«")) & (classes[begins] & BLANK != 0)
    return stop, following, begins + opens


def _before_anything(text: str, codes: Codes, classes: Classes, at: Ints, paragraph: Ints, ends: Ints) -> Ends:
    """Stops of scripts that need no blank after them."""
    quoted = skip(classes, at, WIDE_QUOTE)
    stop = _behind_notes(text, classes, quoted.copy(), paragraph, ends)
    following = skip(classes, stop, BLANK)
    held = (following < ends[paragraph]) & (classes[following] & (STOP | WIDE_STOP) == 0)
    held &= (following > stop) | (classes[following] & WIDE_QUOTE == 0)
    held[held] &= (quoted[held] == at[held]) | ~np.isin(codes[quoted[held]], _QUOTED)
    return Ends(paragraph[held], at[held], stop[held], following[held])
