"""Passages to prompt text. The one place that knows what stands between and before them."""

from __future__ import annotations

from collections.abc import Sequence

from secondhop.types import Chunk, Passage, TextStyle

SEPARATOR = "\n\n"
GAP = " … "


def label(chunk: Chunk, *, line: bool = True) -> str:
    """Where a chunk stands: `contract.pdf p.12 § 9.1 Governing Law`; without pages, `notes.md line 40 § Refunds`."""
    parts = [chunk.source]
    if chunk.page is not None:
        parts.append(f"p.{chunk.page}")
    elif chunk.line is not None and line:
        parts.append(f"line {chunk.line}")
    elif chunk.line is None and line and chunk.id:
        parts.append(chunk.id)
    if chunk.heading:
        parts.append(f"§ {chunk.heading}")
    return " ".join(parts)


def marker(number: int, chunk: Chunk) -> str:
    """The line that heads a passage in the numbered style: `[1] contract.pdf p.12 § 9.1 Governing Law`."""
    return f"[{number}] {label(chunk, line=chunk.kind == 'code')}"


def passage_text(passage: Passage) -> str:
    """The passage's spans, verbatim, with a mark at each gap; code and tables show the gap on a line of its own."""
    gap = GAP if passage.chunk.kind == "prose" else "\n…\n"
    return gap.join(piece.strip("\n") if passage.chunk.kind != "prose" else piece.strip() for piece in passage.pieces)


def render(passages: Sequence[Passage], style: TextStyle = "plain", numbers: Sequence[int] | None = None) -> str:
    """The prompt text of passages that stand in reading order, numbered from 1 unless `numbers` says otherwise."""
    texts = [passage_text(passage) for passage in passages]
    if style == "numbered":
        numbers = range(1, len(passages) + 1) if numbers is None else numbers
        markers = [marker(number, passage.chunk) for number, passage in zip(numbers, passages, strict=True)]
        texts = [f"{head}\n{text}" for head, text in zip(markers, texts, strict=True)]
    return SEPARATOR.join(texts)
