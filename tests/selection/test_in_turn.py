from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop import Document
from secondhop.selection import STRATEGIES

module = import_module("secondhop.selection.reasoning_preserving")


def test_two_orders_take_turns_by_the_tokens_that_they_had():
    tokens = np.array([5, 5, 20, 5, 5])
    assert module.in_turn(tokens, [0, 1, 3], [2, 4, 0], 0.5) == [0, 2, 1, 3, 4]


def test_what_both_orders_want_counts_for_both():
    tokens = np.full(6, 10)
    # They agree on 0 and 1: both go on to their third choice at once.
    assert module.in_turn(tokens, [0, 1, 2, 3], [0, 1, 4, 5], 0.5)[:4] == [0, 1, 2, 4]


def test_a_larger_share_goes_further():
    tokens = np.full(6, 10)
    assert module.in_turn(tokens, [0, 1, 2], [3, 4, 5], 0.75)[:4] == [0, 3, 1, 2]


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(0, 8), st.floats(0.1, 0.9))
def test_each_sentence_has_one_turn(direct, full, n_direct, share):
    order = module.in_turn(np.arange(1, 9), direct[:n_direct], full, share)
    assert sorted(order) == list(range(8))


SEED = "The lighthouse keeper was Robert Hale of Arbroath."
LINKED = "Robert Hale moved to Arbroath when he was ten."
FILLER = [f"The price of copper rose by {number} per cent in the spring." for number in range(9)]


def share(document):
    seen = {}

    def look(query, hits, budget):
        seen["share"] = module.direct_share(hits)
        return STRATEGIES["raw_topk"](query, hits, budget)

    document.context("Who was the lighthouse keeper?", strategy=look)
    return seen["share"]


def test_a_link_to_another_text_leaves_less_for_direct_evidence_and_one_within_a_text_does_not():
    across = Document.from_texts([SEED, LINKED, *FILLER])
    within = Document.from_text("\n\n".join([SEED, LINKED, *FILLER]), chunk_size=12)
    assert module.DIRECT_SHARE - module.LINKED_SHARE <= share(across) < module.DIRECT_SHARE
    assert share(within) == module.DIRECT_SHARE


def test_without_any_hit_by_words_the_shares_are_even():
    assert share(Document.from_texts(["Bread rises.", "Yeast ferments."])) == pytest.approx(module.DIRECT_SHARE)
