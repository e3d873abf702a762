"""Whatever comes in: ids, metadata and offsets come out, nothing is changed, the budget holds."""

import copy

import numpy as np
import pytest
from harbour import TEXTS, joining
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from secondhop.text.invisible import visible

from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, format_context
from langchain_secondhop.formatting import render

ADDED = {"start_index", "end_index", "spans", "relevance_score", "role", "citation", "base_relevance_score", "heading"}
GAPS = (" … ", "\n…\n")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.sampled_from(
    ["ship", "mail", "engine", "Aurora", "Brannock", "quay", "night", "repairs", "of", "the", "É", "船"]
)
sentences = st.lists(words, min_size=1, max_size=12).map(lambda found: " ".join(found).capitalize() + ".")
texts = st.lists(sentences, min_size=1, max_size=8).flatmap(
    lambda found: st.sampled_from([" ", "\n", "\n\n", "  \n \n"]).map(lambda gap: gap.join(found))
)
awkward = st.one_of(
    texts, st.text(max_size=60), texts.map(lambda text: f"\ufeff  {text}\r\n"), st.sampled_from(["", " \n"])
)
metadatas = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["a.txt", "b.md", "c.py", "d.pdf", "e.html", "f.csv", "https://example.org/x?y=1"]),
        "start_index": st.integers(0, 5000),
        "page_label": st.sampled_from(["3", "iv"]),
        "page": st.integers(0, 9),
        "relevance_score": st.floats(-1, 1),
        "nested": st.just({"deep": [1, 2]}),
        "Header 1": st.sampled_from(["Night mail", "The Aurora's  engine", ""]),
    },
)
ids = st.one_of(st.none(), st.sampled_from(["x", "y"]), st.uuids().map(str))
documents = st.builds(
    lambda text, metadata, id: Document(page_content=text, metadata=metadata, id=id), awkward, metadatas, ids
)
blocks = st.one_of(sentences, st.just("| ship | quay |\n|---|---|\n| mail | night |\n| Aurora | 船 |"))
many = st.lists(documents, max_size=8)
budgets = st.integers(1, 120)
counters = st.sampled_from(["words", "estimate", "characters", joining])
styles = st.sampled_from(["numbered", "plain"])
orders = st.sampled_from(["relevance", "reading"])
QUESTIONS = st.sampled_from(["Who repairs the Aurora?", "night mail ship", "船", "", "zzz"])


def snapshot(found):
    return copy.deepcopy([(document.id, document.page_content, document.metadata) for document in found])


def sources_of(kept, given):
    """The given documents that hold the text of a kept one, at the offsets that it tells."""
    matching = []
    for document in given:
        base = document.metadata.get("start_index", 0)
        pieces = [document.page_content[start - base : end - base] for start, end in kept.metadata["spans"]]
        if (
            any(visible(gap.join(pieces)) == kept.page_content for gap in GAPS)
            and kept.metadata["spans"][0][0] >= base
            and kept.metadata["spans"][-1][1] - base <= len(document.page_content)
        ):
            matching.append(document)
    return matching


def survives(kept, document):
    return all(kept.metadata.get(key) == value for key, value in document.metadata.items() if key not in ADDED)


def check_kept(kept, given):
    origin = [document for document in sources_of(kept, given) if survives(kept, document)]
    assert origin, (kept, given)
    assert kept.metadata["start_index"] == kept.metadata["spans"][0][0]
    assert kept.metadata["end_index"] == kept.metadata["spans"][-1][1]
    assert isinstance(kept.metadata["relevance_score"], float)
    assert any(set(kept.metadata) <= ADDED | set(document.metadata) for document in origin)
    return origin


@QUICK
@given(many, QUESTIONS, budgets, counters, styles, orders)
def test_a_compressor_keeps_ids_metadata_and_offsets_within_the_budget(given, question, budget, counter, style, order):
    before = snapshot(given)
    compressor = SecondhopCompressor(token_budget=budget, tokenizer=counter, text_style=style, order=order)
    kept = compressor.compress_documents(given, question)
    assert snapshot(given) == before
    assert len({document.id for document in kept}) == len(kept)
    known = {document.id for document in given}
    for document in kept:
        origins = check_kept(document, given)
        assert document.id in known or any(o.id is None or document.id.startswith(f"{o.id}-") for o in origins)
    report = compressor.analyze(given, question)
    with_text = [document for document in given if document.page_content.strip()]
    assert (report is None) == (not with_text)
    if report is not None:
        assert report.n_selected == len(kept)
        assert report.n_selected + report.removed_total == len(report.decisions) == report.n_input_chunks
        count = {"words": lambda t: len(t.split()), "characters": len}.get(counter, counter)
        if callable(count):
            assert report.total_tokens == (count(render(kept, style)) if kept else 0) <= budget
            assert count(render(kept, "plain")) <= budget
        assert report.total_tokens <= budget == report.token_budget
        assert report.total_tokens == report.overhead_tokens + sum(
            d.tokens for d in report.decisions if d.fate == "kept"
        )


@QUICK
@given(many, QUESTIONS, budgets, counters, orders, st.sampled_from([8, 200]))
def test_an_index_of_documents_keeps_ids_metadata_and_offsets_within_the_budget(
    given, question, budget, counter, order, chunk_size
):
    before = snapshot(given)
    if not any(document.page_content.strip() for document in given):
        with pytest.raises(ValueError, match="no text"):
            SecondhopRetriever.from_documents(given)
        return
    retriever = SecondhopRetriever.from_documents(
        given, token_budget=budget, tokenizer=counter, order=order, chunk_size=chunk_size
    )
    kept = retriever.invoke(question)
    assert snapshot(given) == before
    assert len({document.id for document in kept}) == len(kept)
    for document in kept:
        check_kept(document, given)
    count = {"words": lambda t: len(t.split()), "characters": len}.get(counter, counter)
    if callable(count):
        assert count(format_context.invoke(kept)) <= budget


@QUICK
@given(many, QUESTIONS)
def test_changing_what_comes_back_changes_nothing_that_went_in(given, question):
    before = snapshot(given)
    for document in SecondhopCompressor().compress_documents(given, question):
        document.metadata.setdefault("nested", {"deep": []})["deep"].append("mine")
        document.page_content = "changed"
    assert snapshot(given) == before


@QUICK
@given(st.lists(texts, min_size=1, max_size=6), QUESTIONS, st.integers(8, 40))
def test_offsets_of_a_second_cut_still_point_into_the_first_source(given, question, budget):
    source = [Document(page_content=text, metadata={"source": f"{n}"}, id=str(n)) for n, text in enumerate(given)]
    once = SecondhopCompressor(token_budget=4 * budget, tokenizer="words").compress_documents(source, question)
    for document in SecondhopCompressor(token_budget=budget, tokenizer="words").compress_documents(once, question):
        origin = source[int(document.id)].page_content
        pieces = [origin[start:end] for start, end in document.metadata["spans"]]
        assert " ".join(pieces).split() == document.page_content.replace("…", " ").split()
        assert "base_relevance_score" in document.metadata


@QUICK
@given(st.lists(blocks, min_size=3, max_size=9), QUESTIONS, st.lists(st.integers(8, 40), min_size=2, max_size=4))
def test_however_often_documents_with_tables_are_cut_marks_stand_between_parts_alone(given, question, budgets):
    source = "\n\n".join(given)
    cut = [Document(page_content=source, metadata={"source": "a.md"}, id="x")]
    for budget in sorted(budgets, reverse=True):
        compressor = SecondhopCompressor(token_budget=budget, tokenizer="words")
        report = compressor.analyze(cut, question)
        cut = compressor.compress_documents(cut, question)
        assert report is None or report.total_tokens == len(format_context.invoke(cut).split()) <= budget
        for document in cut:
            pieces = [source[start:end] for start, end in document.metadata["spans"]]
            assert document.page_content.replace("\n…\n", " … ") == " … ".join(pieces)


def test_an_id_is_the_documents_own_where_the_passage_is_cut_from_the_whole_of_it():
    given = [Document(page_content=text, id=f"doc-{n}") for n, text in enumerate(TEXTS)]
    retriever = SecondhopRetriever.from_documents(given)
    assert {document.id for document in retriever.invoke("ship engine mail")} <= {f"doc-{n}" for n in range(len(TEXTS))}


def test_passages_of_one_long_document_have_ids_of_their_own():
    long = Document(page_content="\n\n".join(TEXTS), id="long", metadata={"source": "a.txt"})
    retriever = SecondhopRetriever.from_documents([long], chunk_size=16)
    found = retriever.invoke("ship engine mail school")
    assert len(found) > 1
    for document in found:
        first = long.page_content.index(document.page_content)
        assert document.metadata["start_index"] == first
        assert document.id.startswith("long#")
    assert [document.id for document in found] == [
        document.id
        for document in SecondhopRetriever.from_documents([long], chunk_size=16).invoke("ship engine mail school")
    ]


def test_documents_without_ids_get_the_same_ones_each_time():
    given = [Document(page_content=text) for text in TEXTS]
    first, second = (SecondhopCompressor().compress_documents(given[step:], "ship engine mail") for step in (0, 1))
    assert {document.id for document in second} <= {document.id for document in first}
    assert all(document.id for document in first)


def test_characters_that_nobody_sees_are_not_sent():
    hidden = "Fares are set\u200b by the board.\U000e0041\U000e0042"
    given = [Document(page_content=hidden, metadata={"source": "a\u200bb.txt"}, id="x")]
    once = SecondhopCompressor().compress_documents(given, "fares")
    for found in (once, SecondhopRetriever.from_documents(given).invoke("fares")):
        assert found[0].page_content == "Fares are set by the board."
        assert found[0].metadata["spans"] == [[0, len(hidden)]]
        assert format_context.invoke(found) == "[1] ab.txt\nFares are set by the board."
    again = SecondhopCompressor().compress_documents(once, "fares")
    assert again[0].metadata["spans"] == [[0, len(hidden)]]


def test_metadata_named_like_ours_do_no_harm():
    given = [Document(page_content=TEXTS[0], metadata={"spans": "all", "role": 3, "start_index": "x", "citation": 7})]
    assert SecondhopCompressor().compress_documents(given, "mail")[0].metadata["spans"] == [[0, len(TEXTS[0])]]


@pytest.mark.parametrize("number", [float, np.int64, np.float32])
def test_numbers_count_whatever_type_a_store_gives_them_back_in(number):
    metadata = {"source": "a.pdf", "page_number": number(12), "start_index": number(1200)}
    given = Document(page_content="Fares are set by the board.", metadata=metadata)
    (kept,) = SecondhopCompressor().compress_documents([given], "fares")
    assert (kept.metadata["citation"], kept.metadata["spans"]) == ("a.pdf p.12", [[1200, 1227]])
    assert type(kept.metadata["start_index"]) is int


@pytest.mark.parametrize("spans", [[1, 2], [["a", "b"]], [{"start": 1, "end": 2}], [[1, 2, 3]]])
def test_spans_of_somebody_else_are_none_of_ours(spans):
    given = Document(page_content="The mail ship.", metadata={"citation": "Book, ch. 2", "spans": spans})
    (found,) = SecondhopCompressor().compress_documents([given], "mail")
    assert found.metadata["spans"] == [[0, 14]]


def test_text_that_a_loader_took_from_html_or_csv_is_not_parsed_again():
    text = "name: Aurora\nrole: <b>mail</b> ship"
    for source in ("a.html", "a.csv", "a.json", "a.pdf", "a.ipynb"):
        retriever = SecondhopRetriever.from_documents([Document(page_content=text, metadata={"source": source})])
        assert retriever.invoke("mail ship")[0].page_content == text


@pytest.mark.parametrize("key", ["heading", "Header 3"])
def test_headings_in_the_metadata_are_searched(key):
    keys = {"brass": "north", "small": "south", "long": "west"}
    given = [
        Document(
            page_content=f"Turn the {name} key left.", metadata={key: f"Opening the {gate} gate", "source": "m.md"}
        )
        for name, gate in keys.items()
    ]
    question = "How is the south gate opened?"
    from_index = SecondhopRetriever.from_documents(given, k=1).invoke(question)
    from_compressor = SecondhopCompressor(top_n=1).compress_documents(given, question)
    for (found,) in (from_index, from_compressor):
        assert found.page_content == "Turn the small key left."
        assert found.metadata["heading"] == "Opening the south gate"


@pytest.mark.parametrize(
    ("metadata", "citation"),
    [
        ({"source": "a.pdf", "page": 0, "page_label": "12"}, "a.pdf p.12"),
        ({"source": "a.pdf", "page": 0}, "a.pdf"),
        ({"source": "a.pdf", "page_label": "9" * 5_000, "page_number": 2**40}, "a.pdf"),
        ({"source": "a.pdf", "page_number": 3}, "a.pdf p.3"),
        ({"source": "a.pdf", "page_label": 1.5, "page_number": float("nan")}, "a.pdf"),
        ({"source": "a.md", "heading": "Fares"}, "a.md § Fares"),
        ({"source": "a.md", "Header 1": "The board", "Header 2": "Fares"}, "a.md § Fares"),
        ({"title": "Handbook"}, "Handbook"),
        ({}, "document"),
        ({"source": "a.pdf", "citation": "Book, ch. 2"}, "Book, ch. 2"),
    ],
)
def test_citations_say_what_the_metadata_say(metadata, citation):
    given = Document(page_content="Fares are set by the board.", metadata=metadata)
    from_compressor = SecondhopCompressor().compress_documents([given], "fares")[0]
    from_index = SecondhopRetriever.from_documents([given]).invoke("fares")[0]
    assert from_compressor.metadata["citation"] == from_index.metadata["citation"] == citation
    assert format_context.invoke([given]) == f"[1] {citation}\nFares are set by the board."
    assert ("source" in from_index.metadata) == ("source" in metadata)
