"""Keep what answers most per token. For tight budgets."""

from __future__ import annotations

import numpy as np

from secondhop.selection.packing import Packing
from secondhop.types import Budget, Query, Ranking, Reason, Selection


def max_density(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """Takes hits by score per token, highest first; equal ones in rank order."""
    packing = Packing(hits, budget)
    tokens = np.maximum(hits.tokens, 1).tolist()
    for place in sorted(range(len(hits)), key=lambda place: -hits.hits[place].score / tokens[place]):
        hit = hits.hits[place]
        if hit.grounding <= 0:
            packing.refuse(place, Reason.DROPPED_LOW_RELEVANCE, grounding=0.0, limit=0.0)
        elif not packing.refuse_duplicate(place):
            packing.take_hit(place)
    return packing.settle()
