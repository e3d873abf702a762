"""Prose into paragraphs of sentences."""

from __future__ import annotations

import re
from itertools import pairwise

from secondhop.chunking.packing import Block
from secondhop.text.sentences import size, split_sentences
from secondhop.types import Span

_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n\s*|\f\s*")
_LINE_END = re.compile(r"\n\s*")
_BULLET = re.compile(r"\s*(?:[-*•‣▪●○–]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s")
_SENTENCE_END = re.compile(r"""[.!?;:。！？।؟]["')\]”’»]*\s*$""")
_TITLE_TOKENS = 24


def prose_blocks(text: str, start: int, end: int) -> list[Block]:
    """Paragraphs of `text[start:end]`, each as sentence spans. A title line joins the sentence that follows it."""
    blocks: list[Block] = []
    title: Span | None = None
    for paragraph in paragraphs(text, start, end):
        if _is_title(text, paragraph):
            title = paragraph if title is None else (title[0], paragraph[1])
            continue
        sentences = split_sentences(text, *paragraph)
        if title is not None:
            sentences[0] = (title[0], sentences[0][1])
            title = None
        blocks.append(Block(tuple(sentences)))
    if title is not None:
        blocks.append(Block(tuple(split_sentences(text, *title))))
    return blocks


def paragraphs(text: str, start: int, end: int) -> list[Span]:
    """Spans of the paragraphs: between blank lines, or line by line where the text has no blank lines.

    In text without blank lines (extracted PDF pages, one paragraph a line) a line end closes a paragraph when the line
    ends a sentence and is short for the text, or when a bullet follows; other line ends are only wraps.
    """
    spans = _between(text, start, end, _BLANK_LINE)
    breaks = text.count("\n", start, end)
    if len(spans) > max(2, breaks // 12) or breaks <= 4:
        return spans
    return [piece for span in spans for piece in _unwrap(text, span)]


def _unwrap(text: str, span: Span) -> list[Span]:
    lines = _between(text, *span, _LINE_END)
    if len(lines) < 2:
        return lines
    widths = sorted(end - start for start, end in lines)
    full = widths[int(0.9 * (len(widths) - 1))]
    spans: list[Span] = []
    left = lines[0][0]
    for (start, end), (following, _) in pairwise(lines):
        ends_here = _SENTENCE_END.search(text, max(start, end - 8), end) is not None
        if _BULLET.match(text, following) or (ends_here and (end - start < 0.8 * full or full > 200)):
            spans.append((left, end))
            left = following
    spans.append((left, lines[-1][1]))
    return spans


def _between(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[Span]:
    spans: list[Span] = []
    left = start
    for match in separator.finditer(text, start, end):
        spans.append((left, match.start()))
        left = match.end()
    spans.append((left, end))
    trimmed = (
        (a + len(s) - len(s.lstrip()), a + len(s.rstrip())) for a, s in ((a, text[a:b]) for a, b in spans) if s.strip()
    )
    return list(trimmed)


def _is_title(text: str, span: Span) -> bool:
    content = text[span[0] : span[1]]
    return (
        size(content) <= _TITLE_TOKENS
        and _SENTENCE_END.search(content) is None
        and "\n" not in content
        and not _BULLET.match(content)
    )
