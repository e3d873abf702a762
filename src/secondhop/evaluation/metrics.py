"""What a context kept of the evidence, how well a ranking ordered, how well a confidence tells. All from 0 to 1."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from secondhop.evaluation.items import Item
from secondhop.evaluation.text import holds, normalized, word_set

_PRONOUNS = (
    "He|She|It|They|His|Her|Hers|Its|Their|Theirs|This|That|These|Those|Such|Both|Another|However|Also|Thus|Therefore"
)
_PRONOUN = re.compile(rf"(?:{_PRONOUNS})\b")
_GAP = re.compile(r" … |\n…\n")
NAN = float("nan")
SEED, SAMPLES = 0, 2000
"""Of the resampling in `bootstrap`."""
NDCG_DEPTH = 10
"""How many places of a ranking `ndcg` looks at."""
RECALL_WANTED = 0.95
"""The share of the positives that `precision_at_recall` has to find."""


def word_recall(evidence: str, context: str) -> float:
    """Share of the evidence's distinct words that the context holds; 1 for evidence without words."""
    wanted = word_set(evidence)
    return 1.0 if not wanted else len(wanted & word_set(context)) / len(wanted)


def second_hop(item: Item) -> int | None:
    """The evidence document that shares the fewest words with the question; None if there is only one."""
    question = word_set(item.question)
    documents = sorted({doc for doc, _ in item.evidence})
    if len(documents) < 2:
        return None

    def shared(doc: int) -> float:
        text = " ".join(evidence for number, evidence in item.evidence if number == doc)
        return len(question & word_set(text)) / max(1, len(question))

    return min(documents, key=shared)


def evidence_scores(item: Item, context: str) -> dict[str, float]:
    """What the context holds of the item's evidence.

    `wr`: word recall; `wr80`: 1 if that is at least 0.8; `full`: 1 if all support is there verbatim; `ev`: the share
    of it; `hop2`: 1 if the second hop's is; `ans`: 1 if each part of the answer is, in any spelling (nan where it is yes,
    no or not given).
    """
    if not item.evidence:
        return {}
    texts = [text for _, text in item.evidence]
    recall = word_recall(texts[0] if item.first_span else " ".join(texts), context)
    whole = f" {normalized(context)} "
    kept = [(doc, f" {normalized(text)} " in whole) for doc, text in item.support]
    found = [hit for _, hit in kept]
    scores = {
        "wr": recall,
        "wr80": float(recall >= 0.8),
        "full": float(all(found)) if found else NAN,
        "ev": float(np.mean(found)) if found else NAN,
    }
    hop = second_hop(item)
    if hop is not None:
        there = [hit for doc, hit in kept if doc == hop]
        scores["hop2"] = float(all(there)) if there else NAN
    if item.answers and not any(normalized(part[0]) in ("yes", "no") for part in item.answers):
        scores["ans"] = float(all(any(holds(context, text) for text in part) for part in item.answers))
    return scores


def ndcg(ranking: Sequence[int], relevant: Collection[int]) -> float:
    """Normalised discounted cumulative gain of the first `NDCG_DEPTH`, relevance being yes or no; each document counts once."""
    wanted, first = set(relevant), list(dict.fromkeys(ranking))[:NDCG_DEPTH]
    gain = sum(1 / np.log2(place + 2) for place, doc in enumerate(first) if doc in wanted)
    ideal = sum(1 / np.log2(place + 2) for place in range(min(NDCG_DEPTH, len(wanted))))
    return float(gain / ideal) if ideal else NAN


def recall_at(ranking: Sequence[int], relevant: Collection[int], top_k: int) -> float:
    """Share of the relevant documents among the first `top_k`."""
    wanted = set(relevant)
    return len(wanted & set(ranking[:top_k])) / len(wanted) if wanted else NAN


def reciprocal_rank(ranking: Sequence[int], relevant: Collection[int]) -> float:
    """1 / place of the first relevant document; 0 if there is none."""
    return next((1 / place for place, doc in enumerate(ranking, 1) if doc in relevant), 0.0)


def auroc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Chance that a positive scores above a negative, ties counting half; nan if either kind is missing."""
    values, labels = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    n_positive, n_negative = int(labels.sum()), int((~labels).sum())
    if not n_positive or not n_negative:
        return NAN
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    ranks = (last - (counts - 1) / 2)[group.ravel()]
    return float((ranks[labels].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def precision_at_recall(scores: ArrayLike, positive: ArrayLike) -> float:
    """Precision at the highest threshold that still finds `RECALL_WANTED` of the positives; nan if there are none."""
    values, labels = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    if not labels.any():
        return NAN
    wanted = int(np.ceil(RECALL_WANTED * labels.sum() - 1e-9))
    threshold = np.sort(values[labels])[::-1][wanted - 1]
    return float(labels[values >= threshold].mean())


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


def bootstrap(values: ArrayLike, other: ArrayLike | None = None) -> Interval:
    """Mean of `values`, or of the paired differences `values - other`, over the pairs where both are numbers."""
    x = np.asarray(values, dtype=float)
    if other is not None:
        x = x - np.asarray(other, dtype=float)
    x = x[~np.isnan(x)]
    if not len(x):
        return Interval(NAN, NAN, NAN, 0)
    means = _resampling(len(x)) @ x / len(x)
    return Interval(float(x.mean()), float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5)), len(x))


@lru_cache(maxsize=8)
def _resampling(n: int) -> NDArray[np.float64]:
    """[SAMPLES, n] how often each of `n` values is drawn in each resample. A run asks for few different `n`."""
    rng = np.random.default_rng(SEED)
    return np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(SAMPLES)]).astype(np.float64)


def readability(passages: Sequence[str], sources: Sequence[str]) -> tuple[float, float]:
    """Mean words in a run of uninterrupted text, and the share of runs that open at an unresolved pronoun.

    A pronoun (or connective) is unresolved if an earlier sentence of its paragraph was left out. Runs end at passage
    borders and gap marks.

    Args:
        passages: the texts shown, in order.
        sources: the texts that they were taken from.
    """
    runs = [run.strip() for passage in passages for run in _GAP.split(passage) if run.strip()]
    if not runs:
        return NAN, NAN
    open_runs = sum(bool(_PRONOUN.match(run)) and not _begins_paragraph(run, sources) for run in runs)
    return sum(len(run.split()) for run in runs) / len(runs), open_runs / len(runs)


def _begins_paragraph(run: str, sources: Sequence[str]) -> bool:
    for source in sources:
        start = source.find(run[:200])
        if start >= 0:
            before = source[:start].rstrip(" \t")
            return not before or before.endswith("\n")
    return False
