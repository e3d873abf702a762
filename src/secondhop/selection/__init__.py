"""5. Ranked hits to kept passages, with a decision for each candidate.

A strategy is a function `(query, hits, budget) -> Selection`; the built-in ones are a file each. To add one, copy a
neighbour, change the middle, add a line here. `expand` adds neighbours and headings afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping

from secondhop.selection.auto import auto
from secondhop.selection.checked import checked
from secondhop.selection.distractor_filtered import distractor_filtered
from secondhop.selection.expansion import Extra, expand
from secondhop.selection.floor import with_refused
from secondhop.selection.max_density import max_density
from secondhop.selection.part import part
from secondhop.selection.planted import drop_planted, find_planted, mark_planted
from secondhop.selection.raw_topk import raw_topk
from secondhop.selection.reasoning_preserving import reasoning_preserving
from secondhop.selection.redundancy_pruned import redundancy_pruned
from secondhop.types import Strategy

__all__ = [
    "BRIDGED",
    "STRATEGIES",
    "Extra",
    "checked",
    "drop_planted",
    "expand",
    "find_planted",
    "mark_planted",
    "part",
    "with_refused",
]

STRATEGIES: Mapping[str, Strategy] = {
    "auto": auto,
    "reasoning_preserving": reasoning_preserving,
    "distractor_filtered": distractor_filtered,
    "max_density": max_density,
    "redundancy_pruned": redundancy_pruned,
    "raw_topk": raw_topk,
}
"""The strategies that `strategy=` takes by name."""

BRIDGED = frozenset({"auto", "reasoning_preserving"})
"""Strategies that want hits reached through the bridge as well; the others see the direct order alone."""
