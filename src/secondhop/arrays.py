"""Array operations that several stages need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

_Scalar = TypeVar("_Scalar", bound=np.generic)

_AT_ONCE = 1 << 18
_A_SLICE = 128
"""Taking a slice takes as long as taking so many values one by one."""
_FEW = 16
"""So many slices take no longer than the places of all values, however few these are."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Bools, Floats, Ints


def ranges(starts: Ints, counts: Ints) -> Ints:
    """The whole numbers of all ranges, one range after the other."""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    numbers: Ints = (starts - ends + counts).repeat(counts)
    numbers += np.arange(total)
    return numbers


def offsets_of(counts: Ints) -> NDArray[np.int64]:
    """Where each of a number of runs begins, and the last one ends."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    counts.cumsum(out=offsets[1:])
    return offsets


def counts_of(offsets: Ints) -> Ints:
    """How long each of the runs is: what `offsets_of` was given. `np.diff` takes several times as long for a few."""
    counts: Ints = offsets[1:] - offsets[:-1]
    return counts


def runs(starts: Ints, counts: Ints) -> list[Any]:
    """What to take so as to have all ranges, one after the other: places, or slices, where ranges are long or follow one another."""
    ends = starts + counts
    if 0 < len(starts) <= _FEW:
        return list(map(slice, starts.tolist(), ends.tolist()))
    breaks = (starts[1:] != ends[:-1]).nonzero()[0]
    if len(breaks) * _A_SLICE >= counts.sum():
        return [ranges(starts, counts)]
    firsts, lasts = starts[np.append(0, breaks + 1)], ends[np.append(breaks, -1)]
    return list(map(slice, firsts.tolist(), lasts.tolist()))


def gathered(values: NDArray[_Scalar], starts: Ints, counts: Ints) -> NDArray[_Scalar]:
    """The values of all ranges, one range after the other."""
    parts = runs(starts, counts)
    return values[parts[0]] if len(parts) == 1 else np.concatenate([values[part] for part in parts])


def occurrences(numbers: NDArray[np.int32], n: int) -> Ints:
    """[n] how often each number occurs."""
    counts = np.zeros(n, np.int64)
    for first in range(0, len(numbers), _AT_ONCE):
        counts += np.bincount(numbers[first : first + _AT_ONCE], minlength=n)
    return counts


def narrowest(counts: NDArray[Any]) -> NDArray[Any]:
    """The counts, none of them negative, in as few bytes each as the largest one needs."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)), copy=False)


def run_starts(values: Ints) -> Ints:
    """Places where a run of equal values begins."""
    begins = np.empty(len(values), bool)
    begins[:1] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins.nonzero()[0]


def distinct_values(values: Ints) -> Ints:
    """The distinct values, ascending. `np.unique` takes several times as long where there are few."""
    ordered = np.sort(values)
    distinct: Ints = ordered[run_starts(ordered)]
    return distinct


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """The distinct values, ascending, and for each value its place among them."""
    distinct = distinct_values(values)
    places: Ints = distinct.searchsorted(values)
    return distinct, places


def is_any(values: Ints, ordered: Ints) -> Bools:
    """[values] whether each is any of some ascending ones. `np.isin` takes several times as long where these are few."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    found: Bools = ordered.take(ordered.searchsorted(values), mode="clip") == values
    return found


def run_lengths(starts: Ints, end: int) -> Ints:
    """How long each of several runs is, of which one begins where the one before ends, and the last ends at `end`."""
    lengths = np.empty(len(starts), np.int64)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1:] = end - starts[-1:]
    return lengths


def true_runs(mask: Bools) -> tuple[Ints, Ints]:
    """Where each run of true values begins, and where it ends."""
    padded = np.zeros(len(mask) + 2, bool)
    padded[1:-1] = mask
    edges = (padded[1:] != padded[:-1]).nonzero()[0]
    return edges[0::2], edges[1::2]


def sum_by(places: NDArray[Any], weights: Floats, n: int) -> Floats:
    """[n] the sum of the weights at each place."""
    if not len(places):
        return np.zeros(n)
    sums: Floats = np.bincount(places, weights, n)  # type: ignore[assignment]  # with weights it counts in floats
    return sums


def highest(values: NDArray[Any], k: int) -> Ints:
    """Places of the `k` highest values, best first; equal values in order of place."""
    places = np.arange(len(values))
    if k < len(values):
        threshold = np.partition(values, len(values) - k)[len(values) - k] if k else np.inf
        above = (values > threshold).nonzero()[0]
        places = np.concatenate((above, (values == threshold).nonzero()[0][: k - len(above)]))
    ordered: Ints = places[(-values[places]).argsort(kind="stable")]
    return ordered
