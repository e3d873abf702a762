"""The default: everything where everything fits, else the reasoning-preserving choice."""

from __future__ import annotations

from secondhop.selection.packing import Packing
from secondhop.selection.reasoning_preserving import reasoning_preserving
from secondhop.types import Budget, Query, Ranking, Reason, Selection

_SLACK = 1.05
"""Whole chunks cost a little more than what is shown of them: blanks at their ends are cut off."""
_WANTED = (Reason.DROPPED_BUDGET, Reason.DROPPED_TOP_K)


def auto(query: Query, hits: Ranking, budget: Budget) -> Selection:
    """Keeps all hits whole, without near-duplicates, if they fit; otherwise chooses."""
    repeated = [later for later, _, _ in hits.duplicates]
    if hits.tokens.sum() - hits.tokens[sorted(set(repeated))].sum() <= _SLACK * budget.max_tokens:
        packing = Packing(hits, budget)
        for place in range(len(hits)):
            if not packing.refuse_duplicate(place):
                packing.take_hit(place)
        selection = packing.settle()
        if is_passthrough(selection):
            return selection
    return reasoning_preserving(query, hits, budget)


def is_passthrough(selection: Selection) -> bool:
    """Whether every hit is shown whole, near-duplicates aside."""
    if any(decision.reason in _WANTED for decision in selection.decisions):
        return False
    return all(
        sum([end - start for start, end in passage.spans]) >= len(passage.chunk.text.strip())
        for passage in selection.passages
    )
