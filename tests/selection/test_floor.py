"""`min_score`: what scores less is dropped, with its reason, before a strategy sees it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import secondhop
from secondhop.options import STRATEGY_NAMES

TEXTS = [f"The copper {word} of {name} was repaired in {1900 + n}." for n, (word, name) in enumerate(
    (word, name) for word in ("boiler", "kettle", "engine", "valve") for name in ("Leeds", "Hull", "York")
)]  # fmt: skip
QUESTION = "Which copper boiler was repaired in Hull?"
DOCUMENT = secondhop.Document.from_texts(TEXTS, tokenizer="words")


@pytest.mark.parametrize("strategy", STRATEGY_NAMES)
@settings(deadline=None)
@given(place=st.integers(0, len(TEXTS) - 1), budget=st.integers(5, 200))
def test_nothing_kept_scores_less_and_every_candidate_has_its_fate(strategy, place, budget):
    scores = [hit.score for hit in DOCUMENT.search(QUESTION, 50)]
    limit = scores[min(place, len(scores) - 1)]
    report = DOCUMENT.context(QUESTION, budget, strategy=strategy, min_score=limit).report
    free = DOCUMENT.context(QUESTION, budget, strategy=strategy).report
    assert {d.chunk_id for d in report.decisions} == {d.chunk_id for d in free.decisions}
    assert report.n_selected + report.removed_total == report.n_input_chunks == len(report.decisions)
    for decision in report.decisions:
        assert (decision.score < limit) == (decision.reason is secondhop.Reason.DROPPED_LOW_SCORE)


def test_the_reason_has_its_numbers_and_words():
    report = DOCUMENT.context(QUESTION, min_score=1e6).report
    assert report.n_selected == 0
    assert set(report.removed) == {"dropped_low_score"}
    assert report.decisions[0].detail["limit"] == 1e6
    assert "is below 1000000.0" in str(report)


def test_a_low_bar_changes_nothing():
    plain, barred = DOCUMENT.context(QUESTION, 40), DOCUMENT.context(QUESTION, 40, min_score=0.0)
    assert plain.text() == barred.text()
    assert plain.report == barred.report


def test_it_is_an_option_of_chunks_from_elsewhere():
    context = secondhop.build_context(QUESTION, TEXTS, min_score=1e6)
    assert context.report.removed == {"dropped_low_score": len(TEXTS)}


@pytest.mark.parametrize("value", [float("nan"), "much"])
def test_a_bar_that_is_no_number_is_refused(value):
    with pytest.raises(secondhop.OptionError, match="min_score"):
        DOCUMENT.context(QUESTION, min_score=value)


def test_what_the_bar_leaves_out_is_not_passed_through():
    scores = [hit.score for hit in DOCUMENT.search(QUESTION, 50)]
    report = DOCUMENT.context(QUESTION, min_score=scores[0]).report
    assert (report.auto_decision, report.strategy) == ("intervene", "auto")
    assert "auto -> auto: left out as dropped_low_score" in str(report)


def test_the_budget_is_not_blamed_for_top_k():
    report = DOCUMENT.context(QUESTION, top_k=1).report
    assert "more than the budget" not in str(report)
    assert "auto -> reasoning_preserving: left out as dropped_top_k" in str(report)


def test_hidden_characters_count_alike_above_and_below_the_bar():
    doc = secondhop.Document.from_texts(["Har\u200bbour\u2060\u2060 is quiet."], tokenizer="characters")
    (below,) = doc.analyze("quiet", min_score=1e6).decisions
    assert below.tokens == doc.analyze("quiet").input_tokens
