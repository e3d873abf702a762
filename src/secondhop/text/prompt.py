"""Passages to prompt text. The one place that knows what stands between and before them."""

from __future__ import annotations

from collections.abc import Sequence

from secondhop.types import Chunk, Passage, TextStyle

SEPARATOR = "\n\n"
GAP = " … "


def marker(number: int, chunk: Chunk) -> str:
    """The line that heads a passage in the numbered style: `[1] contract.pdf p.12 § 9.1 Governing Law`."""
    parts = [f"[{number}]", chunk.source]
    if chunk.page is not None:
        parts.append(f"p.{chunk.page}")
    elif chunk.line is not None and chunk.kind == "code":
        parts.append(f"line {chunk.line}")
    if chunk.heading:
        parts.append(f"§ {chunk.heading}")
    return " ".join(parts)


def passage_text(passage: Passage) -> str:
    """The passage's spans, verbatim, with a mark at each gap; code and tables show the gap on a line of its own."""
    gap = GAP if passage.chunk.kind == "prose" else "\n…\n"
    return gap.join(piece.strip("\n") if passage.chunk.kind != "prose" else piece.strip() for piece in passage.pieces)


def render(passages: Sequence[Passage], style: TextStyle = "plain") -> str:
    """The prompt text of passages that stand in reading order."""
    texts = (passage_text(passage) for passage in passages)
    if style == "numbered":
        texts = (f"{marker(number, passage.chunk)}\n{text}" for (number, passage), text in zip(enumerate(passages, 1), texts, strict=True))
    return SEPARATOR.join(texts)
