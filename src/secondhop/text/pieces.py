"""Pieces of a text that were joined with gap marks between: found again in what they were joined to, and in their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from secondhop.text.prompt import GAP
from secondhop.types import Kind, Span


def shown_span(span: Span, piece: str, kind: Kind) -> Span:
    """The span of a piece of text without the blanks at its ends, which `text.prompt.joined` leaves out."""
    blanks = None if kind == "prose" else "\n"
    start, end = span
    return start + len(piece) - len(piece.lstrip(blanks)), end - len(piece) + len(piece.rstrip(blanks))


def as_spans(stored: object) -> list[Span]:
    """Spans that were stored as a list of pairs; none if it is something else."""
    if not isinstance(stored, list):
        return []
    try:
        return [(int(start), int(end)) for start, end in stored]
    except (TypeError, ValueError):
        return []


def are_joined(pieces: Sequence[Span], text: str) -> bool:
    """Whether the text may be these pieces and the marks between them; it is not where something was left out since."""
    return sum(end - start + len(GAP) for start, end in pieces) - len(GAP) == len(text)


def across(span: Span, pieces: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """The parts of a span of joined pieces: where each stands there, and where in the text that the pieces are of."""
    at = 0
    for left, right in pieces:
        first, last = max(span[0] - at, 0), min(span[1] - at, right - left)
        if first < last:
            yield (at + first, at + last), (left + first, left + last)
        at += right - left + len(GAP)
