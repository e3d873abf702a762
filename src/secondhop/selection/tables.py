"""Rows of tables, and what they hang on: the header, and the caption above it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.selection.packing import Packing
from secondhop.selection.paragraphs import EMPTY_LINE
from secondhop.types import Span

_FURTHEST_ROW = 200
"""How many rows of a table come with its header."""
_LONGEST_CAPTION = 30
"""Tokens of a sentence that says what the table below it holds."""
_COLUMNS = re.compile(r"\S(?:\t|  )\s*\S")
_RULE = r"\n[^\S\n]*(?:[|+][^\S\n]*)?:?[-=]{2}"
_HAS_RULE, _RULED_OFF = re.compile(_RULE), re.compile(rf"{_RULE}[-=:|+\s]*$")
"""What a text with tables that have rules holds, and how the header of one ends."""


def count_rows(text: str, spans: Sequence[Span]) -> tuple[int, ...]:
    """Of each sentence of a chunk: which row it is below the header of a table; 0 if it is none, or the header.

    Args:
        text: the chunk's.
        spans: where the sentences stand in it.
    """
    rows, header = [0] * len(spans), -1
    if _HAS_RULE.search(text) is None:
        return tuple(rows)
    for number, (start, end) in enumerate(spans):
        row = text[start:end]
        if not _is_row(row):
            header = -1
        elif _RULED_OFF.search(row):
            header = number
        elif header >= 0 and number - header <= _FURTHEST_ROW:
            rows[number] = number - header
    return tuple(rows)


def caption(packing: Packing, header: int) -> int | None:
    """The short sentence right above the header of a table, which says what it holds, and in which unit; None if none does."""
    above = header - 1
    if above not in packing.sentences_of(packing.hit_of[header]) or packing.tokens[above] > _LONGEST_CAPTION:
        return None
    return None if EMPTY_LINE.search(packing.text(header)) or _is_row(packing.text(above)) else above


def _is_row(text: str) -> bool:
    return "|" in text or (("  " in text or "\t" in text) and _COLUMNS.search(text) is not None)
