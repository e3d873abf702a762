import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Item
from secondhop.evaluation.metrics import (
    auroc,
    bootstrap,
    evidence_scores,
    ndcg,
    precision_at_recall,
    readability,
    recall_at,
    reciprocal_rank,
)
from secondhop.evaluation.rows import answers_of

ADA = "Ada Lovelace wrote the first program. She worked with Charles Babbage."
BABBAGE = "Charles Babbage designed the Analytical Engine. He was born in London."


def test_evidence_scores_of_all_half_and_nothing(data):
    item = load("pairs", root=data).items[0]
    everything = evidence_scores(item, f"{ADA}\n\n{BABBAGE}")
    assert everything == {"wr": 1.0, "wr80": 1.0, "full": 1.0, "ev": 1.0, "hop2": 1.0, "ans": 1.0}
    assert evidence_scores(item, ADA)["ev"] == 0.5
    assert evidence_scores(item, ADA)["full"] == 0.0
    assert evidence_scores(item, "")["wr"] == 0.0


def test_the_first_span_alone_decides_word_recall_where_asked():
    item = Item(
        "i",
        "q",
        (),
        (),
        ((0, "alpha beta"), (0, "gamma delta")),
        ((0, "alpha beta"), (0, "gamma delta")),
        first_span=True,
    )
    assert evidence_scores(item, "Alpha, beta!") == {"wr": 1.0, "wr80": 1.0, "full": 0.0, "ev": 0.5}


@pytest.mark.parametrize(
    ("answer", "context", "found"),
    [
        ("1 May 2020", "It opened on 1 May, 2020.", 1.0),
        (["1 May 2020"], "It opened on 1 May, 2020.", 1.0),
        ([["1 May 2020", "May 1, 2020"]], "It opened on May 1, 2020.", 1.0),
        ([["1 May 2020", "May 1, 2020"]], "It opened in May 2020.", 0.0),
        (["Ada", "Babbage"], "Ada worked alone.", 0.0),
        (["Ada", "Babbage"], "Babbage met Ada.", 1.0),
        (["Ada", ["Charles Babbage", "C. Babbage"]], "C. Babbage met Ada.", 1.0),
        (["Ada", ["Charles Babbage", "C. Babbage"]], "C. Babbage met her.", 0.0),
        (["四月", ["三百亿", "300亿"]], "四月卖出300亿元。", 1.0),
        ([["1 May", "", None]], "On 1 May.", 1.0),
    ],
)
def test_an_answer_is_there_if_each_part_is_in_any_spelling(answer, context, found):
    item = Item("i", "q", answers_of({"answer": answer}), (), ((0, "evidence"),), ((0, "evidence"),))
    assert evidence_scores(item, context)["ans"] == found


@pytest.mark.parametrize(
    "answer",
    [None, "", "…", "Yes", ["no"], ["Ada", "yes"], [["No", "not at all"]], [], [[]], ["Ada", []], 42, {"a": 1}],
)
def test_an_answer_that_no_text_shows_is_not_measured(answer):
    item = Item("i", "q", answers_of({"answer": answer}), (), ((0, "evidence"),), ((0, "evidence"),))
    assert "ans" not in evidence_scores(item, "evidence, yes, no, Ada, 42")


def test_ranking_metrics_on_known_values():
    assert ndcg([3, 1, 2], {1}) == pytest.approx(1 / math.log2(3))
    assert recall_at([3, 1, 2], {1, 9}, 2) == 0.5
    assert reciprocal_rank([3, 1], {1}) == 0.5
    assert reciprocal_rank([3], {1}) == 0.0


def test_a_document_counts_once_in_a_ranking_and_among_the_relevant():
    assert ndcg([1, 1, 2], {1}) == 1.0
    assert ndcg([1, 2], (1, 1)) == 1.0


def test_auroc_counts_ties_half():
    assert auroc([0.9, 0.8, 0.1], [True, True, False]) == 1.0
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert math.isnan(auroc([0.5], [True]))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_the_share_of_pairs_in_order(pairs):
    high = [score for score, positive in pairs if positive]
    low = [score for score, positive in pairs if not positive]
    if high and low:
        wins = np.mean([(a > b) + 0.5 * (a == b) for a in high for b in low])
        assert auroc(*zip(*pairs, strict=True)) == pytest.approx(wins)


def test_precision_at_full_recall():
    assert precision_at_recall([0.9, 0.8, 0.7, 0.1], [True, False, True, False]) == pytest.approx(2 / 3)
    assert math.isnan(precision_at_recall([0.9], [False]))


def test_bootstrap_is_seeded_paired_and_skips_nan():
    clean = np.array([0.0, 0.1, 0.3, 0.35, 0.8, 0.9, 1.0])
    x = np.array([*clean[:3], np.nan, *clean[3:]])
    means = clean[np.random.default_rng(0).integers(0, 7, (2000, 7))].mean(1)
    found = bootstrap(x)
    assert (found.mean, found.low, found.high) == pytest.approx((clean.mean(), *np.percentile(means, [2.5, 97.5])))
    assert found.n == 7
    assert bootstrap(x, x).mean == 0.0
    assert bootstrap([np.nan]).n == 0


def test_readability_sees_gaps_and_open_pronouns():
    assert readability([ADA], [ADA]) == (11.0, 0.0)
    words, open_runs = readability(["She worked with Charles Babbage. … Bread rises"], [ADA])
    assert words == 3.5
    assert open_runs == 0.5
    assert readability(["He was first."], ["He was first. Then not."])[1] == 0.0
    assert readability([" … Then It rose.  "], ["Bread. Then It rose."]) == (3.0, 0.0)
    assert readability(["It rose."], ["Bread.", "Bread.\n  It rose."])[1] == 0.0
    assert readability(["It rose."], ["Bread."])[1] == 1.0
    assert all(map(math.isnan, readability([], [])))


def asked(evidence, support, question="Who built the engine?"):
    return Item("i", question, (), (), tuple(evidence), tuple(support))


def test_the_second_hop_is_the_document_that_shares_less_with_the_question():
    near, far = (0, "Babbage built the engine."), (1, "He was born in London. It rained.")
    for evidence in ((near, far), ((0, far[1]), (1, near[1]))):
        item = asked(evidence, evidence)
        assert evidence_scores(item, far[1])["hop2"] == 1.0
        assert evidence_scores(item, near[1])["hop2"] == 0.0
    assert (
        evidence_scores(asked([near, far], [near, (1, "He was born"), (1, "It rained.")]), "He was born")["hop2"] == 0
    )


def test_four_words_of_five_are_enough_and_three_of_four_are_not():
    five, four = (asked([(0, text)], [(0, text)]) for text in ("aa bb cc dd ee", "aa bb cc dd"))
    assert [evidence_scores(five, "aa bb cc dd")["wr80"], evidence_scores(four, "aa bb cc")["wr80"]] == [1.0, 0.0]


def test_what_no_support_is_known_of_is_not_measured():
    scores = evidence_scores(asked([(0, "alpha beta"), (1, "gamma delta")], []), "alpha")
    assert all(math.isnan(scores[name]) for name in ("full", "ev", "hop2"))
    assert scores["wr"] == 0.25


def test_rankings_are_measured_up_to_their_depth():
    assert ndcg([*range(10), 99], {99}) == 0.0
    assert ndcg(range(12), range(12)) == 1.0
    assert (recall_at([1, 2, 3], {3}, 2), recall_at([1, 2, 3], {3}, 3)) == (0.0, 1.0)
    assert math.isnan(recall_at([1], (), 5))


def test_of_twenty_positives_nineteen_are_to_be_found():
    scores = [*[0.9] * 19, 0.5, 0.1]
    assert precision_at_recall(scores, [*[True] * 19, False, True]) == 1.0
    assert precision_at_recall([*scores[:18], *scores[19:], 0.1], [*[True] * 18, False, True, True]) == 20 / 21


def test_a_gap_may_stand_on_a_line_of_its_own():
    assert readability(["Bread rises.\n…\nShe worked with Charles Babbage."], [ADA]) == (3.5, 0.5)
    assert readability(["He was first."], ["A title\nHe was first."])[1] == 0.0
