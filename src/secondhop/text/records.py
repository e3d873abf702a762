"""The records of files such as CSV and TSV: lines, but a quoted field may hold line ends."""

from __future__ import annotations

import re

_STOP = re.compile(r'["\r\n]')
_BEFORE_FIELD = frozenset(",;\t|")
_AFTER_FIELD = _BEFORE_FIELD | {"\r", "\n", ""}
_LONGEST_FIELD = 50_000
"""What is longer was opened by a stray quote."""


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
