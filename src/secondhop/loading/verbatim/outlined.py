"""What the loaders that leave a text as it stands share: sections from what was found in it.

Headings, code blocks and tables: the headed sections tile the text. Each begins at its heading's line; what stands
before the first heading is a section without a heading. Named parts, such as definitions: a section for each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import add

from secondhop.types import Kind, Section, Span

MAX_TITLE = 250  # a paragraph underlined by mistake is a heading by the rules
MAX_HEADING_LINE = 1000
"""Longer lines are no headings, and would cost the patterns dear."""
_AT_ONCE = 1 << 17
"""So many characters, to the end of a line."""
_LINE = re.compile(r"([^\r\n]*)(\r\n?|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the outline."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Block:
    """A code block, or a table with the end of its header."""

    start: int
    end: int
    header_end: int | None = None


def lines_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and text of each line, line ends aside. The last one is empty."""
    if "\r" in text:
        return ((match.start(), match.end(1), match[1]) for match in _LINE.finditer(text))
    return chain.from_iterable(_lines_at_once(text))


def _lines_at_once(text: str) -> Iterator[Iterable[tuple[int, int, str]]]:
    """Some thousand lines at a time: all lines of a large text take several times its memory."""
    start = 0
    while (end := text.find("\n", start + _AT_ONCE)) >= 0:
        yield _lines(text[start:end], start)
        start = end + 1
    yield _lines(text[start:], start)
    if start < len(text) and text[-1] != "\n":
        yield [(len(text), len(text), "")]


def _lines(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    lines = text.split("\n")
    lengths = list(map(len, lines))
    starts = list(accumulate(map((1).__add__, lengths), initial=start))
    return zip(starts, map(add, starts, lengths), lines, strict=False)


def outlined(text: str, headings: Sequence[Heading], blocks: Iterable[Block] = (), body: int = 0) -> list[Section]:
    """The tiling sections and the blocks inside them, in document order. Titles are plain already.

    Args:
        text: all of it.
        headings: in document order.
        blocks: code and tables that are sections inside the headed ones.
        body: where the text begins after its front matter, which is a section of its own.
    """
    headed = _headed(text, body, headings)
    starts = [section.start for section in headed]
    inner = []
    for block in blocks:
        outer = headed[bisect_right(starts, block.start) - 1]
        kind: Kind = "code" if block.header_end is None else "table"
        heading = outer.heading_span if block.header_end is None else (block.start, block.header_end)
        inner.append(Section(block.start, block.end, outer.page, outer.heading_path, kind, heading))
    return sorted([*headed, *inner], key=lambda section: (section.start, -section.end))


def _headed(text: str, body: int, headings: Sequence[Heading]) -> list[Section]:
    """Front matter, what stands before the first heading, and a section for each heading."""
    path: list[tuple[int, str]] = []
    opened: list[tuple[int, tuple[str, ...], tuple[int, int] | None]] = []
    first = headings[0].start if headings else len(text)
    if body:
        opened.append((0, (), None))
    if text[body:first].strip() or not (headings or opened):
        opened.append((body, (), None))
    for heading in headings:
        path = [(level, outer) for level, outer in path if level < heading.level]
        if heading.title:
            path.append((heading.level, shortened(heading.title)))
        opened.append((heading.start, tuple(name for _, name in path), (heading.start, heading.end)))
    ends = [start for start, _, _ in opened[1:]] + [len(text)]
    return [
        Section(start, end, heading_path=names, heading_span=span)
        for (start, names, span), end in zip(opened, ends, strict=True)
    ]


def nested(parts: Iterable[tuple[int, int, str, Span | None]]) -> Iterator[Section]:
    """A section of code for each part, under the names of those around it.

    Args:
        parts: start, end, name and what stands as the heading of each, outer ones first.
    """
    around: list[tuple[int, tuple[str, ...]]] = []
    for start, end, name, heading in parts:
        while around and around[-1][0] <= start:
            around.pop()
        path = (*(around[-1][1] if around else ()), name)
        around.append((end, path))
        yield Section(start, end, heading_path=path, kind="code", heading_span=heading)


def shortened(title: str) -> str:
    """The title on one line, cut if it is none."""
    title = " ".join(title.split())
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
