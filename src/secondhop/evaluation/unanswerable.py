"""Questions that the documents do not answer, to measure whether `report.confidence` tells them from the others."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from secondhop.errors import OptionError
from secondhop.evaluation.datasets import load
from secondhop.evaluation.items import Dataset, Item


def load_asked(name: str | Path, unanswerable: str | None, **options: Any) -> Dataset:
    """A set, loaded with these options, and what is asked besides that cannot be answered: see `run_eval`.

    Raises:
        OptionError: nothing can be asked besides in this way, or as in `load`.
    """
    dataset = load(name, unanswerable=unanswerable == "marked", **options)
    if unanswerable == "removed":
        if dataset.mode == "pooled":
            raise OptionError("unanswerable='removed' needs questions with documents of their own: mode='own'")
        dataset = with_unanswerable(dataset, without_evidence(dataset))
    elif unanswerable not in (None, "marked"):
        other = load(unanswerable, **options)
        if other.name == dataset.name:
            raise OptionError(f"unanswerable={unanswerable!r} is the set itself, whose questions its documents answer")
        dataset = with_unanswerable(dataset, off_topic(dataset, other))
    if unanswerable is not None and all(item.answerable for item in dataset.items):
        raise OptionError(f"unanswerable={unanswerable!r} adds no question to {dataset.name!r}")
    return dataset


def without_evidence(dataset: Dataset) -> Dataset:
    """The same questions with the documents that hold their evidence taken away: none can be answered."""
    items = []
    for item in dataset.items:
        gold = {doc for doc, _ in item.evidence}
        left = tuple(doc for number, doc in enumerate(item.documents) if number not in gold)
        if left:
            changed = _unanswerable(item, f"{item.id}-removed")
            items.append(replace(changed, documents=left, group=f"{item.group}-removed"))
    return replace(dataset, mode="own", items=tuple(items), documents=())


def off_topic(dataset: Dataset, other: Dataset) -> Dataset:
    """Questions of `other`, each asked of the documents of some question of `dataset`: none can be answered."""
    rng = random.Random(5)
    items = (
        replace(_unanswerable(item, f"{item.id}-elsewhere"), question=rng.choice(other.items).question)
        for item in dataset.items
    )
    return replace(dataset, items=tuple(items))


def with_unanswerable(dataset: Dataset, unanswerable: Dataset) -> Dataset:
    """The questions of both, as one set."""
    return replace(dataset, items=(*dataset.items, *unanswerable.items))


def _unanswerable(item: Item, key: str) -> Item:
    return replace(item, id=key, answers=(), evidence=(), support=(), relevant=(), pages=(), answerable=False)
