"""Many files to texts: risky ones in parallel in child processes, the others here, and a report on each."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import blake2b
from time import perf_counter
from typing import TYPE_CHECKING, Any

from secondhop.errors import EmptyTextError, LoadError, MissingExtraError, NoTextError, UnsupportedFormatError
from secondhop.loading.folder import FolderFile
from secondhop.loading.formats import FORMATS, format_by_name
from secondhop.loading.parsing import MAX_BYTES
from secondhop.loading.pool import CannotStartError, ParserPool
from secondhop.loading.reading import read_file
from secondhop.text.lines import as_line
from secondhop.types import SourceText

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

DIGEST_BYTES = 16
_MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    source: str
    loader: str | None
    """The format that it was read as; None for files that were not opened."""
    pages: int = 0
    """Pages, slides or sheets with text; 0 where the format has none."""
    sections: int = 0
    chunks: int = 0
    characters: int = 0
    warnings: tuple[str, ...] = ()
    """What the loader had to guess or leave out, one sentence each."""
    ms: float = 0.0
    """Time from opening the file to having its text."""
    error: str | None = None
    """The error's type for a file that could not be read; None for indexed files and for those left out by name."""
    reason: str | None = None
    """Why it is not indexed; None if it is."""

    def to_row(self) -> list[Any]:
        """The fields in order, as JSON has them."""
        return [getattr(self, name) for name in self.__slots__]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> FileReport:
        """What `to_row` gave, maybe written as JSON since."""
        source, loader, pages, sections, chunks, characters, warnings, *rest = row
        return cls(source, loader, pages, sections, chunks, characters, tuple(warnings), *rest)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file: indexed ones in reading order, then those that are not, by name."""

    files: tuple[FileReport, ...] = ()
    notes: tuple[str, ...] = ()
    """What is to be said of the index as a whole: that it was damaged, may not be written, or took more than one try."""

    @classmethod
    def of(
        cls, files: Iterable[FileReport], left_out: Iterable[tuple[str, str]], notes: Iterable[str] = ()
    ) -> IngestReport:
        """The report on files that were opened, and on sources that were not, with the reasons."""
        every = [*files, *(FileReport(source, None, reason=reason) for source, reason in left_out)]
        skipped = sorted(
            (file for file in every if file.reason is not None), key=lambda file: (file.source, file.reason or "")
        )
        return cls((*(file for file in every if file.reason is None), *skipped), tuple(notes))

    @property
    def indexed(self) -> tuple[FileReport, ...]:
        """The files that are in the index."""
        return tuple(file for file in self.files if file.reason is None)

    @property
    def skipped(self) -> tuple[FileReport, ...]:
        """The files that are not."""
        return tuple(file for file in self.files if file.reason is not None)

    @property
    def totals(self) -> dict[str, int | float]:
        """Sums over all files: `files`, `indexed`, `skipped`, `failed`, `pages`, `sections`, `chunks`, `characters`, `warnings`, `ms`.

        `failed` counts those of the skipped that could not be read; the others were left out on purpose. Files are
        parsed in parallel: `ms` is more than the time that passed.
        """
        files = self.files
        return {
            "files": len(files),
            "indexed": len(self.indexed),
            "skipped": len(self.skipped),
            "failed": sum(file.error is not None for file in files),
            "pages": sum(file.pages for file in files),
            "sections": sum(file.sections for file in files),
            "chunks": sum(file.chunks for file in files),
            "characters": sum(file.characters for file in files),
            "warnings": sum(len(file.warnings) for file in files),
            "ms": round(sum(file.ms for file in files), 3),
        }

    def nothing_indexed(self, folder: object) -> EmptyTextError:
        """What to raise where none of a folder's files is in the index: it counts the reasons, the most frequent first."""
        if not self.files:
            return EmptyTextError(f"{folder}: there is no file in it")
        return EmptyTextError(f"{folder}: none of {len(self.files)} files could be indexed: {reasons_of(self.files)}")

    @property
    def unread(self) -> tuple[FileReport, ...]:
        """The files of formats that are read here which could not be: an extra is missing, damage, a password, a scan.

        Pictures and empty text files are none: nobody misses what they say.
        """
        return tuple(file for file in self.files if file.error is not None and not _says_nothing(file))

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict: `{"totals": …, "notes": […], "files": […]}`."""
        return {
            "totals": self.totals,
            "notes": list(self.notes),
            "files": [
                {**asdict(file), "warnings": list(file.warnings), "ms": round(file.ms, 3)} for file in self.files
            ],
        }

    def __str__(self) -> str:
        totals = self.totals
        lines = [
            f"{totals['indexed']} of {totals['files']} files indexed: {totals['pages']} pages, {totals['sections']} "
            f"sections, {totals['chunks']} chunks; {totals['failed']} could not be read",
            *(f"  {note}" for note in self.notes),
        ]
        for file in self.files:
            if file.reason is not None:
                lines.append(f"  - {file.source}: {file.reason}{f' [{file.error}]' if file.error else ''}")
                continue
            pages = f"{file.pages} pages, " if file.pages else ""
            lines.append(f"  + {file.source}: {file.loader}, {pages}{file.sections} sections, {file.chunks} chunks")
            lines += [f"      {warning}" for warning in file.warnings]
        return "\n".join(map(as_line, lines))


def _says_nothing(file: FileReport) -> bool:
    if file.error == NoTextError.__name__:
        known = FORMATS.get(file.loader or "")
        return known is None or known.textual
    return file.error == UnsupportedFormatError.__name__


def reasons_of(files: Iterable[FileReport]) -> str:
    """The reasons why files are not indexed, each with its number, the most frequent first."""
    reasons = Counter(file.reason or "no text" for file in files).most_common()
    told = "; ".join(f"{reason} ({count})" for reason, count in reasons[:_MOST_REASONS])
    return told + (f"; {len(reasons) - _MOST_REASONS} more reasons" if len(reasons) > _MOST_REASONS else "")


@dataclass(frozen=True, slots=True)
class Ingested:
    """One file as it came out: a text, or the reason why there is none."""

    source: str
    text: SourceText | None
    error: LoadError | MissingExtraError | None = None
    ms: float = 0.0
    digest: bytes = b""
    """Of the bytes that were read, if that was asked for and they could be; empty if no child could be had to parse them."""

    @classmethod
    def timed(cls, load: Callable[[], SourceText]) -> Ingested:
        """The text that a call loads. What it raises is raised."""
        began = perf_counter()
        text = load()
        return cls(text.source, text, None, 1e3 * (perf_counter() - began))

    @property
    def reason(self) -> str:
        """Why there is no text."""
        return self.error.reason if isinstance(self.error, LoadError) else str(self.error)


def load_files(
    files: Sequence[FolderFile],
    pool: ParserPool,
    *,
    root: str,
    password: str | None = None,
    digests: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Iterator[Ingested]:
    """Each file's text or error, in the order of the files.

    Files for children are read and parsed in threads that wait for them, ahead of their turn; the others here, in turn.
    When the caller stops early or is interrupted, the children are ended.

    Args:
        files: what `walk_folder` found.
        pool: where risky files are parsed. It is closed at the end.
        root: the folder, out of which no link may lead.
        password: for encrypted files.
        digests: say of each file what its content was.
        progress: called with (files done, files in all, source) before each file's turn.
    """
    load = partial(_load, pool=pool, root=root, password=password, digests=digests)
    ahead: dict[int, Future[Ingested]] = {}
    threads: ThreadPoolExecutor | None = None
    try:
        # Where no threads can be started, as when the main thread has ended before this one, all is read here, in turn.
        with contextlib.suppress(RuntimeError):
            from concurrent.futures import ThreadPoolExecutor

            threads = ThreadPoolExecutor(pool.workers, "secondhop-load")
            for number, file in enumerate(files):
                if pool.isolates(file.path, None):
                    ahead[number] = threads.submit(load, file)
        for number, file in enumerate(files):
            if progress is not None:
                progress(number, len(files), file.source)
            yield ahead.pop(number).result() if number in ahead else load(file)
    finally:
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
        pool.close()
        if threads is not None:
            threads.shutdown()


def _load(file: FolderFile, *, pool: ParserPool, root: str, password: str | None, digests: bool) -> Ingested:
    began, digest = perf_counter(), b""
    try:
        data = read_file(file.path, file.source, MAX_BYTES, root)
        digest = content_digest(data) if digests else b""  # of the same bytes that are parsed
        text = pool.parse(data, file.source, name=file.source, password=password)
    except (LoadError, MissingExtraError) as error:
        if isinstance(error.__cause__, CannotStartError):
            digest = b""  # it says nothing of the file, which is to be tried again
        return Ingested(file.source, None, error, 1e3 * (perf_counter() - began), digest)
    return Ingested(file.source, text, None, 1e3 * (perf_counter() - began), digest)


def content_digest(data: bytes) -> bytes:
    """What tells one content from another: 16 bytes."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


def report_of(ingested: Sequence[Ingested], chunks: Sequence[int]) -> IngestReport:
    """The report on files that have a text each, and so many chunks."""
    return IngestReport.of(map(file_report, ingested, chunks), ())


def file_report(item: Ingested, chunks: int = 0) -> FileReport:
    """The report on a file that was opened, and that has so many chunks."""
    text = item.text
    if text is None:
        error = type(item.error).__name__
        return FileReport(item.source, format_by_name(item.source), ms=item.ms, error=error, reason=item.reason)
    loader = text.format or format_by_name(text.source) or "text"
    pages = len({section.page for section in text.sections if section.page is not None})
    warnings = tuple(text.warnings)
    return FileReport(text.source, loader, pages, len(text.sections), chunks, len(text.text), warnings, item.ms)
