"""What is measured: anything that indexes documents and answers a question with a context."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from secondhop.evaluation.items import Doc
from secondhop.types import TokenCounter

_WORD = re.compile(r"\S+")

Piece = tuple[str, int, int | None]
"""A retrieved text, the number of its document, and its page where it has one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A context, and what there is to know about it."""

    text: str
    """What the prompt would hold; measured as it is, and within the budget."""
    passages: tuple[str, ...] = ()
    """The passages in the order shown."""
    documents: tuple[int, ...] = ()
    """Which documents the passages come from, where the system can tell."""
    pages: tuple[int, ...] = ()
    """The pages cited, from 1; measured where there is one document."""
    confidence: float | None = None
    """How sure the system is that the evidence is there; higher is surer."""
    ms: float = 0.0
    """Milliseconds that the query took."""

    @classmethod
    def of(cls, kept: Sequence[Piece], ms: float) -> Answer:
        """The answer of a system that shows chunks one after another."""
        texts = tuple(text for text, _, _ in kept)
        pages = tuple(sorted({page for _, _, page in kept if page is not None}))
        return cls("\n\n".join(texts), texts, tuple(dict.fromkeys(number for _, number, _ in kept)), pages, ms=ms)


class Built(Protocol):
    """An index over some documents. It may also have `ranked(question, top_k) -> list[int]`: documents, best first.

    What it raises, or returns in another shape, is named in the row of the question.
    """

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """The context for a question within `budget` tokens."""
        ...


@runtime_checkable
class System(Protocol):
    """Something to measure."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def build(self, documents: Sequence[Doc]) -> Built:
        """Index documents."""
        ...


def fill(ordered: Sequence[Piece], budget: int, count_tokens: TokenCounter, *, skip: bool) -> list[Piece]:
    """Passages in order while they fit; where none does, the first, cut to the budget.

    Args:
        ordered: texts, best first.
        budget: the cap in tokens, blank lines between passages included.
        count_tokens: the counter of the whole comparison.
        skip: pass over what does not fit and go on, instead of stopping there.
    """
    kept: list[Piece] = []
    used = 0
    for piece in ordered:
        tokens = count_tokens(piece[0]) + (count_tokens("\n\n") if kept else 0)
        if used + tokens <= budget:
            kept.append(piece)
            used += tokens
        elif not skip:
            break
    while kept and count_tokens(Answer.of(kept, 0.0).text) > budget:  # a sum of parts may err
        kept.pop()
    if ordered and not kept:
        text, number, page = ordered[0]
        kept = [(cut, number, page)] if (cut := cut_to(text, budget, count_tokens)) else []
    return kept


def cut_to(text: str, budget: int, count_tokens: TokenCounter) -> str:
    """The beginning of a text that fits a budget, in whole words."""
    ends = [match.end() for match in _WORD.finditer(text)]
    fitting = bisect_right(ends, budget, key=lambda end: count_tokens(text[:end]))
    return text[: ends[fitting - 1]] if fitting else ""


def source_name(number: int, doc: Doc) -> str:
    """A label that tells the document's number again, with the suffix that tells its format."""
    return f"d{number}/{doc.source}" if "." in doc.source else f"d{number}"


def document_number(source: str) -> int:
    """The number in a label made by `source_name`; 0 for a file, which is always alone."""
    head = source.split("/", 1)[0]
    return int(head[1:]) if head[:1] == "d" and head[1:].isdigit() else 0
