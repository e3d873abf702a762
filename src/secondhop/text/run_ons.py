"""`sentences.split_run_on` for spans that are known to be too long, several times as fast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from secondhop.text.sentences import _HARD_CHARACTERS, _WEAKER, _append, before_blanks, ends_nothing, size

if TYPE_CHECKING:
    from secondhop.types import Span

_LINE_END = 1
# A pattern that begins with a set of characters is searched for many times faster than one that looks behind.
_STOPS = tuple(
    re.compile(r"\n\s*" if level == _LINE_END else re.sub(r"^\(\?<=(\[.*\])\)(?=\\s[*+]$)", r"\1", pattern.pattern))
    for level, (pattern, _, _) in enumerate(_WEAKER)
)


def split_long(text: str, span: Span, level: int = 0) -> list[Span]:
    """The pieces of a span that is too long to be one sentence."""
    start, end = span
    ascii_only = text[start:end].isascii()
    length = (end - start) // 5 if ascii_only else size(text[start:end])
    if length <= (_WEAKER[level][1] if level < len(_WEAKER) else _WEAKER[-1][1]):
        return [span]
    if level == len(_WEAKER):
        step = _HARD_CHARACTERS if ascii_only else _HARD_CHARACTERS // 3
        return [(at, min(at + step, end)) for at in range(start, end, step)]
    wanted = _WEAKER[level][2]
    pieces: list[Span] = []
    left, packed = start, 0
    for before, after in pairwise((start, *_cuts(text, start, end, level), end)):
        if level == 0 and before > left and ends_nothing(text, left, before_blanks(text, before)):
            continue
        part = (after - before) // 5 if ascii_only else size(text[before:after])
        if before > left and (wanted == 0 or packed + part > wanted):
            _append(pieces, text, left, before)
            left, packed = before, 0
        packed += part
    _append(pieces, text, left, end)
    small = 5 * _WEAKER[min(level + 1, len(_WEAKER) - 1)][1] + 4 if ascii_only else 0  # characters
    found: list[Span] = []
    for piece in pieces:
        if piece[1] - piece[0] <= small:
            found.append(piece)
        else:
            found.extend(split_long(text, piece, level + 1))
    return found


def _cuts(text: str, start: int, end: int, level: int) -> Iterator[int]:
    """Where the stops of a level allow a cut."""
    found = _STOPS[level].finditer(text, start, end)
    if level == len(_STOPS) - 1:
        return (match.start() for match in found)
    if level != _LINE_END:
        return (match.start() + 1 for match in found)
    return (before_blanks(text, match.start()) for match in found)
