"""The caller's own bar: hits below it are decided on before a strategy sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from secondhop.text.invisible import visible
from secondhop.text.prompt import label
from secondhop.types import Budget, Decision, Hit, Reason, Selection

if TYPE_CHECKING:
    from collections.abc import Iterable


def with_refused(selection: Selection, refused: Iterable[Hit], min_score: float, budget: Budget) -> Selection:
    """The selection with a decision on each hit that does not reach the bar."""
    decisions = tuple(
        Decision(
            chunk_id=hit.chunk.id,
            fate="dropped",
            reason=Reason.DROPPED_LOW_SCORE,
            label=label(hit.chunk),
            tokens=budget.count_tokens(visible(hit.chunk.text)),
            score=hit.score,
            rank=hit.rank,
            detail={"score": round(hit.score, 4), "limit": min_score},
        )
        for hit in refused
    )
    return replace(selection, decisions=selection.decisions + decisions)
