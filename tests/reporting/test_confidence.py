import time

import numpy as np
import pytest

from secondhop import Document
from secondhop.evaluation.metrics import auroc
from secondhop.reporting import confidence as model
from secondhop.reporting.shown import shown_sentences
from secondhop.retrieval.question.query import parse_query
from secondhop.selection import STRATEGIES
from secondhop.types import Budget

PLACES = ("Leeds", "York", "Hull", "Derby", "Bath", "Truro", "Exeter", "Ripon", "Wells", "Ely", "Oxford", "Durham")
TOWERS = [
    f"The tower of {place} was finished in {1200 + 20 * number}. It has {40 + number} bells and a clock."
    for number, place in enumerate(PLACES)
]


@pytest.fixture(scope="module")
def towers():
    return Document.from_chunks(TOWERS, tokenizer="words")


def codes(report):
    return [warning.code for warning in report.warnings]


@pytest.mark.parametrize("question", ["", "the of is", "zebra", "?!"])
def test_nothing_shown_or_nothing_asked_is_no_confidence(towers, question):
    assert towers.analyze(question).confidence == 0.0


def test_one_chunk_that_holds_every_word_is_trusted():
    report = Document.from_text("The berth is forfeit after two unpaid seasons.").analyze("When is a berth forfeit?")
    assert report.confidence > 0.7
    assert not report.low_confidence_retrieval


@pytest.mark.parametrize("n_chunks", [1, 2, 3])
def test_a_short_document_is_not_marked_down_for_one_word_it_lacks(n_chunks):
    """Rarity says nothing in one chunk: every word that it holds is in all chunks."""
    others = ["Boats over nine metres pay more.", "The harbour office opens at eight."]
    doc = Document.from_chunks(["A berth is forfeit after two unpaid seasons.", *others][:n_chunks])
    report = doc.analyze("When does a berth become forfeit?")
    assert report.unmatched_terms == ("become",)
    assert not report.low_confidence_retrieval


def test_each_word_that_the_documents_lack_lowers_the_confidence(towers):
    asked = ["bells tower Leeds", "bells tower Leeds steeple", "bells tower Leeds steeple granite"]
    values = [towers.analyze(question).confidence for question in asked]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] + 0.1


def test_a_missing_name_lowers_it_more_than_another_missing_word(towers):
    name, word = (towers.analyze(f"How many bells has the tower of {word}?").confidence for word in ("Rouen", "rouen"))
    assert name < word


def test_a_smaller_budget_is_never_surer_of_the_same_question(towers):
    values = [towers.analyze("Which tower has a clock and bells?", budget).confidence for budget in (20, 60, 8192)]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_a_question_of_something_else_is_warned_about(towers):
    report = towers.analyze("Which fertiliser did the finished greenhouse experiment recommend for tomato seedlings?")
    assert report.low_confidence_retrieval
    assert "low_confidence" in codes(report)
    assert f"{report.confidence:.2f}" in next(w.message for w in report.warnings if w.code == "low_confidence")


def test_a_larger_budget_is_advised_only_where_something_is_left_out(towers):
    def advice(budget):
        (warning,) = [
            each for each in towers.analyze("tower zeppelin", budget).warnings if each.code == "low_confidence"
        ]
        return warning.suggestion

    assert "budget" in advice(12)
    assert "budget" not in advice(8000)


def test_questions_of_the_documents_stand_above_those_of_others(towers):
    own = [f"When was the tower of {place} finished?" for place in PLACES]
    off = [f"Who painted the ceiling of the chapel in {place.lower()[::-1]} with a clock?" for place in PLACES]
    values = [towers.analyze(question).confidence for question in own + off]
    assert auroc(values, [True] * len(own) + [False] * len(off)) == 1.0


def test_low_confidence_is_below_the_documented_limit(towers):
    for question in ("tower of Leeds", "clock steeple granite marble", "bells"):
        report = towers.analyze(question)
        assert report.low_confidence_retrieval == (report.confidence < model.LOW_CONFIDENCE)
        assert report.low_confidence_retrieval == ("low_confidence" in codes(report))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize("variant", ["lucene", "okapi", "l", "plus"])
def test_it_is_a_probability_under_every_strategy_and_scoring(strategy, variant):
    doc = Document.from_chunks(TOWERS, bm25_variant=variant, tokenizer="words")
    for question in ("tower of Leeds", "tower Rouen 1999", "bells"):
        for budget in (5, 30, 8192):
            assert 0.0 <= doc.analyze(question, budget, strategy=strategy).confidence <= 1.0


def test_signals_are_zero_where_nothing_is_left_out(towers):
    hits, selection = chosen(towers, "tower of Leeds", 8192)
    found = model.signals(hits, selection, shown_sentences(hits, selection), len(towers))
    assert (found.crowd, found.squeeze) == (0.0, 0.0)


FILM = "Silver Harbour is a film of 1987 that Mara Ellison Quist directed in Tromsdalen."
HOPS = {
    "linked": "Mara Ellison Quist was born in Tromsdalen and died in 2003.",
    "unlinked": "Petra Oldham Voss was born in Lindesberg and died in 2011.",
}


def test_short_texts_that_name_one_another_are_trusted_more_than_others():
    linked, unlinked = (director(Document.from_texts([FILM, text, *TOWERS])) for text in HOPS.values())
    assert linked.link > unlinked.link == model.TYPICAL_LINK
    assert linked.match == pytest.approx(unlinked.match, abs=0.05)


def test_links_tell_nothing_inside_one_text_nor_where_nothing_is_linked():
    one_text = [{"text": text, "source": "all.txt"} for text in (FILM, HOPS["linked"], *TOWERS)]
    assert director(Document.from_chunks(one_text)).link == model.TYPICAL_LINK
    nameless = [FILM.lower(), *(tower.lower().translate(str.maketrans("", "", "0123456789")) for tower in TOWERS)]
    assert director(Document.from_texts(nameless)).link == model.TYPICAL_LINK


def test_words_count_as_held_that_the_two_best_candidates_hold_between_them():
    texts = ["The quay of Leeds is old.", "Toll is due at noon.", "Herons nest here.", *TOWERS]
    question = "Is toll due on the quay where herons nest?"
    hits, selection = chosen(Document.from_chunks(texts, tokenizer="words"), question, 8192)
    found = model.signals(hits, selection, shown_sentences(hits, selection), len(texts))
    best = {hit.chunk.text for hit in hits[:2]}
    assert best == set(texts[1:3])
    assert (hits.query.terms, hits.query.unmatched) == (("toll", "due", "quay", "heron", "nest"), ())
    assert found.held == pytest.approx(4 / 5)


def test_copies_left_out_do_not_count_as_left_out():
    text = "The price of copper is nine dollars for every pound of it."
    once, thrice = (Document.from_texts([text] * n, tokenizer="words").analyze("price of copper") for n in (1, 3))
    assert thrice.removed == {"dropped_duplicate": 2}
    assert thrice.confidence == pytest.approx(once.confidence, abs=0.1)
    assert not thrice.low_confidence_retrieval


def test_signals_stay_in_their_ranges(towers):
    for budget in (12, 40, 100):
        hits, selection = chosen(towers, "Which tower has bells and a clock?", budget)
        found = model.signals(hits, selection, shown_sentences(hits, selection), len(towers))
        assert 0 < found.held <= 1
        assert 0 < found.link <= 1.5
        assert 0 < found.crowd <= np.log1p(len(TOWERS))
        assert 0 <= found.squeeze <= 7
        assert -3.1 < found.match < 2


@pytest.mark.parametrize("start", [-1, 0, 10_000])
@pytest.mark.parametrize("budget", [6, 20, 200])
def test_a_sentence_is_shown_if_it_begins_inside_what_is_kept_of_its_chunk(start, budget):
    """Wherever the chunks stand in their texts: the best one stands far behind the others, and is too long to be kept."""
    best = {"text": "The tower of Hull has bells" + ", and bells" * 20 + ".", "start": start}
    others = [f"The tower of Hull is {word}. Lunch is at noon. It has bells.  " for word in ("old", "red", "tall")]
    hits, selection = chosen(Document.from_chunks([best, *others], tokenizer="words"), "Hull bells and", budget)
    kept = {passage.order: passage.spans for passage in selection.passages}
    places = zip(hits.sentences.hit.tolist(), hits.sentences.start.tolist(), strict=True)
    expected = [any(left <= at < right for left, right in kept.get(hits.hits[hit].ordinal, ())) for hit, at in places]
    assert shown_sentences(hits, selection).tolist() == expected
    assert any(expected)


def test_the_coefficients_point_the_way_they_are_explained():
    assert all(value > 0 for value in model.IN_DOCUMENTS[1:])
    assert model.IN_CONTEXT[1] > 0
    assert all(value < 0 for value in model.IN_CONTEXT[2:])


def test_it_costs_less_than_a_millisecond():
    """A generous bound, as the machine may be busy; the findings have the measured figure."""
    doc = Document.from_chunks(TOWERS * 10, tokenizer="words")
    hits, selection = chosen(doc, "Which tower has bells and a clock?", 400)
    times = []
    for _ in range(50):
        began = time.perf_counter()
        model.confidence(hits, selection, shown_sentences(hits, selection), len(doc))
        times.append(time.perf_counter() - began)
    assert min(times) < 1e-3


def test_the_query_knows_weights_and_rarity_of_its_words(towers):
    query = parse_query(towers._snapshot, 'find the "tower" clock steeple').query
    assert (query.terms, query.unmatched) == (("tower", "clock"), ("find", "steeple"))
    assert query.weights == (3.0, 1.0)
    assert query.unmatched_weights == (0.3, 1.0)
    assert len(query.idf) == 2
    assert all(value > 0 for value in query.idf)


def director(document):
    """Signals of a question which needs two texts."""
    hits, selection = chosen(document, "In which year was the director of Silver Harbour born?", 8192)
    return model.signals(hits, selection, shown_sentences(hits, selection), len(document))


def chosen(document, question, budget):
    seen = []

    def spy(query, hits, limits: Budget):
        seen.append((hits, STRATEGIES["auto"](query, hits, limits)))
        return seen[-1][1]

    document.context(question, budget, strategy=spy)
    return seen[-1]
