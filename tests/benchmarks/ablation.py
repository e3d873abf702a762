"""What each default is worth: the evidence kept with it and without it, over the evaluation sets.

    python tests/benchmarks/ablation.py DATA [--split A] [--limit 150] [--only NAME ...] [--markdown FILE]

Prints, for each variant and group of sets, the share of questions whose evidence is all in the context (`full`, in
percent) and the paired difference from the default with its 95 % bootstrap interval. Budgets are in whitespace words.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from pages import table

from secondhop.document import Document
from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Dataset, Doc
from secondhop.evaluation.metrics import bootstrap, evidence_scores
from secondhop.indexing import Snapshot

# set, mode, budgets, group
SETS = (
    ("hotpotqa", "own", (256, 400), "multi-hop"),
    ("hotpotqa", "pooled", (512, 1024), "multi-hop"),
    ("2wikimultihopqa", "own", (256, 400), "multi-hop"),
    ("2wikimultihopqa", "pooled", (512, 1024), "multi-hop"),
    ("musique", "own", (256, 400), "multi-hop"),
    ("musique", "pooled", (512, 1024), "multi-hop"),
    ("cuad", "own", (256, 512), "CUAD 256–512"),
    ("cuad", "own", (1024, 2000), "CUAD 1024–2000"),
    ("cuad-natural", "own", (512, 1024), "CUAD natural"),
    ("contractnli", "own", (256, 512), "ContractNLI"),
    ("chunking_eval", "pooled", (256, 512, 1024), "long texts"),
    ("codebase", "pooled", (512, 1024), "code"),
    ("musique", "own", (4000,), "all fits"),
    ("contractnli", "own", (4000,), "all fits"),
)
RETRIEVAL, SELECTION = "secondhop.retrieval", "secondhop.selection"
# A variant sets options of the document, options of the question, or constants of a module.
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "raw_topk": {"strategy": "raw_topk"},
    "whole chunks (grain=chunk)": {"grain": "chunk"},
    "no bridge": {f"{RETRIEVAL}.bridge.N_SEEDS": 0},
    "2 seeds": {f"{RETRIEVAL}.bridge.N_SEEDS": 2},
    "full link at 6 names": {f"{RETRIEVAL}.bridge.FULL_LINK_NAMES": 6.0},
    "names in at most 10 % of the chunks": {f"{RETRIEVAL}.seeds.MAX_DF_SHARE": 0.1},
    "names of many chunks too": {f"{RETRIEVAL}.seeds.MANY_SHARE": 1.0},
    "names in at most 100 chunks or 1 %": {f"{RETRIEVAL}.seeds.MANY_CHUNKS": 100},
    "bridge from code too": {f"{RETRIEVAL}.bridge.CODE": -1},
    "numbers do not bridge": {f"{RETRIEVAL}.seeds.NUMBER_WEIGHT": 0.0},
    "no homes of names": {f"{RETRIEVAL}.home.HOME_WEIGHT": 0.0},
    "sides of a comparison as they come": {f"{RETRIEVAL}.home.SIDE": 0.0},
    "homes weigh 1.0": {f"{RETRIEVAL}.home.HOME_WEIGHT": 1.0},
    "deep links 1.0": {f"{RETRIEVAL}.bridge.DEEP_LINK": 1.0},
    "deep links 0.6": {f"{RETRIEVAL}.bridge.DEEP_LINK": 0.6},
    "texts do not count": {f"{RETRIEVAL}.whole_text.LEAST_CHUNKS": 10**9},
    "no references": {
        f"{RETRIEVAL}.bridge.REFERRED": 0.0,
        f"{RETRIEVAL}.referred.PART_WEIGHT": 0.0,
        f"{RETRIEVAL}.asked_for.ASKED_FOR": 0.0,
    },
    "no introductions of lists": {f"{SELECTION}.lists._FURTHEST": 0},
    "none of homes, weaker deep links, introductions": {
        f"{RETRIEVAL}.home.HOME_WEIGHT": 0.0,
        f"{RETRIEVAL}.bridge.DEEP_LINK": 1.0,
        f"{SELECTION}.lists._FURTHEST": 0,
    },
    "no lead": {f"{RETRIEVAL}.lexical.LEAD_WEIGHT": 0.0},
    "direct share 0.3": {f"{SELECTION}.reasoning_preserving.DIRECT_SHARE": 0.3},
    "direct share 0.7": {f"{SELECTION}.reasoning_preserving.DIRECT_SHARE": 0.7},
    "short sentences alone": {f"{SELECTION}.packing.LEAST_WORDS": 0},
    "no rivals": {f"{SELECTION}.values.RIVALLED": 0.0},
    "no smoothing": {f"{SELECTION}.values.SMOOTHING": 0.0},
    "smoothing 0.5": {f"{SELECTION}.values.SMOOTHING": 0.5},
    "no coverage discount": {f"{SELECTION}.values.COVERED": 1.0},
    "100 candidates": {"candidate_k": 100},
    "only what is found, if all fits": {f"{RETRIEVAL}.MOST": 2.0},
    "all, if all fits": {f"{RETRIEVAL}.MOST": 0.0},
    "chunk_size 128": {"chunk_size": 128},
    "chunk_size 256": {"chunk_size": 256},
    "chunk_size 400": {"chunk_size": 400},
}
INDEX_OPTIONS = ("chunk_size",)


class Bench:
    """The sets, indexed once for each set of index options."""

    def __init__(self, data: str, split: str, limit: int | None, **options: Any) -> None:
        self.sets: list[tuple[Dataset, list[Document], tuple[int, ...], str]] = []
        made: dict[tuple[str, str], tuple[Dataset, list[Document]]] = {}
        for name, mode, budgets, group in SETS:
            if (name, mode) not in made:
                dataset = load(name, mode=mode, root=data, split=split, limit=limit)
                made[name, mode] = dataset, _index(dataset, options)
            self.sets.append((*made[name, mode], budgets, group))

    def full(self, **options: Any) -> dict[str, np.ndarray]:
        """1 where all evidence of a question is in its context, by group, in a fixed order."""
        found: dict[str, list[float]] = {}
        for dataset, documents, budgets, group in self.sets:
            for budget in budgets:
                for item, document in zip(dataset.items, documents, strict=True):
                    text = document.context(item.question, budget, **options).text()
                    found.setdefault(group, []).append(evidence_scores(item, text).get("full", np.nan))
        return {group: np.array(values) for group, values in found.items()}


def _index(dataset: Dataset, options: Mapping[str, Any]) -> list[Document]:
    """The document that each question asks."""
    made: dict[tuple[Doc, ...], Document] = {}
    documents = []
    for item in dataset.items:
        searched = dataset.documents or item.documents
        if searched not in made:
            texts = [
                {"text": doc.text, "source": doc.source or f"text-{number}", "format": doc.format}
                for number, doc in enumerate(searched)
            ]
            made[searched] = Document.from_texts(texts, tokenizer="words", **options)
        documents.append(made[searched])
    return documents


@contextmanager
def patched(constants: Mapping[str, Any]) -> Iterator[None]:
    """Other values for constants of modules, for a while; what documents remember follows from the usual ones."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(Snapshot, "facts", lambda snapshot, ordinal, make: make(snapshot, ordinal)))
        for path, value in constants.items():
            module, _, name = path.rpartition(".")
            stack.enter_context(patch.object(import_module(module), name, value))
        yield


def main() -> None:
    """Runs the variants and prints a line for each as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--split", default="A", choices=("A", "B", "all"))
    parser.add_argument("--limit", type=int, default=150)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--markdown", type=Path)
    given = parser.parse_args()
    benches: dict[tuple[Any, ...], Bench] = {}
    rows: list[list[str]] = []
    base: dict[str, np.ndarray] = {}
    for name, spec in VARIANTS.items():
        if given.only and name not in (*given.only, "default"):
            continue
        constants = {key: value for key, value in spec.items() if "." in key}
        indexed = {key: value for key, value in spec.items() if key in INDEX_OPTIONS}
        asked = {key: value for key, value in spec.items() if key not in constants and key not in indexed}
        key = tuple(indexed.items())
        if key not in benches:
            benches = {(): benches[()]} if () in benches else {}
            benches[key] = Bench(given.data, given.split, given.limit, **indexed)
        with patched(constants):
            found = benches[key].full(**asked)
        base = base or found
        rows.append([name, *(_cell(found[group], base[group], name == "default") for group in base)])
        print(" | ".join(rows[-1]), flush=True)
    if given.markdown:
        given.markdown.write_text(table(["variant", *base], rows) + "\n", encoding="utf-8")


def _cell(values: np.ndarray, base: np.ndarray, is_default: bool) -> str:
    keep = ~np.isnan(values)
    mean = f"{100 * values[keep].mean():.1f}"
    if is_default:
        return f"{mean} (n={int(keep.sum())})"
    change = bootstrap(values[keep], base[keep])
    return f"{mean} ({100 * change.mean:+.1f} [{100 * change.low:+.1f}, {100 * change.high:+.1f}])"


if __name__ == "__main__":
    main()
