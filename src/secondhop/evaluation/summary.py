"""From rows to means, intervals, paired differences, and what confidence can tell."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from secondhop.evaluation.items import Row
from secondhop.evaluation.metrics import NAN, SEED, auroc, bootstrap, precision_at_recall
from secondhop.evaluation.tables import PLAIN, SHOWN

METRICS = ("wr", *SHOWN, *PLAIN)
"""What rows hold and summaries average."""
_KEY = ("dataset", "mode", "system", "budget")
_PACKAGES = (
    "secondhop",
    "numpy",
    "tiktoken",
    "redhop",
    "langchain-community",
    "langchain-text-splitters",
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "rank-bm25",
)


def summarize(rows: Sequence[Row], *, baseline: str | None) -> list[Row]:
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
            name: asdict(bootstrap(values)) for name in METRICS if (values := _column(questions, questions, name))
        }
        entry |= abstention(list(questions.values()))
        other = cells.get((key[0], key[1], baseline, key[3]))
        if other is not None and key[2] != baseline:
            both = [name for name in questions if name in other]
            pairs = {name: (_column(questions, both, name), _column(other, both, name)) for name in entry["metrics"]}
            entry["versus"] = {
                name: asdict(bootstrap(ours, theirs)) for name, (ours, theirs) in pairs.items() if ours and theirs
            }
        found.append(entry)
    return found


def _column(rows: dict[str, Row], ids: Iterable[str], name: str) -> list[float]:
    values = [float(rows[key].get(name, NAN)) for key in ids]
    return [] if np.isnan(values).all() else values


def abstention(rows: Sequence[Row]) -> dict[str, float]:
    """How well confidence tells answerable questions from others, and complete contexts from incomplete ones."""
    sure = [row for row in rows if "confidence" in row]
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


def results(rows: Sequence[Row], *, baseline: str | None, tokenizer: str) -> Row:
    """Everything about a run as one JSON-serialisable object; nan becomes null."""
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    head = {"date": date, "versions": versions(), "tokenizer": tokenizer, "seed": SEED, "baseline": baseline}
    cleaned: Row = _without_nan({**head, "summary": summarize(rows, baseline=baseline), "rows": list(rows)})
    return cleaned


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and np.isnan(value) else value
