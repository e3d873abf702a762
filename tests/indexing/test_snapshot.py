import pickle

import numpy as np

from secondhop import Document
from secondhop.chunking import chunk_tables
from secondhop.indexing import BM25, Lexicon, Postings, Snapshot, build_segment
from secondhop.indexing.snapshot import chunk_id
from secondhop.indexing.strings import Vocabulary
from secondhop.text.analysis import analyzer_for
from secondhop.types import Section, SourceText

TEXT = "Copper melts. Tin melts.\n\nLead is heavy."


def indexed(sources, chunk_size, language="auto"):
    tables = chunk_tables(sources, chunk_size)
    return Snapshot.of(build_segment(sources, tables, language=language), BM25())


def snapshot_of(*texts, chunk_size=8):
    return indexed([SourceText("a.txt", text, (Section(0, len(text)),)) for text in texts], chunk_size)


def test_the_forward_index_holds_every_word_in_reading_order():
    snapshot = snapshot_of(TEXT)
    assert [snapshot.lexicon.forms[number] for number in snapshot.words] == TEXT.replace(".", "").split()


def test_postings_hold_the_chunks_of_each_term_in_order():
    snapshot = snapshot_of(TEXT, TEXT, "Tin again.")
    for number, term in enumerate(snapshot.lexicon.terms):
        chunks, weights = snapshot.body.of(number)
        holding = [
            place
            for place in range(len(snapshot))
            if term in snapshot.lexicon.analyzer.terms(snapshot.chunk(place).text)
        ]
        assert chunks.tolist() == holding
        assert (weights > 0).all()
    assert snapshot.body.df.sum() == len(snapshot.body.chunks)


def test_postings_add_up_to_scores():
    postings = Postings(np.array([0, 2, 3]), np.array([0, 2, 2], np.int32), np.array([1, 2, 4], np.float32), 3)
    assert postings.accumulate(np.array([0, 1]), np.array([1.0, 0.5])).tolist() == [1.0, 0.0, 4.0]
    assert postings.df.tolist() == [2, 1]
    assert postings.accumulate(np.empty(0, np.int64), np.empty(0)).tolist() == [0.0, 0.0, 0.0]


def test_a_lexicon_expands_forms_to_terms_with_their_places():
    forms, number = Vocabulary.of(["the", "getName", "laws"])
    lexicon = Lexicon.of(analyzer_for("english"), forms)
    terms, places = lexicon.expand(number[[2, 0, 1]])
    assert [(lexicon.terms[term], place) for term, place in zip(terms, places, strict=True)] == [
        ("law", 0),
        ("getnam", 2),
        ("get", 2),
        ("name", 2),
    ]


def test_chunk_ids_are_stable_and_tell_place_and_content_apart():
    assert chunk_id("a.txt", 0, "x") == "5046534abd6e10f4"
    assert len({chunk_id("a", 0, "x"), chunk_id("b", 0, "x"), chunk_id("a", 1, "x"), chunk_id("a", 0, "y")}) == 4
    ids = [piece.id for piece in Document.from_texts([{"text": TEXT, "source": "same"}] * 3).chunks]
    assert len(set(ids)) == len(ids) == 3


def test_neighbors_stay_in_their_source():
    snapshot = snapshot_of(TEXT * 6, TEXT)
    first_of_second = snapshot.chunk_source.tolist().index(1)
    assert snapshot.neighbors(0, 2) == [1, 2]
    assert snapshot.neighbors(2, 1) == [1, 3]
    assert first_of_second not in snapshot.neighbors(first_of_second - 1, 3)


def test_a_section_opens_with_its_first_chunk():
    doc = Document.from_text(
        "Intro.\n\n# A\n\n" + "Copper melts in Leeds today. " * 12 + "\n\n# B\n\nTin.", source="a.md", chunk_size=16
    )
    snapshot = doc._snapshot
    openings = {snapshot.chunk(place).heading: snapshot.section_opening(place) for place in range(len(snapshot))}
    assert openings[None] is None
    assert snapshot.chunk(openings["A"]).text.startswith("# A")
    assert snapshot.chunk(openings["B"]).text.startswith("# B")


def test_a_section_opens_in_its_own_text_and_on_its_own_page():
    prose = "Copper melts in Leeds today. " * 12
    section = Section(0, len(prose), 1, ("A",))
    pages = (section, Section(len(prose), 2 * len(prose), 2, ("A",)))
    sources = [
        SourceText("a", prose, (section,)),
        SourceText("b", prose, (section,)),
        SourceText("c", 2 * prose, pages),
    ]
    snapshot = indexed(sources, 16)
    openings = [snapshot.section_opening(place) for place in range(len(snapshot))]
    places = [(snapshot.chunk_source[place], snapshot.chunk(place).page) for place in range(len(snapshot))]
    assert openings == [places.index(place) for place in places]


def test_lines_are_counted_from_one_in_each_text():
    doc = Document.from_texts(["Copper.\n\nTin.", "\n\nLead.\nIron is\nheavy.\n", "Zinc."], chunk_size=8)
    assert [(chunk.line, chunk.line_end) for chunk in doc.chunks] == [(1, 3), (3, 5), (1, 1)]


def test_edges_are_of_so_many_sentences_as_there_are():
    snapshot = snapshot_of("One is. Two is. Three is. Four is.")
    text = snapshot.chunk(0).text
    for n, (first, last) in enumerate([("One is.", "Four is."), ("One is. Two is.", "Three is. Four is.")], 1):
        assert text[slice(*snapshot.edge(0, n, at_end=False))] == first
        assert text[slice(*snapshot.edge(0, n, at_end=True))] == last
    assert snapshot.edge(0, 9, at_end=True) == snapshot.edge(0, 9, at_end=False) == (0, len(text))


def test_edges_of_a_callers_chunk_stand_where_it_says():
    snapshot = Document.from_chunks([{"text": "One is. Two is.", "start": 500}])._snapshot
    assert snapshot.edge(0, 1, at_end=True) == (508, 515)
    assert snapshot.edge(0, 1, at_end=False) == (500, 507)


def test_a_lead_is_eight_words_of_the_heading_and_then_those_that_a_paragraph_opens_with():
    heading, words = "Aa Bb Cc Dd Ee Ff Gg Hh Ii Jj", [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    text = ". ".join(" ".join(words[n : n + 10]) for n in range(0, 60, 10)).capitalize() + "."
    source = SourceText("a", text, (Section(0, len(text), None, (heading,)),))
    snapshot = indexed([source], 8, "none")
    leads = [{} for _ in range(len(snapshot))]
    for number, term in enumerate(snapshot.lexicon.terms):
        for chunk, weight in zip(*snapshot.lead.of(number), strict=True):
            leads[chunk][float(weight)] = term
    best_first = [[lead[weight] for weight in sorted(lead, reverse=True)] for lead in leads]
    assert len(snapshot) > 1
    assert best_first[0] == [*heading.lower().split()[:8], *words[:4]]
    assert best_first[1:] == [heading.lower().split()[:8]] * (len(snapshot) - 1)


def test_a_pickled_snapshot_is_the_same():
    snapshot = snapshot_of(TEXT)
    copy = pickle.loads(pickle.dumps(snapshot))
    assert [copy.chunk(place) for place in range(len(copy))] == [
        snapshot.chunk(place) for place in range(len(snapshot))
    ]
    assert np.array_equal(copy.body.weights, snapshot.body.weights)


def test_a_word_of_several_terms_brings_none_of_the_next_word():
    document = Document.from_texts(["The readFileNow call returns.", "A zebra grazes.", "Nothing more."])
    assert [hit.chunk.text for hit in document.search("file")] == ["The readFileNow call returns."]
    assert [hit.chunk.text for hit in document.search("zebra")] == ["A zebra grazes."]


def test_facts_of_the_last_chunks_are_remembered_but_for_long_ones(monkeypatch):
    texts = ("Tin melts.", "Copper melts.", "Lead melts.", "Iron ore. " * 1000)
    snapshot = snapshot_of(*texts, chunk_size=5000)
    monkeypatch.setattr("secondhop.indexing.snapshot._FACTS_REMEMBERED", 2)
    made = []

    def make(snapshot, ordinal):
        made.append(ordinal)
        return snapshot.chunk(ordinal).text

    for ordinal in (0, 0, 1, 0, 3, 3, 2, 2, 0):
        assert snapshot.facts(ordinal, make) == texts[ordinal].strip()
    assert made == [0, 1, 3, 3, 2, 0]
    assert pickle.loads(pickle.dumps(snapshot)).facts(0, make) == "Tin melts."
    assert made == [0, 1, 3, 3, 2, 0, 0]
