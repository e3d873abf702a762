"""Nodes in, nodes and report out: one call of the core, and what LlamaIndex needs around it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeGuard

from llama_index.core.schema import NodeWithScore
from llama_index.postprocessor.secondhop.nodes import (
    SEPARATOR,
    Source,
    copied,
    distinct_ids,
    has_text,
    llm_text,
    step_of,
    to_source,
)
from llama_index.postprocessor.secondhop.tracing import Report

from secondhop import Context, InputError

Ask = Callable[[list[Source], int], Context]
"""Chooses from the nodes with text, within a number of tokens."""


@dataclass(frozen=True, slots=True)
class Given:
    """The nodes of one call."""

    items: Sequence[NodeWithScore]
    ids: list[str]
    """Distinct ids, as the report names the nodes."""
    sources: list[Source]
    """Those with text."""
    with_text: list[int]
    """Their places."""

    @classmethod
    def of(cls, items: Sequence[NodeWithScore], heading_keys: Sequence[str]) -> Given:
        """Nodes as a retriever returned them."""
        ids = distinct_ids(items)
        with_text = [place for place, item in enumerate(items) if has_text(item.node)]
        sources = [to_source(items[place], ids[place], heading_keys) for place in with_text]
        return cls(items, ids, sources, with_text)

    def scores(self) -> list[float] | None:
        """The scores of the nodes with text; None, which stands for the order given, if one has no usable score."""
        scores = [source.score for source in self.sources if is_usable(source.score)]
        return scores if len(scores) == len(self.sources) else None

    def merged(self, context: Context | None, passing: Sequence[int], step: str) -> list[NodeWithScore]:
        """Copies of what is kept, in the order given."""
        kept = {
            place: NodeWithScore(node=copied(self.items[place].node), score=self.items[place].score)
            for place in passing
        }
        if context is not None:
            decisions = {decision.chunk_id: decision for decision in context.report.decisions}
            for passage in context.passages:
                record = step_of(step, decisions[passage.chunk.id])
                kept[self.with_text[passage.order]] = self.sources[passage.order].cut(passage.spans, record)
        return [kept[place] for place in sorted(kept)]


def choose(
    given: Given, query: str, cap: int, count: Callable[[str], int], ask: Ask, step: str
) -> tuple[list[NodeWithScore], Callable[[], Report]]:
    """Copies of what is kept within the cap, in the order given, and what makes the report on that.

    Nodes without text are kept as they are. What the model sees of them (their metadata) counts, so the others get what
    is left; if that is nothing, nodes without text are dropped, the last one first.
    """
    without_text = sorted(set(range(len(given.items))) - set(given.with_text))
    passing = list(without_text)
    while True:
        room = cap - count(prompt_text([given.items[place] for place in passing]))
        while room >= 1:
            context = ask(given.sources, room) if given.sources else None
            nodes = given.merged(context, passing, step)
            over = count(prompt_text(nodes)) - cap  # separators between the two kinds are counted only here
            if over <= 0:
                dropped = without_text[len(passing) :]
                return nodes, partial(_report, given, query, context, passing, dropped)
            room -= over
        if not passing:
            raise InputError("a node's LLM text does not follow its content; does its class override get_content?")
        passing.pop()


def _report(
    given: Given, query: str, context: Context | None, passing: Sequence[int], dropped: Sequence[int]
) -> Report:
    """The Decision Report as a dict, with the ids of the nodes that only LlamaIndex knows of."""
    return {
        **({"query": query} if context is None else context.report.to_dict()),
        "passed_through": [given.ids[place] for place in passing],
        "dropped_without_text": [given.ids[place] for place in dropped],
        "unscored": [name for name, item in zip(given.ids, given.items, strict=True) if not is_usable(item.score)],
    }


def is_usable(score: float | None) -> TypeGuard[float]:
    """Whether nodes can be put in order by the score; a vector of zeros, for one, is similar by NaN."""
    return score is not None and math.isfinite(score)


def prompt_text(nodes: Sequence[NodeWithScore]) -> str:
    """The nodes as response synthesizers join them; those that show nothing leave no blank lines."""
    return SEPARATOR.join(text for item in nodes if (text := llm_text(item.node)))
