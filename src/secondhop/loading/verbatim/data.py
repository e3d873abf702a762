"""Data files, verbatim: records (CSV, TSV, JSON Lines) to be cut between rows, trees (JSON, YAML, …) between lines.

TOML and INI files have a section for each of their tables.

Nothing is parsed but the end of a table's first record: a quoted field may hold line breaks.
"""

from __future__ import annotations

import os
import re

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.outlined import MAX_HEADING_LINE, lines_of
from secondhop.text.records import record_end
from secondhop.types import Kind, Section, SourceText, Span

_TABLES = frozenset({".csv", ".tsv"})
_RECORDS = frozenset({".jsonl", ".ndjson"})
_WITH_TABLES = frozenset({".toml", ".ini", ".cfg", ".conf"})
_TABLE = re.compile(r"[ \t]*\[{1,2}([^\[\]\r\n]{1,200})\]{1,2}[ \t]*(?:[#;].*)?")
_SEPARATOR = re.compile(r"sep=[^\r\n]?[\r\n]+", re.IGNORECASE)
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
    return SourceText(source, text, tuple(sections), warnings=tuple(warnings))


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
