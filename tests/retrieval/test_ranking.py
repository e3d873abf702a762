import numpy as np
import pytest

from secondhop import Document, build_context
from secondhop.retrieval import rank_given, retrieve
from secondhop.retrieval.bridge import DEEP_LINK
from secondhop.retrieval.lexical import top

FILLER = [
    f"The {noun} of the {place} is old." for noun in ("roof", "door", "tower") for place in ("station", "harbour")
]
DOC = Document.from_chunks(["The lighthouse keeper was Robert Hale.", *FILLER, "Robert Hale was born in Arbroath."])


def find(text, **options):
    return retrieve(DOC._snapshot, text, **{"costs": DOC._costs, "candidate_k": 10, "bridge": True, **options})


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4, 10])
def test_the_highest_scores_come_first_and_ties_in_order_of_place(k):
    scores = np.array([1.0, 3.0, 0.0, 3.0, 2.0, -1.0, 1.0])
    assert top(scores, k).tolist() == [1, 3, 4, 0, 6][:k]


def test_hits_are_ordered_and_ranked_by_their_own_words():
    hits = find("lighthouse keeper", bridge=False)
    assert [hit.ordinal for hit in hits] == [0]
    assert (hits[0].rank, hits[0].grounding, hits[0].via) == (1, 1.0, None)
    assert hits.n_matching == 1


def test_the_bridge_reaches_what_a_seed_names():
    hits = find("Who was the lighthouse keeper?")
    assert [hit.ordinal for hit in hits] == [0, 7]
    linked = hits[1]
    assert (linked.rank, linked.grounding) == (None, 0.0)
    assert linked.via.seed == "c0"
    assert set(linked.via.terms) == {"Robert", "Hale"}
    assert linked.scores["bridge"] > linked.scores["lexical"] == 0.0
    assert hits[0].score >= linked.score


def test_a_name_that_links_by_its_parts_is_told_once():
    named = [
        "The lighthouse keeper sets AllowOverride, Brightness and Rotation.",
        "AllowOverride, Brightness, Rotation.",
    ]
    document = Document.from_chunks([named[0], *FILLER, named[1]])
    hits = retrieve(document._snapshot, "lighthouse keeper", costs=document._costs, candidate_k=10, bridge=True)
    (linked,) = (hit.via.terms for hit in hits if hit.via)
    assert sorted(linked) == ["AllowOverride", "Brightness", "Rotation"]


SEED, LINKED = "The lighthouse keeper was Robert Hale.", "Robert Hale was born in Arbroath."


def links(*texts):
    """The bridge scores of the chunks that say what is linked, in order of place. A text's paragraphs are its chunks."""
    doc = Document.from_texts(["\n\n".join(paragraphs) for paragraphs in texts], chunk_size=8)
    hits = retrieve(doc._snapshot, "lighthouse keeper", costs=doc._costs, candidate_k=20, bridge=True)
    found = {hit.ordinal: hit.scores["bridge"] for hit in hits if hit.chunk.text == LINKED}
    return [found[ordinal] for ordinal in sorted(found)]


def test_a_link_within_one_text_is_worth_less_deep_inside_it():
    near, third, last = links([SEED, LINKED, LINKED, *FILLER[:2], LINKED], FILLER[2:])
    assert third == last == pytest.approx(DEEP_LINK * near)


def test_a_link_to_another_text_is_worth_the_same_anywhere_in_it():
    opening, third, last = links([SEED], [LINKED, FILLER[0], LINKED, FILLER[1], LINKED], FILLER[2:])
    assert opening == third == last > 0


@pytest.mark.parametrize(("n_holders", "linked"), [(45, True), (60, False)])
def test_a_name_that_many_chunks_of_a_large_collection_hold_links_nothing(n_holders, linked):
    holders = [f"Hale was seen in village {number}." for number in range(n_holders)]
    others = [f"The roof of house {number} is old." for number in range(200 - n_holders)]
    doc = Document.from_chunks(["The lighthouse keeper was Hale.", *holders, *others])
    hits = retrieve(doc._snapshot, "lighthouse keeper", costs=doc._costs, candidate_k=400, bridge=True)
    assert any("seen" in hit.chunk.text for hit in hits) is linked


@pytest.mark.parametrize("chunks", [["Robert Hale."], ["Robert Hale.", "Robert Hale was born."]])
def test_an_index_of_one_or_two_chunks_has_no_deep_ones(chunks):
    doc = Document.from_chunks(chunks)
    hits = retrieve(doc._snapshot, "Robert Hale", costs=doc._costs, candidate_k=5, bridge=True)
    assert len(hits) == len(chunks)


def test_grounding_counts_rare_words_more():
    doc = Document.from_chunks(["copper roof", "tin roof", "lead roof", "iron roof"])
    hits = retrieve(doc._snapshot, "copper roof", costs=doc._costs, candidate_k=4, bridge=False)
    assert hits[0].grounding == pytest.approx(1.0)
    assert hits[1].grounding < 0.2


def test_term_scores_add_up_to_the_body_score():
    doc = Document.from_text("Intro. Copper melts. Copper and tin are metals that melt.", chunk_size=8)
    hits = retrieve(doc._snapshot, "copper tin", costs=doc._costs, candidate_k=4, bridge=False)
    assert hits.term_scores.shape == (2, len(hits))
    for place, hit in enumerate(hits):
        assert 0 < hits.term_scores[:, place].sum() <= hit.score * (1 + 1e-6)  # postings are in single precision


@pytest.mark.parametrize("options", [{"bm25_k1": 0}, {"bm25_variant": "l", "bm25_b": 1}])
def test_a_term_that_a_hit_lacks_adds_nothing_by_any_formula(options):
    doc = Document.from_chunks(["copper and tin pipe " * 8, "It is."], **options)
    hits = retrieve(doc._snapshot, "copper tin pipe", costs=doc._costs, candidate_k=4, bridge=True, room=400)
    assert len(hits) == 2
    assert (hits.term_scores > 0).tolist() == [[True, False]] * 3


def test_sentences_stand_hit_by_hit_with_their_spans():
    doc = Document.from_text("Copper melts. Tin is grey.\n\nLead and copper are heavy.")
    hits = retrieve(doc._snapshot, "copper", costs=doc._costs, candidate_k=4, bridge=False)
    sentences = hits.sentences
    shown = [
        hits[place].chunk.text[start - hits[place].chunk.start : end - hits[place].chunk.start]
        for place, start, end in zip(sentences.hit, sentences.start, sentences.end, strict=True)
    ]
    assert shown == ["Copper melts.", "Tin is grey.", "Lead and copper are heavy."]
    assert sentences.matched.tolist() == [1, 0, 1]
    assert sentences.words.tolist() == [2, 3, 5]
    assert (sentences.direct > 0).tolist() == [True, False, True]


def test_near_duplicates_are_found_by_their_words():
    text = "The melting point of copper is one thousand and eighty five degrees in a furnace of the usual size"
    doc = Document.from_chunks([text, text.upper(), text.replace("copper", "tin"), "Copper is red."])
    hits = retrieve(doc._snapshot, "copper tin melting", costs=doc._costs, candidate_k=10, bridge=False)
    pairs = {
        frozenset((hits[one].ordinal, hits[other].ordinal)): similarity for one, other, similarity in hits.duplicates
    }
    assert pairs[frozenset((0, 1))] == 1.0
    assert all(similarity >= 0.9 for similarity in pairs.values())
    assert not any(3 in pair for pair in pairs)


def test_only_allowed_chunks_are_returned():
    allowed = np.arange(8) != 0
    assert [hit.ordinal for hit in find("lighthouse keeper", allowed=allowed)] == []
    assert 7 not in [hit.ordinal for hit in find("lighthouse keeper", allowed=np.arange(8) != 7)]


def test_search_returns_the_best_and_respects_top_k():
    assert [hit.ordinal for hit in DOC.search("Robert Hale", top_k=1)] in ([0], [7])
    assert [hit.rank for hit in DOC.search("roof door tower", top_k=4)] == [1, 2, 3, 4]
    assert DOC.search("zebra") == []


def test_given_chunks_are_all_candidates_in_the_callers_order():
    hits = rank_given(DOC._snapshot, "lighthouse", costs=DOC._costs, keep_order=True)
    assert [hit.ordinal for hit in hits] == list(range(8))
    hits = rank_given(DOC._snapshot, "zebra", costs=DOC._costs, scores=[0, 0, 5, 0, 0, 9, 0, 0], keep_order=True)
    assert [hit.ordinal for hit in hits][:2] == [5, 2]


def test_words_of_the_question_move_a_given_chunk_up():
    report = build_context("lighthouse", [*FILLER, "The lighthouse is white."]).report
    assert report.decisions[0].chunk_id == "c6"


_CLAUSE = """{a} shall keep the licensed know-how of {b} confidential, return all printed copies within {n} days, delete every
file, inform each employee, name one person whom auditors can ask, and bear the cost"""


@pytest.mark.parametrize(
    ("changes", "repeats"),
    [
        ({}, True),
        ({"b": "Owen Mills"}, True),
        ({"n": "thirty"}, True),
        ({"a": "Owen", "b": "Lumo"}, False),
        ({"n": "60"}, False),
        ({"n": "sixty"}, False),
    ],
)
def test_the_same_words_with_other_names_or_numbers_are_no_duplicate(changes, repeats):
    said = {"a": "Lumo", "b": "Owen", "n": "30"}
    texts = [_CLAUSE.format(**said), _CLAUSE.format(**said | changes), "Tin is grey."]
    doc = Document.from_chunks([f"It is agreed that {text}." for text in texts])
    hits = retrieve(doc._snapshot, "return of know-how", costs=doc._costs, candidate_k=9, bridge=False)
    assert bool(hits.duplicates) == repeats


@pytest.mark.parametrize(
    ("n_found", "room", "expected"),
    [(9, 200, [*range(1, 10), 0]), (9, 40, list(range(1, 10))), (4, 200, list(range(6, 10)))],
)
def test_what_is_left_joins_the_candidates_where_all_of_it_fits_and_little_is_left(n_found, room, expected):
    texts = ["Ice is cold.", *["Tin is grey."] * (9 - n_found), *["Copper is red."] * n_found]
    texts = [f"{text} Note {number}." for number, text in enumerate(texts)]
    doc = Document.from_chunks(texts, tokenizer="words")
    hits = retrieve(doc._snapshot, "copper", costs=doc._costs, candidate_k=10, bridge=False, room=room)
    assert [hit.ordinal for hit in hits] == expected
    assert not retrieve(doc._snapshot, "zebra", costs=doc._costs, candidate_k=10, bridge=False, room=room)


def test_what_the_filter_leaves_out_never_joins_the_candidates():
    doc = Document.from_chunks(["Ice is cold.", *[f"Copper is red. Note {number}." for number in range(9)]])
    context = doc.context("copper", filter=lambda chunk: "cold" not in chunk.text)
    assert context.report.n_input_chunks == 9
    assert doc.context("copper").report.decisions[-1].reason.value == "kept_unranked"


@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("n", [5, 31, 32, 200, 2_000])
def test_the_best_of_many_are_the_first_of_a_stable_sort(n, k):
    scores = np.random.default_rng(n).integers(0, 50, n).astype(float)
    wanted = sorted(range(n), key=lambda place: (-scores[place], place))[:k]
    assert top(scores, k).tolist() == [place for place in wanted if scores[place] > 0]


PRIZE = "The Copper Prize went to Ada Marsh, Boris Kahn, Clara Lund and Dora Munk."
FAIR = "The copper fair was opened by Edgar Nash, Frida Olsen and Gustav Pohl."


def told(*texts, question="Who won the Copper Prize at the fair?"):
    """The words that the report says link each second hop."""
    chunks = [*texts, *(f"Tin of kind {number} is grey." for number in range(100, 160))]
    decisions = build_context(question, chunks, token_budget=400, tokenizer="words").report.decisions
    return {each.chunk_id: each.detail["terms"] for each in decisions if each.role == "second_hop"}


def test_the_words_that_link_two_chunks_stand_in_both():
    found = told(PRIZE, "Boris Kahn was born in Ulm.", "Frida was born in Jena.", "Gustav Kahn lives in Riga.", FAIR)
    assert set(found["c1"]) == {"Boris", "Kahn"}
    assert found["c2"] == ["Frida"]
    assert len(found["c3"]) == 1  # of the seed that it is linked to most


def test_three_words_at_most_link_two_chunks_the_rarest_first():
    others = [f"Ada, Boris, Kahn and Marsh live in {town}." for town in ("Ulm", "Jena", "Riga")]
    found = told(PRIZE, "Ada Marsh, Boris Kahn and Clara Lund met in Bonn.", *others)["c1"]
    assert len(found) == 3
    assert set(found[:2]) == {"Clara", "Lund"}
