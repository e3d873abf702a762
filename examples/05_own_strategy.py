"""A strategy of your own: a function that keeps passages and says why it drops the others."""

from pathlib import Path

import secondhop
from secondhop import Budget, Decision, Passage, Query, Ranking, Reason, Selection

DATA = Path(__file__).resolve().parent / "data"


def first_of_each_source(_query: Query, hits: Ranking, budget: Budget) -> Selection:
    """The best chunk of each source, whole, while they fit."""
    passages, decisions, seen, used = [], [], {}, 0
    for hit in hits:
        chunk = hit.chunk
        tokens = budget.count_tokens(chunk.text)
        # Separators and markers count as well; twenty tokens for each passage are more than they take here.
        fits = used + tokens + 20 <= budget.max_tokens
        if chunk.source not in seen and fits:
            span = (chunk.start, chunk.end)
            passages.append(Passage(chunk, (span,), "seed", hit.score, hit.ordinal))
            decisions.append(
                Decision(
                    chunk.id, "kept", Reason.KEPT_RELEVANT, chunk.source, "seed", tokens, hit.score, hit.rank, (span,)
                )
            )
            seen[chunk.source] = chunk.id
            used += tokens + 20
        else:
            reason = Reason.DROPPED_TOP_K if chunk.source in seen else Reason.DROPPED_BUDGET
            decisions.append(Decision(chunk.id, "dropped", reason, chunk.source, None, tokens, hit.score, hit.rank))
    return Selection(tuple(passages), tuple(decisions))


document = secondhop.Document.from_folder(DATA)
context = document.context("What happens to the sailing in fog?", budget=500, strategy=first_of_each_source)
print(context.text("numbered"))
print()
print(context.report.requested_strategy, dict(context.report.removed))
