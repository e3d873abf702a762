"""The façade: from files, texts and chunks to a `Document`, and from a question to a context.

`pipeline.py` has the stages in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from typing_extensions import Unpack

from secondhop import indexing, loading, retrieval
from secondhop.building import Settings, build_files
from secondhop.errors import EmptyTextError, InputError, OptionError
from secondhop.inputs import (
    allowed_chunks,
    checked_budget,
    checked_callback,
    checked_items,
    checked_number,
    checked_string,
    load_item,
    to_chunks,
)
from secondhop.keywords import (
    BytesKeywords,
    ChunkKeywords,
    ContextKeywords,
    DocumentKeywords,
    FolderKeywords,
    TextKeywords,
)
from secondhop.options import (
    OF_CUTTING,
    OF_PARSING,
    ContextOptions,
    DocumentOptions,
    Filter,
    FolderOptions,
    Injection,
    as_path,
    merge,
)
from secondhop.persistence import (
    IndexedFolder,
    Refresh,
    Verify,
    index_folder,
    list_folder,
    load_folder,
    open_folder,
    path_below,
)
from secondhop.pipeline import answer, index_chunks, index_sources, limits_of, scoring_of, synonyms_of
from secondhop.reporting import Context, DecisionReport
from secondhop.telemetry import observed
from secondhop.text.counting import CachedCounter
from secondhop.text.tokens import resolve_counter
from secondhop.types import Chunk, Grain, Hit, Ranking, Strategy, TextStyle
from secondhop.workers import in_worker

if TYPE_CHECKING:
    from secondhop.retrieval import Tiers
    from secondhop.types import Bools


class Document:
    """One or many texts, indexed: ask it for a context. An immutable snapshot, safe to share between threads.

    Make one with `from_file`, `from_folder`, `from_text`, `from_texts`, `from_bytes` or `from_chunks`. Each takes the
    options of `DocumentOptions` as keywords, or as one object in `options=`.
    """

    __slots__ = (
        "_costs",
        "_folder",
        "_options",
        "_snapshot",
        "_synonyms",
        "_tiers",
        "ingest_report",
        "skipped_files",
        "warnings",
    )

    ingest_report: loading.IngestReport
    """What became of each file: loader, pages, sections, chunks, warnings, time, and why it is not indexed."""

    skipped_files: tuple[tuple[str, str], ...]
    """Files below the folder that are not indexed, as (source, reason)."""
    warnings: tuple[tuple[str, str], ...]
    """What loaders had to guess or leave out, as (source, sentence). Notes on a stored index come first."""

    def __init__(
        self,
        snapshot: indexing.Snapshot,
        options: DocumentOptions | None = None,
        *,
        ingest_report: loading.IngestReport | None = None,
        vectors: Any = None,
        folder: IndexedFolder | None = None,
    ) -> None:
        """For the `from_…` methods; users call those."""
        if options is None:
            raise InputError(
                "a Document is made with from_file, from_folder, from_text, from_texts, from_bytes or from_chunks"
            )
        self._costs = indexing.TokenCosts(snapshot, CachedCounter(*resolve_counter(options.tokenizer)))
        self._snapshot = snapshot
        self._options = options
        self._folder = folder
        kept_in = None if folder is None or folder.in_memory else index_folder(folder.root, folder.options)
        self._tiers = _tiers(snapshot, options, vectors, kept_in)
        self._synonyms = synonyms_of(snapshot, options)
        report = loading.IngestReport() if ingest_report is None else ingest_report
        self.ingest_report = report
        self.skipped_files = tuple((file.source, file.reason or "") for file in report.skipped)
        of_files = [(file.source, warning) for file in report.indexed for warning in file.warnings]
        self.warnings = (*(("index", note) for note in report.notes), *of_files)

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────

    @classmethod
    def from_text(
        cls, text: str, *, options: DocumentOptions | None = None, **keywords: Unpack[TextKeywords]
    ) -> Document:
        """A document from one text.

        The format is `format=`, or what the suffix of `source=` says, or prose.

        Raises:
            EmptyTextError: the text is empty or blank.
            OptionError: an option is unknown or out of range.
        """
        settings = _for_texts(options, keywords)
        if not isinstance(text, str):
            raise InputError(f"text is {type(text).__name__}, not str; for bytes use from_bytes")
        load = partial(loading.load_text, text, settings.source, format=settings.format)
        return cls._build([loading.Ingested.timed(load)], settings)

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str | Mapping[str, Any]],
        *,
        options: DocumentOptions | None = None,
        **keywords: Unpack[TextKeywords],
    ) -> Document:
        """A document from several texts, each cut into chunks on its own.

        Args:
            texts: strings, or mappings with `text` and optionally `source`, `format`, `metadata`, and a `heading` that is
                searched and cited with the text.
            options: the options as one object.
            **keywords: or the options as keywords.

        Raises:
            EmptyTextError: there is no text with words in it.
            InputError: `texts` is one string or mapping, an item is neither, or a mapping has other keys.
        """
        settings = _for_texts(options, keywords)
        sources = [load_item(item, number, settings) for number, item in enumerate(checked_items(texts, "texts"))]
        return cls._build([loading.Ingested(text.source, text) for text in sources if text is not None], settings)

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        source: str | None = None,
        *,
        options: DocumentOptions | None = None,
        **keywords: Unpack[BytesKeywords],
    ) -> Document:
        """A document from the bytes of a file; `source` is its name, whose suffix tells the format.

        Raises:
            LoadError: the bytes cannot be read as that format; the subclass says why.
            MissingExtraError: the format needs an extra that is not installed.
        """
        settings = merge(DocumentOptions, options, keywords)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise InputError(f"data is {type(data).__name__}, not bytes")
        label = settings.source if source is None else checked_string(source, "source")
        parse = loading.shared_parse(settings.isolation, limits_of(settings))
        load = partial(parse, bytes(data), label, format=settings.format, password=settings.password)
        return cls._build([loading.Ingested.timed(load)], settings)

    @classmethod
    def from_file(
        cls, path: str | Path, *, options: DocumentOptions | None = None, **keywords: Unpack[DocumentKeywords]
    ) -> Document:
        """A document from one file: PDF, Markdown, text, source code, data, office formats.

        Raises:
            SourceNotFoundError: there is no such file (it is a `FileNotFoundError` too).
            LoadError: the file cannot be read; the subclass says why.
            MissingExtraError: the format needs an extra that is not installed.
        """
        settings = merge(DocumentOptions, options, keywords)
        label = settings.source if "source" in settings.model_fields_set else None
        parse = loading.shared_parse(settings.isolation, limits_of(settings))
        load = partial(
            loading.load_file,
            as_path(path),
            source=label,
            format=settings.format,
            password=settings.password,
            parse=parse,
        )
        return cls._build([loading.Ingested.timed(load)], settings)

    @classmethod
    def from_folder(
        cls,
        path: str | Path,
        *,
        options: DocumentOptions | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        **keywords: Unpack[FolderKeywords],
    ) -> Document:
        """One document from all files below a folder. Files that cannot be read are listed in `skipped_files`.

        Args:
            path: the folder.
            options: `FolderOptions` or `DocumentOptions`.
            progress: called with (files done, files in all, source), once for each file that is to be read: before it is
                read or, if another process reads it, afterwards.
            **keywords: or the options as keywords, among them `recursive`, `gitignore`, `ignore`, `persist`, `index_dir`.

        Raises:
            SourceNotFoundError: there is no such folder.
            EmptyTextError: no file in it could be indexed; the message counts the reasons.
        """
        settings = merge(FolderOptions, options, keywords)
        root = as_path(path)
        checked_callback(progress, "progress")
        if settings.persists:
            # Absolute, so that refreshing finds them wherever the process has gone.
            index_dir = Path(os.path.abspath(index_folder(root, settings)))
            settings = settings.model_copy(update={"index_dir": index_dir})
            return cls._of_folder(open_folder(Path(os.path.abspath(root)), settings, progress=progress))
        listing = list_folder(root, settings)
        building = Settings.of(settings, listing.root)
        built = build_files(listing.files, building, language=settings.language, progress=progress)
        reports = [outcome.report for outcome in built.outcomes]
        report = loading.IngestReport.of(reports, listing.skipped, built.notes)
        if built.segment is None:
            raise report.nothing_indexed(root)
        return cls._with(indexing.Snapshot.of(built.segment, scoring_of(settings)), settings, report)

    @classmethod
    def from_chunks(
        cls,
        chunks: Iterable[str | Mapping[str, Any] | Chunk],
        *,
        vectors: Any = None,
        options: DocumentOptions | None = None,
        **keywords: Unpack[ChunkKeywords],
    ) -> Document:
        """A document from chunks of your own, which are kept one to one.

        Args:
            chunks: strings, mappings with `text` and optionally `id`, `source`, `metadata`, `page`, `heading`,
                `heading_path`, `start`, `line`, or `Chunk` objects.
            vectors: a row for each chunk, made by `model`; by default the chunks are embedded.
            options: the options as one object. Those for files and for cutting texts are refused, and `include_heading`.
                `source` is for chunks that have none.
            **keywords: or the options as keywords.

        Raises:
            EmptyTextError: there are no chunks, or none holds words.
            InputError: an item is of another type, has an unknown key, or an id is given twice.
        """
        settings = merge(DocumentOptions, options, keywords)
        settings.refuse(
            OF_CUTTING | (OF_PARSING & keywords.keys()),
            "{} cannot be given for chunks, which are kept as they are; from_texts cuts texts",
        )
        given = to_chunks(chunks, settings.source if "source" in settings.model_fields_set else None)
        if vectors is not None:
            from secondhop.tiers import checked_rows

            vectors = checked_rows(vectors, given)
        return cls(index_chunks(given, settings), settings, vectors=vectors)

    @classmethod
    def _build(cls, files: Sequence[loading.Ingested], options: DocumentOptions) -> Document:
        sources = [file.text for file in files if file.text is not None]
        snapshot = index_sources(sources, options)
        chunks = np.bincount(snapshot.chunk_source, minlength=len(sources)).tolist()
        return cls._with(snapshot, options, loading.IngestReport.of(map(loading.file_report, files, chunks)))

    @classmethod
    def _with(cls, snapshot: indexing.Snapshot, options: DocumentOptions, report: loading.IngestReport) -> Document:
        if not len(snapshot):
            raise EmptyTextError("there is no text to index")
        return cls(snapshot, options, ingest_report=report)

    @classmethod
    def _of_folder(cls, folder: IndexedFolder) -> Document:
        return cls(folder.snapshot, folder.options, ingest_report=folder.report, folder=folder)

    # ── keeping up ───────────────────────────────────────────────────────────────────────────────────────────────

    def refresh(self, *, verify: Verify = "stat") -> Refresh:
        """A document of the folder as it is now, and what has changed. This one stays as it is.

        Args:
            verify: `stat` reads the files whose size, times or inode have changed, or that were written just before
                they were indexed; `content` reads all of them.

        Raises:
            InputError: the document is not of a persisted folder.
            IndexLockedError: another process has been writing to the index for `lock_timeout` seconds.
        """
        if verify not in get_args(Verify):
            raise OptionError.choice("verify", verify, get_args(Verify))
        return self._refreshed(verify=verify)

    def update(self, paths: Iterable[str | Path]) -> Refresh:
        """Like `refresh`, and parses these files again even if they seem unchanged.

        Args:
            paths: files below the folder, relative to it or absolute. One that was indexed and is gone is taken out.

        Raises:
            InputError: a path is no file of the folder that is indexed (the message says why), or the document is not of
                a persisted folder.
        """
        folder = self._persisted()
        return self._refreshed(
            again=frozenset(path_below(folder.root, as_path(path)) for path in checked_items(paths, "paths"))
        )

    def remove(self, source: str) -> Refresh:
        """Like `refresh`, and takes this file out of the index, until it changes or `update` names it.

        Raises:
            InputError: there is no such source, or the document is not of a persisted folder.
        """
        self._persisted().table.row_of(source)
        return self._refreshed(removed=source)

    def _persisted(self) -> IndexedFolder:
        if self._folder is None:
            raise InputError("this document keeps no index: make it with from_folder(..., persist=True)")
        return self._folder

    def _refreshed(self, **look: Any) -> Refresh:
        before = self._persisted()
        after = open_folder(before.root, before.options, previous=before, **look)
        is_parsed_again = after.in_memory and bool(look.get("again"))  # what that gave is nowhere to be compared with
        return self._next(after, same=after.table.left_out == before.table.left_out and not is_parsed_again)

    def reload(self) -> Refresh:
        """A document of the folder as another process has indexed it, without a look at the files.

        Raises:
            InputError: the document is not of a persisted folder.
            StoreError: that process has other options, or another version.
            IndexCorruptError: the index is damaged.
        """
        before = self._persisted()
        after = load_folder(before.root, before.options, before)
        return self._next(before if after is None else after)

    def _next(self, folder: IndexedFolder, *, same: bool = True) -> Refresh:
        before = self._persisted()
        same = same and folder.table.says_as(before.table) and folder.notes == before.notes
        same = same and (folder.snapshot is before.snapshot or folder.in_memory)
        return Refresh.of(self if same else Document._of_folder(folder), before.table, folder.table)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────

    def context(
        self,
        query: str,
        budget: int | None = None,
        neighbors: int | None = None,
        include_heading: bool | None = None,
        *,
        top_k: int | None = None,
        min_score: float | None = None,
        filter: Filter | None = None,
        strategy: str | Strategy | None = None,
        text_style: TextStyle | None = None,
        injection: Injection | None = None,
        grain: Grain | None = None,
        candidate_k: int | None = None,
    ) -> Context:
        """The passages that answer a question, within the budget. None means: as the document's options say.

        Args:
            query: any string. An empty one gives an empty context with a warning.
            budget: hard cap on the tokens of `text()`.
            neighbors: also show this many chunks around each kept one, where they fit.
            include_heading: also show the opening chunk of each kept chunk's section, where it fits.
            top_k: at most this many passages; neighbours and headings come on top.
            min_score: drop chunks whose score is lower.
            filter: only chunks for which this holds: a callable on `Chunk`, or a mapping of `source`, `page`, `kind`,
                `id`, `heading` or metadata keys to a wanted value or a list of them.
            strategy: a strategy by name, or a callable `(query, hits, budget) -> Selection`.
            text_style: the style to keep the budget for: `plain`, `numbered`, `fenced` or a function.
            injection: `flag`, `drop` or `off`: what becomes of passages that seem to give orders to the model.
            grain: keep single sentences, or whole chunks only (cut where one does not fit).
            candidate_k: how many chunks to choose from; with a larger `top_k`, as many as that, up to 1,000.

        Raises:
            OptionError: a value is not allowed.
            InputError: the query is not a string, or the filter is neither a mapping nor a callable.
        """
        given = {
            "token_budget": checked_budget(budget), "neighbors": neighbors, "include_heading": include_heading, "top_k": top_k,
            "min_score": min_score, "strategy": strategy, "text_style": text_style, "injection": injection,
            "grain": grain, "candidate_k": candidate_k,
        }  # fmt: skip
        return self._ask(query, self._settings(given), filter)

    async def acontext(self, query: str, budget: int | None = None, **options: Unpack[ContextKeywords]) -> Context:
        """Like `context`, in a worker thread, so that the event loop stays free."""
        ask = partial(self.context, query, budget, **options)
        asks_caller = callable(options.get("strategy")) or callable(options.get("filter"))
        return await in_worker(ask, may_wait=self.may_wait or asks_caller)

    def analyze(self, query: str, budget: int | None = None, **options: Unpack[ContextKeywords]) -> DecisionReport:
        """The report of `context` with these options, alone."""
        return self.context(query, budget, **options).report

    def search(self, query: str, top_k: int = 10, *, filter: Filter | None = None) -> list[Hit]:
        """The best chunks by the question's own words (or vectors), whole and best first: no second hop, no budget.

        Raises:
            OptionError: `top_k` is not a whole number of at least 1.
            InputError: the query is not a string, or the filter is neither a mapping nor a callable.
        """
        top_k = checked_number(top_k, "top_k", least=1)
        allowed = allowed_chunks(self._snapshot, filter)
        return retrieval.search(
            self._snapshot,
            checked_string(query, "query"),
            top_k=top_k,
            allowed=allowed,
            tiers=self._tiers,
            synonyms=self._synonyms,
        )

    def _ask(self, query: str, options: ContextOptions, filter: Filter | None) -> Context:
        snapshot, text = self._snapshot, checked_string(query, "query")
        filtered = partial(allowed_chunks, snapshot, filter)

        def find(bridge: bool, candidate_k: int, allowed: Bools | None) -> Ranking:
            return retrieval.retrieve(
                snapshot,
                text,
                costs=self._costs,
                candidate_k=candidate_k,
                bridge=bridge,
                room=options.token_budget,
                allowed=allowed,
                tiers=self._tiers,
                synonyms=self._synonyms,
            )

        return observed(partial(answer, snapshot, find, options, self._costs.count, filtered))

    def _settings(self, given: Mapping[str, Any]) -> ContextOptions:
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            return self._options
        base = {name: getattr(self._options, name) for name in ContextOptions.model_fields}
        return ContextOptions(**base | changes)

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────

    def __len__(self) -> int:
        return len(self._snapshot)

    @property
    def n_chunks(self) -> int:
        """Number of chunks in the index."""
        return len(self._snapshot)

    @property
    def n_files(self) -> int:
        """Number of texts (files) in the index."""
        return len(self._snapshot.texts)

    @property
    def sources(self) -> tuple[str, ...]:
        """Labels of the indexed texts, in reading order."""
        return tuple(self._snapshot.sources)

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """All chunks, in reading order."""
        return tuple(self._snapshot.all_chunks())

    @property
    def language(self) -> str:
        """The language of stemming and stopwords."""
        return self._snapshot.lexicon.analyzer.language

    @property
    def may_wait(self) -> bool:
        """Whether questions may wait for something: a model, or a strategy that is a function of yours."""
        return self._tiers is not None or callable(self._options.strategy)

    def source_text(self, source: str) -> str:
        """The text that the spans of this source's chunks point into; of a chunk that the caller made, its own text.

        Raises:
            InputError: there is no such source, or several texts have this label.
        """
        numbers = [number for number, label in enumerate(self._snapshot.sources) if label == source]
        if not numbers:
            raise InputError(f"source={source!r} is not indexed here")
        if len(numbers) > 1:
            raise InputError(f"source={source!r} is the label of {len(numbers)} texts here; give each its own source")
        text: str = self._snapshot.texts[numbers[0]]
        return text

    def __repr__(self) -> str:
        unread = len(self.ingest_report.unread)
        more = f"; {unread} file{'s' * (unread != 1)} could not be read" if unread else ""
        return f"<Document: {self.n_chunks} chunks of {self.n_files} source{'s' * (self.n_files != 1)}{more}>"


def _for_texts(options: DocumentOptions | None, keywords: Mapping[str, Any]) -> DocumentOptions:
    settings = merge(DocumentOptions, options, keywords)
    of_files = OF_PARSING & keywords.keys()  # one object may serve texts and files
    settings.refuse(of_files, "{} cannot be given for texts, which are read in this process; from_bytes takes bytes")
    return settings


def _tiers(snapshot: indexing.Snapshot, options: DocumentOptions, vectors: Any, folder: Path | None) -> Tiers | None:
    """What ranks besides words. What that takes is loaded where it is asked for only."""
    if options.retrieval == "lexical" and options.rerank is None and vectors is None:
        return None
    from secondhop.tiers import make_tiers

    return make_tiers(snapshot, options, vectors, folder)
