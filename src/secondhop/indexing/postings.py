"""Which chunks hold a term, and what that is worth there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from secondhop.arrays import counts_of, runs, sum_by

if TYPE_CHECKING:
    from secondhop.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the chunks that hold it, ascending, each with a weight. Arrays are parallel and read-only."""

    offsets: NDArray[np.int64]
    """Term t's postings are those from offsets[t] to offsets[t + 1]."""
    chunks: NDArray[np.int32]
    weights: NDArray[np.float32]
    n_chunks: int

    @property
    def df(self) -> Ints:
        """Number of chunks that hold each term."""
        return counts_of(self.offsets)

    def df_of(self, terms: Ints) -> Ints:
        """Number of chunks that hold each of the given terms."""
        return self.offsets[terms + 1] - self.offsets[terms]

    def of(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The chunks that hold a term and their weights."""
        start, end = self.offsets[term], self.offsets[term + 1]
        return self.chunks[start:end], self.weights[start:end]

    def accumulate(self, terms: Ints, factors: Floats) -> Floats:
        """Sum over terms of factor times weight, for each chunk: an array of length n_chunks."""
        found = gather(terms, (self, factors))
        return sum_by(found.chunks, found.weights, self.n_chunks)


class Gathered(NamedTuple):
    """Postings of several terms, one term after the other, and one table after the other."""

    chunks: NDArray[np.int32]
    weights: NDArray[np.float64]
    counts: NDArray[np.int64]
    """[tables x terms] how many postings each has."""


def gather(terms: Ints, *tables: tuple[Postings, Floats]) -> Gathered:
    """All postings of the terms in some tables, each with the term's factor in that table times weight."""
    chunks, weights, counts = [], [], []
    for table, _ in tables:
        starts = table.offsets[terms]
        counts.append(table.offsets[terms + 1] - starts)
        parts = runs(starts, counts[-1])
        chunks += [table.chunks[part] for part in parts]
        weights += [table.weights[part] for part in parts]
    every = np.concatenate(counts)
    factors = np.concatenate([each for _, each in tables]).repeat(every)
    return Gathered(np.concatenate(chunks), np.concatenate(weights) * factors, every)
