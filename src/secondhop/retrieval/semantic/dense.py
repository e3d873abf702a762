"""Dense retrieval: chunks by the cosine between their vectors and the query's. Exact, over all chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from secondhop.arrays import highest
from secondhop.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Bools, Floats, Ints

    Matrix = NDArray[np.float32]

Order = Literal["C", "F"]
"""How vectors lie in memory: row after row, or dimension after dimension. A search of all is twice as quick in the latter."""

_BLOCK = 393_216
"""Numbers multiplied at a time: few enough that BLAS does it in this thread. Waking its other threads takes longer than
the product of ten thousand vectors, and ten times as long where the cores are busy."""
_SMALLEST_NORM = 1e-12


@dataclass(frozen=True, slots=True)
class DenseHits:
    """The chunks nearest to a query, best first; of equal ones the earlier chunk first."""

    ordinals: Ints
    cosines: Floats


class VectorIndex(Protocol):
    """Finds the vectors nearest to a query's."""

    @property
    def kind(self) -> str:
        """`flat`, `hnsw`, `ivf` or `pq`."""

    def __len__(self) -> int: ...

    def search(self, query: Matrix, k: int, allowed: Bools | None = None) -> DenseHits:
        """The `k` nearest among the allowed."""


@dataclass(frozen=True, slots=True)
class FlatIndex:
    """Compares the query with every vector."""

    vectors: Matrix
    """[C, dimensions] rows of length 1; zero rows match nothing."""
    kind = "flat"

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, query: Matrix, k: int, allowed: Bools | None = None) -> DenseHits:
        """The `k` nearest among the allowed: always all there are, if there are fewer."""
        wanted = unit_query(query, self.vectors.shape[1])
        cosines = np.empty(len(self), np.float32)
        step = max(1, _BLOCK // len(wanted))
        for start in range(0, len(self), step):
            np.matmul(self.vectors[start : start + step], wanted, out=cosines[start : start + step])
        places = np.arange(len(self)) if allowed is None else allowed.nonzero()[0]
        return nearest(self.vectors, wanted, places, cosines[places], k)


def nearest(vectors: Matrix, query: Matrix, places: Ints, cosines: Floats | Matrix, k: int) -> DenseHits:
    """The `k` nearest of the vectors at those places. Zeros are near to nothing, as vectors and as the query.

    Args:
        vectors: [C, dimensions] rows of length 1.
        query: of length 1.
        places: which of the rows to choose from, ascending.
        cosines: of these.
        k: how many at most.
    """
    best = highest(cosines, k)
    at_zero = (cosines[best] == 0).nonzero()[0]
    if len(at_zero):
        have_direction = vectors[places[best[at_zero]]].any(axis=1) & query.any()
        best = np.delete(best, at_zero[~have_direction])
    return DenseHits(places[best], cosines[best].astype(np.float64))


def unit_rows(vectors: Matrix, order: Order = "C") -> Matrix:
    """The rows at length 1; those without a direction, of zeros or next to it, are zeros.

    Args:
        vectors: [C, dimensions].
        order: how they lie in memory.
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms < _SMALLEST_NORM, np.inf, norms), np.float32, order)


def unit_query(query: Matrix, dims: int) -> Matrix:
    """A query's vector at length 1.

    Raises:
        InputError: it has not as many dimensions as the chunks' vectors.
    """
    if query.shape != (dims,):
        raise InputError(f"the query's vector has shape {query.shape}, and those of the chunks have {dims} dimensions")
    wanted: Matrix = unit_rows(query.astype(np.float32)[None])[0]
    return wanted
