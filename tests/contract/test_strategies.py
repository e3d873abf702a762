"""What holds for every strategy: the built-in ones, and a callable of the user's own."""

import inspect
import json
from dataclasses import replace

import pytest

from secondhop import Budget, Document, Passage, Query, Ranking, Reason, Selection, build_context
from secondhop.errors import OptionError
from secondhop.selection import STRATEGIES
from secondhop.types import Decision

CHUNKS = [
    "The lighthouse keeper was Robert Hale. He kept a diary.",
    "The cafeteria opens at nine. It serves soup.",
    "Robert Hale was born in Arbroath in 1811. His father was a fisherman.",
    "The lighthouse is white. Its keeper lives in it.",
    "The lighthouse keeper was Robert Hale. He kept a diary.",
    "Buses leave every hour. The last one leaves at ten.",
]
QUESTION = "Who was the keeper of the lighthouse?"


def first_fit(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """A user's strategy: whole chunks in order, until one does not fit."""
    passages, decisions, used, full = [], [], 0, False
    for hit in hits:
        tokens = budget.count_tokens(hit.chunk.text)
        full = full or used + tokens > budget.max_tokens or len(passages) == budget.top_k
        span = (hit.chunk.start, hit.chunk.end)
        if full:
            decisions.append(
                Decision(hit.chunk.id, "dropped", Reason.DROPPED_BUDGET, tokens=tokens, detail={"tokens_short": 1})
            )
            continue
        used += tokens
        passages.append(Passage(hit.chunk, (span,), "seed", hit.score, hit.ordinal))
        decisions.append(
            Decision(hit.chunk.id, "kept", Reason.KEPT_RELEVANT, role="seed", tokens=tokens, spans=(span,))
        )
    return Selection(tuple(passages), tuple(decisions))


class LastFirst:
    """A strategy may be an object."""

    def __call__(self, query, hits, budget):
        return STRATEGIES["redundancy_pruned"](query, hits, budget)


ALL = {**STRATEGIES, "first_fit": first_fit, "LastFirst": LastFirst()}


@pytest.fixture(params=sorted(ALL))
def strategy(request):
    return ALL[request.param] if request.param not in STRATEGIES else request.param


@pytest.fixture(scope="module")
def doc():
    return Document.from_chunks(CHUNKS, tokenizer="words")


def test_the_budget_holds_from_one_token_on(doc, strategy):
    for budget in range(1, 70):
        context = doc.context(QUESTION, budget, strategy=strategy)
        assert len(context.text().split()) == context.report.total_tokens <= budget
    assert len(context) > 1


def test_each_hit_has_one_decision_in_any_budget(doc, strategy):
    for budget in (1, 8, 20, 500):
        report = doc.analyze(QUESTION, budget, strategy=strategy)
        ids = [decision.chunk_id for decision in report.decisions]
        assert len(set(ids)) == len(ids) == report.n_input_chunks > 1
        assert report.n_selected + report.removed_total == report.n_input_chunks
        assert all(isinstance(decision.reason, Reason) for decision in report.decisions)


def test_a_kept_decision_shows_what_its_passage_shows(doc, strategy):
    context = doc.context(QUESTION, 25, strategy=strategy)
    kept = {decision.chunk_id: decision for decision in context.report.decisions if decision.fate == "kept"}
    assert {passage.chunk.id: passage.spans for passage in context.passages} == {
        key: value.spans for key, value in kept.items()
    }
    for passage in context.passages:
        assert "".join(passage.pieces)
        assert all(passage.chunk.start <= start < end <= passage.chunk.end for start, end in passage.spans)


def test_passages_stand_in_reading_order(doc, strategy):
    orders = [passage.order for passage in doc.context(QUESTION, strategy=strategy).passages]
    assert orders == sorted(orders)


def test_the_best_evidence_is_kept(doc, strategy):
    context = doc.context(QUESTION, 12, strategy=strategy)
    assert "keeper" in context.text()


@pytest.mark.parametrize("top_k", [1, 2])
def test_top_k_holds(doc, strategy, top_k):
    context = doc.context(QUESTION, top_k=top_k, strategy=strategy)
    assert 0 < len(context) <= top_k


def test_nothing_to_choose_from_is_an_empty_selection(doc, strategy):
    context = doc.context("zebra", strategy=strategy)
    assert (len(context), context.report.decisions) == (0, ())


def test_the_same_input_gives_the_same_output(doc, strategy):
    runs = {json.dumps(doc.context(QUESTION, 20, strategy=strategy).to_dict()) for _ in range(5)}
    assert len(runs) == 1


def test_the_name_is_reported(doc, strategy):
    name = strategy if isinstance(strategy, str) else getattr(strategy, "__name__", type(strategy).__name__)
    assert doc.analyze(QUESTION, strategy=strategy).requested_strategy == name


def test_chunks_from_elsewhere_are_chosen_from_as_well(strategy):
    context = build_context(QUESTION, CHUNKS, strategy, 30, tokenizer="words")
    assert context.report.n_input_chunks == len(CHUNKS)
    assert 0 < context.report.total_tokens <= 30


def test_hits_are_not_changed(strategy):
    seen = []

    def watched(query, hits, budget):
        before = [(hit.chunk.id, hit.score, hit.rank) for hit in hits]
        chosen = (STRATEGIES[strategy] if isinstance(strategy, str) else strategy)(query, hits, budget)
        seen.append(before == [(hit.chunk.id, hit.score, hit.rank) for hit in hits])
        return chosen

    Document.from_chunks(CHUNKS).context(QUESTION, 20, strategy=watched)
    assert seen == [True]


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_built_in_strategies_have_the_documented_shape(name):
    assert list(inspect.signature(STRATEGIES[name]).parameters) == ["query", "hits", "budget"]
    assert STRATEGIES[name].__name__ == name
    assert STRATEGIES[name].__doc__


def test_a_passage_with_the_place_of_another_hit_is_refused(doc):
    def shifted(query, hits, budget):
        chosen = first_fit(query, hits, budget)
        passages = tuple(replace(passage, order=passage.order + 1) for passage in chosen.passages)
        return replace(chosen, passages=passages)

    with pytest.raises(OptionError, match="its order the hit's ordinal"):
        doc.context(QUESTION, strategy=shifted)


def first_alone(spans, tokens):
    """Keeps the best hit whole, and tells of it what is given here."""

    def strategy(query, hits, budget):
        best = hits[0]
        passage = Passage(best.chunk, ((best.chunk.start, best.chunk.end),), "seed", best.score, best.ordinal)
        kept = Decision(best.chunk.id, "kept", Reason.KEPT_RELEVANT, tokens=tokens, spans=spans)
        others = [Decision(hit.chunk.id, "dropped", Reason.DROPPED_TOP_K) for hit in hits[1:]]
        return Selection((passage,), (kept, *others))

    return strategy


def test_what_a_decision_does_not_tell_of_its_passage_is_filled_in(doc):
    report = doc.context(QUESTION, strategy=first_alone((), 0)).report
    kept = report.decisions[0]
    assert kept.spans
    assert kept.tokens == report.total_tokens
    assert report.evidence_density > 0


def test_a_decision_that_tells_of_other_spans_is_refused(doc):
    with pytest.raises(OptionError, match="its passage of"):
        doc.context(QUESTION, strategy=first_alone(((0, 3),), 1))


@pytest.mark.parametrize("change", [{"style": "plain"}, {"count_tokens": lambda text: 0}])
def test_a_strategy_that_asks_another_with_another_budget_is_rendered_and_counted_by_the_callers(doc, change):
    def other(query, hits, budget):
        return STRATEGIES["reasoning_preserving"](query, hits, replace(budget, **change))

    context = doc.context(QUESTION, 500, strategy=other, text_style="numbered")
    assert context.text().startswith("[1] ")
    assert context.report.total_tokens > 0
