import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.retrieval.semantic.rerank import rerank


def test_the_pool_takes_the_order_of_the_scores_and_keeps_its_values():
    direct = np.array([9.0, 7.0, 5.0, 3.0])
    reranked = rerank(direct, np.array([0, 1, 2]), np.array([-1.0, 4.0, 2.0]))
    assert reranked.tolist() == [5.0, 9.0, 7.0, 3.0]
    assert direct.tolist() == [9.0, 7.0, 5.0, 3.0]


def test_equal_scores_change_nothing():
    direct = np.array([1.0, 4.0, 4.0, 2.0])
    assert rerank(direct, np.array([2, 0, 1, 3]), np.zeros(4)).tolist() == direct.tolist()


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(-5, 5)), min_size=1, max_size=20), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_the_pool_comes_out_in_the_order_of_the_scores(pairs, pool):
    direct = np.array([pair[0] for pair in pairs])
    places = np.argsort(-direct, kind="stable")[:pool]
    scores = np.array([pairs[place][1] for place in places])
    reranked = rerank(direct, places, scores)
    assert sorted(reranked) == sorted(direct)
    outside = np.setdiff1d(np.arange(len(direct)), places)
    assert np.array_equal(reranked[outside], direct[outside])
    ordered = reranked[places[np.argsort(-scores, kind="stable")]]
    assert (np.diff(ordered) <= 0).all()
