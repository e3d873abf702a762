"""Array operations that several stages need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Bools, Floats, Ints


def ranges(starts: Ints, counts: Ints) -> Ints:
    """The whole numbers of all ranges, one range after the other."""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    numbers: Ints = np.repeat(starts - ends + counts, counts)
    numbers += np.arange(total)
    return numbers


def run_starts(values: Ints) -> Ints:
    """Places where a run of equal values begins."""
    begins = np.empty(len(values), bool)
    begins[:1] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def true_runs(mask: Bools) -> tuple[Ints, Ints]:
    """Where each run of true values begins, and where it ends."""
    padded = np.zeros(len(mask) + 2, bool)
    padded[1:-1] = mask
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges[0::2], edges[1::2]


def sum_by(places: NDArray[Any], weights: Floats, n: int) -> Floats:
    """[n] the sum of the weights at each place."""
    if not len(places):
        return np.zeros(n)
    sums: Floats = np.bincount(places, weights, n)  # type: ignore[assignment]  # with weights it counts in floats
    return sums
