"""Markdown: a section for each heading, with code blocks and tables as sections inside it.

The headed sections tile the text. Each begins at its heading's line; what stands before the first heading, and front
matter, are sections without a heading. A table's `heading_span` is its header row with the row of dashes, so that a
part of the table can be shown under it.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace

from secondhop.loading.encodings import decode
from secondhop.loading.markdown_blocks import Blocks, Heading, scan
from secondhop.types import Kind, Section, SourceText

SUFFIXES = frozenset({".md", ".markdown", ".mdx"})

_MAX_TITLE = 250  # a paragraph underlined by mistake is a heading by the rules
_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n?|\n)(?P<yaml>(?:#|[\w\"'-][^:\r\n]*:).*?)^(?:---|\.\.\.)[ \t]*$(?:\r\n?|\n)?"
    r"|\+\+\+[ \t]*(?:\r\n?|\n)(?P<toml>.*?)^\+\+\+[ \t]*$(?:\r\n?|\n)?",
    re.DOTALL | re.MULTILINE,
)
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(?:\"([^\"\r\n]*)\"|'([^'\r\n]*)'|([^\r\n]*))", re.MULTILINE)
_HEADING_ID = re.compile(r"\s*\{#[^{}]*\}\s*$")
_INLINE = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|!?\[(?P<label>[^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
    r"|<(?P<link>[a-z][a-z0-9+.-]*:[^<>\s]*)>"
    r"|</?[A-Za-z][^<>]*>|<!--.*?-->"
    r"|(?P<stars>\*+|~~+)(?=\S)|(?<=\S)(?:\*+|~~+)"
    r"|(?<!\w)_+(?=\w)|(?<=[\w.!?)])_+(?!\w)"
    r"|(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);)"
)


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, cut at its headings; `title` of front matter becomes metadata."""
    text, warnings = decode(data, source)
    front_matter = _FRONT_MATTER.match(text)
    metadata: Mapping[str, str] = {}
    body = 0
    if front_matter is not None:
        body = front_matter.end()
        metadata = _metadata(front_matter.group())
    sections = _sections(text, body, scan(text, body))
    return SourceText(source, text, tuple(sections), metadata, tuple(warnings))


def plain_title(markup: str) -> str:
    """Reduce a heading to the words that a reader sees."""
    title = _HEADING_ID.sub("", markup[: 4 * _MAX_TITLE])
    title = _INLINE.sub(_visible, title)
    if "](" in title or "][" in title:  # a link around an image
        title = _INLINE.sub(_visible, title)
    title = " ".join(title.split())
    return title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1] + "…"


def _visible(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups["code"] is not None:
        return str(groups["code"])
    if groups["label"] is not None:
        return _INLINE.sub(_visible, groups["label"])
    if groups["entity"] is not None:
        return html.unescape(groups["entity"])
    return groups["escaped"] or groups["link"] or ""


def _metadata(front_matter: str) -> dict[str, str]:
    title = _TITLE.search(front_matter)
    words = "" if title is None else next(group for group in title.groups() if group is not None).strip()
    return {"title": words} if words else {}


def _sections(text: str, body: int, blocks: Blocks) -> list[Section]:
    """List the tiling sections and the blocks inside them, in document order."""
    headed = _headed(text, body, blocks.headings)
    starts = [section.start for section in headed]
    inner = []
    for block in (*blocks.fences, *blocks.tables):
        outer = headed[bisect_right(starts, block.start) - 1]
        kind: Kind = "code" if block.header_end is None else "table"
        heading = outer.heading_span if block.header_end is None else (block.start, block.header_end)
        inner.append(replace(outer, start=block.start, end=block.end, kind=kind, heading_span=heading))
    return sorted([*headed, *inner], key=lambda section: (section.start, -section.end))


def _headed(text: str, body: int, headings: list[Heading]) -> list[Section]:
    """Front matter, what stands before the first heading, and a section for each heading."""
    path: list[tuple[int, str]] = []
    opened: list[tuple[int, tuple[str, ...], tuple[int, int] | None]] = []
    first = headings[0].start if headings else len(text)
    if body:
        opened.append((0, (), None))
    if text[body:first].strip() or not (headings or opened):
        opened.append((body, (), None))
    for heading in headings:
        title = plain_title(heading.title)
        path = [(level, outer) for level, outer in path if level < heading.level]
        if title:
            path.append((heading.level, title))
        opened.append((heading.start, tuple(name for _, name in path), (heading.start, heading.end)))
    ends = [start for start, _, _ in opened[1:]] + [len(text)]
    return [
        Section(start, end, heading_path=names, heading_span=span)
        for (start, names, span), end in zip(opened, ends, strict=True)
    ]
