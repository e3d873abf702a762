import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.retrieval.semantic.dense import DenseHits
from secondhop.retrieval.semantic.fusion import DENSE_WEIGHT, FUSIONS, STANDING_OUT, by_meaning, weighted


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
    best, weight = lexical.max() or 10.0, DENSE_WEIGHT
    found = hits([pair[1] for pair in pairs])
    assert weighted(lexical, found).max() <= 4 * best * (weight + (1 - weight) * (1 + STANDING_OUT)) * (1 + 1e-9)
    assert FUSIONS["rrf"](lexical, found).max() <= best * (1 + 1e-9)


def test_a_chunk_that_leads_on_both_sides_leads():
    lexical = np.array([1.0, 5.0, 0.0])
    for fuse in FUSIONS.values():
        assert fuse(lexical, hits([0.1, 0.9, 0.5])).argmax() == 1


def test_the_weight_moves_from_words_to_meaning():
    lexical, found = np.array([4.0, 1.0]), hits([0.1, 0.9])
    assert weighted(lexical, found, weight=0.2).argmax() == 0
    assert weighted(lexical, found, weight=0.9).argmax() == 1
    assert weighted(lexical, found, weight=0.0).argmax() == 0


def test_a_chunk_with_some_of_the_words_does_not_climb_over_one_that_is_nearer():
    lexical = np.full(20, 6.0)
    lexical[0], lexical[2] = 9.0, 0.0
    found = hits([0.4, 0.45, 0.48, 0.6, *[0.4] * 16])
    order = np.argsort(-weighted(lexical, found), kind="stable").tolist()
    assert order.index(2) < order.index(1)  # by the share itself, not its cube, it would be the other way round


def test_words_weigh_more_the_further_the_best_by_words_stands_out():
    crowd, alone = np.full(20, 8.0), np.full(20, 1.0)
    crowd[0] = alone[0] = 9.0
    found = hits([0.1, 0.9, *[0.5] * 18])
    assert weighted(crowd, found).argmax() == 1
    assert weighted(alone, found).argmax() == 0


def test_without_words_in_common_the_order_is_that_of_meaning():
    found = hits([0.2, 0.9, 0.4])
    for fuse in (*FUSIONS.values(), by_meaning):
        assert np.argsort(-fuse(np.zeros(3), found)).tolist() == [1, 2, 0]


def test_chunks_that_are_all_as_near_count_the_same():
    assert len(set(weighted(np.zeros(3), hits([0.5, 0.5, 0.5])).tolist())) == 1
