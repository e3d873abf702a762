"""This package as a system: with any options, over what a peer retrieved, and with plain BM25 alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from secondhop import loading
from secondhop.document import Document
from secondhop.evaluation.files import Stamp, stamp
from secondhop.evaluation.items import Doc
from secondhop.evaluation.peers import Filled, Framework
from secondhop.evaluation.systems import Answer, Piece, document_number, fill, source_name
from secondhop.indexing import Snapshot
from secondhop.options import ContextOptions, DocumentOptions
from secondhop.pipeline import index_sources
from secondhop.reporting import Context
from secondhop.retrieval.lexical import top
from secondhop.retrieved import build_context
from secondhop.types import SourceText, TokenCounter

CANDIDATES = 60
"""How many chunks plain BM25 retrieves, as many as the default looks at."""


class SecondhopSystem:
    """This package with any document options."""

    def __init__(self, name: str = "secondhop", **options: Any) -> None:
        DocumentOptions(**options)  # refused now: what raises on a question counts as having chosen nothing
        self.name = name
        self.options = options

    def build(self, documents: Sequence[Doc]) -> SecondhopBuilt:
        """Index the files where there are files, else the texts."""
        return SecondhopBuilt(tuple(documents), self.options)


class SecondhopBuilt:
    """Documents indexed by this package."""

    def __init__(self, documents: tuple[Doc, ...], options: dict[str, Any]) -> None:
        indexed = options.keys() - ContextOptions.model_fields.keys()
        self._options = options
        self._snapshot = _snapshot(documents, tuple(sorted((key, options[key]) for key in indexed)))
        self._document: Document | None = None
        self._counter: TokenCounter | None = None

    def _with(self, count_tokens: TokenCounter) -> Document:
        # A document counts with one tokenizer, and that is known only when the first question comes.
        if self._document is None or self._counter is not count_tokens:
            options = DocumentOptions(**(self._options | {"tokenizer": count_tokens}))
            self._document, self._counter = Document(self._snapshot, options), count_tokens
        return self._document

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """The default context."""
        document = self._with(count_tokens)
        start = time.perf_counter()
        context = document.context(question, budget=budget)
        text = context.text()
        ms = 1e3 * (time.perf_counter() - start)
        return _answer(context, text, ms)

    def ranked(self, question: str, top_k: int) -> list[int]:
        """Documents by their best chunk."""
        # Several chunks of one document may come before the next document.
        hits = self._with(self._counter or len).search(question, top_k=top_k * 20)
        return list(dict.fromkeys(document_number(hit.chunk.source) for hit in hits))[:top_k]


class Over:
    """The default choice from what a peer retrieved, as the compressor and the postprocessor choose."""

    def __init__(self, peer: Framework) -> None:
        self.name, self._peer = f"{peer.name}+secondhop", peer

    def build(self, documents: Sequence[Doc]) -> OverBuilt:
        """Split and index the documents as the peer does."""
        return OverBuilt(self._peer.build(documents), documents)


class OverBuilt:
    """A peer's index."""

    def __init__(self, peer: Filled, documents: Sequence[Doc]) -> None:
        self._peer, self._documents = peer, documents

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """The context chosen from the chunks that the peer finds."""
        pieces, took = self._peer.found(question)
        if not pieces:
            return Answer("", ms=took)
        start = time.perf_counter()
        context = build_context(question, map(self._chunk, pieces), token_budget=budget, tokenizer=count_tokens)
        text = context.text()
        return _answer(context, text, took + 1e3 * (time.perf_counter() - start))

    def _chunk(self, piece: Piece) -> dict[str, Any]:
        text, number, page = piece
        doc = self._documents[number]
        kind = "code" if doc.format == "code" else None
        return {"text": text, "source": source_name(number, doc), "page": page, "kind": kind}


class PlainBM25:
    """Our chunks ranked by plain BM25 alone and filled in order: what "never worse than top-k" is measured against.

    No lead field, no weights on query words, no bridge, no sentence cuts.
    """

    def __init__(self, name: str = "bm25") -> None:
        self.name = name

    def build(self, documents: Sequence[Doc]) -> PlainBM25Built:
        """Index the documents."""
        return PlainBM25Built(_snapshot(tuple(documents), ()))


class PlainBM25Built:
    """An index asked with plain BM25."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """Chunks in the order of their scores while they fit; what does not is skipped."""
        start = time.perf_counter()
        chunks = [self._snapshot.chunk(place) for place in self._order(question, CANDIDATES)]
        ordered = [(chunk.text, document_number(chunk.source), chunk.page) for chunk in chunks]
        kept = fill(ordered, budget, count_tokens, skip=True)
        ms = 1e3 * (time.perf_counter() - start)
        return Answer.of(kept, ms)

    def ranked(self, question: str, top_k: int) -> list[int]:
        """Documents by their best chunk."""
        sources = (self._snapshot.chunk(place).source for place in self._order(question, top_k * 20))
        return list(dict.fromkeys(map(document_number, sources)))[:top_k]

    def _order(self, question: str, top_k: int) -> list[int]:
        lexicon = self._snapshot.lexicon
        found = map(lexicon.terms.get, dict.fromkeys(lexicon.analyzer.terms(question)))
        numbers = [number for number in found if number is not None]
        terms = np.array(numbers, np.int64)
        scores = self._snapshot.body.accumulate(terms, self._snapshot.idf[terms])
        return [int(place) for place in top(scores, top_k).astype(np.int64)]


def _answer(context: Context, text: str, ms: float) -> Answer:
    citations = context.citations
    return Answer(
        text,
        tuple(citation["text"] for citation in citations),
        documents=tuple(dict.fromkeys(document_number(citation["source"]) for citation in citations)),
        pages=tuple(sorted({citation["page"] for citation in citations if citation["page"] is not None})),
        confidence=context.report.confidence,
        ms=ms,
    )


@lru_cache(maxsize=2)
def _snapshot(documents: tuple[Doc, ...], options: tuple[tuple[str, Any], ...]) -> Snapshot:
    """One index for all systems that differ only in how they ask."""
    sources = [
        _file(doc.path, stamp(doc.path), source_name(number, doc))
        if doc.path is not None
        else loading.load_text(doc.text, source_name(number, doc), format=doc.format)
        for number, doc in enumerate(documents)
        if doc.text.strip()
    ]
    return index_sources(sources, DocumentOptions(**dict(options)))


@lru_cache(maxsize=16)
def _file(path: Path, _: Stamp, source: str) -> SourceText:
    return replace(loading.load_file(path), source=source)
