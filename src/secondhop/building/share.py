"""Files that one process reads, cuts into chunks and indexes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.chunking import CutTable, chunk_tables
from secondhop.indexing import Segment, build_segment
from secondhop.loading import FileReport, IsolationMode, Limits, ParserPool, file_report, load_files
from secondhop.types import SourceText

if TYPE_CHECKING:
    from secondhop.loading import FolderFile
    from secondhop.options import FolderOptions

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides, besides its bytes, what becomes of a file. Plain values: they go over a pipe."""

    root: str
    """The folder, out of which no link may lead."""
    chunk_size: int
    char_ngrams: int
    isolation: IsolationMode
    limits: Limits
    password: str | None = None
    workers: int | None = None
    """How many processes may work at a time."""
    digests: bool = False
    """Whether to say of each file what its content was."""

    @classmethod
    def of(cls, options: FolderOptions, root: str, *, digests: bool = False) -> Settings:
        """Those of a folder."""
        return cls(
            root=root,
            chunk_size=options.chunk_size,
            char_ngrams=options.char_ngrams,
            isolation=options.isolation,
            limits=Limits(options.max_seconds, options.max_memory_mb),
            password=options.password,
            workers=options.workers,
            digests=digests,
        )


class Outcome(NamedTuple):
    """What became of one file."""

    report: FileReport
    digest: bytes


class Share:
    """The texts of the files that were taken in so far, in that order, and their chunks."""

    def __init__(self, settings: Settings) -> None:
        """Holds nothing."""
        self.files: list[int] = []
        """[texts] the number of the file that each text is of."""
        self.texts: list[SourceText] = []
        self._tables: list[CutTable] = []
        self._settings = settings

    def take(
        self, numbers: Sequence[int], files: Sequence[FolderFile], progress: Progress | None = None
    ) -> dict[int, Outcome]:
        """Reads files and cuts their texts; what became of each, by its number."""
        settings = self._settings
        pool = ParserPool(settings.isolation, settings.limits, workers=settings.workers)
        loaded = list(
            load_files(
                files,
                pool,
                root=settings.root,
                password=settings.password,
                digests=settings.digests,
                progress=progress,
            )
        )
        texts = [item.text for item in loaded if item.text is not None]
        tables = list(chunk_tables(texts, settings.chunk_size))
        counts = iter([n for table in tables for n in np.bincount(table.source, minlength=table.n_sources).tolist()])
        self.texts += texts
        self._tables += tables
        outcomes: dict[int, Outcome] = {}
        for number, item in zip(numbers, loaded, strict=True):
            if item.text is not None:
                self.files.append(number)
            outcomes[number] = Outcome(file_report(item, 0 if item.text is None else next(counts)), item.digest)
        return outcomes

    def segment(self, language: str) -> Segment | None:
        """The index of these texts; None if there are none."""
        if not self.texts:
            return None
        return build_segment(self.texts, self._tables, language=language, char_ngrams=self._settings.char_ngrams)
