import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.arrays import highest
from secondhop.errors import InputError
from secondhop.retrieval.semantic import dense
from secondhop.retrieval.semantic.dense import FlatIndex, unit_rows


def vectors(n, dims=16, seed=1):
    return unit_rows(np.random.default_rng(seed).normal(size=(n, dims)).astype(np.float32))


def test_the_nearest_are_those_of_a_full_sort(monkeypatch):
    monkeypatch.setattr(dense, "_BLOCK", 7 * 16)
    rows, query = vectors(100), vectors(1, seed=2)[0]
    hits = FlatIndex(rows).search(3 * query, 10)
    expected = np.argsort(-(rows @ query), kind="stable")[:10]
    assert hits.ordinals.tolist() == expected.tolist()
    assert np.allclose(hits.cosines, (rows @ query)[expected], atol=1e-6)


def test_only_allowed_chunks_are_returned():
    rows = vectors(50)
    allowed = np.arange(50) % 5 == 0
    hits = FlatIndex(rows).search(rows[1], 20, allowed)
    assert len(hits.ordinals) == 10
    assert (hits.ordinals % 5 == 0).all()


def test_more_than_there_are_gives_all():
    rows = vectors(3)
    assert FlatIndex(rows).search(rows[2], 10).ordinals[0] == 2
    assert len(FlatIndex(rows).search(rows[2], 10).ordinals) == 3
    assert len(FlatIndex(vectors(0)).search(rows[0], 10).ordinals) == 0


def test_a_query_of_other_dimensions_is_refused():
    with pytest.raises(InputError, match="16 dimensions"):
        FlatIndex(vectors(3)).search(np.ones(5, np.float32), 1)


def test_zero_vectors_match_nothing():
    rows = unit_rows(np.vstack([np.eye(2, 16), np.zeros((1, 16)), np.full((1, 16), 1e-20)]).astype(np.float32))
    hits = FlatIndex(rows).search(rows[0], 4)
    assert hits.ordinals.tolist() == [0, 1]
    assert hits.cosines.tolist() == [1, 0]


@pytest.mark.parametrize("query", [np.zeros(16, np.float32), np.full(16, 1e-20, np.float32)])
def test_a_query_without_a_direction_finds_nothing(query):
    assert len(FlatIndex(vectors(5)).search(query, 3).ordinals) == 0


@given(st.lists(st.integers(-3, 3), max_size=30), st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_ties_go_to_the_earlier_chunk(values, k):
    found = highest(np.array(values, np.float32), k).tolist()
    assert found == sorted(range(len(values)), key=lambda place: (-values[place], place))[:k]
