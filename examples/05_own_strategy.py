"""A strategy of your own: a function that keeps passages, and says why it drops the others."""

from pathlib import Path

import secondhop
from secondhop import Budget, Decision, Passage, Query, Ranking, Reason, Selection

DATA = Path(__file__).resolve().parent / "data"
OVERHEAD = 20
"""Separators and markers count as well; this is more than they take here."""


def first_of_each_source(_query: Query, hits: Ranking, budget: Budget) -> Selection:
    """The best chunk of each source, whole, while they fit."""
    passages, decisions, seen, used = [], [], set(), 0
    for hit in hits:
        chunk, span = hit.chunk, (hit.chunk.start, hit.chunk.end)
        tokens = budget.count_tokens(chunk.text)
        if chunk.source not in seen and used + tokens + OVERHEAD <= budget.max_tokens:
            passages.append(Passage(chunk, (span,), "seed", hit.score, hit.ordinal))
            decisions.append(Decision(chunk.id, "kept", Reason.KEPT_RELEVANT, role="seed"))
            seen.add(chunk.source)
            used += tokens + OVERHEAD
        else:
            reason = Reason.DROPPED_TOP_K if chunk.source in seen else Reason.DROPPED_BUDGET
            decisions.append(Decision(chunk.id, "dropped", reason))
    return Selection(tuple(passages), tuple(decisions))


document = secondhop.Document.from_folder(DATA)
context = document.context("What happens to the sailing in fog?", budget=500, strategy=first_of_each_source)
print(context.text("numbered"))
print()
print(context.report.requested_strategy, dict(context.report.removed))
