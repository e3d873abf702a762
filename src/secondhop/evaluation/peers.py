"""Other packages as systems, at their own defaults and at equal chunk size. They live in the `peers` dependency group."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from secondhop.errors import MissingExtraError
from secondhop.evaluation.files import is_pdf, pdf_pages
from secondhop.evaluation.items import Doc
from secondhop.evaluation.systems import Answer, Built, Piece, System, cut_to, document_number, fill
from secondhop.text.tokens import count_words
from secondhop.types import TokenCounter

CANDIDATES = 40
"""How many chunks each peer retrieves: enough to fill every budget measured."""
EQUAL_CHUNK = 128
"""Chunk size in words at which peers are compared on equal terms."""


class MissingPeerError(MissingExtraError):
    """A peer is not installed."""

    def __init__(self, module: str, extra: str = "peers") -> None:
        super().__init__(module, extra)
        # What str() shows of an ImportError.
        self.msg = f"{module} is not installed; peers are a dependency group: uv sync --group peers"


def _import(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingPeerError(module.split(".", maxsplit=1)[0]) from error


class Filled:
    """A retriever's chunks, best first, filled up to the budget."""

    def __init__(self, retrieve: Callable[[str], list[Piece]], *, skip: bool) -> None:
        self._retrieve, self._skip = retrieve, skip
        self._last: tuple[str, list[Piece], float] = ("", [], 0.0)

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        """What was retrieved, in that order, while it fits."""
        pieces, took = self.found(question)
        start = time.perf_counter()
        kept = fill(pieces, budget, count_tokens, skip=self._skip)
        return Answer.of(kept, took + 1e3 * (time.perf_counter() - start))

    def ranked(self, question: str, top_k: int) -> list[int]:
        """Documents by their best chunk."""
        return list(dict.fromkeys(number for _, number, _ in self.found(question)[0]))[:top_k]

    def found(self, question: str) -> tuple[list[Piece], float]:
        """What was retrieved, best first, and the milliseconds that it took: another budget does not ask again."""
        if self._last[0] != question or not self._last[1]:
            start = time.perf_counter()
            pieces = self._retrieve(question)
            self._last = (question, pieces, 1e3 * (time.perf_counter() - start))
        return self._last[1], self._last[2]


class Framework(Protocol):
    """A peer whose retriever also finds for others."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def build(self, documents: Sequence[Doc]) -> Filled:
        """Split and index documents."""
        ...


def _parts(documents: Sequence[Doc]) -> list[Piece]:
    """Texts to split: a PDF file page by page, as the frameworks' readers do."""
    return [(text, number, page) for number, doc in enumerate(documents) for page, text in _pages(doc)]


def _pages(doc: Doc) -> Iterable[tuple[int | None, str]]:
    if doc.path is not None and is_pdf(doc.path):
        return enumerate(pdf_pages(doc.path), 1)
    return [(None, doc.text)]


class LangChain:
    """LangChain's recursive splitter and BM25 retriever."""

    def __init__(self, name: str, size: int, overlap: int, *, skip: bool, measure: Callable[[str], int] = len) -> None:
        self.name, self.size, self.overlap, self.skip, self.measure = name, size, overlap, skip, measure

    def build(self, documents: Sequence[Doc]) -> Filled:
        """Split and index the documents."""
        retrievers = _import("langchain_community.retrievers")
        splitters = _import("langchain_text_splitters")
        split = splitters.RecursiveCharacterTextSplitter(
            chunk_size=self.size, chunk_overlap=self.overlap, length_function=self.measure
        )
        chunks = [(piece, number, page) for text, number, page in _parts(documents) for piece in split.split_text(text)]
        retriever = retrievers.BM25Retriever.from_texts(
            [text for text, _, _ in chunks], metadatas=[{"doc": number, "page": page} for _, number, page in chunks]
        )
        retriever.k = CANDIDATES
        return Filled(
            lambda question: [
                (hit.page_content, hit.metadata["doc"], hit.metadata["page"]) for hit in retriever.invoke(question)
            ],
            skip=self.skip,
        )


class LlamaIndex:
    """LlamaIndex's sentence splitter and BM25 retriever."""

    def __init__(
        self, name: str, size: int, overlap: int, *, skip: bool, tokenizer: Callable[[str], list[Any]] | None = None
    ) -> None:
        self.name, self.size, self.overlap, self.skip, self.tokenizer = name, size, overlap, skip, tokenizer

    def build(self, documents: Sequence[Doc]) -> Filled:
        """Split and index the documents."""
        core = _import("llama_index.core")
        parser = _import("llama_index.core.node_parser")
        bm25 = _import("llama_index.retrievers.bm25")
        logging.getLogger("bm25s").setLevel(logging.ERROR)
        split = parser.SentenceSplitter(chunk_size=self.size, chunk_overlap=self.overlap, tokenizer=self.tokenizer)
        hidden = {f"excluded_{use}_metadata_keys": ["doc", "page"] for use in ("embed", "llm")}
        texts = [
            core.Document(text=text, metadata={"doc": number, "page": page}, **hidden)
            for text, number, page in _parts(documents)
        ]
        nodes = split.get_nodes_from_documents(texts)
        retriever = bm25.BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(CANDIDATES, len(nodes)))
        return Filled(
            lambda question: [
                (hit.node.get_content(), hit.node.metadata["doc"], hit.node.metadata["page"])
                for hit in retriever.retrieve(question)
            ],
            skip=self.skip,
        )


class Redhop:
    """redhop with one of its strategies."""

    def __init__(self, strategy: str) -> None:
        self.name, self.strategy = f"redhop:{strategy}", strategy

    def build(self, documents: Sequence[Doc]) -> Built:
        """Split and index the documents."""
        redhop = _import("redhop")
        options = redhop.DocumentOptions(strategy=self.strategy, token_budget=2048, candidate_k=CANDIDATES)
        if len(documents) == 1 and documents[0].path is not None and (found := _opened(documents[0].path, options)):
            document = found
        else:
            document = redhop.Document.from_text("\n\n".join(doc.text for doc in documents), options=options)
        return _RedhopBuilt(document)


def _opened(path: Path, options: Any) -> Any:
    """The document of a file; None where the reader of PDF files panics."""
    try:
        return _import("redhop").Document.from_file(str(path), options=options)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


class _RedhopBuilt:
    def __init__(self, document: Any) -> None:
        self._document = document
        document.context("warm up")

    def context(self, question: str, budget: int, count_tokens: TokenCounter) -> Answer:
        # Its own budget is in words, counted in its own way: take the largest of its budgets found to fit ours.
        best, low, high, words = "", 0, budget, budget
        for _ in range(8):
            start = time.perf_counter()
            context = self._document.context(question, budget=words)
            ms = 1e3 * (time.perf_counter() - start)
            text = context.text()
            tokens = count_tokens(text)
            if tokens <= budget:
                best, low, citations, took = text, words, context.citations, ms
            else:
                high = words - 1
            if low == budget or high - low < max(2, budget // 50):
                break
            words = int(words * budget / tokens) if tokens > budget and not best else (low + high + 1) // 2
            words = min(max(words, low + 1, 1), high)
        if not best:
            best, citations, took = cut_to(text, budget, count_tokens), context.citations, ms
        documents = tuple(dict.fromkeys(document_number(str(hit["source"])) for hit in citations))
        pages = tuple(sorted({hit["page"] for hit in citations if hit.get("page")}))
        return Answer(best, tuple(hit["text"] for hit in citations), documents, pages, ms=took)


_STRATEGIES = ("auto", "raw_topk", "reasoning_preserving", "distractor_filtered", "max_density", "redundancy_pruned")

FRAMEWORKS: tuple[Framework, ...] = (
    LangChain("langchain", 1024, 40, skip=False),
    LangChain(f"langchain:{EQUAL_CHUNK}", EQUAL_CHUNK, 0, skip=True, measure=count_words),
    LlamaIndex("llamaindex", 256, 20, skip=False),
    LlamaIndex(f"llamaindex:{EQUAL_CHUNK}", EQUAL_CHUNK, 0, skip=True, tokenizer=str.split),
)
"""`:128` means chunks of 128 words and a fill that skips what does not fit."""
PEERS: tuple[System, ...] = (*FRAMEWORKS, *map(Redhop, _STRATEGIES))
