"""Texts as arrays of code points, and the kind of each character by table: what bulk passes over texts start from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, offsets_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Ints

    Codes = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]
    Classes = NDArray[np.uint8]

_BASIC = 0x10000
"""Characters of the basic plane: all but rare ones."""
_ASCII = 0x80
_NONE = np.empty(0, np.int64)
WINDOW = 1 << 18
"""So many characters are looked at together: their arrays stay in the cache."""


def codes(text: str) -> Codes:
    """[characters] the code point of each, in the narrowest of three widths."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    units = np.array([text]).view(np.uint32)  # quicker than encoding it, but for Latin-1
    return units.astype(np.uint16) if units.max() < _BASIC else units


def end_to_end(texts: Sequence[str]) -> tuple[str, Ints]:
    """The texts with a line end between them, and where each begins there."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return "\n".join(texts), offsets_of(lengths + 1)[:-1]


def windows(starts: Ints, ends: Ints) -> Iterator[slice]:
    """The spans, ascending and none overlapping, in runs that lie in a window of text each: one span at least, however long."""
    first = 0
    while first < len(starts):
        last = max(first + 1, int(ends.searchsorted(starts[first] + WINDOW, "right")))
        yield slice(first, last)
        first = last


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """A text as an array."""

    codes: Codes
    """[characters] the code point of each; bytes if and only if all are ASCII."""
    beyond: Ints
    """Where the characters are that are not ASCII, ascending."""
    _more: Ints
    """How many UTF-8 bytes more than characters there are before each of these, and in all."""

    @classmethod
    def of(cls, text: str) -> Characters:
        """Those of a text."""
        return cls.of_codes(codes(text))

    @classmethod
    def of_codes(cls, codes: Codes) -> Characters:
        """Those with these code points: bytes if all are ASCII."""
        if codes.dtype == np.uint8:
            return cls(codes, _NONE, _NONE)
        beyond = (codes >= _ASCII).nonzero()[0]
        more = np.zeros(len(beyond) + 1, np.int64)
        (utf8_lengths(codes[beyond]) - np.uint8(1)).cumsum(out=more[1:])
        return cls(codes, beyond, more)

    def text(self) -> str:
        """The text."""
        if self.codes.dtype == np.uint8:
            return self.codes.tobytes().decode("ascii")
        return self.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")

    def utf8_offsets(self, places: Ints) -> Ints:
        """How many UTF-8 bytes stand before each of the places."""
        if not len(self.beyond):
            return places
        offsets: Ints = places + self._more[self.beyond.searchsorted(places)]
        return offsets

    def sizes(self, starts: Ints, ends: Ints) -> Ints:
        """Of spans, in tokens of five UTF-8 bytes. See `sentences.size`."""
        sizes: Ints = (self.utf8_offsets(ends) - self.utf8_offsets(starts)) // 5
        return sizes


class CharacterClasses:
    """Up to eight sets of characters, each given as a regular expression for one of them; a set is a bit."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Set n is bit `1 << n`."""
        self._patterns = tuple(re.compile(f"(?:{pattern})+") for pattern in patterns)
        # Of the basic plane, filled as characters are met. Filling a place twice is harmless, so it needs no lock.
        self._basic = np.zeros(_BASIC, np.uint8)
        self._known = np.zeros(_BASIC, bool)

    def of(self, characters: Characters) -> Classes:
        """[characters] the sets that each is in."""
        classes = classes_of(characters.codes, self._ascii())
        if len(beyond := characters.beyond):
            classes[beyond] = self._beyond(characters.codes[beyond])
        return classes

    def _beyond(self, codes: Codes) -> Classes:
        """The sets of characters that are not ASCII."""
        known = self._known.take(codes, mode="clip")
        if not known.all():
            self._learn(codes[~known])
        classes = self._basic.take(codes, mode="clip")
        rare = (codes >= _BASIC).nonzero()[0]
        if len(rare):
            distinct, place = np.unique(codes[rare], return_inverse=True)
            classes[rare] = self._classify("".join(map(chr, distinct.tolist())))[place]
        return classes

    @cache  # noqa: B019  there is one object for each kind of pass, made at import; no lock that a fork may find taken
    def _ascii(self) -> bytes:
        """Those of ASCII, and places for all else."""
        return self._classify("".join(map(chr, range(_ASCII)))).tobytes() + bytes(_ASCII)

    def _learn(self, codes: Codes) -> None:
        """Adds characters to the table of the basic plane."""
        new = distinct_values(codes[codes < _BASIC])
        if len(new):
            self._basic[new] = self._classify("".join(map(chr, new.tolist())))
            self._known[new] = True

    def _classify(self, characters: str) -> Classes:
        classes = np.zeros(len(characters), np.uint8)
        for bit, pattern in enumerate(self._patterns):
            for match in pattern.finditer(characters):
                classes[match.start() : match.end()] |= 1 << bit
        return classes


def classes_of(codes: Codes, table: bytes) -> Classes:
    """[characters] what a table of 256 has for each, those beyond ASCII by their lowest byte: quicker than a look-up."""
    return np.frombuffer(bytearray(codes.astype(np.uint8, copy=False)).translate(table), np.uint8)


def utf8_lengths(codes: Codes) -> NDArray[np.uint8]:
    """[characters] how many UTF-8 bytes each takes."""
    lengths = np.ones(len(codes), np.uint8)
    for first in (0x80, 0x800, 0x10000):
        if first <= np.iinfo(codes.dtype).max:
            lengths += codes >= first
    return lengths
