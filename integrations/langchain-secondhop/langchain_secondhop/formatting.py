"""Documents to prompt text: numbered and cited, as the token budget counts them."""

from collections.abc import Sequence
from typing import Literal

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableLambda
from secondhop.text.invisible import visible
from secondhop.text.prompt import SEPARATOR

from langchain_secondhop.documents import cite, listed

Style = Literal["numbered", "plain"]


def render(documents: Sequence[Document], style: Style = "numbered") -> str:
    """The prompt text of documents, in the order given, without characters that nobody sees.

    Args:
        documents: ours, or anybody's.
        style: `numbered`: `[1]` and the citation on a line above each passage; `plain`: the passages alone.
    """
    documents = listed(documents)
    if style == "plain":
        return visible(SEPARATOR.join(document.page_content for document in documents))
    return visible(
        SEPARATOR.join(
            f"[{number}] {cite(document.metadata)}\n{document.page_content}"
            for number, document in enumerate(documents, 1)
        )
    )


# `RunnableLambda` makes schemas of what the annotations are, so they are not put off to be strings in this module.
def _format(documents: list[Document]) -> str:
    return render(documents)


async def _aformat(documents: list[Document]) -> str:
    return render(documents)


format_context: Runnable[list[Document], str] = RunnableLambda(_format, _aformat, name="format_context")
"""Runnable from documents to one prompt text: `retriever | format_context`, or `format_context.invoke(documents)`.

Passages stand in the order given, `[1]` being the first document, each under its citation, a blank line between. The
token budget of `SecondhopRetriever` and `SecondhopCompressor` counts this text (`text_style="numbered"`).
"""
