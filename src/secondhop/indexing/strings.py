"""Lists of strings as arrays: nothing is decoded before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.arrays import counts_of, gathered, offsets_of
from secondhop.text.bulk.characters import Characters
from secondhop.text.bulk.hashing import digest, digests_of, distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.text.bulk.characters import Codes
    from secondhop.text.bulk.hashing import Digests
    from secondhop.types import Ints


_WORTH_JOINING = 100
"""From so many strings on it is quicker to decode them all at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Strings(Sequence[str]):
    """A tuple of strings, UTF-8 end to end."""

    data: NDArray[np.uint8]
    offsets: Ints
    """[strings + 1] where each begins, and the last one ends."""

    @classmethod
    def of(cls, strings: Sequence[str]) -> Strings:
        """Strings as they are given."""
        joined = "".join(strings)
        data = np.frombuffer(joined.encode("utf-8", "surrogatepass"), np.uint8)
        offsets = offsets_of(np.fromiter(map(len, strings), np.int64, len(strings)))
        return cls(data, offsets if joined.isascii() else Characters.of(joined).utf8_offsets(offsets))

    @classmethod
    def of_codes(cls, codes: Codes, lengths: Ints) -> Strings:
        """Strings given by the code points of all of them, end to end, and by how many each has."""
        characters = Characters.of_codes(codes)
        data = np.frombuffer(characters.text().encode("utf-8", "surrogatepass"), np.uint8)
        return cls(data, characters.utf8_offsets(offsets_of(lengths)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: Any) -> Any:
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self.data[self.offsets[number] : self.offsets[number + 1]].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        whole = self.data.tobytes()
        for start, end in pairwise(self.offsets.tolist()):
            yield whole[start:end].decode("utf-8", "surrogatepass")

    def joined(self) -> tuple[str, Ints]:
        """The strings one after the other, and where each begins there and the last one ends."""
        text = self.data.tobytes().decode("utf-8", "surrogatepass")
        if len(text) == len(self.data):
            return text, self.offsets
        return text, offsets_of(self.data & 0xC0 != 0x80)[self.offsets]

    def several(self, numbers: Ints) -> list[str]:
        """The strings with those numbers, decoded."""
        if len(numbers) >= _WORTH_JOINING:
            text, places = self.take(numbers).joined()
            return [text[start:end] for start, end in pairwise(places.tolist())]
        starts, ends = self.offsets[numbers].tolist(), self.offsets[numbers + 1].tolist()
        data = self.data
        return [
            data[start:end].tobytes().decode("utf-8", "surrogatepass") for start, end in zip(starts, ends, strict=True)
        ]

    def take(self, numbers: Ints) -> Strings:
        """The strings with those numbers, in that order."""
        starts = self.offsets[numbers]
        lengths = self.offsets[numbers + 1] - starts
        return Strings(gathered(self.data, starts, lengths), offsets_of(lengths))

    @classmethod
    def concatenated(cls, parts: Sequence[Strings]) -> Strings:
        """The strings of all parts, one after the other."""
        lengths = [counts_of(part.offsets) for part in parts]
        return cls(np.concatenate([part.data for part in parts]), offsets_of(np.concatenate(lengths)))


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary(Sequence[str]):
    """Distinct strings in the order of their digests, which is how one of them is found."""

    strings: Strings
    digests: Digests

    @classmethod
    def of(cls, strings: Sequence[str]) -> tuple[Vocabulary, Ints]:
        """A vocabulary of distinct strings, and for each of them its number there."""
        return cls.of_digests(Strings.of(strings), digests_of(strings))

    @classmethod
    def of_digests(cls, strings: Strings, digests: Digests) -> tuple[Vocabulary, Ints]:
        """As `of`, the digests being known."""
        order = digests.argsort()
        numbers = np.empty(len(order), np.int64)
        numbers[order] = np.arange(len(order))
        return cls(strings.take(order), digests[order]), numbers

    @classmethod
    def merged(cls, parts: Sequence[Vocabulary]) -> tuple[Vocabulary, list[Ints]]:
        """The strings of all vocabularies, and for each of these the new numbers of its strings."""
        every = np.concatenate([part.digests for part in parts])
        found = distinct(every)
        merged = cls(Strings.concatenated([part.strings for part in parts]).take(found.first), found.digests)
        return merged, np.split(found.number, np.cumsum([len(part) for part in parts[:-1]]))

    def kept(self, numbers: Ints) -> Vocabulary:
        """Those with the (ascending) numbers only."""
        return Vocabulary(self.strings.take(numbers), self.digests[numbers])

    def __len__(self) -> int:
        return len(self.digests)

    def __getitem__(self, number: Any) -> Any:
        return self.strings[number]

    def __iter__(self) -> Iterator[str]:
        return iter(self.strings)

    def get(self, string: str) -> int | None:
        """The number of a string; None if it is not among them."""
        place = int(self.digests.searchsorted(np.uint64(digest(string))))
        return place if place < len(self) and self.strings[place] == string else None
