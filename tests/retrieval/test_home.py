"""A text that opens with a name from the question comes first, and nothing else moves."""

import numpy as np
import pytest

from secondhop import Document, build_context
from secondhop.indexing import Snapshot
from secondhop.retrieval import retrieve
from secondhop.retrieval.home import HOME_WEIGHT, MOST_HOMES, SIDE, add_homes
from secondhop.retrieval.lexical import direct_scores
from secondhop.retrieval.question.query import parse_query
from secondhop.retrieval.tiers import Direct

HOME = "The Lost Child is a novel. It was written by Anna Ferrante in Naples."
RIVAL = "Letters were written to the lost, and to a child, and the child has written back."
FILLER = [f"The {noun} of the {place} is old." for noun in ("roof", "door") for place in ("station", "harbour")]
DOC = Document.from_texts([RIVAL, *FILLER, HOME])
HOME_AT = len(DOC._snapshot) - 1


def gains(doc, text, allowed=None):
    """What each chunk gets because it is a home."""
    query = parse_query(doc._snapshot, text)
    direct = direct_scores(doc._snapshot, query, allowed)
    return add_homes(doc._snapshot, query, direct, allowed) - direct


def homes(doc, text, allowed=None):
    return np.flatnonzero(gains(doc, text, allowed)).tolist()


def first_shown(context):
    return max(context.report.decisions, key=lambda decision: decision.score).chunk_id


def test_the_text_that_opens_with_the_name_comes_first():
    question = "Where was The Lost Child written?"
    assert DOC.search(question)[0].chunk.text == RIVAL
    assert first_shown(DOC.context(question)) == DOC._snapshot.chunk(HOME_AT).id


def test_a_home_gets_a_share_of_the_idf_of_the_words_it_opens_with():
    query = parse_query(DOC._snapshot, "The Lost Child")
    assert gains(DOC, "The Lost Child")[HOME_AT] == pytest.approx(HOME_WEIGHT * DOC._snapshot.idf[query.terms].sum())


def test_the_scores_handed_in_are_left_as_they_are():
    query = parse_query(DOC._snapshot, "The Lost Child")
    direct = direct_scores(DOC._snapshot, query)
    before = direct.copy()
    assert add_homes(DOC._snapshot, query, direct) is not direct
    assert np.array_equal(direct, before)
    nothing = parse_query(DOC._snapshot, "zebra")
    assert add_homes(DOC._snapshot, nothing, direct) is direct


def test_words_in_another_order_are_another_name():
    assert homes(DOC, "the child lost") == []
    assert homes(DOC, "Who lost the child?") == [HOME_AT]


def test_a_name_goes_on_as_far_as_the_opening_does():
    doc = Document.from_texts(["Ada Marsh founded it.", "Ada Marsh Hall is a house.", *FILLER])
    assert homes(doc, "Where is Ada Marsh Hall?") == [1]
    assert homes(doc, "Where is Ada Marsh?") == [0, 1]


def test_what_a_long_question_says_again_is_looked_up_once(monkeypatch):
    looked_up = []
    with_lead = Snapshot.with_lead
    monkeypatch.setattr(Snapshot, "with_lead", lambda *asked: looked_up.append(asked[1:]) or with_lead(*asked))
    question = "Where was The Lost Child written? Was the child lost? "
    once = gains(DOC, question)
    n_words = len(set(looked_up))
    looked_up.clear()
    assert gains(DOC, question * 50) == pytest.approx(50 * once)
    assert len(looked_up) == len(set(looked_up)) <= 2 * n_words


def test_each_name_of_a_question_has_its_own_home():
    doc = Document.from_texts(["Ada Marsh founded it.", *FILLER, "Robert Hale was a keeper."])
    assert homes(doc, "Were Ada Marsh and Robert Hale cousins?") == [0, len(FILLER) + 1]


@pytest.mark.parametrize(("n", "found"), [(MOST_HOMES, MOST_HOMES), (MOST_HOMES + 1, 0)])
def test_a_name_that_opens_many_texts_has_no_home(n, found):
    doc = Document.from_texts([*(f"Ada Marsh {verb} here." for verb in ("sang", "slept", "sat")[:n]), *FILLER])
    assert len(homes(doc, "Who was Ada Marsh?")) == found


def test_one_word_is_a_name_only_where_it_is_written_like_one():
    doc = Document.from_texts(["Copper is a metal.", *FILLER])
    assert homes(doc, "Where is copper found?") == []
    assert homes(doc, "Where is Copper found?") == [0]
    assert homes(DOC, "where was the lost child written?") == [HOME_AT]


def test_only_where_a_text_opens_is_a_home():
    text = "# Copper\n\nCopper melts.\n\n# Ada Marsh\n\nAda Marsh founded it.\n"
    doc = Document.from_text(text, source="a.md", chunk_size=8)
    assert len(doc._snapshot) > 1
    assert homes(doc, "Who was Ada Marsh?") == []
    assert homes(doc, "Who found Copper?") == [0]


def test_what_the_filter_leaves_out_is_no_home():
    allowed = np.arange(len(DOC._snapshot)) != HOME_AT
    assert homes(DOC, "The Lost Child", allowed) == []
    doc = Document.from_texts([{"text": text, "source": f"{n}.txt"} for n, text in enumerate([HOME, RIVAL, *FILLER])])
    context = doc.context("Who wrote The Lost Child?", filter=lambda chunk: chunk.source != "0.txt")
    assert {decision.chunk_id for decision in context.report.decisions} & {doc._snapshot.chunk(0).id} == set()


def test_the_scores_of_a_hit_add_up_and_a_home_counts_as_words():
    hits = DOC.context("Where was The Lost Child written?").report.decisions
    found = retrieve(DOC._snapshot, "Where was The Lost Child written?", costs=DOC._costs, candidate_k=9, bridge=True)
    assert {hit.chunk.id for hit in found} == {decision.chunk_id for decision in hits}
    assert all(hit.score == pytest.approx(hit.scores["lexical"] + hit.scores["bridge"]) for hit in found)


def test_a_home_moves_fused_scores_by_as_much_as_those_by_words():
    direct = Direct(np.array([3.0, 1.0]), np.array([2.0, 0.5])).with_lexical(np.array([2.0, 1.5]))
    assert (direct.scores.tolist(), direct.lexical.tolist()) == ([3.0, 2.0], [2.0, 1.5])
    plain = Direct.by_words(np.array([1.0]))
    assert plain.with_lexical(np.array([2.0])).scores.tolist() == [2.0]


def test_ranked_lists_and_plain_top_k_know_no_homes():
    question = "Where was The Lost Child written?"
    found = DOC.search(question, top_k=3)
    assert [hit.ordinal for hit in found][:2] == [0, HOME_AT]
    plain = DOC.context(question, strategy="raw_topk").report
    scores = {decision.chunk_id: decision.score for decision in plain.decisions}
    assert scores == {hit.chunk.id: pytest.approx(hit.score) for hit in DOC.search(question, top_k=10)}


@pytest.mark.parametrize("question", ["", "?", "the", "The Lost Child", "zebra", "Lost", "x" * 300])
def test_one_chunk_is_enough(question):
    doc = Document.from_text(HOME)
    assert homes(doc, question) in ([], [0])
    assert doc.context(question).report.confidence >= 0


def test_chunks_of_others_open_with_names_too():
    doc = Document.from_chunks([RIVAL, *FILLER, HOME])
    assert homes(doc, "The Lost Child") == [len(FILLER) + 1]
    assert build_context("The Lost Child", [RIVAL, *FILLER, HOME], token_budget=30).chunks


def test_code_that_opens_with_a_name_is_found_like_any_text():
    code = "class LostChild:\n    def find(self):\n        return 1\n"
    doc = Document.from_texts(
        [{"text": code, "source": "a.py"}, *({"text": t, "source": f"{n}.txt"} for n, t in enumerate(FILLER))]
    )
    assert first_shown(doc.context("What does LostChild find?")) == doc._snapshot.chunk(0).id


BAND = "Star Harbour 59 is a rock band. It was founded by two brothers."
ALBUMS = [
    f"{name} is an album by Star Harbour 59. The band had formed long before it." for name in ("Old", "Gold", "Silver")
]
DUO = "The Quiet Mission is a band that was formed first of all by a couple. It was formed at school."
BANDS = Document.from_texts([DUO, *ALBUMS, BAND])


def shares(text, allowed=None):
    """Scores of the chunks, homes raised, as shares of the best."""
    query = parse_query(BANDS._snapshot, text)
    scores = add_homes(BANDS._snapshot, query, direct_scores(BANDS._snapshot, query, allowed), allowed)
    return scores / scores.max()


def test_both_sides_of_a_comparison_count_though_everything_is_about_one_of_them():
    both = shares("Which band was formed first, The Quiet Mission or Star Harbour 59?")
    assert both[-1] == pytest.approx(SIDE)
    assert both[:1] == 1


@pytest.mark.parametrize(
    "question", ["Which band was formed first, Star Harbour 59?", "Star Harbour 59 or Star Harbour 59 formed first?"]
)
def test_one_name_has_no_other_side(monkeypatch, question):
    before = gains(BANDS, question)
    monkeypatch.setattr("secondhop.retrieval.home.SIDE", 1.0)
    assert np.array_equal(gains(BANDS, question), before)


def test_a_side_that_is_not_allowed_is_none(monkeypatch):
    allowed = np.arange(len(BANDS._snapshot)) > 0
    question = "Which band was formed first, The Quiet Mission or Star Harbour 59?"
    before = gains(BANDS, question, allowed)
    monkeypatch.setattr("secondhop.retrieval.home.SIDE", 1.0)
    assert np.array_equal(gains(BANDS, question, allowed), before)
