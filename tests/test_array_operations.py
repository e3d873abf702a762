"""The operations on arrays, beside loops that do the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from secondhop import arrays

counts = st.lists(st.integers(0, 300), max_size=12).map(lambda values: np.array(values, np.int64))
small = st.lists(st.integers(0, 4), max_size=40).map(lambda values: np.array(values, np.int64))
VALUES = np.arange(10_000) * 7


@st.composite
def some_ranges(draw):
    """Starts and lengths, some of which follow one another."""
    starts, lengths, place = [], [], 0
    for length, gap in draw(st.lists(st.tuples(st.integers(0, 300), st.sampled_from([0, 0, 0, 5, -2])), max_size=12)):
        place = max(0, place + gap)
        starts.append(place)
        lengths.append(length)
        place += length
    return np.array(starts, np.int64), np.array(lengths, np.int64)


@given(some_ranges())
def test_ranges_and_what_stands_in_them_come_one_after_the_other(given_ranges):
    expected = [number for start, length in zip(*given_ranges, strict=True) for number in range(start, start + length)]
    assert arrays.ranges(*given_ranges).tolist() == expected
    assert arrays.gathered(VALUES, *given_ranges).tolist() == [7 * number for number in expected]


def test_long_ranges_that_follow_one_another_are_gathered_as_slices(monkeypatch):
    monkeypatch.setattr(arrays, "ranges", None)
    starts, lengths = np.array([10, 510, 2000]), np.array([500, 400, 1000])
    expected = [*range(10, 910), *range(2000, 3000)]
    assert arrays.gathered(np.arange(3000), starts, lengths).tolist() == expected


@given(counts)
def test_offsets_are_where_runs_begin_and_the_last_one_ends(lengths):
    offsets = arrays.offsets_of(lengths)
    assert offsets.tolist() == [int(lengths[:place].sum()) for place in range(len(lengths) + 1)]
    assert arrays.counts_of(offsets).tolist() == lengths.tolist()


def test_occurrences_are_counted_across_the_parts_that_are_looked_at_at_once(monkeypatch):
    monkeypatch.setattr(arrays, "_AT_ONCE", 3)
    assert arrays.occurrences(np.array([0, 2, 2, 2, 0, 1, 2], np.int32), 5).tolist() == [2, 1, 4, 0, 0]


def test_counts_take_as_few_bytes_as_the_largest_one_needs():
    assert [arrays.narrowest(np.array([0, most])).itemsize for most in (255, 256, 65_535, 65_536)] == [1, 2, 2, 4]
    assert arrays.narrowest(np.array([3, 256])).tolist() == [3, 256]
    assert arrays.narrowest(np.array([], np.int64)).itemsize == 1


@given(st.lists(st.integers(-3, 9)))
def test_values_are_numbered_by_their_places_among_the_distinct_ones(values):
    distinct, places = arrays.numbered(np.array(values, np.int64))
    assert distinct.tolist() == sorted(set(values))
    assert distinct[places].tolist() == values


@given(small)
def test_runs_begin_where_a_value_differs_from_the_one_before(values):
    starts = arrays.run_starts(values)
    assert starts.tolist() == [n for n in range(len(values)) if n == 0 or values[n] != values[n - 1]]
    lengths = arrays.run_lengths(starts, len(values))
    assert values[starts].repeat(lengths).tolist() == values.tolist()


@given(st.lists(st.booleans(), max_size=30))
def test_runs_of_true_values_are_found_with_their_ends(mask):
    begins, ends = arrays.true_runs(np.array(mask, bool))
    found = [False] * len(mask)
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        assert begin < end
        assert begin == 0 or not mask[begin - 1]
        assert end == len(mask) or not mask[end]
        found[begin:end] = [True] * (end - begin)
    assert found == mask


@given(small)
def test_weights_are_summed_at_their_places(places):
    weights = np.arange(len(places)) + 0.5
    expected = [sum(w for w, place in zip(weights, places, strict=True) if place == n) for n in range(6)]
    sums = arrays.sum_by(places, weights, 6)
    assert (sums.tolist(), sums.dtype) == (expected, float)


@given(small, st.integers(0, 50))
def test_the_highest_are_the_first_of_a_stable_sort(values, k):
    expected = sorted(range(len(values)), key=lambda place: (-values[place], place))[:k]
    assert arrays.highest(values.astype(float), k).tolist() == expected
