"""The caller's own bar: hits below it are decided on before a strategy sees them."""

from __future__ import annotations

from dataclasses import replace

from secondhop.selection.decisions import drop
from secondhop.types import Ranking, Reason, Selection


def with_refused(selection: Selection, hits: Ranking, min_score: float) -> Selection:
    """The selection, of what reaches the bar, with a decision on each of the hits that does not."""
    refused = tuple(
        drop(hit, tokens, Reason.DROPPED_LOW_SCORE, {"score": round(hit.score, 4), "limit": min_score})
        for hit, tokens in zip(hits, hits.tokens.tolist(), strict=True)
        if hit.score < min_score
    )
    return replace(selection, decisions=selection.decisions + refused)
