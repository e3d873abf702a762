"""reStructuredText, verbatim: a section for each underlined heading and each described object, for code and tables.

Literal and code blocks are code. An object is what Sphinx describes below `.. function:: name(arguments)` or alike.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from secondhop.loading.encodings import decode
from secondhop.loading.verbatim.inner_blocks import with_tables
from secondhop.loading.verbatim.outlined import MAX_HEADING_LINE, Block, Heading, lines_of, outlined
from secondhop.types import SourceText, Span

_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*")
_DOUBLE_COLON = re.compile("::")
_CODE = re.compile(r"\.\. (?:code|code-block|sourcecode|parsed-literal|literalinclude|highlight)::")
_OBJECT = re.compile(
    r"[ \t]*\.\. (?:[a-z]+:)?(?:function|class|method|classmethod|staticmethod|property|attribute|data|exception|module"
    r"|decorator|macro|type|struct|option|envvar|confval|setting|describe|object)::[ \t]+(\S.*)"
)
_MARKUP = re.compile(
    r"``(.+?)``"
    r"|(?::[\w:.+-]+:)?`([^`]+?)(?:\s+<[^`>]*>)?`_{0,2}"
    r"|(?<![\w*])\*{1,2}(?=[^\s*])(.+?)(?<=[^\s*])\*{1,2}(?!\w)"
    r"|\\\s?"
)
"""Literals, roles and links, emphasis, and what a backslash takes away."""

_Line = tuple[int, int, str]


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, cut at its headings. Levels are in the order in which their marks come first."""
    text, warnings = decode(data, source)
    lines = list(lines_of(text))
    headings: list[Heading] = []
    levels: dict[str, int] = {}
    place = 0
    for begin in _beginnings(lines):
        found = _heading(lines, begin, is_apart=begin == place) if begin >= place else None
        if found is None:
            continue
        place, style, title = found
        level = levels.setdefault(style, len(levels) + 1)
        headings.append(Heading(lines[begin][0], lines[place - 1][1], level, _plain(title)))
    blocks = [
        Block(start, end, None if kind == "code" else head)
        for start, end, kind, head in with_tables(
            text, [(start, end, "code", start) for start, end in _code(text, lines)]
        )
    ]
    edges = [place for block in blocks for place in (block.start, block.end)]
    headings = [heading for heading in headings if bisect_right(edges, heading.start) % 2 == 0]
    if "::" in text:
        headings = _with_objects(lines, headings, blocks)
    return SourceText(source, text, tuple(outlined(text, headings, blocks)), warnings=tuple(warnings))


def _with_objects(lines: list[_Line], headings: list[Heading], blocks: list[Block]) -> list[Heading]:
    """The headings, and below all of them one for each described object that has a body.

    Where the body ends, a section without a title of its own begins.
    """
    added: list[Heading] = []
    lowest = max((heading.level for heading in headings), default=0) + 1
    starts = {heading.start for heading in headings}
    in_code = [start for block in blocks for start in (block.start, block.end)]
    outer: list[int] = []  # how far the objects that go on here are indented
    for place, (start, end, line) in enumerate(lines):
        if not outer and ".." not in line:
            continue
        indent = _indent(line)
        is_mark_up = indent >= 0 and line.startswith("..", indent)
        if indent < 0 or (outer and indent > outer[-1] and not is_mark_up):
            continue
        ends_one = bool(outer) and outer[-1] >= indent
        outer = [each for each in outer if each < indent]
        found = _OBJECT.fullmatch(line) if is_mark_up and len(line) <= MAX_HEADING_LINE else None
        if found and _has_body(lines, place, indent) and bisect_right(in_code, start) % 2 == 0:
            added.append(Heading(start, end, lowest + len(outer), found[1]))
            outer.append(indent)
        elif ends_one and start not in starts:
            added.append(Heading(start, start, lowest + len(outer), ""))
    return sorted([*headings, *added], key=lambda heading: heading.start)


def _indent(line: str) -> int:
    """How far a line is indented, -1 for a blank one."""
    bare = line.lstrip()
    return len(line) - len(bare) if bare else -1


def _has_body(lines: list[_Line], place: int, indent: int) -> bool:
    following = (_indent(lines[number][2]) for number in range(place + 1, len(lines)))
    return next((each for each in following if each >= 0), -1) > indent


def _beginnings(lines: list[_Line]) -> Iterator[int]:
    """Places where a heading may begin, ascending: at a line of marks, or at the line above one."""
    for place in [place for place, (_, _, line) in enumerate(lines) if line[:1] in _MARKS]:
        if _is_adornment(lines[place][2]):
            if place:
                yield place - 1
            yield place


def _heading(lines: list[_Line], place: int, *, is_apart: bool) -> tuple[int, str, str] | None:
    """The place after the heading that begins here, its style and title; None if none begins.

    `is_apart` says that it stands below another one, or first.
    """
    line = lines[place][2]
    below = lines[place + 1][2] if place + 1 < len(lines) else ""
    third = lines[place + 2][2] if place + 2 < len(lines) else ""
    if (
        _is_adornment(line)
        and below.strip()
        and third.rstrip() == line.rstrip()
        and len(line.rstrip()) >= len(below.strip())
    ):
        return place + 3, line[0] * 2, below
    before = "" if is_apart else lines[place - 1][2]
    if (
        line.strip()
        and not line[0].isspace()
        and not before.strip()
        and not _is_adornment(line)
        and _is_adornment(below)
        and len(below.rstrip()) >= min(len(line.rstrip()), 4)
    ):
        return place + 2, below[0], line
    return None


def _is_adornment(line: str) -> bool:
    return len(line.rstrip()) >= 2 and _ADORNMENT.fullmatch(line) is not None


def _code(text: str, lines: list[_Line]) -> list[Span]:
    """What is indented below `::` or a code directive."""
    blocks: list[Span] = []
    place = 0
    for mark in _DOUBLE_COLON.finditer(text):
        opening = bisect_right(lines, mark.start(), key=itemgetter(0)) - 1
        if opening < place:
            continue
        line = lines[opening][2]
        opens = _CODE.match(line.lstrip()) or (line.rstrip().endswith("::") and not line.lstrip().startswith(".."))
        if not opens:
            continue
        outer = len(line) - len(line.lstrip())
        first = last = None
        for place in range(opening + 1, len(lines)):
            start, end, line = lines[place]
            bare = line.lstrip()
            if bare and len(line) - len(bare) <= outer:
                break
            if bare:
                first, last = start if first is None else first, end
        else:
            place = len(lines)
        if first is not None and last is not None:
            blocks.append((first, last))
    return blocks


def _plain(title: str) -> str:
    return _MARKUP.sub(lambda found: next(filter(None, found.groups()), ""), title)
