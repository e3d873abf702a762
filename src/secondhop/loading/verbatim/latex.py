"""LaTeX, verbatim: a section for each part, chapter, section and paragraph; verbatim and listing blocks are code."""

from __future__ import annotations

import re

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.outlined import Block, Heading, outlined
from secondhop.types import SourceText

_LEVELS = {
    name: level
    for level, name in enumerate(
        ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph"), start=1
    )
}
_COMMAND = re.compile(rf"^[ \t]*\\({'|'.join(_LEVELS)}|title)\*?[ \t]*(?=[\[{{])", re.MULTILINE)
_ABSTRACT = re.compile(r"^[ \t]*\\begin\{abstract\}", re.MULTILINE)
_CODE = re.compile(r"^[ \t]*\\begin\{(verbatim|Verbatim|lstlisting|minted)\}", re.MULTILINE)
_MARKUP = re.compile(
    r"\\(?:label|index|footnote|thanks|cite\w*|ref|href)\*?(?:\[[^\]]*\])?\{[^{}]*\}"
    r"|\\\\|\\[a-zA-Z]+\*?[ \t]*|[{}$~]|\\(?=[&%#_$])"
)
_TWICE = "\\texorpdfstring"
"""Has the words for the page, then those for the outline; these are plainer."""
_MAX_ARGUMENT = 2000


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, cut at its headings; `title` becomes metadata."""
    text, warnings = decode(data, source)
    metadata: dict[str, str] = {}
    blocks = list(_code(text))
    headings = [
        Heading(match.start(), match.end(), _LEVELS["section"], "Abstract") for match in _ABSTRACT.finditer(text)
    ]
    for match in _COMMAND.finditer(text):
        if any(block.start <= match.start() < block.end for block in blocks) or _is_comment(text, match.start()):
            continue
        opening = _after_option(text, match.end())
        end = _closing_brace(text, opening)
        if end is None:
            continue
        title = _plain(text[opening + 1 : end])
        if match[1] == "title":
            metadata["title"] = title
        else:
            headings.append(Heading(match.start(), end + 1, _LEVELS[match[1]], title))
    headings.sort(key=lambda heading: heading.start)
    return SourceText(source, text, tuple(outlined(text, headings, blocks)), metadata, tuple(warnings))


def _code(text: str) -> list[Block]:
    blocks: list[Block] = []
    position = 0
    while opening := _CODE.search(text, position):
        end = text.find(f"\\end{{{opening[1]}}}", opening.end())
        position = len(text) if end < 0 else end + len(f"\\end{{{opening[1]}}}")
        blocks.append(Block(opening.start(), position))
    return blocks


def _is_comment(text: str, start: int) -> bool:
    return "%" in text[text.rfind("\n", 0, start) + 1 : start]


def _after_option(text: str, start: int) -> int:
    """Where the braces of a command open, after the short title in brackets that may stand before them."""
    if text.startswith("[", start):
        closing = text.find("]", start, start + _MAX_ARGUMENT)
        return start if closing < 0 else closing + 1
    return start


def _closing_brace(text: str, opening: int) -> int | None:
    if not text.startswith("{", opening):
        return None
    depth = 0
    for place in range(opening, min(len(text), opening + _MAX_ARGUMENT)):
        if text[place] in "{}" and text[place - 1] != "\\":
            depth += 1 if text[place] == "{" else -1
            if not depth:
                return place
    return None


def _plain(title: str) -> str:
    while (start := title.find(_TWICE)) >= 0:
        opening = start + len(_TWICE)
        first = _closing_brace(title, opening)
        title = title[:start] + title[opening if first is None else first + 1 :]
    return " ".join(_MARKUP.sub(lambda found: " " if found[0] in ("~", "\\\\") else "", title).split())
