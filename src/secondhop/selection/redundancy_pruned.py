"""Keep the retrieval order, without passages that say again what a kept one says."""

from __future__ import annotations

from secondhop.selection.packing import Packing
from secondhop.types import Budget, Query, Ranking, Selection


def redundancy_pruned(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """Takes hits in rank order, without near-duplicates of hits already taken."""
    packing = Packing(hits, budget)
    for place in range(len(hits)):
        if not packing.refuse_duplicate(place):
            packing.take_hit(place)
    return packing.settle()
