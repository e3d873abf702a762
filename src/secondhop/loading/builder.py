"""Assembling a text with its sections, piece by piece: for formats whose text is not shown as it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from secondhop.errors import NoTextError
from secondhop.types import Kind, Section, SourceText, Span

CELL_SEPARATOR = " | "
MAX_SNIPPET_BYTES = 5 * 130
"""Longer code is a section of its own; so much stays whole among prose, wherever it is cut."""
MAX_HEADING_CHARS = 250
"""Longer "headings" are body text set in a heading style."""

_RAISED = re.compile(r"[0-9+–−, \n-]*")
_RAISED_AS = str.maketrans("0123456789+-–−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, zero-width marks, non-characters, and lone surrogates (which no encoder accepts); none of them is text.
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """The text with one kind of line break and without characters that are not text."""
    return _NOT_TEXT.sub("", _LINE_BREAKS.sub("\n", text)).replace("\xa0", " ")


def raised(text: str) -> str:
    """Text set above the line: numbers in characters that are, so that 10⁶ is no 106, and a note on 12 makes no 121."""
    return text.translate(_RAISED_AS) if _RAISED.fullmatch(text) else text


def one_line(text: str) -> str:
    """The text cleaned, all whitespace runs made single spaces."""
    return " ".join(clean(text).split())


@dataclass(slots=True)
class _OpenSection:
    """A section that is still being written; it covers nothing until its first piece comes."""

    page: int | None
    heading_path: tuple[str, ...]
    kind: Kind = "prose"
    heading_span: Span | None = None
    is_byline: bool = False
    start: int = -1
    end: int = -1
    snippets: list[Span] = field(default_factory=list)
    """Code inside."""

    def spans(self) -> Iterator[tuple[int, int, Kind]]:
        """All of it, and the snippets in it."""
        yield self.start, self.end, self.kind
        for start, end in self.snippets:
            yield start, end, "code"


class TextBuilder:
    """Collects pieces of text in order, and the flat sections over them.

    Sections cover pieces, not the blank space between them; a section without any piece is left out.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[tuple[int, str]] = []
        self._heading_span: Span | None = None
        self._sections = [_OpenSection(None, ())]

    @property
    def length(self) -> int:
        """How many characters are written."""
        return self._length

    @property
    def _path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self._headings)

    def begin(self, *, page: int | None = None, heading_path: tuple[str, ...] = ()) -> None:
        """Start a section; headings seen so far no longer apply."""
        self._headings = list(enumerate(heading_path))
        self._heading_span = None
        self._sections.append(_OpenSection(page, heading_path))

    def under(self, heading_path: tuple[str, ...]) -> None:
        """Start a section on the same page, under headings that the text itself does not have."""
        self.begin(page=self._sections[-1].page, heading_path=heading_path)

    def heading(self, level: int, title: str) -> None:
        """Start a section under a heading, inside the headings of lower level, and write the heading."""
        title = one_line(title)
        if not title:
            return
        if len(title) > MAX_HEADING_CHARS:
            self.write(title)
            return
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        self._headings.append((level, title))
        section = _OpenSection(self._sections[-1].page, self._path)
        self._sections.append(section)
        section.heading_span = self._heading_span = self._append(title, "\n\n")

    def byline(self, text: str) -> None:
        """Add to the heading of a section that has nothing else yet who wrote it and when."""
        if (span := self.write(text)) is not None:
            section = self._sections[-1]
            section.heading_span, section.is_byline = (section.start, span[1]), True

    def write(self, text: str, *, kind: Kind = "prose", gap: str = "\n\n") -> Span | None:
        """Add a piece verbatim, `gap` before it; a change of kind starts a section under the same heading."""
        if not text.strip():
            return None
        self._turn_to(kind)
        return self._append(text, gap)

    def code(self, text: str) -> None:
        """Add code verbatim: a snippet as a section inside the prose that explains it, long code as one of its own."""
        if len(text.encode()) > MAX_SNIPPET_BYTES:
            self.write(text, kind="code")
        elif (span := self.write(text)) is not None:
            self._sections[-1].snippets.append(span)

    def table(self, rows: Iterable[Sequence[str]], *, header: int | None = 0) -> None:
        """Add a table, one line for each row that is not empty, as a section of its own.

        Its header stands as the section's heading: the first row, or the place of the last of several that name the
        columns. What has only one row or one column is layout, not a table.
        """
        cleaned = [[one_line(cell) for cell in row] for row in rows]
        if header is not None:
            header = max(0, sum(map(any, cleaned[: header + 1])) - 1)
        cleaned = [row for row in cleaned if any(row)]
        if len(cleaned) < 2 or max(len(row) for row in cleaned) < 2:
            self.write("\n".join(cell for row in cleaned for cell in row if cell))
            return
        self.rows([row_line(row) for row in cleaned], header=header)

    def rows(self, lines: Sequence[str], *, header: int | None = None) -> None:
        """Add a table that is lines already; `header` is the place of the line that names the columns."""
        if not lines:
            return
        self._sections.append(_OpenSection(self._sections[-1].page, self._path, "table"))
        start, _ = self._append("\n".join(lines), "\n\n")
        if header is not None:
            start += sum(len(line) + 1 for line in lines[:header])
            self._sections[-1].heading_span = (start, start + len(lines[header]))

    def build(
        self, source: str, *, metadata: Mapping[str, Any] | None = None, warnings: Iterable[str] = ()
    ) -> SourceText:
        """The finished text. Empty metadata are left out.

        Raises:
            NoTextError: nothing was written.
        """
        if not self._pieces:
            raise NoTextError(source, "no text in it")
        sections = tuple(
            Section(start, end, part.page, part.heading_path, kind, part.heading_span, part.is_byline)
            for part in self._sections
            if part.start >= 0
            for start, end, kind in part.spans()
        )
        known = {key: value for key, value in (metadata or {}).items() if value}
        return SourceText(source, "".join(self._pieces), sections, known, tuple(warnings))

    def _turn_to(self, kind: Kind) -> None:
        last = self._sections[-1]
        if last.kind != kind:
            self._sections.append(_OpenSection(last.page, last.heading_path, kind, self._heading_span))

    def _append(self, text: str, gap: str) -> Span:
        if self._pieces:
            self._pieces.append(gap)
            self._length += len(gap)
        start, end = self._length, self._length + len(text)
        self._pieces.append(text)
        self._length = end
        section = self._sections[-1]
        if section.start < 0:
            section.start = start
        section.end = end
        return start, end


def row_line(cells: Sequence[str]) -> str:
    """One table row as one line; empty cells at its end are left off."""
    last = max((number for number, cell in enumerate(cells, start=1) if cell), default=0)
    return CELL_SEPARATOR.join(cells[:last])
