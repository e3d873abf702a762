"""Tables into rows. A row is never cut unless it alone is larger than any passage could be."""

from __future__ import annotations

from secondhop.text.sentences import split_run_on
from secondhop.types import Span


def row_blocks(text: str, start: int, end: int, chunk_size: int) -> list[list[Span]]:
    """Each row as a block, so that packing keeps rows whole. A quoted field may hold line ends."""
    return [split_run_on(text, row, limit=max(4 * chunk_size, 512)) for row in rows(text, start, end)]


def rows(text: str, start: int, end: int) -> list[Span]:
    """Spans of the non-blank records in `text[start:end]`: lines, except inside double quotes."""
    spans: list[Span] = []
    left = start
    while left < end:
        right = _record_end(text, left, end)
        record = text[left:right].rstrip()
        if record.strip():
            spans.append((left, left + len(record)))
        left = right + 1
    return spans


_LONGEST_QUOTED = 50_000


def _record_end(text: str, start: int, end: int) -> int:
    """Where the record that begins at `start` ends: the first line end outside quotes."""
    newline = _line_end(text, start, end)
    first = newline
    quotes = text.count('"', start, newline)
    while quotes % 2 and newline < end:
        following = _line_end(text, newline + 1, end)
        quotes += text.count('"', newline + 1, following)
        newline = following
        if newline - start > _LONGEST_QUOTED:
            return first  # a stray quote, not a quoted field
    return first if quotes % 2 else newline


def _line_end(text: str, start: int, end: int) -> int:
    newline = text.find("\n", start, end)
    return end if newline < 0 else newline
