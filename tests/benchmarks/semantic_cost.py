"""What the semantic tiers cost, and whether the converted model is the model.

    python tests/benchmarks/semantic_cost.py parity DATA      needs sentence-transformers and fastembed; also times them
    python tests/benchmarks/semantic_cost.py speed DATA
    python tests/benchmarks/semantic_cost.py indexes [--n 50000]     of made-up vectors in clumps
    python tests/benchmarks/semantic_cost.py indexes DATA [--cache FILE]     of the sets' chunks, asked their questions

The model is that of semantic.py. Times are of the processor, so that other programs count little.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from semantic_sets import MODEL, SIZES, document, embedder, part, tier

from secondhop import retrieval
from secondhop.document import Document
from secondhop.embedding import cached, open_cache
from secondhop.evaluation.datasets import load
from secondhop.options import ContextOptions, DocumentOptions
from secondhop.retrieval.semantic.approximate import INDEX_KINDS, build_index
from secondhop.retrieval.semantic.dense import FlatIndex, unit_rows

SOURCES = ("scifact", "cosqa", "fiqa_pool", "xquad_zh", "xquad_ar", "xquad_ru", "xquad_en", "product_docs")
AWKWARD = ("a", "Ä ö ü ß 東京 🙂 naïve", "word " * 400, "")
N_CHUNKS, N_QUESTIONS, N_QUERIES = 10_000, 100, 200


def main() -> None:
    parts = {"parity": parity, "speed": speed, "indexes": indexes}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=parts)
    parser.add_argument("data", nargs="?")
    parser.add_argument("--n", type=int, default=50_000, help="made-up vectors, for indexes")
    parser.add_argument("--cache", help="SQLite file for the embeddings, so that a second run of indexes is quick")
    arguments = parser.parse_args()
    if arguments.data:
        os.environ["SECONDHOP_EVAL_DATA"] = arguments.data
    with tempfile.TemporaryDirectory() as folder:
        arguments.folder = Path(folder)
        parts[arguments.what](arguments)


def parity(arguments: argparse.Namespace) -> None:
    """Our vectors beside those of sentence-transformers; then all engines on one thread."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    theirs = SentenceTransformer(str(MODEL), device="cpu")
    ours = {
        "float32": embedder(arguments.folder / "float32", threads=1),
        "int8": embedder(arguments.folder / "int8", int8=True, threads=1),
    }
    texts = texts_of(1000)
    expected = theirs.encode(texts, batch_size=8)
    for label, model in ours.items():
        cosines = (model.embed(texts, "document") * expected).sum(axis=1)
        print(
            f"{label}: {len(texts)} texts, cosine at worst {cosines.min():.7f}, mean {cosines.mean():.7f}", flush=True
        )
    chunks = random.Random(1).sample(scifact_chunks(400), 200)
    runs = {f"secondhop {label}": lambda model=model: model.embed(chunks, "document") for label, model in ours.items()}
    runs["sentence-transformers"] = lambda: theirs.encode(chunks, batch_size=32)
    runs["fastembed"] = fastembed(arguments.folder / "float32", chunks)
    report_speed(runs, len(chunks))


def texts_of(n: int) -> list[str]:
    """Texts of several kinds, scripts and lengths from the corpora."""
    draw = random.Random(5)
    places = [list(load(name).documents) for name in SOURCES]
    docs = [doc.text for docs in places for doc in draw.sample(docs, min(240, len(docs)))]
    texts = [text[:2500] if draw.random() < 0.7 else text.split(". ")[0][:300] for text in docs]
    draw.shuffle(texts)
    if len(texts) + len(AWKWARD) < n:
        raise SystemExit(f"the corpora give {len(texts)} texts, and {n} are wanted")
    return [*AWKWARD, *texts][:n]


def fastembed(folder: Path, chunks: list[str]) -> Callable[[], Any]:
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    TextEmbedding.add_custom_model(
        model="local/all-minilm", pooling=PoolingType.MEAN, normalization=True, dim=384, model_file="model.onnx",
        sources=ModelSource(hf="local/all-minilm"),
    )  # fmt: skip
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        (folder / name).write_bytes((MODEL / name).read_bytes())
    model = TextEmbedding("local/all-minilm", specific_model_path=str(folder), threads=1)
    return lambda: list(model.embed(chunks, batch_size=32))


def scifact_chunks(n_documents: int) -> list[str]:
    doc = document(load("scifact").documents[:n_documents], DocumentOptions())
    return [chunk.text for chunk in doc.chunks]


def report_speed(runs: dict[str, Callable[[], Any]], n: int, repeats: int = 3) -> None:
    """Chunks per second of processor time, in turns, so that all see the same load."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            began = time.process_time()
            run()
            spent[name].append(time.process_time() - began)
    for name, seconds in spent.items():
        print(f"{name:22} {n / min(seconds):6.1f} chunks a second of one core (best of {repeats})")


def speed(arguments: argparse.Namespace) -> None:
    """A warm question over 10,000 chunks, beside embedding it. The vectors of the chunks are random ones."""
    chunks = scifact_chunks(4_800)[:N_CHUNKS]
    vectors = unit_rows(np.random.default_rng(1).normal(size=(len(chunks), 384)).astype(np.float32))
    questions = [item.question for item in load("scifact").items][:N_QUESTIONS]
    model = embedder(arguments.folder / "float32")
    doc = Document.from_chunks(chunks, vectors=vectors, options=tier("hybrid", model))
    lexical = Document.from_chunks(chunks)
    k = ContextOptions().candidate_k
    steps: dict[str, Callable[[str], Any]] = {
        "embed": lambda question: model.embed([question], "query"),
        "search": doc.search,
        "retrieve": lambda question: retrieval.retrieve(
            doc._snapshot, question, costs=doc._costs, candidate_k=k, bridge=True, tiers=doc._tiers
        ),
        "context": lambda question: doc.context(question, 1000),
        "lexical search": lexical.search,
        "lexical context": lambda question: lexical.context(question, 1000),
    }
    spent: dict[str, list[float]] = {name: [] for name in steps}
    for number, question in enumerate([*questions[:5], *questions]):
        for name, step in steps.items():
            milliseconds = timed(step, question)
            if number >= 5:
                spent[name].append(milliseconds)
    base = float(np.median(spent["embed"]))
    print(f"{len(chunks):,} chunks, {len(questions)} questions; milliseconds of processor time")
    for name, values in spent.items():
        print(f"{name:16} median {np.median(values):6.2f}, {np.median(values) / base:.2f} x embed")


def timed(step: Callable[[str], Any], question: str) -> float:
    began = time.process_time()
    step(question)
    return 1e3 * (time.process_time() - began)


def indexes(arguments: argparse.Namespace) -> None:
    """Recall against exact search beside latency and bytes."""
    vectors, queries = embedded(arguments) if arguments.data else (clustered(arguments.n, 1), clustered(N_QUERIES, 2))
    exact = FlatIndex(vectors)
    expected = [set(exact.search(query, 10).ordinals.tolist()) for query in queries]
    print(f"{len(vectors):,} vectors of 384 dimensions, {vectors.nbytes / 1e6:.0f} MB")
    for kind in INDEX_KINDS:
        began = time.process_time()
        index = build_index(kind, vectors)
        built = time.process_time() - began
        found, spent = zip(*searched(index, queries), strict=True)
        recall = np.mean([len(set(hits) & wanted) / 10 for hits, wanted in zip(found, expected, strict=True)])
        size = getattr(index, "n_bytes", 0) / 1e6
        print(
            f"{kind:5} built in {built:6.1f} s of processor time, {size:6.1f} MB more, "
            f"{1e3 * np.median(spent):6.2f} ms, recall@10 {recall:.3f}"
        )


def embedded(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """Vectors of all chunks of the sets, and of questions drawn from all of them."""
    model = cached(embedder(arguments.folder / "float32"), open_cache(arguments.cache))
    sets = [part(name) for name in SIZES]
    chunks = [chunk.text for one in sets for chunk in document(one.documents, DocumentOptions()).chunks]
    questions = random.Random(4).sample([item.question for one in sets for item in one.items], N_QUERIES)
    return unit_rows(model.embed(chunks, "document")), unit_rows(model.embed(questions, "query"))


def searched(index: Any, queries: Any) -> Iterator[tuple[list[int], float]]:
    for query in queries:
        began = time.process_time()
        hits = index.search(query, 10).ordinals.tolist()
        yield hits, time.process_time() - began


def clustered(n: int, seed: int) -> Any:
    """Vectors in clumps of clumps, as those of texts are."""
    draw, shared = np.random.default_rng(seed), np.random.default_rng(0)
    topics = shared.normal(size=(40, 384))
    themes = topics[shared.integers(0, 40, 1000)] + 0.8 * shared.normal(size=(1000, 384))
    return unit_rows((themes[draw.integers(0, 1000, n)] + 0.9 * draw.normal(size=(n, 384))).astype(np.float32))


if __name__ == "__main__":
    main()
