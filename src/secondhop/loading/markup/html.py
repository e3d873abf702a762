"""HTML: the readable text with its headings, lists and tables; scripts, styles and navigation left out.

`html_shown.py` says what is left out, `html_text.py` reads an element's text, `html_tables.py` a table's rows.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from secondhop.errors import MissingExtraError
from secondhop.loading.builder import TextBuilder, clean, one_line
from secondhop.loading.encodings import READ_AS, decode
from secondhop.loading.markup.html_shown import (
    BOILERPLATE,
    DROPPED,
    HEADINGS,
    is_box,
    is_inline,
    is_shown,
    own_contents,
)
from secondhop.loading.markup.html_tables import data_table
from secondhop.loading.markup.html_text import QUOTES, gap_before, is_replaced, replaced, text_of, walk
from secondhop.loading.numerals import numeral
from secondhop.types import SourceText

try:
    from selectolax.lexbor import LexborHTMLParser
except ImportError as error:
    raise MissingExtraError("selectolax", extra="office") from error

_BULLET = "- "
_MEANING = ": "
"""What items of lists without numbers, and what terms mean, begin with, as in Markdown."""
_NUMBERS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_NUMBERED_AS = re.compile(
    r"\b(?:(lower|upper)-?(?:alpha|latin|(roman))|list-style(?:-type)?\s*:\s*none)\b", re.IGNORECASE
)
"""The kind of numbers, or that there are none, as styles and the classes of Docutils and Asciidoctor say."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_USUAL_LEVEL = 2
"""Of what is a heading without a level."""
_MAX_DEPTH = 2000
_NESTING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# fmt: off
_CLOSED_BY_THEMSELVES = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li",
    "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "rt", "rp", "colgroup",
})
# fmt: on
_XML = re.compile(r"""<\?xml\s|<html\s[^<>]*\bxmlns=["']http://www\.w3\.org/1999/xhtml""", re.IGNORECASE)
_SELF_CLOSED = re.compile(r"<(?!br\b)([a-z][^\s<>/]*)((?:\s[^<>]*)?)/>", re.IGNORECASE)
"""`<br></br>` would be two."""
_FOREIGN = re.compile(r"<(svg|math)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_UNREAD = re.compile(r"<(?:script|style)\b.*?(?:</(?:script|style)|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_WHITESPACE = re.compile(r"[ \t\r\n\f]+")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 8192
_NOT_FROM_META = frozenset({"utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})


def load(data: bytes, source: str) -> SourceText:
    """The text as a reader of the page sees it, sections by heading.

    Navigation, footers and what is hidden are left out, unless there is nothing else.

    Raises:
        NoTextError: nothing in it but markup.
    """
    html, warnings = decoded(data, source)
    builder = TextBuilder()
    title, more_warnings = write_page(html, builder)
    return builder.build(source, metadata={"title": title}, warnings=warnings + more_warnings)


def write_page(
    html: str, builder: TextBuilder, titles: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[str, list[str]]:
    """Write the text of a page; return its title, and what had to be left out.

    `titles` are paths of headings that the page itself does not have, by the ids of what they stand above.
    """
    if _XML.search(html, 0, _DECLARED_WITHIN):
        html = _closed(html)
    if _is_too_deep(html) and _is_too_deep(html := _FOREIGN.sub(lambda found: _closed(found[0]), html)):
        builder.write(one_line(unescape(_TAG.sub(" ", _UNREAD.sub(" ", html)))))
        return "", [f"Elements nest more than {_MAX_DEPTH} deep: read without headings, lists and tables."]
    tree = LexborHTMLParser(html)
    # KaTeX draws a formula a second time, sign by sign; MediaWiki offers to edit each section.
    for drawn in tree.css(".katex-mathml + .katex-html, .mw-editsection"):
        drawn.decompose()
    for tex in tree.css("script[type^='math/tex']"):  # MathJax draws a formula before what it was written as
        while (before := tex.prev) is not None and before.is_element_node and _is_of_mathjax(before):
            before.decompose()
        tex.replace_with(one_line(tex.text()))
    for contents in reversed(own_contents(tree)):  # inner ones first: what is inside one is gone with it
        contents.decompose()
    title_node = tree.css_first("title")
    if tree.root is not None:
        written = builder.length
        for dropped in (DROPPED | BOILERPLATE, DROPPED):
            if builder.length == written:
                _Writer(builder, titles or {}, dropped).write(tree.root)
    return "" if title_node is None else one_line(title_node.text()), []


def _is_of_mathjax(node: Any) -> bool:
    return (node.attributes.get("class") or "").lower().startswith(("mathjax", "mjx"))


def _closed(xml: str) -> str:
    """With an end tag for each tag that closes itself, as in XML: the parser takes it for one that opens an element."""
    return _SELF_CLOSED.sub(lambda found: f"<{found[1]}{found[2]}></{found[1]}>", xml)


def _is_too_deep(html: str) -> bool:
    """Whether elements nest deeper than any page's: the parser's time grows with the square of the depth."""
    if html.count("<") <= 2 * _MAX_DEPTH:
        return False
    depth = 0
    for closing, tag in _NESTING.findall(html):
        if tag.lower() not in _CLOSED_BY_THEMSELVES:
            depth = max(depth - 1, 0) if closing else depth + 1
            if depth > _MAX_DEPTH:
                return True
    return False


def decoded(data: bytes, source: str) -> tuple[str, list[str]]:
    """Byte order mark and valid UTF-8 first (pages often declare what they are not), then what the page declares."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    declared = _META_CHARSET.search(data[:_DECLARED_WITHIN])
    if declared and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
            if name not in _NOT_FROM_META:
                return data.decode(READ_AS.get(name, name)), []
        except (LookupError, UnicodeError):
            pass
    return decode(data, source)


class _Writer:
    """Walks a tree and writes what it finds, a block of text at a time."""

    def __init__(self, builder: TextBuilder, titles: Mapping[str, tuple[str, ...]], dropped: frozenset[str]) -> None:
        self._builder = builder
        self._titles = titles
        self._dropped = dropped
        self._line: list[str] = []
        self._items = 0
        self._mark = ""
        self._next_numbers: dict[int, int] = {}
        self._after_term = False

    def write(self, root: Any) -> None:
        """Write the text below a node."""
        for node, entering in walk(root, self._enter):
            if node.is_text_node:
                self._line.append(_WHITESPACE.sub(" ", node.text_content or ""))
            elif node.tag == "q":
                self._line.append(QUOTES[entering])
            elif entering and (gap := gap_before(node)) and any(map(str.strip, self._line)):
                self._line.append(gap)
            elif not entering and not is_inline(node.tag):
                self._flush()
                if node.tag in ("li", "dd"):
                    self._items -= node.tag == "li"
                    self._mark = ""
                elif node.tag in ("dt", "dl"):
                    self._after_term = node.tag == "dt"
        self._flush()

    def _enter(self, node: Any) -> bool:
        """Prepare for an element; whether to go into it."""
        tag = node.tag
        if not is_shown(node, self._dropped):
            return False
        if self._titles and (name := node.attributes.get("id")) and (path := self._titles.get(name)):
            self._flush()
            self._builder.under(path)
        if is_replaced(node):
            self._line.append(replaced(node, self._dropped))
            return False
        if is_inline(tag):
            return True
        self._flush()
        level = _heading_level(node)
        if level is not None:
            self._builder.heading(level, text_of(node, self._dropped))
            return False
        code = _code(node, self._dropped)
        if code is not None:
            self._builder.code(clean(code).strip("\n"))
            return False
        if tag == "table" and (table := data_table(node, self._dropped)) is not None:
            for caption in node.css("caption"):
                self._builder.write(one_line(text_of(caption, self._dropped)))
            rows, header = table
            self._builder.table(rows, header=header)
            return False
        if tag == "li":
            self._items += 1
            self._mark = self._numbered(node)
        elif tag == "dd" and self._after_term:
            self._mark = _MEANING
        return True

    def _numbered(self, item: Any) -> str:
        """What a list item begins with: its number as the page shows it, else a dash."""
        parent = item.parent
        if parent is None or parent.tag != "ol":
            return _BULLET
        attributes = parent.attributes
        kind = _NUMBERS.get(attributes.get("type") or "", "decimal")
        if styled := _NUMBERED_AS.search(f"{attributes.get('class')} {attributes.get('style')}"):
            if styled[1] is None:
                return _BULLET
            kind = styled[1].lower() + ("Roman" if styled[2] else "Letter")
        backwards = "reversed" in attributes
        number = _number(item.attributes.get("value"))
        if number is None:
            number = self._next_numbers.get(parent.mem_id, _number(attributes.get("start")))
        if number is None:
            number = sum(child.tag == "li" for child in parent.iter()) if backwards else 1
        self._next_numbers[parent.mem_id] = number - 1 if backwards else number + 1
        return numeral(number, kind) + ". "

    def _flush(self) -> None:
        """Write the lines collected so far; the mark of a list item waits for the item's text."""
        if not self._line:
            return
        lines = (one_line(line) for line in "".join(self._line).split("\n"))
        text = "\n".join(line for line in lines if line)
        self._line = []
        if text:
            within = self._items or self._mark == _MEANING
            self._builder.write(self._mark + text, gap="\n" if within else "\n\n")
            self._mark = ""


def _heading_level(node: Any) -> int | None:
    """The level of a heading, also of one that only its role tells; None for other elements, and for the title of a box."""
    level = HEADINGS.get(node.tag)
    if level is None and node.attributes.get("role") == "heading":
        level = _number(node.attributes.get("aria-level")) or _USUAL_LEVEL
    return None if level is None or is_box(node.parent) else level


def _code(node: Any, dropped: frozenset[str]) -> str | None:
    """The code that an element shows as it stands, in Doxygen's pages a block for each line; None for other elements."""
    if node.tag == "pre":
        return text_of(node, dropped | {"button"})  # "Copy"
    if node.tag != "div" or "fragment" not in (node.attributes.get("class") or "").split():
        return None
    return "\n".join(text_of(line, dropped) for line in node.css("div.line")) or None


def _number(value: str | None) -> int | None:
    return int(value) if value and _NUMBER.fullmatch(value.strip()) else None
