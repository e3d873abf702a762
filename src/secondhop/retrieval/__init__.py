"""4. A query to ranked hits: direct score by the query's words, and the bridge to passages that only a seed names.

`retrieve` is what selection works on. `search` is a plain ranked list in direct order: the bridge serves assembly, not
ranking (measured: it lowers nDCG on single-hop sets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.bridge import Bridge, build_bridge
from secondhop.retrieval.candidates import make_ranking
from secondhop.retrieval.given import rank_given
from secondhop.retrieval.lexical import MAX_RANK, MOST_COPIES, direct_scores, distinct, top
from secondhop.retrieval.query import parse_query
from secondhop.types import Hit, Ranking

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.types import Bools

__all__ = ["rank_given", "retrieve", "search"]


def retrieve(
    snapshot: Snapshot, text: str, *, costs: TokenCosts, candidate_k: int, bridge: bool, allowed: Bools | None = None
) -> Ranking:
    """The candidates for a context, best first.

    Args:
        snapshot: the index.
        text: any string.
        costs: counts the tokens of its chunks.
        candidate_k: how many candidates with different words at most.
        bridge: also reach passages through the names that the best hits introduce.
        allowed: [C] chunks that may be returned; None for all.
    """
    query = parse_query(snapshot, text)
    direct = direct_scores(snapshot, query, allowed)
    ranked = top(direct, MAX_RANK)
    link = build_bridge(snapshot, query, direct, ranked, allowed) if bridge else Bridge.none(len(snapshot))
    total = direct + link.scores if bridge else direct
    best = distinct(snapshot, top(total, MOST_COPIES * candidate_k), candidate_k)
    return make_ranking(snapshot, query, direct, total, link, best, ranked, costs)


def search(snapshot: Snapshot, text: str, *, top_k: int, allowed: Bools | None = None) -> list[Hit]:
    """The `top_k` chunks that share words with the query, best first."""
    query = parse_query(snapshot, text)
    direct = direct_scores(snapshot, query, allowed)
    order = top(direct, top_k)
    return [
        Hit(
            snapshot.chunk(int(ordinal)),
            int(ordinal),
            float(direct[ordinal]),
            rank,
            {"lexical": float(direct[ordinal])},
        )
        for rank, ordinal in enumerate(order.astype(np.int64), 1)
    ]
