import json

import pytest
from pydantic import TypeAdapter

from secondhop import Citation, Document, OptionError, build_context


def test_length_and_truth_are_those_of_the_passages(contract):
    assert len(contract.context("agreement")) == len(contract.context("agreement").citations) == 5
    assert contract.context("agreement")
    assert not contract.context("zebra")


def test_a_context_and_its_report_are_shown_in_a_line():
    context = Document.from_texts(["Copper melts.", "Tin is grey."], tokenizer="words").context("copper", 3)
    assert repr(context) == "<Context: 1 of 1 passages, 2 of 3 tokens (words)>"
    assert repr(context.report) == "<DecisionReport: 1 of 1 passages, 2 of 3 tokens (words)>"


def test_another_style_leaves_out_the_least_valuable_passages_where_it_must(contract):
    context = contract.context("agreement Northwind London vendor", 60)
    numbered = context.text("numbered")
    assert len(numbered.split()) <= 60
    assert numbered.count("contract.md") <= len(context)
    assert contract.context("agreement Northwind London vendor").text("numbered").count("contract.md") == 5


def test_another_style_keeps_the_most_valuable_passages_that_it_has_room_for():
    texts = ["Copper is mined with tin.", "Copper melts when copper is hot.", "Copper is red."]
    document = Document.from_texts([{"text": text, "source": f"{text[-4:-1]}.md"} for text in texts], tokenizer="words")
    assert len(document.context("When does hot copper melt?", 20).text("numbered").split()) == 20
    context = document.context("When does hot copper melt?", 19)
    assert len(context) == 3
    assert context.text("numbered") == f"[2] hot.md\n{texts[1]}\n\n[3] red.md\n{texts[2]}"


def test_markers_keep_their_numbers_where_passages_are_left_out(contract):
    context = contract.context("agreement Northwind London vendor", 45)
    for line in context.text("numbered").splitlines():
        if line.startswith("["):
            (citation,) = (citation for citation in context.citations if citation["marker"] == line.split()[0])
            assert citation["text"] in context.text("numbered")


def test_a_cut_passage_shows_its_gap_and_cites_its_spans():
    text = "Copper melts. " + "Lunch is at noon in the hall. " * 4 + "Copper is red."
    context = Document.from_text(text, tokenizer="words").context("copper", 8)
    (citation,) = context.citations
    assert citation["text"] == "Copper melts. … Copper is red." == context.text()
    assert [text[start:end] for start, end in citation["spans"]] == ["Copper melts.", "Copper is red."]
    assert (citation["start"], citation["end"]) == (0, len(text))


def test_citations_are_plain_dicts_and_a_web_framework_can_declare_and_check_them(contract):
    citations = contract.context("governing law").citations
    assert all(type(citation) is dict for citation in citations)
    assert TypeAdapter(list[Citation]).validate_python(citations, strict=True) == citations
    assert all(list(citation) == list(Citation.__annotations__) for citation in citations)


@pytest.mark.parametrize(
    "text", ["Copper melts.", "Zinc.\nCopper melts.\nTin is grey.", "Zinc. Tin.\n\nCopper melts\nwhen hot."]
)
def test_citations_tell_the_first_and_the_last_line_of_what_they_show(text):
    (citation,) = Document.from_text(text, tokenizer="words").context("When does copper melt?").citations
    assert citation["line"] == 1 + text.count("\n", 0, citation["start"])
    assert citation["line_end"] == 1 + text.count("\n", 0, citation["end"])


def test_to_dict_is_what_the_command_line_prints(contract):
    context = contract.context("governing law")
    as_dict = context.to_dict()
    assert set(as_dict) == {"text", "citations", "report"}
    assert json.loads(json.dumps(as_dict)) == as_dict
    assert all(type(citation) is dict for citation in as_dict["citations"])


@pytest.mark.parametrize("style", [["plain"], {}, 3, "fancy"])
def test_an_unknown_style_is_refused(contract, style):
    with pytest.raises(OptionError, match="style="):
        contract.context("law").text(style)


@pytest.mark.parametrize("labels", [5, {"a": 1}, ["inner", "outer"]])
@pytest.mark.parametrize("page", [1, None])
def test_citations_carry_the_metadata_of_own_chunks_as_given(labels, page):
    chunk = {"text": "Copper melts.", "source": "a", "page": page, "metadata": {"page_labels": labels}}
    (citation,) = build_context("copper", [chunk]).citations
    assert citation["metadata"] == {"page_labels": labels}


def test_a_citation_has_the_label_of_its_own_page_alone():
    labels = {"page_labels": ["i", "ii", "1"], "page_count": 3}
    pages = [{"text": f"Copper {page}.", "source": "a", "page": page, "metadata": labels} for page in (1, 2, 3)]
    cited = [citation["metadata"] for citation in build_context("copper", pages).citations]
    assert cited == [{"page_count": 3, "page_label": label} for label in ("i", "ii", "1")]


@pytest.mark.parametrize("page", [0, 4])
def test_a_page_that_has_no_label_has_none(page):
    labels = {"page_labels": ["i", "ii", "1"], "page_count": 3}
    (citation,) = build_context("copper", [{"text": "Copper.", "page": page, "metadata": labels}]).citations
    assert citation["metadata"] == labels


def test_a_context_is_frozen(contract):
    with pytest.raises(AttributeError):
        contract.context("law").passages = ()


def test_what_is_sent_and_stored_can_be_encoded_whatever_chunks_and_questions_hold():
    chunk = {"text": "Copper \ud83d melts.", "source": "a\ud83d.md", "heading": "H\udc00"}
    for style in ("plain", "numbered", "fenced"):
        context = build_context("copper \ud83d", [chunk], text_style=style)
        assert "Copper  melts." in context.text().encode().decode()
        report = context.report
        assert json.loads(report.json().encode()) == report.to_dict()
        assert report.to_html().encode()
        assert "hidden_characters" in [warning.code for warning in report.warnings]
        assert context.citations[0]["text"] == chunk["text"]
