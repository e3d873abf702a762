import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.retrieval.dense import DenseHits
from secondhop.retrieval.fusion import FUSIONS, by_meaning, weighted


def hits(cosines):
    order = np.argsort(-np.asarray(cosines, float), kind="stable")
    return DenseHits(order, np.asarray(cosines, float)[order])


SCORES = st.lists(st.tuples(st.just(0.0) | st.floats(0.01, 50), st.floats(-1, 1)), min_size=1, max_size=30)


@pytest.mark.parametrize("name", FUSIONS)
@given(SCORES, st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_what_either_side_finds_stays_found(name, pairs, pool):
    lexical = np.array([pair[0] for pair in pairs])
    found = hits([pair[1] for pair in pairs])
    found = DenseHits(found.ordinals[:pool], found.cosines[:pool])
    fused = FUSIONS[name](lexical, found)
    expected = (lexical > 0) | np.isin(np.arange(len(lexical)), found.ordinals)
    assert ((fused > 0) == expected).all()
    assert np.isfinite(fused).all()


@given(SCORES)
@settings(max_examples=100, deadline=None)
def test_fused_scores_are_on_the_scale_of_the_words(pairs):
    lexical = np.array([pair[0] for pair in pairs])
    best = lexical.max() or 10.0
    found = hits([pair[1] for pair in pairs])
    assert (weighted(lexical, found) >= lexical).all()
    assert weighted(lexical, found).max() <= 4 * best * (1 + 1e-9)
    assert FUSIONS["rrf"](lexical, found).max() <= best * (1 + 1e-9)


def test_a_chunk_that_leads_on_both_sides_leads():
    lexical = np.array([1.0, 5.0, 0.0])
    for fuse in FUSIONS.values():
        assert fuse(lexical, hits([0.1, 0.9, 0.5])).argmax() == 1


def test_the_weight_moves_from_words_to_meaning():
    lexical, found = np.array([4.0, 1.0]), hits([0.1, 0.9])
    assert weighted(lexical, found, weight=0.2).argmax() == 0
    assert weighted(lexical, found, weight=0.8).argmax() == 1
    assert np.allclose(weighted(lexical, found, weight=0.0), lexical)


def test_without_words_in_common_the_order_is_that_of_meaning():
    found = hits([0.2, 0.9, 0.4])
    for fuse in (*FUSIONS.values(), by_meaning):
        assert np.argsort(-fuse(np.zeros(3), found)).tolist() == [1, 2, 0]


def test_chunks_that_are_all_as_near_count_the_same():
    assert len(set(weighted(np.zeros(3), hits([0.5, 0.5, 0.5])).tolist())) == 1
