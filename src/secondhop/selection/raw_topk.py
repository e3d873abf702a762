"""Keep the retrieval order until the budget is full. The baseline."""

from __future__ import annotations

from secondhop.selection.packing import Packing
from secondhop.types import Budget, Query, Ranking, Selection


def raw_topk(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """Takes hits in rank order; one that does not fit is cut at sentences, and smaller ones behind it still get in."""
    packing = Packing(hits, budget)
    for place in range(len(hits)):
        packing.take_hit(place)
    return packing.settle()
