"""AsciiDoc, verbatim: a section for each heading; listing and literal blocks are code, delimited tables are tables."""

from __future__ import annotations

import re

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.outlined import MAX_HEADING_LINE, Block, Heading, lines_of, outlined
from secondhop.types import SourceText

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*")
_UNDERLINE = re.compile(r"([=~^+-])\1{2,}[ \t]*")
_LEVELS = {mark: level for level, mark in enumerate("=-~^+", start=1)}
"""Of titles underlined with these marks."""
_DELIMITER = re.compile(r"(-{4,}|\.{4,}|`{3,}|\+{4,}|/{4,}|[|,:!]===)[ \t]*")
_MARKS = frozenset("=#~^-.`+/|,:!")
"""Lines of all three kinds begin with one of these."""
_NOT_SHOWN = "/+"
_MARKUP = re.compile(
    r"\[\[[^\[\]]*\]\]|<<[^,>]*,([^>]*)>>|(?:https?|link|xref|mailto):[^\s\[]*\[([^\]]*)\]"
    r"|`\+|\+`|(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)"
)


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, cut at its headings; the document's title becomes metadata."""
    text, warnings = decode(data, source)
    headings: list[Heading] = []
    blocks: list[Block] = []
    metadata: dict[str, str] = {}
    before = above = closing = ""
    above_start = opened = header_end = -1

    def add(start: int, end: int, level: int, marked: str) -> None:
        title = _MARKUP.sub(lambda found: found[1] or found[2] or "", marked)
        headings.append(Heading(start, end, level, title))
        if level == 1:
            metadata.setdefault("title", title)

    for start, end, line in lines_of(text):
        if closing:
            if line.rstrip() == closing:
                if closing[0] not in _NOT_SHOWN:
                    blocks.append(Block(opened, end, header_end if closing.endswith("===") else None))
                closing = above = ""
            elif header_end == opened and line.strip():
                header_end = end
            continue
        if line[:1] not in _MARKS:
            pass
        elif _UNDERLINE.fullmatch(line) and _is_title(before, above, line):
            add(above_start, end, _LEVELS[line[0]], above.rstrip())
        elif _DELIMITER.fullmatch(line):
            closing, opened, header_end = line.rstrip(), start, start
        elif len(line) <= MAX_HEADING_LINE and (heading := _HEADING.fullmatch(line)):
            add(start, end, len(heading[1]), heading[2])
        before, above, above_start = above, line, start
    return SourceText(source, text, tuple(outlined(text, headings, blocks)), metadata, tuple(warnings))


def _is_title(before: str, above: str, underline: str) -> bool:
    """Whether a line begins a block, and the one below it is marks of about its length; else they delimit a block."""
    return (
        len(underline) <= MAX_HEADING_LINE
        and abs(len(above.rstrip()) - len(underline.rstrip())) < 2
        and above[0] not in ".[ \t"
        and any(map(str.isalnum, above))
        and (not before.strip() or before.startswith(("[", "//", ":")))
    )
