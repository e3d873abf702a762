"""What became of files: a report on each, and on all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from secondhop.errors import EmptyTextError, NoTextError, UnsupportedFormatError
from secondhop.loading.formats import FORMATS, format_by_name
from secondhop.loading.ingest import Ingested
from secondhop.text.lines import as_line

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
        cls, files: Iterable[FileReport], left_out: Iterable[tuple[str, str]] = (), notes: Iterable[str] = ()
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
