"""One postprocessor for each thing that can be done to nodes, to be chained in `node_postprocessors=[...]`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from llama_index.core.bridge.pydantic import Field
from llama_index.core.schema import NodeWithScore
from llama_index.postprocessor.secondhop.base import SecondhopPostprocessor
from llama_index.postprocessor.secondhop.choosing import prompt_text


class SecondhopDeduplicator(SecondhopPostprocessor):
    """Drops nodes that say again what a better one says. Keeps every other node whole."""

    token_budget: int | None = Field(default=None, ge=1, description="Hard cap on the tokens of all nodes.")
    strategy: Literal["redundancy_pruned"] = "redundancy_pruned"


class SecondhopRelevanceFloor(SecondhopPostprocessor):
    """Drops nodes that hold less than `min_grounding` of the query's content words, whatever score they have.

    Meant for questions that one passage answers: a passage that only another one leads to holds few of those words.
    """

    token_budget: int | None = Field(default=None, ge=1, description="Hard cap on the tokens of all nodes.")
    strategy: Literal["distractor_filtered"] = "distractor_filtered"


class SecondhopSentencePruner(SecondhopPostprocessor):
    """Cuts nodes down to the sentences that answer and those that the answer hangs on, in reading order."""

    token_budget: int | None = Field(default=None, ge=1, description="Hard cap on the tokens of all nodes.")
    keep_ratio: float = Field(
        default=0.5, gt=0, le=1, description="Share of the nodes' own text to keep, in tokens; metadata come on top."
    )
    strategy: Literal["reasoning_preserving"] = "reasoning_preserving"

    def _cap(self, nodes: Sequence[NodeWithScore], count: Callable[[str], int]) -> int:
        own = sum(count(item.node.get_content()) for item in nodes)
        share = count(prompt_text(nodes)) - int((1 - self.keep_ratio) * own)
        return max(1, min(share, super()._cap(nodes, count)))


class SecondhopBudgetPacker(SecondhopPostprocessor):
    """Keeps nodes by score until the budget is full; one that does not fit is cut at sentences.

    Nodes without scores are taken in the order given.
    """

    strategy: Literal["raw_topk"] = "raw_topk"
