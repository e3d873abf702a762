"""Hits that another retriever found: all of them are candidates, whatever words they share with the query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.bridge import Bridge, build_bridge
from secondhop.retrieval.candidates import make_ranking
from secondhop.retrieval.lexical import MAX_RANK, direct_scores, top
from secondhop.retrieval.named.asked_for import AskedFor, raise_asked_for
from secondhop.retrieval.named.sources import named_in
from secondhop.retrieval.question.query import parse_query
from secondhop.retrieval.tiers import Direct
from secondhop.types import Ranking

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.retrieval.question.synonyms import Synonyms

GIVEN_WEIGHT = 0.5
"""What the first of the caller's chunks gets for its place, relative to the best direct score; the last gets nothing."""


def rank_given(
    snapshot: Snapshot,
    text: str,
    *,
    costs: TokenCosts,
    scores: Sequence[float] | None = None,
    bridge: bool = True,
    keep_order: bool = False,
    synonyms: Synonyms | None = None,
) -> Ranking:
    """All chunks of a snapshot as candidates.

    Args:
        snapshot: made of the caller's chunks, in the caller's order.
        text: the query.
        costs: counts the tokens of the chunks.
        scores: the caller's scores, one for each chunk, higher is better; None for "in order of relevance".
        bridge: also link chunks through names.
        keep_order: rank as the caller did, by nothing else.
        synonyms: what else words of the question mean.
    """
    n = len(snapshot)
    sources = named_in(snapshot, text) if bridge else None
    query = parse_query(snapshot, text, sources, synonyms)
    direct = Direct.by_words(direct_scores(snapshot, query))
    ranked = top(direct.scores, n)
    link, asked = Bridge.none(), AskedFor.none()
    if bridge:
        direct, first, asked = raise_asked_for(snapshot, text, direct, ranked, n, sources=sources)
        link = build_bridge(snapshot, query, direct, first)
    best = float(direct.scores.max(initial=0.0))
    order = np.arange(n) if scores is None else (-np.asarray(scores, float)).argsort(kind="stable")
    place = np.empty(n)
    place[order] = np.arange(n)
    prior = 1.0 - place / max(1, n)
    total = prior if keep_order else direct.scores + link.at(np.arange(n)) + GIVEN_WEIGHT * (best or 1.0) * prior
    by_total = (-total).argsort(kind="stable")
    best_first, total = ranked[:MAX_RANK], total[by_total]
    return make_ranking(snapshot, query, direct, link, by_total, best_first, costs, total, asked=asked)
