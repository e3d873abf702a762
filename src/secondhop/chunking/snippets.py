"""Code inside prose. A short snippet is of one piece: lines picked out of it are no code that runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from secondhop.text.sentences import size, split_lines
from secondhop.types import Span

_WHOLE_TOKENS = 130
"""A snippet of up to so many tokens of five UTF-8 bytes, some twenty lines, stays whole."""
_PIECE_TOKENS = 80
"""What longer ones are cut into, at line ends."""


def snippet(text: str, start: int, end: int) -> list[Span]:
    """The code in `text[start:end]` as one span, or as a few of consecutive lines. No blank lines at their ends."""
    lines = split_lines(text, start, end)
    if lines and size(text[lines[0][0] : lines[-1][1]]) <= _WHOLE_TOKENS:
        return [(lines[0][0], lines[-1][1])]
    return list(_pieces(text, lines))


def _pieces(text: str, lines: Sequence[Span]) -> Iterator[Span]:
    left = right = -1
    for start, end in lines:
        if left >= 0 and size(text[left:end]) > _PIECE_TOKENS:
            yield left, right
            left = -1
        left, right = start if left < 0 else left, end
    if left >= 0:
        yield left, right
