"""Chunks of lines, from logs, chats, lists, minutes, tables: rows of entries that need not have to do with each other."""

from __future__ import annotations

from collections.abc import Sequence

from secondhop.types import Span

_LEAST_SENTENCES = 5
_LEAST_SHARE = 0.8
"""Of the sentences, that begin in a line of their own, no empty one above it."""


def is_of_lines(text: str, spans: Sequence[Span]) -> bool:
    """Whether the sentences of a chunk, which is no code and on no page laid out, are many and stand one right below the other."""
    last = len(spans) - 1
    least = _LEAST_SHARE * last
    if last < _LEAST_SENTENCES - 1 or text.count("\n") < least:
        return False
    behind = [text[end] for _, end in spans[:last]]
    empty = text.count("\n\n") + text.count("\n\r\n")
    return behind.count("\n") + behind.count("\r") - empty >= least
