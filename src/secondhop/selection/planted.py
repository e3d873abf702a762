"""Passages that seem to give orders to the model: marked in their decisions, and left out if that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.hygiene import planted_instructions
from secondhop.text.prompt import passage_text
from secondhop.types import Budget, Decision, Passage, Reason, Selection

if TYPE_CHECKING:
    from secondhop.types import Bools, Ints


def mark_planted(selection: Selection, budget: Budget, suspects: Callable[[Ints], Bools], *, drop: bool) -> Selection:
    """The selection with the kinds of planted instructions in the detail of the decisions on what holds some.

    Only what would be shown is looked at. With `drop` those passages go, and what they took of the budget stays free.

    Args:
        selection: what was chosen.
        budget: counts tokens.
        suspects: tells of chunks, by their ordinals, whether they hold any.
        drop: leave out what does.
    """
    passages = selection.passages
    flags = suspects(np.array([passage.order for passage in passages], np.int64))
    shown = {
        passage.chunk.id: (passage, planted_instructions(_all_of(passage))) for passage in compress(passages, flags)
    }
    planted = {chunk_id: found for chunk_id, found in shown.items() if found[1]}
    if not planted:
        return selection
    decisions = tuple(
        _decision(decision, *planted[decision.chunk_id], budget, drop) if decision.chunk_id in planted else decision
        for decision in selection.decisions
    )
    kept = [passage for passage in selection.passages if not drop or passage.chunk.id not in planted]
    return Selection(tuple(kept), decisions)


def _all_of(passage: Passage) -> str:
    """What the prompt may show of it: names and headings are the document's too."""
    return "\n".join((passage.chunk.source, *passage.chunk.heading_path[-1:], passage_text(passage)))


def _decision(decision: Decision, passage: Passage, kinds: tuple[str, ...], budget: Budget, drop: bool) -> Decision:
    detail = {"injection": list(kinds)}
    if not drop:
        return replace(decision, detail={**decision.detail, **detail})
    tokens = budget.count_tokens(passage.chunk.text)
    return replace(
        decision, fate="dropped", reason=Reason.DROPPED_INJECTION, role=None, tokens=tokens, spans=(), detail=detail
    )
