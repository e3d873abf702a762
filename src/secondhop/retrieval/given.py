"""Hits that another retriever found: all of them are candidates, whatever words they share with the query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.bridge import Bridge, build_bridge
from secondhop.retrieval.candidates import make_ranking
from secondhop.retrieval.lexical import MAX_RANK, direct_scores, top
from secondhop.retrieval.named_sources import named_in
from secondhop.retrieval.query import parse_query
from secondhop.retrieval.referred import asked_for, raised
from secondhop.retrieval.tiers import Direct
from secondhop.types import Ranking

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.retrieval.synonyms import Synonyms

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
    direct = direct_scores(snapshot, query)
    first = ranked = top(direct, n)
    if sources is not None:
        direct = sources.raised(direct, direct)
        first = top(direct, n)
    named = asked_for(snapshot, text, first) if bridge else np.empty(0, np.int64)
    if sources is not None:
        named = sources.of_files(snapshot, named)
    if len(named):
        direct = raised(snapshot, direct, named, direct)
        first = top(direct, n)
    best = float(direct.max(initial=0.0))
    link = build_bridge(snapshot, query, direct, first, full_link=best) if bridge else Bridge.none()
    order = np.arange(n) if scores is None else (-np.asarray(scores, float)).argsort(kind="stable")
    place = np.empty(n)
    place[order] = np.arange(n)
    prior = 1.0 - place / max(1, n)
    total = prior if keep_order else direct + link.at(np.arange(n)) + GIVEN_WEIGHT * (best or 1.0) * prior
    found = Direct.by_words(direct)
    by_total = (-total).argsort(kind="stable")
    best_first, total = ranked[:MAX_RANK], total[by_total]
    return make_ranking(snapshot, query, found, link, by_total, best_first, costs, total, named=named, sources=sources)
