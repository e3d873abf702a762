"""Runs systems over sets and budgets: one row per question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from secondhop.evaluation.items import Dataset, Doc, Item, Row
from secondhop.evaluation.metrics import (
    evidence_scores,
    ndcg,
    readability,
    recall_at,
    reciprocal_rank,
)
from secondhop.evaluation.systems import Answer, Built, System
from secondhop.types import TokenCounter


def run(
    systems: Sequence[System],
    datasets: Iterable[Dataset],
    budgets: Sequence[int],
    count_tokens: TokenCounter,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[Row]:
    """One row for each set, system, budget and question, in that order. Systems take turns on each question.

    A system that raises on a question, or passes the budget, has chosen nothing: the row scores an empty context and
    names the error.
    """
    rows: list[Row] = []
    for dataset in datasets:
        cells: dict[tuple[str, int], list[Row]] = {
            (system.name, budget): [] for system in systems for budget in budgets
        }
        if progress is not None:
            progress(f"{dataset.name} ({dataset.mode}): {len(dataset.items)} questions")
        for item, built, documents in _with_indexes(systems, dataset):
            for system, index in zip(systems, built, strict=True):
                ranked = _ranked(index, item) if dataset.ranked else {}
                for budget in budgets:
                    head = {"dataset": dataset.name, "mode": dataset.mode, "system": system.name, "budget": budget}
                    row = head | ranked | measure(item, index, documents, budget, count_tokens)
                    cells[system.name, budget].append(row)
        rows += [row for cell in cells.values() for row in cell]
    return rows


def rank(systems: Sequence[System], dataset: Dataset) -> list[Row]:
    """Ranked retrieval alone: one row for each system and question, budget 0."""
    rows: dict[str, list[Row]] = {system.name: [] for system in systems}
    for item, built, _ in _with_indexes(systems, dataset):
        for system, index in zip(systems, built, strict=True):
            head = {"dataset": dataset.name, "mode": dataset.mode, "system": system.name, "budget": 0, "id": item.id}
            rows[system.name].append(head | _ranked(index, item))
    return [row for system in rows.values() for row in system]


def _with_indexes(systems: Sequence[System], dataset: Dataset) -> Iterator[tuple[Item, list[Built], Sequence[Doc]]]:
    def build(documents: Sequence[Doc]) -> list[Built]:
        return [system.build(documents) for system in systems]

    if dataset.mode == "pooled":
        built = build(dataset.documents)
        for item in dataset.items:
            yield item, built, dataset.documents
        return
    # One set of indexes at a time: questions of one group follow one another, whatever order the sample has.
    first = {group: place for place, group in reversed(list(enumerate(item.group for item in dataset.items)))}
    group = None
    for item in sorted(dataset.items, key=lambda item: first[item.group]):
        if item.group != group:
            built, group = build(item.documents), item.group
        yield item, built, item.documents


def measure(item: Item, built: Built, documents: Sequence[Doc], budget: int, count_tokens: TokenCounter) -> Row:
    """Ask one question and measure the context."""
    row: Row = {"id": item.id, "answerable": item.answerable}
    try:
        answer = built.context(item.question, budget, count_tokens)
    except Exception as error:  # a peer may raise anything; that is a finding, and the run goes on
        answer = Answer("")
        row["error"] = f"{type(error).__name__}: {error}"[:200]
    tokens = count_tokens(answer.text)
    if tokens > budget:
        answer, row["error"] = Answer(""), f"{tokens} tokens for a budget of {budget}"
    row |= evidence_scores(item, answer.text) if item.answerable else {}
    if item.pages:
        row["page_hit"] = float(not set(item.pages).isdisjoint(answer.pages))
    if item.relevant and answer.documents:
        row["documents"] = recall_at(answer.documents, item.relevant, len(answer.documents))
    run_words, open_runs = readability(answer.passages, [doc.text for doc in documents])
    row |= {"tokens": tokens if answer.text else 0, "run_words": run_words, "open_runs": open_runs, "ms": answer.ms}
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
