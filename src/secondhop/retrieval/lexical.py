"""The direct score: BM25 over the chunk's words, plus its lead (heading and opening words)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import highest, sum_by
from secondhop.retrieval.question.alternatives import only_best
from secondhop.retrieval.question.query import ParsedQuery

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

LEAD_WEIGHT = 1.0
MAX_RANK = 200
"""Places in the direct order are told up to here."""
MOST_COPIES = 4
"""How many places in the order are looked at for each candidate with different words that is wanted."""
_GROUPS_FOR_EACH = 8
_LEAST_ROWS = 4
"""Groups of chunks for each one that is wanted, and how many each must have so that looking for the best of them pays."""


def direct_scores(snapshot: Snapshot, query: ParsedQuery, allowed: Bools | None = None) -> Floats:
    """[C] how well each chunk answers to the query's own words; 0 for chunks that share none."""
    factors = query.weights * snapshot.idf[query.terms]
    held = snapshot.gather(query.terms, factors, LEAD_WEIGHT)
    weights = held.weights
    if query.alternatives:
        terms = (np.arange(len(held.counts)) % len(query.terms)).repeat(held.counts)
        weights = only_best(query.alternatives, terms, held.chunks, weights, len(snapshot))
    scores = sum_by(held.chunks, weights, len(snapshot))
    if query.stopwords:
        scores += _stopword_scores(snapshot, query.stopwords)
    if allowed is not None:
        scores[~allowed] = 0.0
    return scores


def _stopword_scores(snapshot: Snapshot, words: list[list[int]]) -> Floats:
    """For a query of stopwords alone ("to be or not to be"): how many of its words a chunk holds. Reads every word."""
    scores = np.zeros(len(snapshot))
    bounds = snapshot.sentence_words[snapshot.chunk_sentences]
    for forms in words:
        places = np.isin(snapshot.words, forms).nonzero()[0]
        scores[bounds.searchsorted(places, side="right") - 1] += 1.0  # once for each chunk
    return scores


def distinct(snapshot: Snapshot, places: Ints, k: int) -> Ints:
    """Of places in order the first, going on until `k` chunks with different words are found.

    Copies of a chunk stay in: they are candidates too, and what became of them is reported.
    """
    if len(places) <= k:
        return places
    seen: set[int] = set()
    for n, key in enumerate(snapshot.chunk_key[places].tolist(), 1):
        seen.add(key)
        if len(seen) == k:
            return places[:n]
    return places


def top(scores: Floats, k: int) -> Ints:
    """Places of the `k` highest positive scores, best first; equal scores in order of place."""
    least = _reached_by(scores, k)
    places = (scores >= least if least > 0 else scores > 0).nonzero()[0]
    best: Ints = places[highest(scores[places], k)]
    return best


def _reached_by(scores: Floats, k: int) -> float:
    """A score that at least `k` chunks reach, so that the rest need not be ordered; 0 if none is found quickly.

    Of several chunks for each that is wanted, taken in groups, the `k`-th best of the best ones of the groups.
    """
    groups = _GROUPS_FOR_EACH * k
    rows = len(scores) // groups if groups else 0
    if rows < _LEAST_ROWS:
        return 0.0
    highest = scores[: rows * groups].reshape(rows, groups).max(axis=0)
    return float(np.partition(highest, groups - k)[groups - k])
