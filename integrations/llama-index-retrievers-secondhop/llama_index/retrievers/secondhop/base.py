"""A retriever in process, without a vector store or a model, that follows the second hop and says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.constants import DEFAULT_SIMILARITY_TOP_K
from llama_index.core.indices import SummaryIndex, VectorStoreIndex
from llama_index.core.indices.base import BaseIndex
from llama_index.core.schema import BaseNode, ImageNode, IndexNode, MetadataMode, NodeWithScore, QueryBundle
from llama_index.core.storage.docstore.types import BaseDocumentStore
from llama_index.core.utils import get_tokenizer
from llama_index.core.vector_stores.simple import SimpleVectorStore
from llama_index.core.vector_stores.types import MetadataFilters
from llama_index.postprocessor.secondhop.choosing import prompt_text
from llama_index.postprocessor.secondhop.nodes import HEADING_KEYS, step_of, style_of, to_source
from llama_index.postprocessor.secondhop.tokens import SETTINGS, Tokenizer, counter_of
from llama_index.postprocessor.secondhop.tracing import trace_report
from llama_index.retrievers.secondhop import storage
from llama_index.retrievers.secondhop.filters import matches
from llama_index.retrievers.secondhop.folder import nodes_from_folder

from secondhop import (
    Context,
    Decision,
    Document,
    EmptyTextError,
    FolderOptions,
    InputError,
    OptionError,
)
from secondhop.inputs import checked_items, checked_number
from secondhop.options import as_path
from secondhop.reporting.report import as_sent
from secondhop.retrieved import UNLIMITED
from secondhop.types import Grain
from secondhop.workers import in_worker

_MOST_CANDIDATES = 10_000
"""The most that `candidate_k` may be."""


class SecondhopRetriever(BaseRetriever):
    """Finds the nodes that answer a query, and those that only they lead to, in an index held in memory.

    Returns copies of the nodes, best first, with their ids, metadata and relationships. Of nodes with the same words,
    one is returned. Nodes that share nothing with the query are returned only if nearly all of a small index is and they
    fit: with a score of 0, as `kept_unranked`.

    Args:
        nodes: what to search. Their ids must be distinct. Nodes without text are listed in `unindexed`.
        similarity_top_k: at most this many nodes; 2 unless given, as in LlamaIndex, or no cap if there is a budget.
        token_budget: hard cap on the tokens of the nodes as the model sees them, metadata and separators included.
        strategy: `auto`, `reasoning_preserving`, `distractor_filtered`, `max_density`, `redundancy_pruned`,
            `raw_topk`, or a callable `(query, hits, budget) -> Selection`.
        grain: cut nodes to sentences, or keep them whole. By default sentences if there is a budget.
        candidate_k: how many nodes to choose from.
        min_grounding: share of the query's content words from which a node counts as evidence.
        filters: only nodes whose metadata match.
        tokenizer: `settings` for `Settings.tokenizer`, a name that secondhop knows, or a callable that returns the
            tokens of a text or their number.
        language: stemming and stopwords: a language's name or code, `auto` or `none`.
        synonyms: groups of words and phrases that mean the same: a query with one looks for the others, too.
        heading_keys: metadata keys whose value is read as the node's heading and searched; the first one counts.
        callback_manager: as in every retriever.
        objects: what index nodes point to.
        object_map: the same by index id.
        verbose: print when an object is entered.

    Raises:
        EmptyTextError: no node has text.
        InputError: an id is given twice, or something is no node.
        OptionError: an option has a value that is not allowed.

    Examples:
        ```python
        from llama_index.retrievers.secondhop import SecondhopRetriever

        retriever = SecondhopRetriever.from_defaults(nodes=nodes, similarity_top_k=5)
        nodes = retriever.retrieve("Who repairs the ship that carries the night mail?")
        ```
    """

    def __init__(
        self,
        nodes: Sequence[BaseNode],
        *,
        similarity_top_k: int | None = None,
        token_budget: int | None = None,
        strategy: str | Callable[..., Any] = "auto",
        grain: Grain | None = None,
        candidate_k: int = 60,
        min_grounding: float = 0.10,
        filters: MetadataFilters | None = None,
        tokenizer: Tokenizer = SETTINGS,
        language: str = "auto",
        synonyms: Sequence[Sequence[str]] = (),
        heading_keys: Sequence[str] = HEADING_KEYS,
        callback_manager: CallbackManager | None = None,
        objects: list[IndexNode] | None = None,
        object_map: dict[str, Any] | None = None,
        verbose: bool = False,
    ) -> None:
        if similarity_top_k is None and token_budget is None:
            similarity_top_k = DEFAULT_SIMILARITY_TOP_K
        if isinstance(heading_keys, str):
            raise OptionError(f"heading_keys={heading_keys!r} is one key, not a list of them: [{heading_keys!r}]")
        heading_keys = tuple(heading_keys)
        self._settings: dict[str, Any] = {
            "similarity_top_k": _checked(similarity_top_k), "token_budget": token_budget, "strategy": strategy,
            "grain": grain, "candidate_k": candidate_k, "min_grounding": min_grounding, "filters": filters,
            "tokenizer": tokenizer, "language": language, "synonyms": synonyms,
            "heading_keys": heading_keys, "verbose": verbose,
        }  # fmt: skip
        self._given = tuple(checked_items(nodes, "nodes"))
        for place, node in enumerate(self._given):
            if not isinstance(node, BaseNode):
                raise InputError(f"nodes[{place}]={node!r:.80} is not a node of LlamaIndex")
        with_text = [node for node in self._given if _has_text(node)]
        if not with_text:
            raise EmptyTextError(f"none of {len(self._given)} nodes has text, so there is nothing to retrieve from")
        self._sources = [to_source(NodeWithScore(node=node), node.node_id, heading_keys) for node in with_text]
        self._document = self._indexed()
        self._counted_with: Callable[[str], Any] | None = None
        self._allowed = (
            None if filters is None else {node.node_id for node in with_text if matches(node.metadata, filters)}
        )
        super().__init__(callback_manager=callback_manager, object_map=object_map, objects=objects, verbose=verbose)

    @classmethod
    def from_defaults(
        cls,
        index: BaseIndex[Any] | None = None,
        nodes: Sequence[BaseNode] | None = None,
        docstore: BaseDocumentStore | None = None,
        folder: str | Path | None = None,
        *,
        folder_options: FolderOptions | None = None,
        **options: Any,
    ) -> SecondhopRetriever:
        """A retriever over the nodes of an index, a list, a docstore, or the files below a folder.

        Args:
            index: an index whose docstore holds its nodes; what its index nodes point to is found as with the index. Of
                vector and summary indexes, what was deleted or is another's that shares the docstore is left out.
            nodes: nodes.
            docstore: a docstore.
            folder: a folder of documents, which secondhop reads and cuts itself.
            folder_options: how it does that.
            **options: as the class takes them.

        Raises:
            InputError: not exactly one of the four is given, or `index` is none.
            EmptyTextError: there are no nodes with text.
        """
        if sum(given is not None for given in (index, nodes, docstore, folder)) != 1:
            raise InputError("give exactly one of index=, nodes=, docstore= and folder=")
        if folder is not None:
            nodes = nodes_from_folder(folder, folder_options)
        if index is not None:
            if not isinstance(index, BaseIndex):
                raise InputError(f"index={index!r:.80} is not an index of LlamaIndex; nodes are given as nodes=")
            options = {"object_map": index._object_map, **options}  # as the index gives it to its own retrievers
        if nodes is None:
            nodes = _nodes_of(index) if index is not None else list(docstore.docs.values())  # type: ignore[union-attr]
            if not nodes:
                raise EmptyTextError(
                    "the docstore is empty, or has none of the index's nodes; "
                    "if a vector store keeps the text, give the nodes themselves: nodes="
                )
        return cls(nodes, **options)

    @property
    def similarity_top_k(self) -> int | None:
        """At most this many nodes; None for no cap."""
        top_k: int | None = self._settings["similarity_top_k"]
        return top_k

    @similarity_top_k.setter
    def similarity_top_k(self, value: int | None) -> None:
        self._settings["similarity_top_k"] = _checked(value)

    @property
    def unindexed(self) -> tuple[str, ...]:
        """Ids of the nodes that have no text, and therefore are never found."""
        return tuple(node.node_id for node in self._given if not _has_text(node))

    def persist(self, path: str | Path, *, lock_timeout: float = 60.0) -> None:
        """Writes nodes and settings to a folder, from which `from_persist_dir` makes the same retriever.

        A reader of the folder sees either what was there before or all that is new. Callables are not written.

        Args:
            path: the folder.
            lock_timeout: seconds to wait while another process, or another thread, writes to it.

        Raises:
            IndexLockedError: the other writer has not finished within `lock_timeout` seconds.
            InputError: the metadata of a node hold what JSON cannot, such as a date; the message names node and key.
            StoreError: the folder cannot be written to.
        """
        storage.save(as_path(path), self._given, self._settings, lock_timeout)

    @classmethod
    def from_persist_dir(cls, path: str | Path, **options: Any) -> SecondhopRetriever:
        """The retriever that was written to a folder.

        Args:
            path: the folder.
            **options: replace what was written, and give what could not be: callables, `callback_manager`, `objects`,
                `object_map`.

        Raises:
            IndexCorruptError: a file is missing, or not as it was written.
            IndexVersionError: another version of this package wrote it.
            OptionError: an option was a callable, and is not given now.
        """
        nodes, settings, callables = storage.load(as_path(path))
        if missing := sorted(set(callables) - set(options)):
            raise OptionError(f"{path}: {', '.join(missing)} was a callable, which is not stored; give it again")
        return cls(nodes, **{**settings, **options})

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        top_k = self.similarity_top_k
        if top_k == 0:
            return []
        self._follow_settings()
        context = self._ask(query_bundle.query_str, top_k, None)
        nodes = self._found(context)
        limit = room = context.budget.max_tokens
        # The core counts in reading order; best first, a blank line can fall elsewhere and cost a token more.
        while limit < UNLIMITED and (over := _tokens(context, nodes) - limit) > 0:
            room -= over
            context = self._ask(query_bundle.query_str, top_k, room)
            nodes = self._found(context)
        trace_report(
            lambda: as_sent(context.report, _tokens(context, nodes), limit).to_dict(), nodes, inside_retriever=True
        )
        return nodes

    def _indexed(self) -> Document:
        options, budget = self._settings, self._settings["token_budget"]
        return Document.from_chunks(
            [source.chunk for source in self._sources],
            token_budget=UNLIMITED if budget is None else budget, strategy=options["strategy"],
            grain=options["grain"] or ("chunk" if budget is None else "sentence"), candidate_k=options["candidate_k"],
            min_grounding=options["min_grounding"], tokenizer=counter_of(options["tokenizer"]),
            language=options["language"], synonyms=options["synonyms"],
        )  # fmt: skip

    def _follow_settings(self) -> None:
        """Indexes anew if `Settings.tokenizer` has become another one: the document remembers what it has counted."""
        if self._settings["tokenizer"] != SETTINGS:
            return
        tokenizer = get_tokenizer()
        if self._counted_with not in (None, tokenizer):
            self._document = self._indexed()
        self._counted_with = tokenizer

    def __getstate__(self) -> dict[str, Any]:
        """Counts do not travel, and the tokenizer that made them may not be able to."""
        return {**self.__dict__, "_counted_with": None}

    def _ask(self, query: str, top_k: int | None, budget: int | None) -> Context:
        allowed = self._allowed
        return self._document.context(
            query,
            budget,
            top_k=top_k,
            candidate_k=min(max(self._settings["candidate_k"], 2 * (top_k or 0)), _MOST_CANDIDATES),
            filter=None if allowed is None else lambda chunk: chunk.id in allowed,
            text_style=style_of(self._sources),
        )

    def _found(self, context: Context) -> list[NodeWithScore]:
        """Copies of what is kept, best first."""
        decisions = {decision.chunk_id: decision for decision in context.report.decisions}
        name = type(self).__name__
        scored = [(_score(decisions[passage.chunk.id], decisions), passage) for passage in context.passages]
        return [
            replace(self._sources[passage.order], score=score).cut(
                passage.spans, step_of(name, decisions[passage.chunk.id])
            )
            for score, passage in sorted(
                scored, key=lambda pair: (-pair[0], pair[1].role == "second_hop", pair[1].order)
            )
        ]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await in_worker(partial(self._retrieve, query_bundle), may_wait=self._document.may_wait)


def _has_text(node: BaseNode) -> bool:
    """Whether there is something to find the node by: of images, their captions."""
    return bool(node.get_content(MetadataMode.NONE).strip())


def _nodes_of(index: BaseIndex[Any]) -> list[BaseNode]:
    """The nodes of an index, of those in its docstore: other indexes may share that, and deleting leaves nodes there."""
    nodes, named = index.docstore.docs, None
    if isinstance(index, SummaryIndex):
        named = set(index.index_struct.nodes)
    elif isinstance(index, VectorStoreIndex):
        store, named = index.vector_store, set(index.index_struct.nodes_dict.values())
        if store.stores_text and all(isinstance(nodes.get(name), ImageNode | IndexNode) for name in named):
            named = None  # such an index names no others: whoever filled the docstore did
        elif isinstance(store, SimpleVectorStore):  # `delete_nodes` deletes from it alone
            named &= store.data.embedding_dict.keys()
    return [node for name, node in nodes.items() if named is None or name in named]


def _score(decision: Decision, decisions: Mapping[str, Decision]) -> float:
    """A node's score; one that only another node leads to never scores above that one."""
    seed = decisions.get(decision.detail.get("seed", ""))
    return float(decision.score if seed is None else min(decision.score, seed.score))


def _tokens(context: Context, nodes: Sequence[NodeWithScore]) -> int:
    """Tokens of the nodes as they are sent."""
    text = prompt_text(nodes)
    return context.budget.count_tokens(text) if text else 0


def _checked(top_k: int | None) -> int | None:
    return None if top_k is None else checked_number(top_k, "similarity_top_k", least=0)
