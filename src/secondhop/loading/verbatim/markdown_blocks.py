"""The block structure of Markdown, as far as sections need it: headings, fenced code and pipe tables.

One pass over the lines, by the rules of CommonMark 0.31 for container blocks (quotes, list items), leaf blocks and
lazy continuation, and of GFM for tables. Headings inside a quote or a list item are content of it, not of the outline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Literal

from secondhop.loading.verbatim.outlined import MAX_HEADING_LINE, Block, Heading, lines_of

Leaf = Literal["paragraph", "table", "fence", "html"]

_QUOTE = -1  # a container that is no list item; list items are their content's indent
_MAX_DEPTH = 100
_ATX = re.compile(r"(#{1,6})(?= |$)")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_SETEXT = re.compile(r"(=+|-+) *$")
_THEMATIC = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_ITEM = re.compile(r"([-+*]|(\d{1,9})[.)])(?= |$)")
_DELIMITER = re.compile(r":?-+:?")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_REFERENCE = re.compile(r"\[[^\]]+\]:")
_TAG = r"""[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*/?"""
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|"
    "track|ul"
)
_FILE = re.compile(";base64,[A-Za-z0-9+/=]{500,}")
_BLANK = re.compile(r"^\s*$")
_HTML_HEADING = re.compile(
    r"^[ \t]*(?:<(?!h[1-6])/?[a-z][^<>]*>[ \t]*)*<h([1-6])(?:\s[^<>]*)?>([^<]*(?:<(?!/?h[1-6])[^<]*)*)</h\1\s*>",
    re.IGNORECASE | re.MULTILINE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
# How an HTML block starts, and what ends it; the last kind cannot interrupt a paragraph.
_HTML = tuple(
    (re.compile(start, re.IGNORECASE), end if end is _BLANK else re.compile(end, re.IGNORECASE))
    for start, end in (
        (r"<(?:script|pre|style|textarea)(?:[\s>]|$)", r"</(?:script|pre|style|textarea)>"),
        (r"<!--", r"-->"),
        (r"<\?", r"\?>"),
        (r"<![a-z]", r">"),
        (r"<!\[CDATA\[", r"\]\]>"),
        (rf"</?(?:{_BLOCK_TAGS})(?:\s|/?>|$)", _BLANK),
        (rf"<(?:{_TAG}|/[A-Za-z][A-Za-z0-9-]*\s*)>\s*$", _BLANK),
    )
)


def without_files(text: str) -> tuple[str, int]:
    """The text without the files, such as pictures, that links in it hold whole, and how many these are.

    Converters and notebooks write pictures so, each as long as a chapter. Lines keep their numbers.
    """
    return _FILE.subn(";base64,", text)


def scan(text: str, start: int = 0) -> tuple[list[Heading], list[Block]]:
    """The headings, and the fenced blocks and tables, of the text from `start` on, in document order."""
    scanner = _Scanner()
    for begin, end, line in lines_of(text):
        if begin >= start:
            scanner.read(line, begin, end)
    scanner.close_leaf()
    in_html = [heading for block in scanner.html for heading in _html_headings(text, block)]
    return sorted([*scanner.headings, *in_html], key=attrgetter("start")), scanner.blocks


class _Scanner:
    """The open blocks, innermost last, and what has been found."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self.blocks: list[Block] = []
        self.html: list[Block] = []
        """HTML outside quotes and list items, in which headings may stand."""
        self.containers: list[int] = []
        self.leaf: Leaf | None = None
        self.paragraph: list[tuple[str, int, int]] = []
        self.block = Block(0, 0)
        self.item_is_bare = False
        self.closing = _BLANK
        """What ends the open fence or HTML block."""

    def read(self, raw: str, start: int, end: int) -> None:
        """Take in one line, `[start, end)` in the text."""
        if self.leaf in (None, "paragraph") and not self.containers and raw[:1].isalpha():
            self._add_to_paragraph(raw, start, end)  # nothing else begins with a letter
            return
        rest, depth = self._match_containers(raw.expandtabs(4))
        all_matched = depth == len(self.containers)
        if self.leaf in ("fence", "html"):
            if all_matched:
                self._inside_verbatim(rest, end)
                return
            self.close_leaf()
        if not rest.strip():
            # An item that begins with an empty line ends at the next one.
            self._close_below(depth - 1 if self.item_is_bare and all_matched else depth)
            self.item_is_bare = False
            return
        self.item_is_bare = False
        lazy = self.leaf == "paragraph" and not all_matched
        opened = self._open_containers(rest, depth, lazy)
        if opened is None:
            self._read_leaf(rest, raw, (start, end), depth, lazy)
        elif opened.strip():
            self._read_leaf(opened, raw, (start, end), len(self.containers), lazy=False)

    def _open_containers(self, rest: str, depth: int, lazy: bool) -> str | None:
        """Open the quotes and list items that begin here; return what follows their marks, None if there are none."""
        any_opened = False
        while rest.strip() and len(self.containers) < _MAX_DEPTH:
            indent = len(rest) - len(rest.lstrip(" "))
            interrupting = self.leaf == "paragraph" and not lazy
            opened = None if indent > 3 else self._open_container(rest[indent:], indent, interrupting)
            if opened is None:
                break
            self._close_below(len(self.containers) if any_opened else depth)
            container, rest = opened
            self.containers.append(container)
            any_opened = True
            self.item_is_bare = container != _QUOTE and not rest.strip()
        return rest if any_opened else None

    def _read_leaf(self, rest: str, raw: str, span: tuple[int, int], depth: int, lazy: bool) -> None:
        inner = rest.lstrip(" ")
        if len(rest) - len(inner) > 3:
            if self.leaf == "paragraph":
                self.paragraph.append((inner, *span))
            else:
                self._close_below(depth)
        elif self._open_leaf(inner, raw, span, depth, lazy):
            pass
        elif lazy:
            self.paragraph.append((inner, *span))
        elif self.leaf == "table" and depth == len(self.containers):
            self.block = Block(self.block.start, span[1], self.block.header_end)
        else:
            if len(self.containers) > depth:
                self._close_below(depth)
            self._add_to_paragraph(inner, *span)

    def _match_containers(self, rest: str) -> tuple[str, int]:
        """Return what is left of the line after the marks of the open containers, and how many of them go on."""
        for depth, container in enumerate(self.containers):
            indent = len(rest) - len(rest.lstrip(" "))
            if container == _QUOTE:
                if indent > 3 or not rest.startswith(">", indent):
                    return rest, depth
                rest = rest[indent + 1 :].removeprefix(" ")
            elif indent >= container:
                rest = rest[container:]
            elif rest.strip():
                return rest, depth
        return rest, len(self.containers)

    def _open_container(self, inner: str, indent: int, interrupting: bool) -> tuple[int, str] | None:
        """Recognise the quote or list item that begins here, and what follows its mark."""
        if inner.startswith(">"):
            return _QUOTE, inner[1:].removeprefix(" ")
        item = _ITEM.match(inner)
        if item is None or _THEMATIC.match(inner):
            return None
        after = inner[item.end() :]
        number = item.group(2)
        if interrupting and (not after.strip() or (number is not None and int(number) != 1)):
            return None
        spaces = len(after) - len(after.lstrip(" "))
        if not after.strip() or spaces > 4:
            spaces = 1
        return indent + item.end() + spaces, after[spaces:]

    def _open_leaf(self, inner: str, raw: str, span: tuple[int, int], depth: int, lazy: bool) -> bool:
        """Whether the line is (or begins) a leaf block other than a paragraph."""
        start, end = span
        if self.leaf == "paragraph" and not lazy and (self._setext(inner, end) or self._table(inner, end)):
            return True
        if inner[0] == "#" and (atx := _ATX.match(inner)):
            self._close_below(depth)
            if not self.containers:
                self.headings.append(Heading(start, end, atx.end(), _without_closing(inner[atx.end() :])))
        elif inner[0] in "`~" and (fence := _FENCE.match(inner)):
            self._close_below(depth)
            mark = fence.group(1) or fence.group(2)
            at = raw.index(mark)
            self.leaf, self.block = "fence", Block(start + at if raw[:at].strip() else start, end)
            self.closing = re.compile(rf" {{0,3}}{mark[0]}{{{len(mark)},}} *$")
        elif inner[0] == "<" and (ending := _html_ending(inner, self.leaf == "paragraph" and self._holds_words())):
            self._close_below(depth)
            if ending is _BLANK or not ending.search(inner):
                self.leaf, self.closing, self.block = "html", ending, Block(start, end)
        elif inner[0] in "*-_" and _THEMATIC.match(inner):
            self._close_below(depth)
        else:
            return False
        return True

    def _setext(self, inner: str, end: int) -> bool:
        underline = _SETEXT.match(inner)
        if underline is None or not self._holds_words():
            return False
        if not self.containers:
            title = " ".join(line.strip() for line, _, _ in self.paragraph)
            level = 1 if inner[0] == "=" else 2
            self.headings.append(Heading(self.paragraph[0][1], end, level, title))
        self.close_leaf()
        return True

    def _holds_words(self) -> bool:
        """Whether the open paragraph is more than link reference definitions."""
        return not all(_REFERENCE.match(line) for line, _, _ in self.paragraph)

    def _table(self, inner: str, end: int) -> bool:
        header, start, _ = self.paragraph[-1]
        if "|" not in inner or "|" not in header:
            return False
        dashes = cells(inner)
        if len(dashes) != len(cells(header)) or not all(_DELIMITER.fullmatch(cell.strip()) for cell in dashes):
            return False
        self.close_leaf()
        self.leaf, self.block = "table", Block(start, end, end)
        return True

    def _inside_verbatim(self, rest: str, end: int) -> None:
        self.block = Block(self.block.start, end)
        if self.closing.search(rest) if self.leaf == "html" else self.closing.match(rest):
            self.close_leaf()

    def _add_to_paragraph(self, line: str, start: int, end: int) -> None:
        if self.leaf != "paragraph":
            self.close_leaf()
            self.leaf = "paragraph"
        self.paragraph.append((line, start, end))

    def _close_below(self, depth: int) -> None:
        """Close the open leaf, and the containers that the line does not continue."""
        self.close_leaf()
        del self.containers[depth:]

    def close_leaf(self) -> None:
        """End the open leaf block and note it."""
        if self.leaf in ("fence", "table"):
            self.blocks.append(self.block)
        elif self.leaf == "html" and self.closing is _BLANK and not self.containers:
            self.html.append(self.block)
        self.leaf = None
        self.paragraph = []


def _html_ending(inner: str, interrupting: bool) -> re.Pattern[str] | None:
    """Return what ends the HTML block that begins here; None if none begins."""
    kinds = _HTML[:-1] if interrupting else _HTML
    return next((ending for opening, ending in kinds if opening.match(inner)), None)


def _html_headings(text: str, block: Block) -> Iterator[Heading]:
    """The headings that begin a line of an HTML block, as files on GitHub have them to be centred; pictures alone are none."""
    for found in _HTML_HEADING.finditer(text, block.start, block.end):
        if len(found[2]) <= MAX_HEADING_LINE and _ANY_TAG.sub("", found[2]).strip():
            yield Heading(found.start(), found.end(), int(found[1]), found[2])


def _without_closing(title: str) -> str:
    """Return the title of a heading without the #s that close it."""
    title = title.strip()
    bare = title.rstrip("#")
    return bare.rstrip() if bare == "" or bare.endswith(" ") else title


def cells(row: str) -> list[str]:
    """The cells of a row of a pipe table, as they are written."""
    row = row.strip().removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return _CELL_BREAK.split(row)
