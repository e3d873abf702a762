"""Tables into rows: lines, or records whose quoted fields may hold line ends.

One is never cut unless it alone is larger than any passage could be.
"""

from __future__ import annotations

from secondhop.text.records import record_end
from secondhop.text.sentences import size, split_run_on
from secondhop.types import Section, Span


def table_blocks(text: str, table: Section, chunk_size: int) -> list[list[Span]]:
    """Blocks to pack, of rows that stay whole: all of a table no larger than a chunk, else each row.

    The rows of the header are one: what rules it off in Markdown says nothing alone, and without it no reader takes the
    header for one.
    """
    found = rows(text, table.start, table.end, records=_may_hold_records(text, table))
    if table.heading_span is not None:
        head = [row for row in found if row[1] <= table.heading_span[1]]
        if len(head) > 1:
            found = [(head[0][0], head[-1][1]), *found[len(head) :]]
    blocks = [split_run_on(text, row, limit=max(4 * chunk_size, 512)) for row in found]
    if size(text[table.start : table.end]) > chunk_size:
        return blocks
    return [[row for block in blocks for row in block]]


def _may_hold_records(text: str, table: Section) -> bool:
    """Whether a table may be a file such as CSV: it is all of the text, and its columns are named.

    Tables within documents have a line for each row, and a file without a header is one of JSON Lines.
    """
    return table.heading_span is not None and (table.start, table.end) == (0, len(text))


def rows(text: str, start: int, end: int, *, records: bool) -> list[Span]:
    """Spans of the non-blank lines in `text[start:end]`, or of records, of which one may go on over line ends."""
    spans: list[Span] = []
    left = start
    while left < end:
        right = text.find("\n", left, end)
        if right < 0:
            right = end
        if records and text.count('"', left, right) % 2:  # a field may be open at the end of the line
            right = record_end(text, left, end)
        row = text[left:right].rstrip()
        if row.strip():
            spans.append((left, left + len(row)))
        left = right + 1
    return spans
