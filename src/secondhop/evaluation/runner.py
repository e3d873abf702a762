"""Runs systems over sets and budgets: one row per question."""

from __future__ import annotations

import math
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

    A system that raises on a question, passes the budget, or returns what is no answer, has chosen nothing: the row
    scores an empty context and names the error.
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
    try:
        row = _measured(item, built.context(item.question, budget, count_tokens), documents, count_tokens)
        wrong = f"{row['tokens']} tokens for a budget of {budget}" if row["tokens"] > budget else ""
    except Exception as error:  # a peer may raise or return anything; that is a finding, and the run goes on
        wrong = _named(error)
    if wrong:
        row = {"error": wrong} | _measured(item, Answer(""), documents, count_tokens)
    return {"id": item.id, "answerable": item.answerable} | row


def _measured(item: Item, answer: Answer, documents: Sequence[Doc], count_tokens: TokenCounter) -> Row:
    row: Row = dict(evidence_scores(item, answer.text)) if item.answerable else {}
    if item.pages and len(documents) == 1:  # a page number says nothing about which document it is of
        row["page_hit"] = float(not set(item.pages).isdisjoint(answer.pages))
    if item.relevant and answer.documents:
        row["documents"] = recall_at(answer.documents, item.relevant, len(answer.documents))
    run_words, open_runs = readability(answer.passages, [doc.text for doc in documents])
    tokens = count_tokens(answer.text) if answer.text != "" else 0
    row |= {"tokens": tokens, "run_words": run_words, "open_runs": open_runs, "ms": _number(answer.ms)}
    return row if answer.confidence is None else row | {"confidence": _number(answer.confidence)}


def _number(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no measure")
    return number


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _ranked(built: Built, item: Item) -> Row:
    search = getattr(built, "ranked", None)
    if search is None or not item.relevant:
        return {}
    wrong: Row = {}
    try:
        ranking = list(dict.fromkeys(search(item.question, 10)))
    except Exception as error:  # as in `measure`
        ranking, wrong = [], {"error": _named(error)}
    return wrong | {
        "ndcg10": ndcg(ranking, item.relevant),
        "recall5": recall_at(ranking, item.relevant, 5),
        "recall10": recall_at(ranking, item.relevant, 10),
        "mrr": reciprocal_rank(ranking, item.relevant),
    }
