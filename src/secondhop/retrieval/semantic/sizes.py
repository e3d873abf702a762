"""What vectors and the indexes over them take: formulas, and a measurement to hold them against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np

from secondhop.errors import OptionError
from secondhop.retrieval.semantic.approximate import (
    HNSW_LINKS,
    INDEX_KINDS,
    SMALLEST,
    ApproximateIndex,
    build_index,
    n_codes,
    n_lists,
)
from secondhop.retrieval.semantic.dense import FlatIndex, unit_rows

MARGIN = 0.2
"""For what a build holds besides for a moment."""
_MEASURED = 20_000
_QUERIES = 50
_ID_BYTES = 8
_NODE_BYTES = 16
"""Level, offset and entry of a node of an HNSW graph."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes by formula."""

    chunks: int
    dims: int
    index: str
    vectors: int
    overhead: int
    """What the index takes besides the vectors."""
    formula: str
    """How the overhead comes about."""

    @property
    def margin(self) -> int:
        """Bytes to keep free."""
        return int(MARGIN * (self.vectors + self.overhead))

    @property
    def total(self) -> int:
        """All together."""
        return self.vectors + self.overhead + self.margin

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "margin": self.margin, "total": self.total}


@dataclass(frozen=True, slots=True)
class Measurement:
    """An index as it was built."""

    chunks: int
    overhead: int
    planned: int
    """The overhead by the formula, for as many chunks."""
    milliseconds: float
    """Median time of a search for the 10 nearest."""
    recall: float
    """Share of the 10 nearest that are found."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def estimate(chunks: int, dims: int, index: str) -> Estimate:
    """Bytes of the vectors of `chunks` chunks and of an index over them.

    Raises:
        OptionError: no such index.
    """
    if index not in INDEX_KINDS:
        raise OptionError.choice("index", index, INDEX_KINDS)
    lists = n_lists(chunks)
    if index == "flat" or chunks < SMALLEST:
        overhead, formula = 0, "none: every vector is compared"
    elif index == "hnsw":
        node = dims + 2 * 4 * HNSW_LINKS + _NODE_BYTES
        overhead = chunks * node
        formula = f"{chunks:,} x ({dims} + 2 x 4 x {HNSW_LINKS} links + {_NODE_BYTES})"
    elif index == "ivf":
        overhead = chunks * (dims + _ID_BYTES) + lists * dims * 4
        formula = f"{chunks:,} x ({dims} + {_ID_BYTES}) + {lists:,} lists x {dims} x 4"
    else:
        codes = n_codes(dims)
        overhead = chunks * (codes + _ID_BYTES) + lists * dims * 4 + 256 * dims * 4
        formula = f"{chunks:,} x ({codes} + {_ID_BYTES}) + {lists:,} lists x {dims} x 4 + 256 x {dims} x 4"
    return Estimate(chunks, dims, index, chunks * dims * 4, overhead, formula)


def measure(chunks: int, dims: int, index: str) -> Measurement:
    """Builds an index over random vectors in clumps, at most 20,000, and searches it."""
    n = min(chunks, _MEASURED)
    draw = np.random.default_rng(7)
    clumps = draw.normal(size=(200, dims))
    rows = clumps[draw.integers(0, len(clumps), n + _QUERIES)] + 0.8 * draw.normal(size=(n + _QUERIES, dims))
    vectors, queries = unit_rows(rows[:n].astype(np.float32)), rows[n:].astype(np.float32)
    built, exact = build_index(index, vectors), FlatIndex(vectors)
    spent, found = [], []
    for query in queries:
        began = perf_counter()
        hits = built.search(query, 10)
        spent.append(perf_counter() - began)
        wanted = exact.search(query, 10).ordinals
        found.append(len(np.intersect1d(hits.ordinals, wanted)) / max(1, len(wanted)))
    overhead = built.n_bytes if isinstance(built, ApproximateIndex) else 0
    planned = estimate(n, dims, index).overhead
    return Measurement(n, overhead, planned, 1e3 * float(np.median(spent)), float(np.mean(found)))
