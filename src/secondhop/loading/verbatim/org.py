"""Org mode, verbatim: a section for each headline; source and example blocks are code, tables are tables."""

from __future__ import annotations

import re

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.outlined import MAX_HEADING_LINE, Block, Heading, lines_of, outlined
from secondhop.types import SourceText, Span

_HEADLINE = re.compile(
    r"(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)[ \t]+)?(?:\[#\w\][ \t]+)?(.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*"
)
_BEGIN = re.compile(r"[ \t]*#\+begin_(src|example)\b", re.IGNORECASE)
_TITLE = re.compile(r"#\+title:[ \t]*(.+)", re.IGNORECASE)
_LINK = re.compile(r"\[\[[^\]]*\]\[([^\]]*)\]\]|\[\[([^\]]*)\]\]")
_MARKUP = re.compile(r"(?<!\w)([*/_=~+])(?=\S)(.+?)(?<=\S)\1(?!\w)")


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, cut at its headlines; `#+title` becomes metadata."""
    text, warnings = decode(data, source)
    headings: list[Heading] = []
    blocks: list[Block] = []
    metadata: dict[str, str] = {}
    closing = ""
    opened = 0
    rows: list[Span] = []
    for start, end, line in lines_of(text):  # the last line is blank, and ends a table
        if closing:
            if line.strip().lower() == closing:
                blocks.append(Block(opened, end))
                closing = ""
            continue
        if line.lstrip().startswith("|"):
            rows.append((start, end))
            continue
        if len(rows) > 1:
            blocks.append(Block(rows[0][0], rows[-1][1], rows[0][1]))
        rows.clear()
        if begin := _BEGIN.match(line):
            closing, opened = f"#+end_{begin[1].lower()}", start
        elif len(line) <= MAX_HEADING_LINE and (headline := _HEADLINE.fullmatch(line)):
            title = _LINK.sub(lambda found: found[1] or found[2], headline[2])
            headings.append(Heading(start, end, len(headline[1]), _MARKUP.sub(r"\2", title)))
        elif title_line := _TITLE.match(line):
            metadata.setdefault("title", title_line[1].strip())
    return SourceText(source, text, tuple(outlined(text, headings, blocks)), metadata, tuple(warnings))
