"""What is measured: anything that indexes documents and answers a question with a context."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from secondhop.document import Document
from secondhop.errors import OptionError
from secondhop.evaluation.datasets import Doc
from secondhop.types import TokenCounter


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
    """The pages cited, from 1."""
    confidence: float | None = None
    """How sure the system is that the evidence is there; higher is surer."""
    ms: float = 0.0
    """Milliseconds that the query took."""


class Built(Protocol):
    """An index over some documents. It may also have `ranked(question, top_k) -> list[int]`: documents, best first."""

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """The context for a question within `budget` tokens."""
        ...


class System(Protocol):
    """Something to measure."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def build(self, documents: Sequence[Doc]) -> Built:
        """Index documents."""
        ...


class SecondhopSystem:
    """This package with any document options."""

    def __init__(self, name: str = "secondhop", **options: Any) -> None:
        self.name = name
        self.options = options

    def build(self, documents: Sequence[Doc]) -> SecondhopBuilt:
        """Index the files where there are files, else the texts."""
        return SecondhopBuilt(documents, self.options)


class SecondhopBuilt:
    """Documents indexed by this package."""

    def __init__(self, documents: Sequence[Doc], options: dict[str, Any]) -> None:
        self._documents, self._options = documents, options
        self._counter: TokenCounter | None = None

    def _document(self, count_tokens: TokenCounter) -> Document:
        # A document counts with one tokenizer, and that is known only when the first question comes.
        if self._counter is not count_tokens:
            options = {**self._options, "tokenizer": count_tokens}
            if len(self._documents) == 1 and self._documents[0].path is not None:
                self._built = Document.from_file(self._documents[0].path, **options)
            else:
                texts = [
                    {"text": doc.text, "source": source_name(number, doc)} for number, doc in enumerate(self._documents)
                ]
                self._built = Document.from_texts(texts, **options)
            self._counter = count_tokens
        return self._built

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """The default context."""
        document = self._document(count_tokens)
        start = time.perf_counter()
        context = document.context(question, budget=budget)
        text = context.text()
        ms = 1e3 * (time.perf_counter() - start)
        citations = context.citations
        return Answer(
            text,
            tuple(citation["text"] for citation in citations),
            documents=tuple(dict.fromkeys(document_number(citation["source"]) for citation in citations)),
            pages=tuple(sorted({citation["page"] for citation in citations if citation["page"] is not None})),
            confidence=context.report.confidence,
            ms=ms,
        )

    def ranked(self, question: str, top_k: int) -> list[int]:
        """Documents by their best chunk."""
        # Several chunks of one document may come before the next document.
        hits = self._document(self._counter or len).search(question, top_k=top_k * 20)
        return list(dict.fromkeys(document_number(hit.chunk.source) for hit in hits))[:top_k]


def source_name(number: int, doc: Doc) -> str:
    """A label that tells the document's number again, with the suffix that tells its format."""
    return f"d{number}/{doc.source}" if "." in doc.source else f"d{number}"


def document_number(source: str) -> int:
    """The number in a label made by `source_name`; 0 for a file, which is always alone."""
    head = source.split("/", 1)[0]
    return int(head[1:]) if head[:1] == "d" and head[1:].isdigit() else 0


def make_system(spec: str) -> System:
    """A system from its name, with options after a colon: `secondhop:strategy=raw_topk,grain=chunk`.

    Raises:
        OptionError: there is no such system.
    """
    from secondhop.evaluation.peers import PEERS

    family, _, options = spec.partition(":")
    if family == "secondhop":
        return SecondhopSystem(spec, **dict(_option(part) for part in options.split(",") if part))
    make: Callable[[], System] | None = PEERS.get(spec)
    if make is None:
        raise OptionError.choice("system", spec, ["secondhop", "secondhop:OPTION=VALUE,...", *PEERS])
    return make()


def _option(part: str) -> tuple[str, Any]:
    key, _, value = part.partition("=")
    words: dict[str, Any] = {"true": True, "false": False, "none": None}
    if value.lower() in words:
        return key, words[value.lower()]
    try:
        return key, float(value) if "." in value else int(value)
    except ValueError:
        return key, value
