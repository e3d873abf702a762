"""Which chunks hold a term, and what that is worth there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from secondhop.arrays import ranges, sum_by

if TYPE_CHECKING:
    from secondhop.types import Floats, Ints

_FEW = 256
"""Up to so many terms it is quicker to take their postings one by one."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the chunks that hold it, ascending, each with a weight. Arrays are parallel and read-only."""

    offsets: NDArray[np.int64]
    """Term t's postings are those from offsets[t] to offsets[t + 1]."""
    chunks: NDArray[np.int32]
    weights: NDArray[np.float32]
    n_chunks: int

    @property
    def df(self) -> NDArray[np.int64]:
        """Number of chunks that hold each term."""
        return np.diff(self.offsets)

    def df_of(self, terms: Ints) -> Ints:
        """Number of chunks that hold each of the given terms."""
        return self.offsets[terms + 1] - self.offsets[terms]

    def of(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The chunks that hold a term and their weights."""
        start, end = self.offsets[term], self.offsets[term + 1]
        return self.chunks[start:end], self.weights[start:end]

    def gather(self, terms: Ints, factors: Floats) -> Gathered:
        """All postings of the terms, each with factor times weight."""
        starts = self.offsets[terms]
        counts = self.offsets[terms + 1] - starts
        if len(terms) <= _FEW:
            parts = [slice(start, start + n) for start, n in zip(starts.tolist(), counts.tolist(), strict=True)]
            chunks = np.concatenate([self.chunks[part] for part in parts] or [self.chunks[:0]])
            weights = np.concatenate([self.weights[part] for part in parts] or [self.weights[:0]])
        else:
            places = ranges(starts, counts)
            chunks, weights = self.chunks[places], self.weights[places]
        return Gathered(chunks, weights * factors.repeat(counts), counts)

    def accumulate(self, terms: Ints, factors: Floats) -> Floats:
        """Sum over terms of factor times weight, for each chunk: an array of length n_chunks."""
        found = self.gather(terms, factors)
        return sum_by(found.chunks, found.weights, self.n_chunks)


class Gathered(NamedTuple):
    """Postings of several terms, one term after the other."""

    chunks: NDArray[np.int32]
    weights: NDArray[np.float64]
    counts: NDArray[np.int64]
    """[terms] how many postings each has."""
