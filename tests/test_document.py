"""The façade: loading, looking, filtering. What must always hold is in test_properties."""

import time

import numpy as np
import pytest

import secondhop
from secondhop import Chunk, Document, InputError


def test_a_document_says_what_it_holds(contract):
    assert (len(contract), contract.n_chunks, contract.n_files) == (5, 5, 1)
    assert contract.sources == ("contract.md",)
    assert repr(contract) == "<Document: 5 chunks of 1 source>"
    assert contract.language == "english"
    assert contract.source_text("contract.md").startswith("# Master")


def test_texts_are_chunked_each_on_its_own():
    doc = Document.from_texts(
        ["Copper melts.", {"text": "# Tin\n\nTin is grey.", "source": "tin.md", "metadata": {"team": "a"}}, "  "],
        source="notes",
    )
    assert doc.sources == ("notes-0", "tin.md")
    (citation,) = doc.context("grey").citations
    assert (citation["heading"], citation["metadata"]) == ("Tin", {"team": "a"})


def test_the_format_is_told_by_option_or_suffix():
    text = "# Tin\n\nTin is grey."
    assert Document.from_text(text).chunks[0].heading is None
    assert Document.from_text(text, format="markdown").chunks[0].heading == "Tin"
    assert Document.from_text(text, source="a.md").chunks[0].heading == "Tin"


def test_given_chunks_are_kept_one_to_one_with_all_they_carry():
    chunks = [
        Chunk(
            "Copper melts.",
            id="a",
            source="a.pdf",
            start=100,
            page=7,
            heading_path=("Part", "Metals"),
            line=3,
            line_end=3,
        ),
        {"text": "Tin is grey.", "id": "b", "heading": "Tin", "metadata": {"team": 1}},
        "Lead is heavy.",
    ]
    doc = Document.from_chunks(chunks)
    assert [chunk.id for chunk in doc.chunks] == ["a", "b", "c2"]
    (citation,) = doc.context("copper").citations
    assert (citation["start"], citation["end"], citation["page"], citation["line"]) == (100, 113, 7, 3)
    assert citation["heading_path"] == ["Part", "Metals"]
    assert doc.context("grey").citations[0]["heading"] == "Tin"


@pytest.mark.parametrize("as_given", [lambda **values: values, secondhop.Chunk])
def test_what_becomes_of_the_callers_metadata_changes_no_document(as_given):
    metadata = {"team": "harbour"}
    document = secondhop.Document.from_chunks([as_given(text="Copper melts.", metadata=metadata)])
    metadata["team"] = "yard"
    assert document.context("copper", filter={"team": "harbour"}).citations[0]["metadata"] == {"team": "harbour"}


def test_blank_chunks_are_left_out_and_ids_stay():
    doc = Document.from_chunks(["", "Copper melts.", "  "])
    assert [chunk.id for chunk in doc.chunks] == ["c1"]


def test_chunk_ids_are_stable_over_builds(contract_text):
    builds = [Document.from_text(contract_text, source="contract.md") for _ in range(3)]
    assert len({tuple(chunk.id for chunk in doc.chunks) for doc in builds}) == 1


@pytest.mark.parametrize(
    ("wish", "sources"),
    [
        ({"source": "a.md"}, {"a.md"}),
        ({"source": ["a.md", "c.txt"]}, {"a.md", "c.txt"}),
        ({"team": 2}, {"b.md"}),
        ({"team": (2, 3), "kind": "prose"}, {"b.md", "c.txt"}),
        ({"heading": "B"}, {"b.md"}),
        ({"nothing": 1}, set()),
        (lambda chunk: chunk.source.endswith(".txt"), {"c.txt"}),
    ],
)
def test_a_filter_chooses_by_field_metadata_or_function(wish, sources):
    texts = [("a.md", "# A\n\nCopper melts.", 1), ("b.md", "# B\n\nCopper bends.", 2), ("c.txt", "Copper shines.", 3)]
    doc = Document.from_texts(
        [{"text": text, "source": source, "metadata": {"team": team}} for source, text, team in texts]
    )
    assert {citation["source"] for citation in doc.context("copper", filter=wish).citations} == sources


def test_chunks_that_name_no_source_have_the_one_that_is_given():
    given = ["tin = 1", {"text": "Copper melts."}, {"text": "Lead, too.", "source": "lead.txt"}]
    doc = Document.from_chunks(given, source="tin.py")
    assert [(chunk.source, chunk.kind) for chunk in doc.chunks] == [
        ("tin.py", "code"),
        ("tin.py", "code"),
        ("lead.txt", "prose"),
    ]
    assert {chunk.source for chunk in Document.from_chunks(given).chunks} == {"input", "lead.txt"}


@pytest.mark.parametrize("field", ["source", "page", "kind", "heading", "id"])
def test_a_filter_by_field_lets_in_the_same_chunks_as_a_function(field):
    texts = [f"# {name}\n\n" + "Copper melts. " * 60 + "\n\n```\ncopper\n```\n\n# C\n\nTin." for name in "AB"]
    given = [{"text": "Copper melts.", "page": page, "heading": "A"} for page in (1, 1, 2)]
    for doc in (Document.from_texts(texts, chunk_size=20, format="markdown"), Document.from_chunks(given)):
        values = [chunk.heading if field == "heading" else getattr(chunk, field) for chunk in doc.chunks]
        for value in set(values):
            same = [chunk.id for chunk, own in zip(doc.chunks, values, strict=True) if own == value]
            hits = doc.search("copper tin", top_k=100, filter={field: value})
            assert {hit.chunk.id for hit in hits} <= set(same)
            wanted = doc.search("copper tin", top_k=100, filter=lambda chunk, ids=frozenset(same): chunk.id in ids)
            assert hits == wanted


ARRAY, PLACES = np.array([1, 2]), ["quay", "basin"]
METADATA = {"year": 2024, "places": PLACES, "sizes": ARRAY, "key": b"quay", "place": {"dock": 7}}


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        ({"year": range(2020, 2024)}, {"b"}),
        ({"year": (year for year in (2023, 2024))}, {"a", "b"}),
        ({"year": {2024: "now"}.keys()}, {"a"}),
        ({"year": np.array([2024])}, {"a"}),
        ({"year": np.array(2024)}, {"a"}),
        ({"places": {"quay"}}, set()),
        ({"places": [PLACES]}, {"a"}),
        ({"sizes": 1}, set()),
        ({"sizes": [ARRAY]}, {"a"}),
        ({"sizes": [np.array([3]), np.array([1, 2])]}, {"a"}),
        ({"key": b"quay"}, {"a"}),
        ({"place": {"dock": 7}}, {"a"}),
        ({"place": [{"dock": 8}, {"dock": 7}]}, {"a"}),
    ],
)
def test_values_of_a_filter_may_be_of_any_type(wish, ids):
    doc = Document.from_chunks(
        [
            {"text": "Copper melts.", "id": "a", "metadata": METADATA},
            {"text": "Copper bends.", "id": "b", "metadata": {"year": 2023, "key": b"q", "place": "dock"}},
        ]
    )
    assert {citation["chunk_id"] for citation in doc.context("copper", filter=wish).citations} == ids


def test_a_function_as_a_value_of_a_filter_is_refused():
    with pytest.raises(InputError, match="filter: year="):
        Document.from_text("Copper melts.").search("copper", filter={"year": lambda year: year > 2023})


@pytest.mark.parametrize("filter", [{"year": {"$gte": 2023}}, {"$or": [{"year": 2023}]}], ids=str)
def test_an_operator_of_a_store_in_a_filter_is_refused_rather_than_met_by_nothing(filter):
    with pytest.raises(InputError, match="operator of a store's; give a function"):
        Document.from_text("Copper melts.").context("copper", filter=filter)


def test_a_filter_of_many_values_is_quick():
    doc = Document.from_chunks([{"text": "Copper melts.", "id": str(number)} for number in range(2_000)])
    began = time.process_time()
    doc.search("copper", filter={"id": [str(number) for number in range(20_000, 0, -1)]})
    assert time.process_time() - began < 1


def test_a_filter_that_lets_nothing_in_is_told_apart_from_words_that_are_not_there():
    doc = Document.from_texts(["Copper melts.", "Tin melts."])
    (warning,) = doc.analyze("copper", filter={"source": "lead.md"}).warnings
    assert (warning.code, warning.message) == ("no_lexical_match", "the filter lets no passage in")
    (warning,) = doc.analyze("tin", filter=lambda chunk: "Copper" in chunk.text).warnings
    assert warning.message == "no passage that the filter lets in shares a content word with the question"
    (warning,) = doc.analyze("zebra").warnings
    assert "(zebra)" in warning.message


def test_search_is_plain_ranked_retrieval(contract):
    hits = contract.search("agreement", top_k=2)
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].score >= hits[1].score > 0
    assert contract.search("zebra") == []


def test_as_many_passages_are_kept_as_are_asked_for():
    chunks = [f"Harbour {number} has a crane of {7 * number} tonnes." for number in range(150)]
    document = secondhop.Document.from_chunks(chunks, token_budget=100_000)
    assert len(document.context("harbour crane", top_k=100, strategy="raw_topk").passages) == 100
    assert len(document.context("harbour crane", top_k=10**9).passages) == 150
    assert len(document.context("harbour crane", strategy="raw_topk").passages) < 100


def test_options_of_the_document_are_the_defaults_of_its_queries(contract_text):
    doc = Document.from_text(
        contract_text, source="contract.md", tokenizer="words", token_budget=30, text_style="numbered", top_k=1
    )
    context = doc.context("agreement")
    assert (len(context), context.report.token_budget, context.report.text_style) == (1, 30, "numbered")
    assert context.text().startswith("[1] contract.md")
    assert len(doc.context("agreement", 500, top_k=3)) == 3


def test_zero_and_false_are_values_not_defaults(contract_text):
    doc = Document.from_text(contract_text, source="contract.md", neighbors=1, include_heading=True)
    assert len(doc.context("courts")) > 1
    assert len(doc.context("courts", neighbors=0, include_heading=False)) == 1


def test_any_callable_counts_tokens(contract_text):
    doc = Document.from_text(contract_text, tokenizer=lambda text: 2 * len(text.split()))
    context = doc.context("governing law", 30)
    assert 2 * len(context.text().split()) == context.report.total_tokens <= 30


def test_progress_is_told_for_each_file(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"Copper {name}.")
    seen = []
    Document.from_folder(tmp_path, progress=lambda done, total, source: seen.append((done, total, source[-5:])))
    assert seen == [(0, 3, "a.txt"), (1, 3, "b.txt"), (2, 3, "c.txt")]


def test_what_loaders_guess_is_told():
    doc = Document.from_bytes("Das Café ist schön.".encode("cp1252"), source="a.txt")
    assert "Café" in doc.chunks[0].text
    assert all(source == "a.txt" and sentence for source, sentence in doc.warnings)


def test_the_longest_passage_does_not_hide_a_shorter_one():
    long = "copper " * 400
    doc = Document.from_chunks([*[f"{long} {number}" for number in range(100)], "Tin and copper."], tokenizer="words")
    context = doc.context("copper", 5, candidate_k=10)
    assert 0 < len(context.text().split()) <= 5


def test_a_look_at_more_candidates_keeps_to_the_filter():
    long = "The pump is red" + ", and red" * 40 + "."
    texts = [{"text": long, "source": "mine"}] * 3 + [{"text": "The pump is red.", "source": "theirs"}]
    document = Document.from_texts(texts, candidate_k=1, tokenizer="words")
    assert document.context("red pump", 5).text() == "The pump is red."
    assert document.context("red pump", 5, filter={"source": "mine"}).text() == ""
    assert document.context("red pump", 5, filter=lambda chunk: chunk.source == "mine").text() == ""


def test_language_may_be_given_or_switched_off():
    texts = ["The laws of the land.", "Other things."]
    assert Document.from_chunks(texts, language="english").context("law")
    assert not Document.from_chunks(texts, language="none").context("law")
    assert secondhop.Document.from_chunks(texts, language="german").language == "german"


def test_a_language_may_be_given_by_its_code():
    document = Document.from_text("Die Häfen sind zu.", language="de")
    assert document.language == "german"
    assert document.context("Hafen")
    assert secondhop.grounding_score("Hafen", "Die Häfen sind zu.", language="de") == 1.0
    assert secondhop.DocumentOptions(language="de") == secondhop.DocumentOptions(language="german")
