"""Keep only what the question's own words tie to it. For single-hop questions: it taxes the second hop."""

from __future__ import annotations

from secondhop.selection.packing import Packing
from secondhop.types import Budget, Query, Ranking, Reason, Selection


def distractor_filtered(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """Takes hits in rank order, without those whose grounding is below `budget.min_grounding`."""
    packing = Packing(hits, budget)
    for place, hit in enumerate(hits):
        if hit.grounding < budget.min_grounding:
            packing.refuse(
                place, Reason.DROPPED_LOW_RELEVANCE, grounding=round(hit.grounding, 4), limit=budget.min_grounding
            )
        else:
            packing.take_hit(place)
    return packing.settle()
