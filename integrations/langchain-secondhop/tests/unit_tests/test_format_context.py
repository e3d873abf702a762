"""Documents to prompt text."""

import pytest
from harbour import MAIL, TEXTS
from langchain_core.documents import Document

from langchain_secondhop import SecondhopRetriever, format_context

BOTH = [Document(page_content=MAIL, metadata={"source": "a.md", "heading": "Mail"}), Document(page_content="B.")]


async def test_passages_are_numbered_and_cited_in_the_order_given():
    text = f"[1] a.md § Mail\n{MAIL}\n\n[2] document\nB."
    assert format_context.invoke(BOTH) == text
    assert await format_context.ainvoke(BOTH) == text
    assert format_context.invoke(BOTH[::-1]).startswith("[1] document\nB.\n\n[2] a.md § Mail")


def test_no_documents_are_no_text():
    assert format_context.invoke([]) == ""


@pytest.mark.parametrize("budget", range(20, 140, 7))
@pytest.mark.parametrize("style", ["numbered", "plain"])
def test_the_budget_counts_what_is_written(budget, style):
    retriever = SecondhopRetriever.from_texts(TEXTS, tokenizer=len, token_budget=budget, text_style=style)
    found = retriever.invoke("night mail engine school")
    text = format_context.invoke(found) if style == "numbered" else "\n\n".join(d.page_content for d in found)
    assert len(text) == retriever.analyze("night mail engine school").total_tokens <= budget


def test_it_says_what_it_takes():
    assert "Document" in format_context.get_input_jsonschema()["$defs"]
    assert format_context.get_graph().to_json(with_schemas=True)


def test_it_has_a_name_in_traces():
    assert format_context.get_name() == "format_context"
