"""How well `report.confidence` tells a context with the evidence from one without, and the fit of its coefficients.

    python tests/benchmarks/confidence.py DATA [--fit] [--signals FILE] [--jobs 2]

DATA holds the evaluation sets (`dev/*.jsonl`, `corpora/*.jsonl`). Coefficients are fitted on half A of the questions
(printed with `--fit`; without it those of the package are used) and everything else is measured on half B. `--signals`
keeps the extracted signals in a file, so that a second run takes seconds.
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, fields, replace
from pathlib import Path

import numpy as np

from secondhop import Document
from secondhop.evaluation.datasets import load
from secondhop.evaluation.metrics import auroc, evidence_scores
from secondhop.evaluation.unanswerable import off_topic, without_evidence
from secondhop.reporting import confidence as model
from secondhop.reporting.shown import shown_sentences
from secondhop.selection import STRATEGIES

MULTI_HOP = ("hotpotqa", "2wikimultihopqa", "musique")
CONTRACTS = {
    "cuad": (256, 512, 1024, 2000),
    "cuad-natural": (256, 512, 1024, 2000),
    "contractnli": (128, 256, 512, 1024),
}
CORPORA = {"chunking_eval": (128, 256, 512), "codebase": (256, 512, 1024), "xquad_en": (64, 128, 256)}
LANGUAGES = ("xquad_ar", "xquad_hi", "xquad_ru", "xquad_th", "xquad_zh")
ELSEWHERE = {
    "hotpotqa": ("cuad-natural", "contractnli"),
    "2wikimultihopqa": ("contractnli", "chunking_eval"),
    "musique": ("contractnli", "codebase"),
    "cuad": ("hotpotqa", "xquad_en"),
    "contractnli": ("hotpotqa", "codebase"),
    "chunking_eval": ("contractnli", "codebase"),
    "codebase": ("hotpotqa", "contractnli"),
    "xquad_en": ("cuad-natural", "codebase"),
}
"""Whose questions are asked of a set's documents as off-topic ones."""
WEIGHT = {"own": 1.0, "pooled": 1.0, "removed": 0.4, "one removed": 0.2, "off topic": 0.3}
"""What a set's questions of each kind count together: about a third of the union cannot be answered."""
SETS = (*MULTI_HOP, *CONTRACTS, *CORPORA)
OF_DOCUMENTS = 2
"""So many signals, the first ones, tell whether the documents hold the evidence; the others whether the context shows it."""


def tasks():
    for split in "AB":
        for name in MULTI_HOP:
            yield name, split, "own", (128, 256, 400)
            yield name, split, "pooled", (256, 512, 1024)
            yield name, split, "removed", (256, 400)
            yield name, split, "one removed", (400,)
        for name, budgets in CONTRACTS.items():
            yield name, split, "own", budgets
        for name, budgets in CORPORA.items():
            yield name, split, "pooled", budgets
        for name in LANGUAGES:
            yield name, split, "pooled", (200, 400)
        for name in ELSEWHERE:
            yield name, split, "off topic", (512,)


def dataset_of(data, name, split, kind):
    mode = "pooled" if kind == "pooled" else "own"
    found = load(name, root=data, split=split, mode=mode, unanswerable=name in CONTRACTS and kind == "own")
    if kind == "removed":
        return without_evidence(found)
    if kind == "one removed":
        return replace(
            found, items=tuple(without_one(item) for item in found.items if len({d for d, _ in item.evidence}) > 1)
        )
    if kind == "off topic":
        answerable = load(name, root=data, split=split, limit=150)
        others = [load(other, root=data, split=split) for other in ELSEWHERE[name]]
        halves = [replace(answerable, items=answerable.items[k :: len(others)]) for k in range(len(others))]
        asked = [off_topic(half, other) for half, other in zip(halves, others, strict=True)]
        return replace(answerable, items=tuple(item for half in asked for item in half.items))
    return found


def without_one(item):
    last = max(document for document, _ in item.evidence)
    left = tuple(document for place, document in enumerate(item.documents) if place != last)
    changes = {"documents": left, "evidence": (), "support": (), "answerable": False}
    return replace(item, id=f"{item.id}-one", group=f"{item.group}-one", **changes)


def extract(task):
    """One row for each question and budget: what it is, whether all evidence is shown, and the signals."""
    data, (name, split, kind, budgets) = task
    dataset = dataset_of(data, name, split, kind)
    seen = {}

    def spy(query, hits, budget):
        selection = STRATEGIES["auto"](query, hits, budget)
        seen["last"] = hits, selection
        return selection

    rows, key, spent = [], None, 0.0
    for item in sorted(dataset.items, key=lambda item: item.group):
        group = "pooled" if dataset.mode == "pooled" else item.group
        if group != key:
            texts = dataset.documents if dataset.mode == "pooled" else item.documents
            named = [
                {"text": doc.text, "source": f"d{k}/{doc.source}"} for k, doc in enumerate(texts) if doc.text.strip()
            ]
            document, key = Document.from_texts(named, tokenizer="estimate" if name in LANGUAGES else "words"), group
        for budget in budgets:
            context = document.context(item.question, budget, strategy=spy)
            full = evidence_scores(item, context.text()).get("full", np.nan) if item.answerable else 0.0
            if np.isnan(full):
                continue
            hits, selection = seen["last"]
            began = time.process_time()
            shown = shown_sentences(hits, selection)
            model.confidence(hits, selection, shown, len(document))
            spent += time.process_time() - began
            values = astuple(model.signals(hits, selection, shown, len(document))) if selection.passages else None
            rows.append([name, split, kind, item.id, budget, item.answerable, full, values])
    return rows, spent


class Table:
    """The rows as arrays."""

    def __init__(self, rows):
        columns = list(zip(*rows, strict=True))
        self.name, self.split, self.kind, self.id = (np.array(column) for column in columns[:4])
        self.budget, self.answerable = np.array(columns[4]), np.array(columns[5], bool)
        self.full = np.array(columns[6], float)
        self.any = np.array([values is not None for values in columns[7]])
        n = len(fields(model.Signals))
        self.signals = np.array([values if values is not None else [0.0] * n for values in columns[7]])
        self.weight = np.zeros(len(rows))
        for name, split, kind in {(row[0], row[1], row[2]) for row in rows}:
            group = (self.name == name) & (self.split == split) & (self.kind == kind)
            self.weight[group] = WEIGHT[kind] / group.sum()

    def confidence(self, in_documents, in_context):
        a = sigmoid(in_documents[0] + self.signals[:, :OF_DOCUMENTS] @ np.array(in_documents[1:]))
        return self.any * a * sigmoid(in_context[0] + self.signals[:, OF_DOCUMENTS:] @ np.array(in_context[1:]))


def sigmoid(odds):
    return 1 / (1 + np.exp(-odds))


def logistic(x, y, weight, penalty=1e-4):
    """Weighted logistic regression by Newton's method; the first column is the constant."""
    beta, weight = np.zeros(x.shape[1]), weight / weight.sum()
    ridge = penalty * np.eye(len(beta))
    for _ in range(50):
        p = sigmoid(x @ beta)
        step = np.linalg.solve(
            (x * (weight * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (weight * (y - p)) - ridge @ beta
        )
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def fit_one(x, y, weight, group):
    """Coefficients from comparisons within each group; then one constant and one scale for all."""
    own = (group[:, None] == np.unique(group)).astype(float)
    slopes = logistic(np.hstack([own, x]), y, weight)[own.shape[1] :]
    constant, scale = logistic(np.column_stack([np.ones(len(x)), x @ slopes]), y, weight)
    return (float(constant), *(float(value) for value in scale * slopes))


def fit(table, leave_out=None):
    base = (table.split == "A") & table.any & np.isin(table.name, SETS) & (table.name != leave_out)
    a = base & (table.kind != "one removed")
    s = base & table.answerable
    answerable, group = table.answerable[a].astype(float), np.char.add(table.name[s], table.kind[s])
    return (
        fit_one(table.signals[a, :OF_DOCUMENTS], answerable, table.weight[a], table.name[a]),
        fit_one(table.signals[s, OF_DOCUMENTS:], table.full[s], table.weight[s], group),
    )


def interval(p, label, ids, samples=300):
    """AUROC with its 95 % bootstrap interval over questions."""
    rng = np.random.default_rng(0)
    _, number = np.unique(ids, return_inverse=True)
    order = np.argsort(number, kind="stable")
    rows_of = np.split(order, np.cumsum(np.bincount(number))[:-1])
    draws = []
    for _ in range(samples):
        rows = np.concatenate([rows_of[k] for k in rng.integers(0, len(rows_of), len(rows_of))])
        draws.append(auroc(p[rows], label[rows]))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return f"{auroc(p, label):.3f} | {low:.3f} to {high:.3f} | {len(rows_of)}"


def questions(table):
    """What is asked on half B: title, rows, label (true: the better kind)."""
    b = table.split == "B"
    shown = b & table.answerable
    yield "evidence missing, all sets", shown & np.isin(table.name, SETS), table.full == 1
    for name in (*SETS, *LANGUAGES):
        yield f"evidence missing, {name}", shown & (table.name == name), table.full == 1
    for name, budgets in CONTRACTS.items():
        for budget in budgets[-2:]:
            yield (
                f"not in the document, {name}, {budget} words",
                b & (table.name == name) & (table.kind == "own") & (table.budget == budget),
                table.answerable,
            )
    for name in MULTI_HOP:
        own = b & (table.name == name) & (table.budget == 400)
        yield f"gold documents removed, {name}", own & np.isin(table.kind, ["own", "removed"]), table.answerable
        yield f"one gold document removed, {name}", own & np.isin(table.kind, ["own", "one removed"]), table.answerable
    for name in ELSEWHERE:
        usual = 400 if name in MULTI_HOP else 256 if name == "xquad_en" else 512
        rows = (table.kind == "off topic") | (
            table.answerable & (table.budget == usual) & (table.kind == ("pooled" if name in CORPORA else "own"))
        )
        yield f"off topic, {name}", b & (table.name == name) & rows, table.answerable


def calibration(p, full, weight, bins=10):
    """Rows of (mean confidence, share with all evidence, questions), equal in weight, and the mean absolute error."""
    order = np.argsort(p, kind="stable")
    place = np.cumsum(weight[order]) / weight.sum()
    found, error = [], 0.0
    for k in range(bins):
        rows = order[(place > k / bins) & (place <= (k + 1) / bins + (k == bins - 1))]
        if len(rows):
            said, true = np.average(p[rows], weights=weight[rows]), np.average(full[rows], weights=weight[rows])
            error += abs(said - true) * weight[rows].sum() / weight.sum()
            found.append((said, true, len(rows)))
    return found, error


def thresholds(p, full, weight):
    print(
        "\n| below | share of the contexts | of these without all evidence | of those without, found |\n|---|---|---|---|"
    )
    for limit in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
        low, missing = p < limit, 1 - full
        caught = (weight * missing)[low].sum()
        print(
            f"| {limit:.2f} | {weight[low].sum() / weight.sum():.2f} | {caught / weight[low].sum():.2f}"
            f" | {caught / (weight * missing).sum():.2f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true", help="fit on half A instead of using the package's coefficients")
    parser.add_argument("--signals", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.signals and options.signals.exists():
        rows = json.loads(options.signals.read_text(encoding="utf-8"))
    else:
        with ProcessPoolExecutor(options.jobs) as workers:
            done = list(workers.map(extract, [(options.data, task) for task in tasks()]))
        rows = [row for found, _ in done for row in found]
        print(f"{len(rows)} contexts; confidence took {1e3 * sum(s for _, s in done) / len(rows):.3f} ms on average\n")
        if options.signals:
            options.signals.write_text(json.dumps(rows), encoding="utf-8")
    table = Table(rows)
    chosen = fit(table) if options.fit else (model.IN_DOCUMENTS, model.IN_CONTEXT)
    for name, values in zip(("IN_DOCUMENTS", "IN_CONTEXT"), chosen, strict=True):
        print(f"{name} = ({', '.join(f'{value:.3f}' for value in values)})")
    show(table, chosen)
    if options.fit:
        print("\n| left out | missing: AUROC | not answerable: AUROC | calibration error |\n|---|---|---|---|")
        for name in SETS:
            leave_out(table, name)


def show(table, chosen):
    p = table.confidence(*chosen)
    print("\n| on half B | AUROC | 95 % | questions |\n|---|---|---|---|")
    for title, mask, label in questions(table):
        print(f"| {title} | {interval(p[mask], label[mask], table.id[mask])} |")
    union = (table.split == "B") & np.isin(table.name, SETS)
    bins, error = calibration(p[union], table.full[union], table.weight[union])
    print("\n| confidence | all evidence shown | contexts |\n|---|---|---|")
    for said, true, n in bins:
        print(f"| {said:.2f} | {true:.2f} | {n} |")
    print(f"\ncalibration error {error:.3f}")
    thresholds(p[union], table.full[union], table.weight[union])


def leave_out(table, name):
    p = table.confidence(*fit(table, leave_out=name))
    mine = (table.split == "B") & (table.name == name)
    shown = mine & table.answerable
    _, error = calibration(p[mine], table.full[mine], table.weight[mine])
    missing, absent = auroc(p[shown], table.full[shown] == 1), auroc(p[mine], table.answerable[mine])
    print(f"| {name} | {missing:.3f} | {absent:.3f} | {error:.3f} |")


if __name__ == "__main__":
    main()
