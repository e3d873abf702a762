"""A node postprocessor that chooses what the model sees, within an exact token budget, and says why."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any, Literal

from llama_index.core.bridge.pydantic import ConfigDict, Field, model_validator
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.postprocessor.secondhop import tracing
from llama_index.postprocessor.secondhop.choosing import Given, choose
from llama_index.postprocessor.secondhop.nodes import HEADING_KEYS, Source, style_of
from llama_index.postprocessor.secondhop.tokens import SETTINGS, Tokenizer, counter_of
from typing_extensions import Self

from secondhop import Context, DocumentOptions, build_context
from secondhop.retrieved import UNLIMITED
from secondhop.text.counting import CachedCounter
from secondhop.text.tokens import resolve_counter


class SecondhopPostprocessor(BaseNodePostprocessor):
    """Keeps of the retrieved nodes what answers the query, and what that hangs on, within a token budget.

    The budget counts what response synthesizers send: each node's text and metadata by its own templates, and the blank
    lines between nodes. Nodes come back in the order in which they were given, as copies that keep their ids, scores,
    relationships and metadata; where text is cut, character offsets follow. The nodes given are never changed.

    Give the retriever a `similarity_top_k` of 20 or more: with LlamaIndex's own, 2, there is nothing to choose from.

    Examples:
        ```python
        from llama_index.postprocessor.secondhop import SecondhopPostprocessor

        query_engine = index.as_query_engine(
            similarity_top_k=20,
            node_postprocessors=[SecondhopPostprocessor(token_budget=1500)],
        )
        ```
    """

    model_config = ConfigDict(extra="forbid")

    token_budget: int | None = Field(
        default=8192, ge=1, description="Hard cap on the tokens of all nodes as the model sees them; None for no cap."
    )
    top_n: int | None = Field(default=None, ge=1, description="At most this many nodes with text; None for no cap.")
    strategy: str | Callable[..., Any] = Field(
        default="auto",
        description="How nodes are chosen: `auto`, `reasoning_preserving`, `distractor_filtered`, `max_density`, "
        "`redundancy_pruned`, `raw_topk`, or a callable `(query, hits, budget) -> Selection`.",
    )
    grain: Literal["sentence", "chunk"] = Field(
        default="sentence", description="Keep single sentences of a node, or whole nodes (cut where one does not fit)."
    )
    min_grounding: float = Field(
        default=0.10, ge=0, le=1, description="Share of the query's content words from which a node counts as evidence."
    )
    tokenizer: Tokenizer = Field(
        default=SETTINGS,
        description="What counts tokens: `settings` for `Settings.tokenizer`, a tiktoken encoding, `estimate`, `words`, "
        "`characters`, or a callable that returns the tokens of a text or their number.",
    )
    language: str = Field(
        default="auto", description="Stemming and stopwords: a language's name or code, `auto` or `none`."
    )
    synonyms: list[list[str]] = Field(
        default=[], description="Groups of words and phrases that mean the same: a query with one looks for the others."
    )
    heading_keys: list[str] = Field(
        default=list(HEADING_KEYS),
        description="Metadata keys whose value is read as the node's heading; the first one counts.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_class_name(cls, values: Any) -> Any:
        """What LlamaIndex writes beside the options when it dumps them."""
        return (
            {key: value for key, value in values.items() if key != "class_name"} if isinstance(values, dict) else values
        )

    @model_validator(mode="after")
    def _known(self) -> Self:
        """Names that the core would refuse are refused before the first query."""
        DocumentOptions(strategy=self.strategy, language=self.language, synonyms=self.synonyms)
        if isinstance(self.tokenizer, str) and self.tokenizer != SETTINGS:
            resolve_counter(self.tokenizer)
        return self

    @classmethod
    def class_name(cls) -> str:
        """Name of the class, as it is stored and shown in traces."""
        return cls.__name__

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled; a callable that cannot be is an error: LlamaIndex would drop it, here and in the copy."""
        pickle.dumps((self.tokenizer, self.strategy))
        return super().__getstate__()

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise ValueError("Missing query bundle in extra info.")
        if not nodes:
            return []
        tracing.trace_start(query_bundle, nodes, self.top_n or len(nodes), f"secondhop/{self._strategy_name()}")
        query = query_bundle.query_str
        given = Given.of(nodes, self.heading_keys)
        scores, tokenizer = given.scores(), counter_of(self.tokenizer)
        count = CachedCounter(resolve_counter(tokenizer)[0])

        def ask(sources: list[Source], room: int) -> Context:
            return build_context(
                query, [source.chunk for source in sources], self.strategy, room, scores=scores, top_k=self.top_n,
                min_grounding=self.min_grounding, text_style=style_of(sources), grain=self.grain, tokenizer=tokenizer,
                language=self.language, synonyms=self.synonyms,
            )  # fmt: skip

        kept, report = choose(given, query, self._cap(nodes, count), count, ask, self.class_name())
        tracing.trace_report(report, kept)
        return kept

    def _cap(self, nodes: Sequence[NodeWithScore], count: Callable[[str], int]) -> int:  # noqa: ARG002
        """The budget for these nodes, in tokens."""
        return UNLIMITED if self.token_budget is None else self.token_budget

    def _strategy_name(self) -> str:
        strategy = self.strategy
        return strategy if isinstance(strategy, str) else getattr(strategy, "__name__", type(strategy).__name__)
