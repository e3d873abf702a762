"""Vector indexes that look at a part of the vectors, through faiss: for more of them than exact search can take.

Each finds a few times as many as are wanted by compressed vectors, and ranks those by the exact ones: that is what
makes one byte a dimension, or an eighth of one, good enough. The exact vectors stay in their file and are read only
where a candidate lies.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from secondhop.errors import MissingExtraError, OptionError
from secondhop.retrieval.semantic.dense import DenseHits, FlatIndex, VectorIndex, nearest, unit_query

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Bools

    Matrix = NDArray[np.float32]

IndexKind = Literal["flat", "hnsw", "ivf", "pq"]
INDEX_KINDS: tuple[IndexKind, ...] = get_args(IndexKind)

SMALLEST = 4_096
"""With fewer vectors every kind searches exactly, which is quicker then."""
HNSW_LINKS = 16
_HNSW_BUILD, _HNSW_SEARCH = 100, 96
_LIST_SHARE = 4.0
"""Lists of an IVF index, as a multiple of the square root of the number of vectors."""
_VECTORS_TO_TRAIN_A_LIST = 39
_PROBED = {"ivf": 0.08, "pq": 0.12}
"""Share of the lists that a search reads."""
_FETCHED = {"hnsw": 2, "ivf": 2, "pq": 10}
"""Candidates ranked exactly, as a multiple of those wanted."""
PQ_DIMS = 8
"""Dimensions that share one byte."""
_SEED = 7


@dataclass(frozen=True, slots=True)
class ApproximateIndex:
    """A faiss index over compressed vectors, and the exact vectors."""

    kind: IndexKind
    vectors: Matrix
    """[C, dimensions] rows of length 1."""
    faiss_index: Any

    def __len__(self) -> int:
        return len(self.vectors)

    def __getstate__(self) -> tuple[Any, ...]:
        return self.kind, self.vectors, _faiss().serialize_index(self.faiss_index)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        values = (*state[:2], _faiss().deserialize_index(state[2]))
        for name, value in zip(("kind", "vectors", "faiss_index"), values, strict=True):
            object.__setattr__(self, name, value)

    @property
    def n_bytes(self) -> int:
        """Bytes of the index without the exact vectors."""
        return len(_faiss().serialize_index(self.faiss_index))

    def search(self, query: Matrix, k: int, allowed: Bools | None = None) -> DenseHits:
        """About the `k` nearest, in the order of their exact cosines.

        With a filter the search is exact: an index loses recall where it may return only some of its vectors. So it is
        where the part that is looked at holds fewer than are wanted.
        """
        if allowed is not None:
            return FlatIndex(self.vectors).search(query, k, allowed)
        wanted = unit_query(query, self.vectors.shape[1])
        _, found = self.faiss_index.search(wanted[None], min(len(self), _FETCHED[self.kind] * k))
        places = np.sort(found[0][found[0] >= 0])
        if len(places) < min(k, len(self)):
            return FlatIndex(self.vectors).search(query, k)
        return nearest(self.vectors, wanted, places, self.vectors[places] @ wanted, k)


def build_index(kind: str, vectors: Matrix) -> VectorIndex:
    """An index over unit vectors.

    Args:
        kind: `flat`: exact. `hnsw`: a graph, quickest. `ivf`: lists, quicker to build. `pq`: lists of product-quantised
            vectors, smallest.
        vectors: [C, dimensions] rows of length 1.

    Raises:
        OptionError: no such kind.
        MissingExtraError: faiss is not installed.
    """
    if kind not in INDEX_KINDS:
        raise OptionError.choice("vector_index", kind, INDEX_KINDS)
    if kind == "flat":
        return FlatIndex(vectors)
    faiss = _faiss()  # also for few vectors: what is asked for must be installed
    if len(vectors) < SMALLEST:
        return FlatIndex(vectors)
    return ApproximateIndex(kind, vectors, _built(faiss, kind, vectors))


def _built(faiss: Any, kind: IndexKind, vectors: Matrix) -> Any:
    if _first_builder() != os.getpid():
        faiss.omp_set_num_threads(1)  # a fork waits for ever for the threads that its parent had
    n, dims = vectors.shape
    if kind == "hnsw":
        index = faiss.IndexHNSWSQ(dims, faiss.ScalarQuantizer.QT_8bit, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction, index.hnsw.efSearch = _HNSW_BUILD, _HNSW_SEARCH
    else:
        coarse, lists = faiss.IndexFlatIP(dims), n_lists(n)
        if kind == "ivf":
            index = faiss.IndexIVFScalarQuantizer(
                coarse, dims, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
            )
        else:
            index = faiss.IndexIVFPQ(coarse, dims, lists, n_codes(dims), 8, faiss.METRIC_INNER_PRODUCT)
            index.pq.cp.min_points_per_centroid = 1  # what it found too few of would be said on stderr
        index.own_fields = True
        coarse.this.disown()
        index.nprobe = max(1, round(_PROBED[kind] * lists))
        index.cp.seed = _SEED
    index.train(vectors)
    index.add(vectors)
    return index


@cache
def _first_builder() -> int:
    """The process in which an index was built first: this one, or one that it was forked from."""
    return os.getpid()


def n_lists(n: int) -> int:
    """Lists of an IVF index over `n` vectors."""
    return max(1, min(int(_LIST_SHARE * n**0.5), n // _VECTORS_TO_TRAIN_A_LIST))


def n_codes(dims: int) -> int:
    """Bytes of a product-quantised vector."""
    return next(codes for codes in range(max(1, dims // PQ_DIMS), dims + 1) if dims % codes == 0)


def _faiss() -> Any:
    try:
        import faiss
    except ImportError:
        raise MissingExtraError("faiss", extra="faiss") from None
    return faiss
