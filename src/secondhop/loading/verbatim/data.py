"""Data files, verbatim: records (CSV, TSV, JSON Lines) to be cut between rows, trees (JSON, YAML, …) between lines.

TOML and INI files have a section for each of their tables. Lists of objects that make up most of a JSON file are records, too.

Nothing is parsed but where values end: one that is quoted may hold line breaks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.outlined import MAX_HEADING_LINE, lines_of
from secondhop.text.records import record_end, value_end
from secondhop.types import Kind, Section, SourceText, Span

_TABLES = frozenset({".csv", ".tsv"})
_RECORDS = frozenset({".jsonl", ".ndjson"})
_LISTS = frozenset({".json", ".geojson"})
_WITH_TABLES = frozenset({".toml", ".ini", ".cfg", ".conf"})
_TABLE = re.compile(r"[ \t]*\[{1,2}([^\[\]\r\n]{1,200})\]{1,2}[ \t]*(?:[#;].*)?")
_SEPARATOR = re.compile(r"sep=[^\r\n]?[\r\n]+", re.IGNORECASE)
_OPENING = re.compile(r"\s*(?:\[(?=\s*\{)|\{)")
_MEMBER = re.compile(r"""[\s,]*"(?P<name>[^"\\]{0,200})"\s*:\s*(?P<list>\[(?=\s*\{))?""")
_MORE = re.compile(r"[^\s\[\]{},]")
"""More than brackets and commas."""
_COMMENT = re.compile(r"""#[^"']*\Z""")


def load(data: bytes, source: str) -> SourceText:
    """One section for the whole file, or its tables inside it; the header record of a CSV or TSV is its `heading_span`."""
    text, warnings = decode(data, source)
    suffix = os.path.splitext(source)[1].lower()
    kind: Kind = "table" if suffix in _TABLES | _RECORDS else "code"
    heading_span = _header(text) if suffix in _TABLES else None
    sections = [Section(0, len(text), kind=kind, heading_span=heading_span)]
    if suffix in _WITH_TABLES:
        sections += _named_tables(text, is_toml=suffix == ".toml")
    if suffix in _LISTS:
        sections = list(_with_lists(text)) or sections
    return SourceText(source, text, tuple(sections), warnings=tuple(warnings))


def _with_lists(text: str) -> Iterator[Section]:
    """Lists of objects as tables, and what stands around them, brackets alone aside; none if most of the text is in no such list."""
    tables = list(_lists(text))
    if 2 * sum(table.end - table.start for table in tables) < len(text):
        return
    position = 0
    for table in tables:
        if _MORE.search(text, position, table.start):
            yield Section(position, table.start, kind="code")
        yield table
        position = table.end
    if position and _MORE.search(text, position):
        yield Section(position, len(text), kind="code")


def _lists(text: str) -> Iterator[Section]:
    """The lists of objects, closing brackets aside. What stands behind an error is not looked at.

    The `heading_span` of one with a name is `"name": [`; of one that is all of the file not even the bracket is in it.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return
    position = opening.end()
    if text[position - 1] == "[":
        yield Section(position, _inner_end(text, position), kind="table")
        return
    while member := _MEMBER.match(text, position):
        if member["list"]:
            start, head_end = member.start("name") - 1, member.end()
            position = _inner_end(text, head_end)
            yield Section(start, position, heading_path=(member["name"],), kind="table", heading_span=(start, head_end))
            position += 1
        else:
            position = value_end(text, member.end(), len(text))


def _inner_end(text: str, start: int) -> int:
    """Where the closing bracket of the list stands whose opening one stands before `start`."""
    end = value_end(text, start - 1, len(text))
    return end - (text[end - 1] == "]")


def _named_tables(text: str, *, is_toml: bool) -> list[Section]:
    """A section for each `[name]`, up to the next. In TOML it may also be an element of the array above it."""
    found: list[tuple[int, int, str]] = []
    before = ""
    for start, end, line in lines_of(text):
        match = _TABLE.fullmatch(line) if len(line) <= MAX_HEADING_LINE else None
        if match and not (is_toml and _goes_on(before)):
            found.append((start, end, match[1].strip()))
        if line and not line.isspace() and not line.lstrip().startswith("#"):
            before = line
    ends = [*(start for start, _, _ in found[1:]), len(text)][: len(found)]
    return [
        Section(start, stop, heading_path=(name,), kind="code", heading_span=(start, end))
        for (start, end, name), stop in zip(found, ends, strict=True)
    ]


def _goes_on(line: str) -> bool:
    """Whether an array is open at the end of the line, before one of its elements."""
    return _COMMENT.sub("", line[-MAX_HEADING_LINE:]).rstrip().endswith((",", "["))


def _header(text: str) -> Span | None:
    """Find the first record that is not blank, without its line end; one that tells Excel the separator is none."""
    start = len(text) - len(text.lstrip("\r\n"))
    if separator := _SEPARATOR.match(text, start):
        start = separator.end()
    end = record_end(text, start, len(text))
    return (start, end) if text[start:end].strip() else None
