"""One question answered by the core: documents within the budget as they will be sent, and the report on that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.documents import Document
from secondhop import Context, ContextOptions, DecisionReport, DocumentOptions, build_context
from secondhop.reporting.report import as_sent
from secondhop.text.tokens import resolve_counter
from secondhop.types import Grain, Strategy

from langchain_secondhop.documents import Order, to_chunks, to_documents
from langchain_secondhop.formatting import Style, render

DEFAULT_BUDGET: int = ContextOptions().token_budget

Tokenizer = str | Callable[[str], int]
Synonyms = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Documents to return, and why these."""

    documents: list[Document]
    report: DecisionReport | None
    """None if there was nothing to choose from."""


def choose(
    documents: Sequence[Document],
    query: str,
    *,
    top_k: int | None,
    token_budget: int | None,
    strategy: str | Strategy,
    grain: Grain | None,
    min_score: float | None,
    tokenizer: Tokenizer,
    language: str,
    synonyms: Synonyms,
    style: Style,
    order: Order,
) -> Chosen:
    """Which to keep of documents that were retrieved elsewhere."""
    chunks = to_chunks(documents)
    if not chunks:
        return Chosen([], None)

    own = DEFAULT_BUDGET if token_budget is None else token_budget
    grain = grain_for(grain, top_k, token_budget) or "sentence"

    def ask(budget: int | None) -> Context:
        return build_context(
            query, chunks, strategy, own if budget is None else budget, grain=grain, top_k=top_k, min_score=min_score,
            tokenizer=tokenizer, language=language, synonyms=synonyms, text_style=style,
        )  # fmt: skip

    return within_budget(ask, style, order)


def grain_for(grain: Grain | None, top_k: int | None, token_budget: int | None) -> Grain | None:
    """The grain asked for; else whole documents for who counts documents, and None for who counts tokens."""
    return grain or ("chunk" if top_k is not None and token_budget is None else None)


def within_budget(ask: Callable[[int | None], Context], style: Style, order: Order) -> Chosen:
    """Documents in the order wanted, within the budget in that order.

    The core counts tokens in reading order. In another order the same passages may take a token or two more, where a
    tokenizer joins a full stop with the line ends behind it; then a little less is asked for.

    Args:
        ask: the context for a budget; None for the budget that was asked for.
        style: of the text that is sent.
        order: of the documents.
    """
    context = ask(None)
    limit = allowed = context.budget.max_tokens
    while True:
        documents = to_documents(context, order)
        text = render(documents, style)
        tokens = context.budget.count_tokens(text) if text else 0
        if tokens <= limit or allowed == 1:
            break
        allowed = max(1, allowed - (tokens - limit))
        context = ask(allowed)
    return Chosen(documents, as_sent(context.report, tokens, limit))


def checked(
    token_budget: int | None,
    top_k: int | None,
    strategy: str | Strategy | None,
    min_score: float | None,
    tokenizer: Tokenizer | None,
    language: str | None,
    synonyms: Synonyms | None,
) -> None:
    """Raises `OptionError` for a value that the core would refuse, so that it is refused before the first question."""
    values = {
        "token_budget": token_budget, "top_k": top_k, "strategy": strategy, "min_score": min_score,
        "language": language, "synonyms": synonyms,
    }  # fmt: skip
    DocumentOptions(**{name: value for name, value in values.items() if value is not None})
    if isinstance(tokenizer, str):
        resolve_counter(tokenizer)
