"""The records of files such as CSV and TSV: lines, but a quoted field may hold line ends; and the values of JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from secondhop.types import Span

_STOP = re.compile(r'["\r\n]')
_BEFORE_FIELD = frozenset(",;\t|")
_AFTER_FIELD = _BEFORE_FIELD | {"\r", "\n", ""}
_LONGEST_FIELD = 50_000
"""What is longer was opened by a stray quote."""
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]]', re.DOTALL)
"""A string of JSON, whose end may be missing, or a bracket."""
_SCALAR = re.compile(r"[^\s,\[\]{}\"]+")
_BETWEEN = re.compile(r"[\s,]*")


def record_end(text: str, start: int, end: int) -> int:
    """Where the line break after the record that begins at `start` stands; `end` if there is none.

    A quote opens a field only where a field begins, and if another one closes it where a field ends.
    """
    position = start
    while stop := _STOP.search(text, position, end):
        if stop.group() != '"':
            return stop.start()
        position = stop.end()
        if stop.start() == start or text[stop.start() - 1] in _BEFORE_FIELD:
            position = _field_end(text, position, end) or position
    return end


def _field_end(text: str, position: int, end: int) -> int | None:
    """Where the field ends whose opening quote stands before `position`; None if that quote opened nothing."""
    longest = min(end, position + _LONGEST_FIELD)
    while (quote := text.find('"', position, longest)) != -1:
        after = text[quote + 1 : min(quote + 2, end)]
        if after != '"':
            return quote + 1 if after in _AFTER_FIELD else None
        position = quote + 2
    return None


def value_end(text: str, start: int, end: int) -> int:
    """Where the value of JSON ends that begins at `start`; `end` if it does not."""
    if scalar := _SCALAR.match(text, start, end):
        return scalar.end()
    depth = 0
    for mark in _MARK.finditer(text, start, end):
        depth += (mark[0] in "{[") - (mark[0] in "}]")
        if depth <= 0:
            return mark.end()
    return end


def elements(text: str, start: int, end: int) -> Iterator[Span]:
    """Where the values stand that `text[start:end]` lists, commas between."""
    while (start := _BETWEEN.match(text, start, end).end()) < end:  # type: ignore[union-attr]  # it matches anywhere
        stop = value_end(text, start, end)
        yield start, stop
        start = stop
