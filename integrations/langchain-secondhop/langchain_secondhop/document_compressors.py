"""`SecondhopCompressor`: what another retriever found, cut down to a token budget."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from langchain_core.callbacks import AsyncCallbackManager, CallbackManager, Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from pydantic import ConfigDict, Field, model_validator
from secondhop import DecisionReport
from secondhop.types import Grain
from secondhop.workers import in_worker
from typing_extensions import Self, TypedDict, override

from langchain_secondhop.choosing import Chosen, Synonyms, Tokenizer, checked, choose
from langchain_secondhop.documents import Order
from langchain_secondhop.formatting import Style
from langchain_secondhop.subclasses import says_only
from langchain_secondhop.tracing import Trace, aemit, emit


class CompressorInput(TypedDict):
    """What `SecondhopCompressor.as_runnable()` takes."""

    query: str
    documents: Sequence[Document]


class SecondhopCompressor(BaseDocumentCompressor):
    """Document compressor that keeps what a question needs, within an exact token budget.

        compressor = SecondhopCompressor(token_budget=1500)
        retriever = ContextualCompressionRetriever(base_compressor=compressor, base_retriever=store.as_retriever())

    Documents come back best first, as new ones: with the same ids and metadata, the text cut to the sentences that matter
    if the budget asks for it, and `relevance_score`, `citation`, `start_index`, `end_index`, `spans` and `role`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    @override
    def __init_subclass__(cls, **kwargs: Any) -> None:
        if says_only(cls, "compress_documents", "acompress_documents"):
            cls.acompress_documents = BaseDocumentCompressor.acompress_documents  # type: ignore[assignment, method-assign]
        super().__init_subclass__(**kwargs)

    top_n: int | None = Field(default=None, gt=0)
    """At most this many documents. None: as many as the budget holds."""
    token_budget: int | None = Field(default=None, gt=0)
    """Hard cap on the tokens of all documents together. None: 8192."""
    strategy: str | Callable[..., Any] = "auto"
    """How to choose: a strategy's name, or a callable."""
    grain: Grain | None = None
    """`chunk`: whole documents; `sentence`: parts too. None: whole if `top_n` is the only limit."""
    min_score: float | None = None
    """Drop documents whose `relevance_score` (ours, not the retriever's) is lower."""
    tokenizer: Tokenizer = "auto"
    """What counts tokens: a name, or a callable."""
    language: str = "auto"
    """Stemming and stopwords: a language's name or code, `auto`, or `none`."""
    synonyms: Synonyms = ()
    """Groups of words and phrases that mean the same: a question with one of them looks for the others, too."""
    text_style: Style = "numbered"
    """The text that the budget counts: `numbered`, as `format_context` writes it; `plain`, texts and blank lines."""
    order: Order = "relevance"
    """`relevance`: best first; `reading`: in the order given."""
    trace: Trace = "auto"
    """What callbacks get of the Decision Report: `off`, `summary`, `full`, or `auto`: what they ask for."""

    @model_validator(mode="after")
    def _valid(self) -> Self:
        checked(
            self.token_budget, self.top_n, self.strategy, self.min_score, self.tokenizer, self.language, self.synonyms
        )
        return self

    @override
    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """The documents to keep, in a run of its own.

        Args:
            documents: in the order of their relevance. They are not changed.
            query: the question.
            callbacks: handlers, or the parent's manager.
        """
        manager = CallbackManager.configure(callbacks)
        run = manager.on_chain_start(None, {"query": query, "documents": documents}, name=type(self).__name__)
        try:
            chosen = self._choose(documents, query)
            if chosen.report is not None:
                emit(chosen.report, chosen.documents, run, self.trace)
        except BaseException as error:
            run.on_chain_error(error)
            raise
        run.on_chain_end({"documents": chosen.documents})
        return chosen.documents

    @override
    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """`compress_documents` without blocking the event loop.

        Args:
            documents: in the order of their relevance. They are not changed.
            query: the question.
            callbacks: handlers, or the parent's manager.
        """
        manager = AsyncCallbackManager.configure(callbacks)
        run = await manager.on_chain_start(None, {"query": query, "documents": documents}, name=type(self).__name__)
        try:
            chosen = await in_worker(partial(self._choose, documents, query), may_wait=callable(self.strategy))
            if chosen.report is not None:
                await aemit(chosen.report, chosen.documents, run, self.trace)
        except BaseException as error:
            await run.on_chain_error(error)
            raise
        await run.on_chain_end({"documents": chosen.documents})
        return chosen.documents

    def as_runnable(self) -> Runnable[CompressorInput, list[Document]]:
        """A runnable from `{"query": …, "documents": …}` to the documents to keep."""

        # `RunnableLambda` makes schemas of what the annotations are, so they are not put off to be strings in this module.
        def compress(values: CompressorInput, config: RunnableConfig) -> list[Document]:
            return self.compress_documents(values["documents"], values["query"], config.get("callbacks"))

        async def acompress(values: CompressorInput, config: RunnableConfig) -> list[Document]:
            return await self.acompress_documents(values["documents"], values["query"], config.get("callbacks"))

        return RunnableLambda(compress, acompress, name="secondhop_compressor")

    def analyze(self, documents: Sequence[Document], query: str) -> DecisionReport | None:
        """The Decision Report that `compress_documents` gives to callbacks; None if no document has text.

        Args:
            documents: in the order of their relevance.
            query: the question.
        """
        return self._choose(documents, query).report

    def _choose(self, documents: Sequence[Document], query: str) -> Chosen:
        return choose(
            documents, query, top_k=self.top_n, token_budget=self.token_budget, strategy=self.strategy, grain=self.grain,
            min_score=self.min_score, tokenizer=self.tokenizer, language=self.language, synonyms=self.synonyms,
            style=self.text_style, order=self.order,
        )  # fmt: skip
