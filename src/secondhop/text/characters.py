"""Texts as arrays of code units, and the kind of each character by table: what bulk passes over texts start from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]
    Classes = NDArray[np.uint8]

_BASIC = 0x10000
"""Characters of the basic plane: all but rare ones."""


def codes(text: str) -> Codes:
    """[characters] the code point of each, in the narrowest of three widths that one encoding gives."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) == 2 * len(text):
        return np.frombuffer(data, "<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


class CharacterClasses:
    """Up to eight sets of characters, each given as a regular expression for one of them; a set is a bit."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Set n is bit `1 << n`."""
        self._patterns = tuple(re.compile(f"(?:{pattern})+") for pattern in patterns)
        # Of the basic plane, filled as characters are met. Filling a place twice is harmless, so it needs no lock.
        self._basic = np.zeros(_BASIC, np.uint8)
        self._known = np.zeros(_BASIC, bool)

    def of(self, codes: Codes) -> Classes:
        """[characters] the sets that each is in."""
        if codes.dtype == np.uint8:
            return np.frombuffer(codes.tobytes().translate(self._ascii()), np.uint8)
        self._learn(codes[~self._known.take(codes, mode="clip")])
        classes = self._basic.take(codes, mode="clip")
        if codes.dtype == np.uint32:
            beyond = np.flatnonzero(codes >= _BASIC)
            distinct, place = np.unique(codes[beyond], return_inverse=True)
            classes[beyond] = self._classify("".join(map(chr, distinct.tolist())))[place]
        return classes

    @cache  # noqa: B019  there is one object for each kind of pass, made at import
    def _ascii(self) -> bytes:
        return self._classify("".join(map(chr, range(256)))).tobytes()

    def _learn(self, codes: Codes) -> None:
        """Adds characters to the table of the basic plane."""
        new = np.unique(codes[codes < _BASIC])
        if len(new):
            self._basic[new] = self._classify("".join(map(chr, new.tolist())))
            self._known[new] = True

    def _classify(self, characters: str) -> Classes:
        classes = np.zeros(len(characters), np.uint8)
        for bit, pattern in enumerate(self._patterns):
            for match in pattern.finditer(characters):
                classes[match.start() : match.end()] |= 1 << bit
        return classes


def utf8_lengths(codes: Codes) -> NDArray[np.uint8]:
    """[characters] how many UTF-8 bytes each takes."""
    lengths = np.ones(len(codes), np.uint8)
    for first in (0x80, 0x800, 0x10000):
        if first <= np.iinfo(codes.dtype).max:
            lengths += codes >= first
    return lengths
