"""Runs systems over sets and budgets: one row per question, then means, intervals and paired differences."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from secondhop.evaluation.datasets import Dataset, Doc, Item
from secondhop.evaluation.metrics import (
    NAN,
    auroc,
    bootstrap,
    evidence_scores,
    ndcg,
    precision_at_recall,
    readability,
    recall_at,
    reciprocal_rank,
)
from secondhop.evaluation.systems import Answer, Built, System
from secondhop.types import TokenCounter

Row = dict[str, Any]

METRICS = (
    *("wr", "wr80", "full", "ev", "hop2", "ans", "pages", "documents"),
    *("ndcg10", "recall5", "recall10", "mrr", "tokens", "run_words", "open_runs", "ms"),
)
"""What rows hold and summaries average, in the order of tables."""
_KEY = ("dataset", "mode", "system", "budget")
_PACKAGES = (
    "secondhop",
    "numpy",
    "tiktoken",
    "redhop",
    "langchain-community",
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "rank-bm25",
)


def run(
    systems: Sequence[System],
    datasets: Iterable[Dataset],
    budgets: Sequence[int],
    count_tokens: TokenCounter,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[Row]:
    """One row for each system, set, budget and question, in that order.

    A system that raises on a question has chosen nothing: the row scores an empty context and names the error.
    """
    rows: list[Row] = []
    for dataset in datasets:
        for system in systems:
            if progress is not None:
                progress(f"{dataset.name} ({dataset.mode}): {system.name}")
            by_budget: dict[int, list[Row]] = {budget: [] for budget in budgets}
            for item, built, documents in _with_index(system, dataset):
                ranked = _ranked(built, item) if dataset.ranked else {}
                for budget in budgets:
                    head = {"dataset": dataset.name, "mode": dataset.mode, "system": system.name, "budget": budget}
                    by_budget[budget].append(head | ranked | measure(item, built, documents, budget, count_tokens))
            rows += [row for budget in budgets for row in by_budget[budget]]
    return rows


def _with_index(system: System, dataset: Dataset) -> Iterator[tuple[Item, Built, Sequence[Doc]]]:
    if dataset.mode == "pooled":
        built = system.build(dataset.documents)
        for item in dataset.items:
            yield item, built, dataset.documents
        return
    # One index at a time: questions of one group follow one another, whatever order the sample has.
    first = {group: place for place, group in reversed(list(enumerate(item.group for item in dataset.items)))}
    group = None
    for item in sorted(dataset.items, key=lambda item: first[item.group]):
        if item.group != group:
            built, group = system.build(item.documents), item.group
        yield item, built, item.documents


def measure(item: Item, built: Built, documents: Sequence[Doc], budget: int, count_tokens: TokenCounter) -> Row:
    """Ask one question and measure the context."""
    row: Row = {"id": item.id, "answerable": item.answerable}
    try:
        answer = built.context(item.question, budget, count_tokens)
    except Exception as error:  # a peer may raise anything; that is a finding, and the run goes on
        answer = Answer("")
        row["error"] = f"{type(error).__name__}: {error}"[:200]
    row |= evidence_scores(item, answer.text) if item.answerable else {}
    if item.pages:
        row["pages"] = recall_at(answer.pages, item.pages, len(answer.pages))
    if item.relevant and answer.documents:
        row["documents"] = recall_at(answer.documents, item.relevant, len(answer.documents))
    run_words, open_runs = readability(answer.passages, [doc.text for doc in documents])
    row |= {"tokens": count_tokens(answer.text), "run_words": run_words, "open_runs": open_runs, "ms": answer.ms}
    if answer.confidence is not None:
        row["confidence"] = float(answer.confidence)
    return row


def _ranked(built: Built, item: Item) -> dict[str, float]:
    search = getattr(built, "ranked", None)
    if search is None or not item.relevant:
        return {}
    try:
        ranking = search(item.question, 10)
    except Exception:  # as in `measure`
        ranking = []
    return {
        "ndcg10": ndcg(ranking, item.relevant),
        "recall5": recall_at(ranking, item.relevant, 5),
        "recall10": recall_at(ranking, item.relevant, 10),
        "mrr": reciprocal_rank(ranking, item.relevant),
    }


def summarize(rows: Sequence[Row], *, baseline: str | None = None, seed: int = 0) -> list[Row]:
    """One entry per set, mode, system and budget: each metric's mean and interval, and what confidence can tell.

    With a `baseline` system, `versus` has the paired differences to it on the same questions (positive: above it).
    """
    cells: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        cells.setdefault(tuple(row[key] for key in _KEY), {})[row["id"]] = row
    found = []
    for key, questions in cells.items():
        entry: Row = {
            **dict(zip(_KEY, key, strict=True)),
            "n": len(questions),
            "errors": sum("error" in row for row in questions.values()),
        }
        entry["metrics"] = {
            name: asdict(bootstrap(values, seed=seed))
            for name in METRICS
            if (values := _column(questions, questions, name))
        }
        entry |= _abstention(list(questions.values()))
        other = cells.get((key[0], key[1], baseline, key[3]))
        if other is not None and key[2] != baseline:
            both = [name for name in questions if name in other]
            pairs = {name: (_column(questions, both, name), _column(other, both, name)) for name in entry["metrics"]}
            entry["versus"] = {
                name: asdict(bootstrap(ours, theirs, seed=seed))
                for name, (ours, theirs) in pairs.items()
                if ours and theirs
            }
        found.append(entry)
    return found


def _column(rows: dict[str, Row], ids: Iterable[str], name: str) -> list[float]:
    values = [float(rows[key].get(name, NAN)) for key in ids]
    return [] if np.isnan(values).all() else values


def _abstention(rows: Sequence[Row]) -> dict[str, float]:
    sure = [row for row in rows if "confidence" in row]
    if not sure:
        return {}
    confidence, answerable = [row["confidence"] for row in sure], [row["answerable"] for row in sure]
    scored = [row for row in sure if not np.isnan(row.get("full", NAN))]
    found = {
        "auroc_answerable": auroc(confidence, answerable),
        "precision_at_95_recall": precision_at_recall(confidence, answerable) if not all(answerable) else NAN,
        "auroc_evidence_kept": auroc([row["confidence"] for row in scored], [row["full"] == 1.0 for row in scored]),
    }
    return {name: value for name, value in found.items() if not np.isnan(value)}


def versions() -> dict[str, str]:
    """Versions of Python and of every package that took part, as far as installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def results(rows: Sequence[Row], *, baseline: str | None, tokenizer: str, seed: int = 0) -> Row:
    """Everything about a run as one JSON-serialisable object; nan becomes null."""
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    head = {"date": date, "versions": versions(), "tokenizer": tokenizer, "seed": seed, "baseline": baseline}
    cleaned: Row = _without_nan({**head, "summary": summarize(rows, baseline=baseline, seed=seed), "rows": list(rows)})
    return cleaned


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and np.isnan(value) else value
