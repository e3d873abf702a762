"""Hybrid retrieval beside LangChain's and LlamaIndex's: the same chunks, vectors and questions.

    python tests/benchmarks/semantic_peers.py DATA [SET ...] [--pool 100] [--cache FILE]

Needs the peers' environment. Theirs are put together as their documentation does, with their own defaults:
EnsembleRetriever of BM25Retriever and an in-memory vector store; QueryFusionRetriever, without generated queries, of its
BM25Retriever and a VectorIndexRetriever. Each of their retrievers hands on its `--pool` best chunks to be fused; ours
fuses what words find with the 100 best by vectors. The model is MiniLM, as in semantic.py, and the sets are cut as there.
Differences are ours minus theirs on the same questions, with 95 % intervals; a document's place is that of its best chunk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever, VectorIndexRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever as LlamaIndexBM25
from semantic_sets import POOL, SIZES, by_document, document, embedder, gain, part, percent, rank_scores, searched, tier

from secondhop.embedding import cached, open_cache
from secondhop.types import Chunk

OURS = "secondhop hybrid"
PACKAGES = ("langchain-classic", "langchain-community", "llama-index-core", "llama-index-retrievers-bm25")
Ranker = Callable[[str], list[int]]
"""A question to documents, best first."""


class LangChainVectors(Embeddings):
    """Our embedder as LangChain's."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def embed_documents(self, texts: list[str]) -> list[Any]:
        """Rows of one matrix: as lists of numbers they would be converted again for every question."""
        return list(self.model.embed(texts, "document"))

    def embed_query(self, text: str) -> Any:
        return self.model.embed([text], "query")[0]


class LlamaIndexVectors(BaseEmbedding):
    """Our embedder as LlamaIndex's."""

    model: Any
    embed_batch_size: int = 1024

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.model.embed(texts, "document").tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self.model.embed([query], "query")[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def langchain(chunks: Sequence[Chunk], model: Any, pool: int) -> dict[str, Ranker]:
    """LangChain's hybrid: reciprocal rank fusion."""
    texts = [LangChainDocument(chunk.text, metadata={"place": place}) for place, chunk in enumerate(chunks)]
    words = BM25Retriever.from_documents(texts, k=pool)
    store = InMemoryVectorStore.from_documents(texts, LangChainVectors(model))
    both = [words, store.as_retriever(search_kwargs={"k": pool})]
    fused = EnsembleRetriever(retrievers=both, weights=[0.5, 0.5], id_key="place")
    return {
        "LangChain EnsembleRetriever": lambda question: by_document(
            [chunks[found.metadata["place"]] for found in fused.invoke(question)]
        )
    }


def llama_index(chunks: Sequence[Chunk], model: Any, pool: int) -> dict[str, Ranker]:
    """LlamaIndex's hybrid, in both of its ways to fuse."""
    nodes = [
        TextNode(
            text=chunk.text,
            metadata={"place": place},
            excluded_embed_metadata_keys=["place"],
            excluded_llm_metadata_keys=["place"],
        )
        for place, chunk in enumerate(chunks)
    ]
    words = LlamaIndexBM25.from_defaults(nodes=nodes, similarity_top_k=min(pool, len(nodes)))
    index = VectorStoreIndex(nodes, embed_model=LlamaIndexVectors(model=model))
    both = [words, VectorIndexRetriever(index, similarity_top_k=pool)]

    def ranker(mode: str) -> Ranker:
        fused = QueryFusionRetriever(
            both, llm=MockLLM(), mode=mode, similarity_top_k=2 * pool, num_queries=1, use_async=False
        )
        return lambda question: by_document([chunks[found.metadata["place"]] for found in fused.retrieve(question)])

    return {f"LlamaIndex {mode}": ranker(mode) for mode in ("reciprocal_rerank", "relative_score")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("sets", nargs="*", default=[])
    parser.add_argument("--pool", type=int, default=POOL, help="chunks that each of their retrievers hands on")
    parser.add_argument("--cache", help="SQLite file for the embeddings, so that a second run is quick")
    arguments = parser.parse_args()
    os.environ["SECONDHOP_EVAL_DATA"] = arguments.data
    with tempfile.TemporaryDirectory() as folder:
        model = cached(embedder(Path(folder) / "float32"), open_cache(arguments.cache))
        compare(arguments.sets or list(SIZES), model, arguments.pool)
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))


def compare(names: Sequence[str], model: Any, pool: int) -> None:
    """The table."""
    print(f"{'set':10} {'system':29} nDCG@10 recall@20   {'ours - theirs: nDCG@10':24} recall@20")
    means: dict[str, list[tuple[float, float]]] = {}
    for name in names:
        dataset = part(name)
        doc = document(dataset.documents, tier("hybrid", model))
        rankers: dict[str, Ranker] = {OURS: lambda question, doc=doc: searched(doc, question)}
        rankers |= langchain(doc.chunks, model, pool) | llama_index(doc.chunks, model, pool)
        found = {
            system: rank_scores(dataset, [rank(item.question) for item in dataset.items])
            for system, rank in rankers.items()
        }
        for system, scores in found.items():
            columns, ours = list(scores.values()), list(found[OURS].values())
            means.setdefault(system, []).append((float(np.mean(columns[0])), float(np.mean(columns[1]))))
            gains = (
                ["", ""] if system == OURS else [gain(mine, other) for mine, other in zip(ours, columns, strict=True)]
            )
            print(row(name, system, *map(percent, columns), *gains), flush=True)
    for system, values in means.items():
        print(row("mean", system, *(f"{100 * mean:.1f}" for mean in np.mean(values, axis=0)), "", ""))


def row(name: str, system: str, ndcg: str, recall: str, gain_ndcg: str, gain_recall: str) -> str:
    return f"{name:10} {system:29} {ndcg:>7} {recall:>9}   {gain_ndcg:24} {gain_recall}".rstrip()


if __name__ == "__main__":
    main()
