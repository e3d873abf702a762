"""Tables into rows: lines, records whose quoted fields may hold line ends, or what a list of JSON holds.

One is never cut unless it alone is larger than any passage could be.
"""

from __future__ import annotations

import re

from secondhop.text.records import elements, record_end
from secondhop.text.sentences import size, split_run_on
from secondhop.types import Section, Span

_MARKS = "-=+|: \t"
"""What rules are made of."""
_STROKE = re.compile("[-=]+")
_OBJECTS = re.compile(r"(?<=\[)\s*\{")
"""How a list of objects in JSON goes on behind its bracket."""


def table_blocks(text: str, table: Section, chunk_size: int) -> list[list[Span]]:
    """Blocks to pack, of rows that stay whole: all of a table no larger than a chunk, else each row.

    The rows of the header are one: what rules it off in Markdown says nothing alone, and without it no reader takes the
    header for one. Other rules are in no block.
    """
    header_end = table.start if table.heading_span is None else table.heading_span[1]
    if _OBJECTS.match(text, header_end):
        found = [(table.start, header_end)] * (header_end > table.start) + list(elements(text, header_end, table.end))
    else:
        found = rows(text, table.start, table.end, records=_may_hold_records(text, table))
    head = [row for row in found if row[1] <= header_end]
    if len(head) > 1:
        named = [row for row in head if not _is_rule(text, row)] or head
        found = [(named[0][0], head[-1][1]), *_ruled(text, head[-1], found[len(head) :])]
    elif not head and found:
        found = _ruled(text, found[0], found)
    blocks = [split_run_on(text, row, limit=max(4 * chunk_size, 512)) for row in found]
    if size(text[table.start : table.end]) > chunk_size:
        return blocks
    return [[row for block in blocks for row in block]]


def _may_hold_records(text: str, table: Section) -> bool:
    """Whether a table may be a file such as CSV: it is all of the text, and its columns are named.

    Tables within documents have a line for each row, and a file without a header is one of JSON Lines.
    """
    return table.heading_span is not None and (table.start, table.end) == (0, len(text))


def _ruled(text: str, rule: Span, lines: list[Span]) -> list[Span]:
    """Rows of a table below one of its rules.

    They are lines, but where rules stand between rows, all between two is one; a line whose first column is empty goes on
    with the one above.
    """
    if not _is_rule(text, rule):
        return lines
    shape = _expanded(text, rule)
    is_box = shape.lstrip().startswith("+") and sum(_is_rule(text, line) for line in lines) > 1
    first = None if "|" in shape or "+" in shape else _STROKE.search(shape)
    found: list[Span] = []
    goes_on = False
    for line in lines:
        if _is_rule(text, line):
            goes_on = False
            continue
        if first is not None and found:
            goes_on = not _expanded(text, line)[: first.end()].strip()
        found.append((found.pop()[0], line[1]) if goes_on else line)
        goes_on = is_box
    return found


def _is_rule(text: str, line: Span) -> bool:
    marks = text[line[0] : line[1]]
    return ("--" in marks or "==" in marks) and not marks.strip(_MARKS)


def _expanded(text: str, line: Span) -> str:
    return text[line[0] : line[1]].expandtabs()


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
