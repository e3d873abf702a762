"""Adds what the caller asked for around kept chunks: their neighbours, and the opening of their section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from secondhop.selection.packing import render_selected, slice_of
from secondhop.text.prompt import label
from secondhop.types import Budget, Chunk, Decision, Passage, Reason, Role, Selection

_REASONS: Mapping[Role, Reason] = {"neighbor": Reason.KEPT_NEIGHBOR, "heading": Reason.KEPT_HEADING}


@dataclass(frozen=True, slots=True)
class Extra:
    """A chunk to add."""

    chunk: Chunk
    order: int
    """The chunk's ordinal."""
    role: Role
    """`neighbor` or `heading`."""
    of: str
    """Id of the kept chunk for which it is added."""


def expand(selection: Selection, extras: Iterable[Extra], budget: Budget) -> Selection:
    """The selection with every extra that still fits, most valuable kept chunk first.

    A candidate that was dropped and comes back as a neighbour changes its fate; a kept one that was cut becomes whole.
    """
    passages = {passage.order: passage for passage in selection.passages}
    decisions = {decision.chunk_id: decision for decision in selection.decisions}
    used = budget.count_tokens(render_selected(passages.values(), budget))
    for extra in extras:
        added = _whole(extra, passages.get(extra.order))
        if added is None:
            continue
        grown = {**passages, extra.order: added}
        tokens = budget.count_tokens(render_selected(grown.values(), budget))
        decision = _decision(extra, added, decisions.get(extra.chunk.id), budget)
        if tokens <= budget.max_tokens and (budget.top_k is None or len(grown) <= budget.top_k):
            passages, used = grown, tokens
            decisions[extra.chunk.id] = decision
        elif extra.chunk.id not in decisions:
            reason, detail = _refusal(len(grown), tokens, budget)
            decisions[extra.chunk.id] = replace(decision, fate="dropped", reason=reason, role=None, spans=(), detail=detail)
    return Selection(tuple(passages.values()), tuple(decisions.values()))


def _whole(extra: Extra, present: Passage | None) -> Passage | None:
    """The whole chunk as a passage; None if it is shown whole already."""
    chunk = extra.chunk
    start = chunk.start + len(chunk.text) - len(chunk.text.lstrip())
    spans = ((start, chunk.start + len(chunk.text.rstrip())),)
    if present is not None and present.spans == spans:
        return None
    if present is not None:
        return replace(present, spans=spans)
    return Passage(chunk, spans, extra.role, 0.0, extra.order)


def _decision(extra: Extra, added: Passage, before: Decision | None, budget: Budget) -> Decision:
    tokens = sum(budget.count_tokens(slice_of(extra.chunk, span)) for span in added.spans)
    if before is not None and before.fate == "kept":
        return replace(before, tokens=tokens, spans=added.spans)
    score, rank = (before.score, before.rank) if before is not None else (0.0, None)
    return Decision(extra.chunk.id, "kept", _REASONS[extra.role], label(extra.chunk), extra.role, tokens, score, rank, added.spans, {"of": extra.of})


def _refusal(n: int, tokens: int, budget: Budget) -> tuple[Reason, dict[str, Any]]:
    if budget.top_k is not None and n > budget.top_k:
        return Reason.DROPPED_TOP_K, {"top_k": budget.top_k}
    return Reason.DROPPED_BUDGET, {"tokens_short": tokens - budget.max_tokens}
