"""The direct score: BM25 over the chunk's words, plus its lead (heading and opening words)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.query import ParsedQuery

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

LEAD_WEIGHT = 1.0
_MOST_COPIES = 4


def direct_scores(snapshot: Snapshot, query: ParsedQuery, allowed: Bools | None = None) -> Floats:
    """[C] how well each chunk answers to the query's own words; 0 for chunks that share none."""
    factors = (query.weights * snapshot.idf[query.terms]).tolist()
    terms = query.terms.tolist()
    pairs = list(zip(terms, factors, strict=True))
    scores = snapshot.body.accumulate(pairs) + LEAD_WEIGHT * snapshot.lead.accumulate(pairs)
    if len(query.stopword_forms):
        scores += _stopword_scores(snapshot, query.stopword_forms)
    if allowed is not None:
        scores[~allowed] = 0.0
    return scores


def _stopword_scores(snapshot: Snapshot, forms: Ints) -> Floats:
    """For a query of stopwords alone ("to be or not to be"): how many of its words a chunk holds. Reads every word."""
    scores = np.zeros(len(snapshot))
    bounds = snapshot.sentence_words[snapshot.chunk_sentences]
    for form in forms:
        places = np.flatnonzero(snapshot.words == form)
        scores[np.unique(np.searchsorted(bounds, places, side="right") - 1)] += 1.0
    return scores


def top_distinct(snapshot: Snapshot, scores: Floats, k: int) -> Ints:
    """As `top`, but going on until `k` chunks with different words are found, within `k` times `_MOST_COPIES` places.

    Copies of a chunk stay in: they are candidates too, and what became of them is reported.
    """
    places = top(scores, _MOST_COPIES * k)
    if len(places) <= k:
        return places
    first = np.unique(snapshot.chunk_key[places], return_index=True)[1]
    return places if len(first) < k else places[: np.partition(first, k - 1)[k - 1] + 1]


def top(scores: Floats, k: int) -> Ints:
    """Places of the `k` highest positive scores, best first; equal scores in order of place."""
    positive = int(np.count_nonzero(scores > 0))
    k = min(k, positive)
    if k == 0:
        return np.empty(0, np.int64)
    if k < positive:
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        above = np.flatnonzero(scores > threshold)
        ties = np.flatnonzero(scores == threshold)[: k - len(above)]
        places = np.concatenate((above, ties))
    else:
        places = np.flatnonzero(scores > 0)
    return places[np.lexsort((places, -scores[places]))]
