"""Passages that seem to give orders to the model: marked in their decisions, or left out if that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.injection.hygiene import planted_instructions
from secondhop.text.invisible import visible
from secondhop.text.prompt import passage_text
from secondhop.types import Budget, Decision, Passage, Reason, Selection

if TYPE_CHECKING:
    from secondhop.types import Bools, Ints

Planted = Mapping[str, tuple[str, ...]]
"""The kinds of planted instructions in what would be shown of chunks, by their ids."""


def find_planted(selection: Selection, suspects: Callable[[Ints], Bools]) -> Planted:
    """What is planted in the passages of a selection. Only what would be shown is looked at.

    Args:
        selection: what was chosen.
        suspects: tells of chunks, by their ordinals, whether they hold any.
    """
    passages = selection.passages
    flags = suspects(np.array([passage.order for passage in passages], np.int64))
    found = {passage.chunk.id: planted_instructions(_all_of(passage)) for passage in compress(passages, flags)}
    return {chunk_id: kinds for chunk_id, kinds in found.items() if kinds}


def mark_planted(selection: Selection, planted: Planted) -> Selection:
    """The selection with the kinds in the detail of the decisions on what holds some."""
    if not planted:
        return selection
    decisions = [
        replace(decision, detail={**decision.detail, "injection": list(planted[decision.chunk_id])})
        if decision.chunk_id in planted
        else decision
        for decision in selection.decisions
    ]
    return replace(selection, decisions=tuple(decisions))


def drop_planted(selection: Selection, planted: Planted, budget: Budget) -> dict[int, Decision]:
    """Decisions to leave out the chunks that hold some, by their ordinals."""
    decisions = {decision.chunk_id: decision for decision in selection.decisions}
    return {
        passage.order: replace(
            decisions[passage.chunk.id],
            fate="dropped",
            reason=Reason.DROPPED_INJECTION,
            role=None,
            tokens=budget.count_tokens(visible(passage.chunk.text)),
            spans=(),
            detail={"injection": list(planted[passage.chunk.id])},
        )
        for passage in selection.passages
        if passage.chunk.id in planted
    }


def _all_of(passage: Passage) -> str:
    """What the prompt may show of it: names and headings are the document's too."""
    return "\n".join((passage.chunk.source, *passage.chunk.heading_path[-1:], passage_text(passage)))
