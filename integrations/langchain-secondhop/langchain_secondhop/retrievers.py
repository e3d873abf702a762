"""`SecondhopRetriever`: an index of its own, or any other retriever, within a token budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import secondhop
from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever, LangSmithRetrieverParams, RetrieverLike
from langchain_core.runnables import RunnableConfig, run_in_executor
from langchain_core.runnables.config import ensure_config, var_child_runnable_config
from pydantic import ConfigDict, Field, field_validator, model_validator
from secondhop import DecisionReport
from secondhop.inputs import checked_items
from secondhop.types import Grain
from secondhop.workers import in_worker
from typing_extensions import Self, override

from langchain_secondhop.choosing import Chosen, Synonyms, Tokenizer, checked, choose, grain_for, within_budget
from langchain_secondhop.documents import Filter, Order, matching, to_texts
from langchain_secondhop.formatting import Style
from langchain_secondhop.subclasses import says_only
from langchain_secondhop.tracing import Trace, aemit, emit

_OF_INDEX = ("tokenizer", "language", "synonyms")
"""Fields that say how a base retriever's documents are read; an index is read as it was made."""


class SecondhopRetriever(BaseRetriever):
    """Retriever that returns the passages that answer a question, within an exact token budget.

    It searches an index of its own, or chooses from what another retriever finds:

        retriever = SecondhopRetriever.from_folder("./docs", token_budget=1500)
        retriever = SecondhopRetriever.from_documents(documents, k=4)
        retriever = SecondhopRetriever(base_retriever=store.as_retriever(search_kwargs={"k": 40}), token_budget=1500)

    Passages come best first. Each is a new `Document` with a stable `id` and, next to the metadata of the document that
    it was taken from, `relevance_score`, `citation`, `start_index`, `end_index`, `spans` and `role`; from files also
    `source` and `page`. A passage may be some sentences of a longer text: ` … ` stands for what is left out.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    @override
    def __init_subclass__(cls, **kwargs: Any) -> None:
        if says_only(cls, "_get_relevant_documents", "_aget_relevant_documents"):
            cls._aget_relevant_documents = _in_thread  # type: ignore[method-assign]
        super().__init_subclass__(**kwargs)

    index: secondhop.Document | None = Field(default=None, exclude=True, repr=False)
    """What to search. Or give `base_retriever`."""
    base_retriever: RetrieverLike | None = Field(default=None, exclude=True)
    """A retriever (or any runnable from a query to documents) whose documents to choose from. Let it find many."""
    k: int | None = Field(default=None, gt=0)
    """At most this many documents. None: as many as the budget holds."""
    token_budget: int | None = Field(default=None, gt=0)
    """Hard cap on the tokens of all documents together. None: the index's own; 8192 if it has none, or no index."""
    strategy: str | Callable[..., Any] | None = None
    """How to choose: a strategy's name or a callable. None: the index's own, `auto` if nothing else was said."""
    grain: Grain | None = None
    """`chunk`: whole passages; `sentence`: parts too. None: whole if `k` is the only limit, else the index's."""
    min_score: float | None = None
    """Drop passages whose `relevance_score` is lower. Scores compare within one index only."""
    filter: Filter | None = None
    """Search only what passes: a mapping of metadata keys to a value or a list of values, or a function of a `Document`.
    For an index; a base retriever filters by itself."""
    tokenizer: Tokenizer | None = None
    """What counts tokens over a base retriever: a name or a callable. An index has its own."""
    language: str | None = None
    """Stemming and stopwords over a base retriever: a language's name or code, `auto`, or `none`."""
    synonyms: Synonyms | None = None
    """Groups of words and phrases that mean the same, over a base retriever: a question with one looks for the others."""
    text_style: Style = "numbered"
    """The text that the budget counts: `numbered`, as `format_context` writes it; `plain`, texts and blank lines."""
    order: Order = "relevance"
    """`relevance`: best first; `reading`: as the passages stand in their sources."""
    trace: Trace = "auto"
    """What callbacks get of the Decision Report: `off`, `summary`, `full`, or `auto`: what they ask for."""

    @field_validator("filter")
    @classmethod
    def _for_many_questions(cls, filter: Filter | None) -> Filter | None:
        """A filter whose values can be gone through again, as those of a generator cannot."""
        if not isinstance(filter, Mapping):
            return filter
        return {key: list(value) if isinstance(value, Iterator) else value for key, value in filter.items()}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.index is None) == (self.base_retriever is None):
            raise ValueError("give either index= or base_retriever=; or use from_folder, from_documents, …")
        if self.index is not None and (given := [name for name in _OF_INDEX if getattr(self, name) is not None]):
            raise ValueError(f"an index has its own {given[0]}; give {given[0]}= where the index is made")
        checked(self.token_budget, self.k, self.strategy, self.min_score, self.tokenizer, self.language, self.synonyms)
        self._matching(self.filter)
        return self

    # ── making one ───────────────────────────────────────────────────────────────────────────────────────────────

    @classmethod
    def from_folder(cls, path: str | Path, **options: Any) -> Self:
        """A retriever over all files below a folder; `retriever.index.skipped_files` says what is not indexed.

        Args:
            path: the folder.
            **options: fields of the retriever, and options of `secondhop.Document.from_folder` (`ignore`, `persist`,
                `chunk_size`, `language`, `tokenizer`, …).
        """
        return cls._over(partial(secondhop.Document.from_folder, path), options)

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> Self:
        """A retriever over one file: PDF, Markdown, text, code, data, office formats.

        Args:
            path: the file.
            **options: as in `from_folder`.
        """
        return cls._over(partial(secondhop.Document.from_file, path), options)

    @classmethod
    def from_documents(cls, documents: Iterable[Document], **options: Any) -> Self:
        """A retriever over documents. Long ones are cut into chunks; ids, metadata and offsets lead back to them.

        Args:
            documents: split or whole.
            **options: as in `from_folder`.
        """
        return cls._over(partial(secondhop.Document.from_texts, to_texts(documents)), options)

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str],
        metadatas: Iterable[Mapping[str, Any] | None] | None = None,
        ids: Iterable[str | None] | None = None,
        **options: Any,
    ) -> Self:
        """A retriever over texts.

        Args:
            texts: the texts.
            metadatas: one mapping, or None, for each text.
            ids: one id, or None, for each text.
            **options: as in `from_folder`.

        Raises:
            InputError: `texts`, `metadatas` or `ids` is one string or mapping, or there are not as many as texts.
        """
        texts = checked_items(texts, "texts")
        metadata = [None for _ in texts] if metadatas is None else checked_items(metadatas, "metadatas")
        names = [None for _ in texts] if ids is None else checked_items(ids, "ids")
        for name, values in (("metadatas", metadata), ("ids", names)):
            if len(values) != len(texts):
                raise secondhop.InputError(f"{len(texts)} texts, but {len(values)} {name}")
        return cls.from_documents(
            (
                Document(page_content=text, metadata=dict(values or {}), id=name)
                for text, values, name in zip(texts, metadata, names, strict=True)
            ),
            **options,
        )

    @classmethod
    def _over(cls, make: Callable[..., secondhop.Document], options: Mapping[str, Any]) -> Self:
        own = {key: value for key, value in options.items() if key in cls.model_fields and key not in _OF_INDEX}
        return cls(index=make(**{key: value for key, value in options.items() if key not in own}), **own)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────

    @override
    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        with _handed_on(config) as own:
            return super().invoke(input, own, **kwargs)

    @override
    async def ainvoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        with _handed_on(config) as own:
            return await super().ainvoke(input, own, **kwargs)

    @override
    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        token_budget: int | None = None,
        filter: Filter | None = None,
    ) -> list[Document]:
        found = self._find(query, run_manager)
        chosen = self._choose(query, found, k, token_budget, filter)
        if chosen.report is not None:
            emit(chosen.report, chosen.documents, run_manager, self.trace)
        return chosen.documents

    @override
    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        token_budget: int | None = None,
        filter: Filter | None = None,
    ) -> list[Document]:
        found: list[Document] = []
        if self.base_retriever is not None:
            found = await self.base_retriever.ainvoke(query, config={"callbacks": run_manager.get_child()})
        may_wait = callable(self.strategy) or callable(self.filter) or callable(filter)
        may_wait = may_wait or (self.index is not None and self.index.may_wait)
        chosen = await in_worker(partial(self._choose, query, found, k, token_budget, filter), may_wait=may_wait)
        if chosen.report is not None:
            await aemit(chosen.report, chosen.documents, run_manager, self.trace)
        return chosen.documents

    def analyze(
        self, query: str, *, k: int | None = None, token_budget: int | None = None, filter: Filter | None = None
    ) -> DecisionReport | None:
        """The Decision Report that `invoke` with the same arguments gives to callbacks.

        Args:
            query: the question.
            k: at most this many documents.
            token_budget: cap on their tokens.
            filter: instead of the retriever's own.

        Returns:
            The report; None if the base retriever finds nothing, so that there is nothing to decide.
        """
        return self._choose(query, self._find(query, None), k, token_budget, filter).report

    def _find(self, query: str, run_manager: CallbackManagerForRetrieverRun | None) -> list[Document]:
        if self.base_retriever is None:
            return []
        return self.base_retriever.invoke(query, config={"callbacks": run_manager.get_child()} if run_manager else None)

    def _matching(self, filter: Filter | None) -> Callable[[secondhop.Chunk], bool] | None:
        if filter is not None and self.index is None:
            raise secondhop.InputError("filter= is for an index; a base retriever filters by itself: give it to that")
        return matching(filter)

    def _choose(
        self, query: str, found: list[Document], k: int | None, token_budget: int | None, filter: Filter | None
    ) -> Chosen:
        passes = self._matching(self.filter if filter is None else filter)
        top_k = self.k if k is None else k
        budget = self.token_budget if token_budget is None else token_budget
        document = self.index
        if document is None:
            return choose(
                found,
                query,
                top_k=top_k,
                token_budget=budget,
                strategy=self.strategy or "auto",
                grain=self.grain,
                min_score=self.min_score,
                tokenizer=self.tokenizer or "auto",
                language=self.language or "auto",
                synonyms=self.synonyms or (),
                style=self.text_style,
                order=self.order,
            )

        def ask(allowed: int | None) -> secondhop.Context:
            return document.context(
                query,
                budget if allowed is None else allowed,
                top_k=top_k,
                min_score=self.min_score,
                filter=passes,
                strategy=self.strategy,
                grain=grain_for(self.grain, top_k, budget),
                text_style=self.text_style,
            )

        return within_budget(ask, self.text_style, self.order)

    @override
    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        return LangSmithRetrieverParams(ls_retriever_name="secondhop")


async def _in_thread(self: SecondhopRetriever, query: str, **given: Any) -> list[Document]:
    """What a subclass that has only a sync way to find documents finds, as LangChain calls such retrievers under async."""
    if "run_manager" in given:
        given["run_manager"] = given["run_manager"].get_sync()
    return await run_in_executor(None, self._get_relevant_documents, query, **given)


@contextmanager
def _handed_on(config: RunnableConfig | None) -> Iterator[RunnableConfig]:
    """The config of a call, whose `configurable` the base retriever gets as well: it may say whose documents to search.

    LangChain tells `_get_relevant_documents` of the callbacks alone; the rest it takes from this context, as in chains.
    """
    own = ensure_config(config)
    around = var_child_runnable_config.get() or RunnableConfig()
    token = var_child_runnable_config.set({**around, "configurable": own["configurable"]})
    try:
        yield own
    finally:
        var_child_runnable_config.reset(token)
