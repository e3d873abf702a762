"""AsciiDoc, verbatim: a section for each heading; listing and literal blocks are code, delimited tables are tables."""

from __future__ import annotations

import re

from secondhop.loading.encodings import decode
from secondhop.loading.outlined import MAX_HEADING_LINE, Block, Heading, lines_of, outlined
from secondhop.types import SourceText

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*")
_DELIMITER = re.compile(r"(-{4,}|\.{4,}|`{3,}|\+{4,}|/{4,}|[|,:!]===)[ \t]*")
_NOT_SHOWN = "/+"
_MARKUP = re.compile(
    r"<<[^,>]*,([^>]*)>>|(?:https?|link|xref|mailto):[^\s\[]*\[([^\]]*)\]|(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)"
)


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, cut at its headings; the document's title becomes metadata."""
    text, warnings = decode(data, source)
    headings: list[Heading] = []
    blocks: list[Block] = []
    metadata: dict[str, str] = {}
    closing = ""
    opened = header_end = -1
    for start, end, line in lines_of(text):
        if closing:
            if line.rstrip() == closing:
                if closing[0] not in _NOT_SHOWN:
                    blocks.append(Block(opened, end, header_end if closing.endswith("===") else None))
                closing = ""
            elif header_end == opened and line.strip():
                header_end = end
            continue
        if _DELIMITER.fullmatch(line):
            closing, opened, header_end = line.rstrip(), start, start
        elif len(line) <= MAX_HEADING_LINE and (heading := _HEADING.fullmatch(line)):
            title = _MARKUP.sub(lambda found: found[1] or found[2] or "", heading[2])
            headings.append(Heading(start, end, len(heading[1]), title))
            if len(heading[1]) == 1:
                metadata.setdefault("title", title)
    return SourceText(source, text, tuple(outlined(text, headings, blocks)), metadata, tuple(warnings))
