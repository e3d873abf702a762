"""Tables into rows. One is never cut unless it alone is larger than any passage could be; a quoted field may hold line ends."""

from __future__ import annotations

from secondhop.text.sentences import size, split_run_on
from secondhop.types import Section, Span


def table_blocks(text: str, table: Section, chunk_size: int) -> list[list[Span]]:
    """Blocks to pack, of rows that stay whole: all of a table no larger than a chunk, else each row.

    The rows of the header are one: what rules it off in Markdown says nothing alone, and without it no reader takes the
    header for one.
    """
    found = rows(text, table.start, table.end)
    if table.heading_span is not None:
        head = [row for row in found if row[1] <= table.heading_span[1]]
        if len(head) > 1:
            found = [(head[0][0], head[-1][1]), *found[len(head) :]]
    blocks = [split_run_on(text, row, limit=max(4 * chunk_size, 512)) for row in found]
    if size(text[table.start : table.end]) > chunk_size:
        return blocks
    return [[row for block in blocks for row in block]]


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
