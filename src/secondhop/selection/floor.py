"""The caller's own bar: hits below it are decided on before a strategy sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from secondhop.text.prompt import label
from secondhop.types import Budget, Decision, Hit, Ranking, Reason, Selection, Sentences


def reaching(hits: Ranking, min_score: float) -> Ranking:
    """The hits from the first on that score at least `min_score`; hits stand best first."""
    n = int(np.count_nonzero(hits.scores >= min_score))
    if n == len(hits):
        return hits
    last = int(np.searchsorted(hits.sentences.hit, n))
    return replace(
        hits,
        hits=hits.hits[:n],
        scores=hits.scores[:n],
        lexical=hits.lexical[:n],
        direct=hits.direct[:n],
        tokens=hits.tokens[:n],
        sentences=Sentences(**{name: getattr(hits.sentences, name)[:last] for name in Sentences.__slots__}),
        term_scores=hits.term_scores[:, :n],
        duplicates=tuple(pair for pair in hits.duplicates if max(pair[:2]) < n),
    )


def with_refused(selection: Selection, refused: tuple[Hit, ...], min_score: float, budget: Budget) -> Selection:
    """The selection with a decision on each hit that does not reach the bar."""
    decisions = tuple(
        Decision(
            chunk_id=hit.chunk.id,
            fate="dropped",
            reason=Reason.DROPPED_LOW_SCORE,
            label=label(hit.chunk),
            tokens=budget.count_tokens(hit.chunk.text),
            score=hit.score,
            rank=hit.rank,
            detail={"score": round(hit.score, 4), "limit": min_score},
        )
        for hit in refused
    )
    return replace(selection, decisions=selection.decisions + decisions)
