"""Keyword arguments of `Document` and `build_context` as typed dictionaries, so that type checkers and editors know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

from secondhop.options import Bm25Variant, Filter, FusionName, Injection, Isolation, Retrieval, VectorIndexKind
from secondhop.types import Grain, Strategy, TextStyle


class CommonKeywords(TypedDict, total=False):
    """The fields of `DocumentOptions` that say something of files, texts and chunks alike, as keywords."""

    token_budget: int
    strategy: str | Strategy
    candidate_k: int
    top_k: int | None
    min_score: float | None
    min_grounding: float
    text_style: TextStyle
    injection: Injection
    grain: Grain
    neighbors: int
    chunk_overlap: int
    retrieval: Retrieval
    language: str
    synonyms: Sequence[Sequence[str]]
    char_ngrams: int
    tokenizer: str | Callable[[str], int]
    bm25_variant: Bm25Variant
    bm25_k1: float
    bm25_b: float
    model: Any
    embedder_model: str | Path | None
    embedder_tokenizer: str | Path | None
    embedder_dim: int | None
    embedder_pooling: Literal["mean", "cls"] | None
    embedder_max_length: int | None
    embedder_query_prefix: str | None
    embedder_passage_prefix: str | None
    embedder_threads: int | None
    embedder_id: str | None
    embedding_cache: Any
    fusion: FusionName
    vector_index: VectorIndexKind
    rerank: Any
    candidate_pool: int
    min_candidates: int


class ChunkKeywords(CommonKeywords, total=False):
    """The fields of `DocumentOptions` that say something of chunks, as keywords."""

    source: str


class CuttingKeywords(CommonKeywords, total=False):
    """The fields of `DocumentOptions` that say something of whatever is cut, as keywords."""

    chunk_size: int
    include_heading: bool


class TextKeywords(CuttingKeywords, total=False):
    """The fields of `DocumentOptions` that say something of texts, as keywords."""

    source: str
    format: str | None


class FileKeywords(CuttingKeywords, total=False):
    """The fields of `DocumentOptions` that say something of all that is parsed, as keywords."""

    password: str | None
    isolation: Isolation
    max_seconds: float
    max_memory_mb: int


class BytesKeywords(FileKeywords, total=False):
    """The fields of `DocumentOptions` but `source`, as keywords."""

    format: str | None


class DocumentKeywords(BytesKeywords, total=False):
    """The fields of `DocumentOptions`, as keywords."""

    source: str


class FolderKeywords(FileKeywords, total=False):
    """The fields of `FolderOptions` that a folder takes, as keywords."""

    recursive: bool
    gitignore: bool
    ignore: Sequence[str]
    hard_links: bool
    workers: int | None
    persist: bool | None
    index_dir: str | Path | None
    lock_timeout: float


class ContextKeywords(TypedDict, total=False):
    """What `Document.context` takes beside the question and the budget."""

    neighbors: int | None
    include_heading: bool | None
    top_k: int | None
    min_score: float | None
    filter: Filter | None
    strategy: str | Strategy | None
    text_style: TextStyle | None
    injection: Injection | None
    grain: Grain | None
    candidate_k: int | None


class RetrievedKeywords(TypedDict, total=False):
    """What `build_context` takes beside the question, the chunks, the strategy and the budget."""

    scores: Sequence[float] | None
    top_k: int | None
    min_score: float | None
    min_grounding: float
    text_style: TextStyle
    injection: Injection
    grain: Grain
    tokenizer: str | Callable[[str], int]
    language: str
    synonyms: Sequence[Sequence[str]]
