"""Data files, verbatim: records (CSV, TSV, JSON Lines) to be cut between rows, trees (JSON, YAML, …) between lines.

Nothing is parsed but the end of a table's first record: a quoted field may hold line breaks.
"""

from __future__ import annotations

import os
import re

from secondhop.loading.encodings import decode
from secondhop.types import Kind, Section, SourceText, Span

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".toml", ".csv", ".tsv", ".xml"})

_TABLES = frozenset({".csv", ".tsv"})
_RECORDS = frozenset({".jsonl", ".ndjson"})
_STOP = re.compile(r'["\r\n]')
_BEFORE_FIELD = frozenset(",;\t|")


def load(data: bytes, source: str) -> SourceText:
    """One section for the whole file; the header record of a CSV or TSV file is its `heading_span`."""
    text, warnings = decode(data, source)
    suffix = os.path.splitext(source)[1].lower()
    kind: Kind = "table" if suffix in _TABLES | _RECORDS else "code"
    heading_span = _header(text) if suffix in _TABLES else None
    section = Section(0, len(text), kind=kind, heading_span=heading_span)
    return SourceText(source, text, (section,), warnings=tuple(warnings))


def _header(text: str) -> Span | None:
    """Find the first record that is not blank, without its line end."""
    start = len(text) - len(text.lstrip("\r\n"))
    end = _record_end(text, start)
    return (start, end) if text[start:end].strip() else None


def _record_end(text: str, start: int) -> int:
    """Where the line break after the record stands. A quote opens a field only where a field begins."""
    position = start
    while stop := _STOP.search(text, position):
        if stop.group() != '"':
            return stop.start()
        position = stop.end()
        opens = stop.start() == start or text[stop.start() - 1] in _BEFORE_FIELD
        if opens:
            closing = _closing_quote(text, position)
            position = position if closing is None else closing + 1
    return len(text)


def _closing_quote(text: str, position: int) -> int | None:
    """Find the quote that closes a field, doubled ones aside; None if the quote before opened nothing."""
    while (quote := text.find('"', position)) != -1:
        if not text.startswith('"', quote + 1):
            return quote
        position = quote + 2
    return None
