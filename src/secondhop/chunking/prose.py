"""Prose into paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from secondhop.chunking.entries import LEAST_LINES, LONG_LINES, UNSPACED_NUMBER, entries
from secondhop.text.sentences import SEMICOLONS, STOPS, WIDE_STOPS, is_stopped, size
from secondhop.types import Span

_BLANK_LINE = re.compile(r"\n[ \t\r\v>]*\n\s*")  # one of quoted mail holds its marks
_BLANK_LINE_OR_PAGE = re.compile(r"\n[ \t\r\f\v>]*\n\s*|\f\s*")  # without a fixed first character: half as fast
_LINE_END = re.compile(r"\n\s*")
_BULLET = re.compile(rf"\s*(?:(?:[-*•‣▪●○–]|\(?(?:\d{{1,3}}|[a-zA-Zа-яα-ω]|[ivxIVX]{{1,5}})[.)])\s|{UNSPACED_NUMBER})")
_STOPS = tuple(STOPS + WIDE_STOPS + SEMICOLONS)
_SENTENCE_ENDS = tuple(f"{STOPS}{WIDE_STOPS};；")  # not a colon: it leads on
_LABEL_END = "::"
"""In AsciiDoc and reStructuredText what stands below belongs to such a line."""
_NUMBER = re.compile(rf"(?:\d{{1,3}}|[A-Z]|[IVX]{{1,5}})\.\s|{UNSPACED_NUMBER}")
_LARGE = 350
"""Characters: smaller paragraphs are no lists, but what one entry says; they are not cut apart."""
_TORN = re.compile(rf"[{STOPS}] [^\n]*(?<![{STOPS}\s])[ \t\r]*\n\s*[-*•‣▪●○–]\s")
"""An item of which a sentence would be cut out together with what the next one begins with."""
_TITLE_TOKENS = 24
_TITLE_CHARACTERS = 5 * _TITLE_TOKENS + 4


class Paragraph(NamedTuple):
    """Text between empty lines, or what stands in for it."""

    title: int
    """Where the title begins that it is shown under; where it begins itself if it has none."""
    start: int
    end: int
    entries: list[list[Span]] | None = None
    """Sentences of each of its entries, if its line ends are meant."""


def titled_paragraphs(text: str, start: int, end: int, *, on_page: bool = False) -> Iterator[Paragraph]:
    """Paragraphs of `text[start:end]`, each with where the title begins that it is shown under.

    That is where the paragraph itself begins if it has none. Titles that nothing follows are a paragraph, and so are all
    but the last of many in a row, which are the entries of a form or a list. "2. Scope" is a title where neither the
    paragraph before nor the one after is numbered, else an item of a list.
    """
    title: Span | None = None
    spans, listed = paragraphs(text, start, end, on_page=on_page)
    numbered = [_NUMBER.match(text, left, right) is not None for left, right in spans]
    for place, (left, right) in enumerate(spans):
        is_item = numbered[place] and ((place > 0 and numbered[place - 1]) or numbered[place + 1 : place + 2] == [True])
        if right - left <= _TITLE_CHARACTERS and not is_item and _is_title(text, left, right):
            if title is not None and right - title[0] > _TITLE_CHARACTERS:
                yield Paragraph(title[0], *title)
                title = None
            title = (left if title is None else title[0], right)
            continue
        yield Paragraph(left if title is None else title[0], left, right, listed.get(left))
        title = None
    if title is not None:
        yield Paragraph(title[0], *title)


def paragraphs(
    text: str, start: int, end: int, *, on_page: bool = False
) -> tuple[list[Span], dict[int, list[list[Span]]]]:
    """Paragraphs of `text[start:end]`, and the entries of those whose line ends are all meant, by where they begin.

    In text without blank lines (extracted PDF pages, one paragraph a line) a line end closes a paragraph when the line
    ends a sentence and is short for the text, or when a bullet follows; other line ends are only wraps. On a page the
    lines are what fits the layout: those of a balance sheet are no entries, but rows that need each other.
    """
    spans = _between(text, start, end, _BLANK_LINE if text.find("\f", start, end) < 0 else _BLANK_LINE_OR_PAGE)
    listed: dict[int, list[list[Span]]] = {}
    for left, right in spans:
        if on_page or text.count("\n", left, right) < LEAST_LINES - 1:
            continue
        is_list = right - left > _LARGE or len(spans) == 1
        if (is_list or _TORN.search(text, left, right)) and (found := entries(text, left, right)):
            listed[left] = found if is_list else [[sentence for entry in found for sentence in entry]]
    breaks = text.count("\n", start, end)
    if len(spans) > max(2, breaks // 12) or breaks <= 4:
        return spans, listed
    return [piece for span in spans for piece in ([span] if span[0] in listed else _unwrap(text, span))], listed


def _unwrap(text: str, span: Span) -> list[Span]:
    lines = _between(text, *span, _LINE_END)
    if len(lines) < 2:
        return lines
    widths = sorted(end - start for start, end in lines)
    full = widths[int(0.9 * (len(widths) - 1))]
    spans: list[Span] = []
    left = lines[0][0]
    for (start, end), (following, _) in pairwise(lines):
        ends_here = is_stopped(text, start, end, _SENTENCE_ENDS)
        if _BULLET.match(text, following) or (ends_here and (end - start < 0.8 * full or full > LONG_LINES)):
            spans.append((left, end))
            left = following
    spans.append((left, lines[-1][1]))
    return spans


def _between(text: str, start: int, end: int, separator: re.Pattern[str]) -> list[Span]:
    """What stands between separators, without blanks around it."""
    edges = [start]
    for match in separator.finditer(text, start, end):
        edges += match.span()
    edges.append(end)
    spans: list[Span] = []
    for left, right in zip(edges[0::2], edges[1::2], strict=True):
        if left >= right:
            continue
        if text[right - 1].isspace() or (left == start and text[left].isspace()):  # none stands behind a separator
            span = _stripped(text, left, right)
            if span[0] < span[1]:
                spans.append(span)
        else:
            spans.append((left, right))
    return spans


def _stripped(text: str, start: int, end: int) -> Span:
    content = text[start:end]
    return end - len(content.lstrip()), start + len(content.rstrip())


def _is_title(text: str, start: int, end: int) -> bool:
    content = text[start:end]
    return (
        "\n" not in content
        and size(content) <= _TITLE_TOKENS
        and (content.endswith(_LABEL_END) or not is_stopped(text, start, end, _STOPS))
        and (not _BULLET.match(content) or _NUMBER.match(content) is not None)
    )
