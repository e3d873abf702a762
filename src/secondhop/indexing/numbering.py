"""Numbers for the distinct words of texts, as they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.indexing.strings import Strings, Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.text.hashing import Digests
    from secondhop.types import Ints

_MOST_BITS = 20


class Numbering:
    """Gives each digest a number, in the order in which they are first met, and remembers the word behind it."""

    def __init__(self) -> None:
        """Knows no word."""
        self._known = np.empty(0, np.uint64)
        """Ascending."""
        self._numbers = np.empty(0, np.int32)
        self._words: list[str] = []
        self._digests: list[Digests] = []

    def of(self, text: str, starts: Ints, ends: Ints, digests: Digests) -> NDArray[np.int32]:
        """The numbers of the words `text[start:end]`, which have these digests."""
        distinct, first, place = _distinct(digests)
        at = np.searchsorted(self._known, distinct)
        known = np.zeros(len(distinct), bool)
        within = at < len(self._known)
        known[within] = self._known[at[within]] == distinct[within]
        numbers = np.empty(len(distinct), np.int32)
        numbers[known] = self._numbers[at[known]]
        new = np.flatnonzero(~known)
        if len(new):
            numbers[new] = np.arange(len(self._words), len(self._words) + len(new), dtype=np.int32)
            spans = zip(starts[first[new]].tolist(), ends[first[new]].tolist(), strict=True)
            self._words.extend(text[start:end] for start, end in spans)
            self._digests.append(distinct[new])
            self._known = np.insert(self._known, at[new], distinct[new])
            self._numbers = np.insert(self._numbers, at[new], numbers[new])
        return numbers[place]

    def vocabulary(self) -> tuple[Vocabulary, list[str], NDArray[np.int32]]:
        """The words, as a vocabulary and as strings, and for each number given here the word's number there."""
        digests = np.concatenate(self._digests) if self._digests else np.empty(0, np.uint64)
        vocabulary, numbers = Vocabulary.of_digests(Strings.of(self._words), digests)
        words = [self._words[number] for number in np.argsort(numbers).tolist()]
        return vocabulary, words, numbers.astype(np.int32)


def _distinct(digests: Digests) -> tuple[Digests, Ints, Ints]:
    """The distinct digests, ascending, where each is first met, and for each digest its place among them.

    Sorting whole numbers is many times as fast as sorting places by them, so the low bits make room for the place.
    """
    bits = len(digests).bit_length()
    if bits > _MOST_BITS:
        return np.unique(digests, return_index=True, return_inverse=True)
    low = np.uint64((1 << bits) - 1)
    keys = (digests & ~low) | np.arange(len(digests), dtype=np.uint64)
    keys.sort()
    order = (keys & low).astype(np.int64)
    ordered = digests[order]
    begins = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    distinct = ordered[begins]
    if not (distinct[1:] > distinct[:-1]).all():  # two digests that differ in the low bits only
        return np.unique(digests, return_index=True, return_inverse=True)
    place = np.empty(len(digests), np.int64)
    place[order] = np.cumsum(begins) - 1
    return distinct, order[begins], place
