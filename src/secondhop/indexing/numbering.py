"""Numbers for the distinct words of texts, as they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.arrays import ranges
from secondhop.indexing.strings import Strings, Vocabulary
from secondhop.text.bulk.hashing import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.text.bulk.characters import Characters
    from secondhop.text.bulk.hashing import Digests
    from secondhop.types import Ints

_LEAST_BITS = 12
_ROOM = 4
"""Places in the table for each word that it holds, at least."""


class Numbering:
    """Gives each digest a number, from 1, and remembers the word behind it.

    A hash table with open addressing: a digest's place is what its first bits say, or the next that is free.
    """

    def __init__(self) -> None:
        """Knows no word."""
        self._bits = _LEAST_BITS
        self._table = np.zeros(1 << self._bits, np.int32)
        """The numbers; 0 where a place is free."""
        self._digests = np.zeros(1, np.uint64)
        """By number."""
        self._codes: list[NDArray[Any]] = []
        """The characters of all words, one after the other."""
        self._lengths: list[Ints] = []

    def of(self, characters: Characters, starts: Ints, ends: Ints, digests: Digests) -> NDArray[np.int32]:
        """The numbers of the words from `start` to `end`, which have these digests."""
        numbers = self._find(digests)
        unknown = (numbers == 0).nonzero()[0]
        if len(unknown):
            new = distinct(digests[unknown])
            numbers[unknown] = len(self._digests) + new.number
            self._add(new.digests)
            first = unknown[new.first]
            lengths = ends[first] - starts[first]
            self._codes.append(characters.codes[ranges(starts[first], lengths)])
            self._lengths.append(lengths)
        return numbers

    def vocabulary(self) -> tuple[Vocabulary, NDArray[np.int32]]:
        """The words as a vocabulary, and for each number given here the word's number there."""
        words = Strings.of([])
        if self._codes:
            words = Strings.of_codes(np.concatenate(self._codes), np.concatenate(self._lengths))
        vocabulary, numbers = Vocabulary.of_digests(words, self._digests[1:])
        return vocabulary, np.concatenate((np.zeros(1, np.int32), numbers.astype(np.int32)))

    def _find(self, digests: Digests) -> NDArray[np.int32]:
        """The numbers of the words with these digests; 0 for those that are not known."""
        places = self._places(digests)
        numbers = self._table[places]
        open_ = ((self._digests[numbers.astype(np.intp)] != digests) & (numbers != 0)).nonzero()[0]
        while len(open_):
            places[open_] = (places[open_] + 1) & (len(self._table) - 1)
            found = self._table[places[open_]]
            numbers[open_] = found
            open_ = open_[(self._digests[found] != digests[open_]) & (found != 0)]
        return numbers

    def _add(self, digests: Digests) -> None:
        """Gives numbers to digests that have none and are distinct."""
        known = len(self._digests)
        self._digests = np.concatenate((self._digests, digests))
        if len(self._digests) * _ROOM > len(self._table):
            while len(self._digests) * _ROOM > 1 << self._bits:
                self._bits += 1
            self._table = np.zeros(1 << self._bits, np.int32)
            known = 1
        waiting = np.arange(known, len(self._digests), dtype=np.int32)
        places = self._places(self._digests[waiting])
        while len(waiting):
            free = self._table[places] == 0
            self._table[places[free]] = waiting[free]
            late = (self._table[places] != waiting).nonzero()[0]  # the place was taken, or another one came as well
            waiting, places = waiting[late], (places[late] + 1) & (len(self._table) - 1)

    def _places(self, digests: Digests) -> Ints:
        return (digests >> np.uint64(64 - self._bits)).astype(np.int64)
