"""Tables and fenced code in texts of other formats: what converters, spreadsheets and language models write is full of them.

Of Markdown only what is unmistakable counts: a table has a header ruled off with as many cells, a fence is closed. In a piece of a
text, rows whose header was cut off are a table too. `markdown_blocks` reads Markdown by its rules, line by line, where an
unclosed fence or an indent changes all that follows; here a text may be anything, and large.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice, repeat
from operator import itemgetter

from secondhop.loading.verbatim.outlined import lines_of
from secondhop.loading.verbatim.ruled import boxes, columns
from secondhop.types import Kind, Section

_LINE_END = r"(?:\r\n?|\n)"
_ROWS = re.compile(rf"^(?:[ \t]*\|[^\r\n]*\|[ \t]*(?:{_LINE_END}|\Z)){{2,}}", re.MULTILINE)
_FENCE = re.compile(r"(?P<fence>```+|~~~+)(?P<info>(?<=~)[^\r\n]*|[^\r\n`]*(?=[\r\n]|\Z))")
_BEFORE_FENCE = re.compile(r"\n(?=```|~~~)")  # with a fixed first character: several times as fast as with `^`
_LEADER = re.compile(r"\.(?:\.\.\.\.| \. \. \. \.)[. \t]*(?:([^\s.][^\r\n]{0,40})(?=[\r\n]|\Z))?")
"""The dots of a contents list or a statement, and what stands at their end."""

_GAP = re.compile(r"(?<=[^\s.!?:;])[ ]{2,}(?=\S)")
_DIGIT = re.compile(r"\d")
_SEPARATORS = (("\t", "\t", 2), ("|", " | ", 2), (";", ";", 3))
"""What may set cells apart, and how many of them a row has at least."""
_LEAST_ALIGNED = 3
_LEAST_ROWS = 3
_LONGEST_CELL = 100
_LONGEST_ROW = 200
"""Of those with dots: what is longer is a paragraph on one line."""
_LEAST_LED = 8
"""Dots and blanks that lead to a value without a number: fewer may be a pause....."""

_Found = tuple[int, int, Kind, int]
"""Start, end, kind, and where the header of a table ends; its start where there is none."""


def inner_sections(text: str, outer: Section, *, is_piece: bool = False) -> list[Section]:
    """The tables and fenced blocks inside a section that is all of a text, in document order.

    Args:
        text: all of it.
        outer: gives page and headings.
        is_piece: whether the text was cut out of a longer one.
    """
    found: list[_Found] = []
    if "```" in text or "~~~" in text:
        found = _apart([], _fenced(text))
    found = with_tables(text, found)
    if is_piece and "|" in text:
        found = _apart(found, _rows(text))
    found = _apart(found, _led(text))
    found = _apart(found, _columns(text))
    return [
        Section(start, end, outer.page, outer.heading_path, kind, (start, head) if head > start else outer.heading_span)
        for start, end, kind, head in found
    ]


def _apart(found: list[_Found], more: Iterable[_Found]) -> list[_Found]:
    """What was found, and what more lies between, in order."""
    kept: list[_Found] = []
    rest = iter([*found, (sys.maxsize, sys.maxsize, "prose", 0)])
    following = next(rest)
    for each in more:
        while following[1] <= each[0]:
            kept.append(following)
            following = next(rest)
        if each[1] <= following[0] and (not kept or kept[-1][1] <= each[0]):
            kept.append(each)
    return [*kept, *(each for each in (following, *rest) if each[0] < sys.maxsize)]


def with_tables(text: str, found: list[_Found]) -> list[_Found]:
    """What was found, and the tables with rules between, in order."""
    for tables in (boxes(text), columns(text)):
        found = _apart(found, ((start, end, "table", head) for start, end, head in tables))
    return found


def _fenced(text: str) -> Iterator[_Found]:
    opened: re.Match[str] | None = None
    starts = chain([0], (before.end() for before in _BEFORE_FENCE.finditer(text)))
    for line in filter(None, map(_FENCE.match, repeat(text), starts)):
        if opened is None:
            opened = line
        elif not line["info"].strip() and line["fence"].startswith(opened["fence"]):
            yield opened.start(), line.end("fence"), "code", opened.start()
            opened = None


def _rows(text: str) -> Iterator[_Found]:
    return ((row.start(), row.start() + len(row[0].rstrip()), "table", row.start()) for row in _ROWS.finditer(text))


def _led(text: str) -> Iterator[_Found]:
    """Lines whose two ends are joined by dots: a stop before them ends nothing."""
    if ". . ." in text or "....." in text:
        for leader in filter(itemgetter(1), _LEADER.finditer(text)):
            if leader.start(1) - leader.start() < _LEAST_LED and not _DIGIT.search(leader[1]):
                continue
            within = max(0, leader.end() - _LONGEST_ROW - 1), leader.start()
            start = max(text.rfind("\n", *within), text.rfind("\r", *within)) + 1
            if leader.end() - start <= _LONGEST_ROW:
                yield start, leader.end(), "table", start


def _columns(text: str) -> Iterator[_Found]:
    """Lines in a row with as many cells each, set apart by tabs, by `;`, by `|` or by blanks.

    The first one is the header, in which no number stands. Without one they are lines like others.
    """
    for shape, of_run in groupby(_shaped(lines_of(text)), lambda line: line[2]):
        if shape is None or len(rows := list(of_run)) < _LEAST_ROWS:
            continue
        start, end, _ = rows[0]
        if not _DIGIT.search(text, start, end) and _DIGIT.search(text, end, rows[-1][1]):
            yield start, rows[-1][1], "table", end


def _shaped(lines: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, tuple[str, int] | None]]:
    """Start, end and cells of each line.

    Of as many lines as a table has at least, one is looked at, and the others if that or the one before is a row: most
    texts have none, and a table cannot pass between.
    """
    before = None
    while some := list(islice(lines, _LEAST_ROWS)):
        start, end, line = some.pop()
        shape = _cells(line)
        for first, last, other in some:
            yield first, last, _cells(other) if shape or before else None
        yield start, end, shape
        before = shape


def _cells(line: str) -> tuple[str, int] | None:
    """What sets the cells of a line apart, and how many there are; None if it is no row."""
    line = line.strip()
    for mark, separator, least in _SEPARATORS:
        if mark in line and len(found := line.split(separator)) >= least:
            break
    else:
        if "  " not in line:
            return None
        separator, found = " ", _GAP.split(line)
        if len(found) < _LEAST_ALIGNED:
            return None
    return (separator, len(found)) if max(map(len, found)) <= _LONGEST_CELL else None
