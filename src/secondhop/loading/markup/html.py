"""HTML: the readable text with its headings, lists and tables; scripts, styles and navigation left out (`html_shown`)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

from secondhop.errors import MissingExtraError
from secondhop.loading.builder import TextBuilder, clean, one_line, raised
from secondhop.loading.encodings import READ_AS, decode
from secondhop.loading.markup.html_shown import (
    ANY_HEADING,
    BOILERPLATE,
    DROPPED,
    HEADINGS,
    is_box,
    is_inline,
    is_shown,
    own_contents,
)
from secondhop.loading.numerals import numeral
from secondhop.types import SourceText

try:
    from selectolax.lexbor import LexborHTMLParser
except ImportError as error:
    raise MissingExtraError("selectolax", extra="office") from error

_BULLET = "- "
_MEANING = ": "
"""What items of lists without numbers, and what terms mean, begin with, as in Markdown."""
_QUOTES = "”“"
"""What a browser shows at the end and at the start of a quotation."""
_APART = frozenset({"button", "label"})
"""What is drawn apart from what stands before it in the line."""
_NUMBERS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_NUMBERED_AS = re.compile(
    r"\b(?:(lower|upper)-?(?:alpha|latin|(roman))|list-style(?:-type)?\s*:\s*none)\b", re.IGNORECASE
)
"""The kind of numbers, or that there are none, as styles and the classes of Docutils and Asciidoctor say."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_REPLACED = frozenset({"br", "img", "input", "math", "ruby", "sup"})
_REPLACED_INSIDE = _REPLACED - {"ruby", "sup"}
"""The same for what is set above the line, or has something there, itself."""
_READINGS = frozenset({"rp", "rt"})
_OF_FORMULAS = re.compile("math|latex", re.IGNORECASE)
"""Classes of pictures of formulas, whose alternative text is the formula in TeX."""
_USUAL_LEVEL = 2
"""Of what is a heading without a level."""
_MAX_SPAN = 1000
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
        _Writer(builder, titles or {}, without_boilerplate=True).write(tree.root)
        if builder.length == written:
            _Writer(builder, titles or {}, without_boilerplate=False).write(tree.root)
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

    def __init__(
        self, builder: TextBuilder, titles: Mapping[str, tuple[str, ...]], *, without_boilerplate: bool
    ) -> None:
        self._builder = builder
        self._titles = titles
        self._dropped = DROPPED | BOILERPLATE if without_boilerplate else DROPPED
        self._line: list[str] = []
        self._items = 0
        self._mark = ""
        self._next_numbers: dict[int, int] = {}
        self._after_term = False

    def write(self, root: Any) -> None:
        """Write the text below a node."""
        for node, entering in _walk(root, self._enter):
            if node.is_text_node:
                self._line.append(_WHITESPACE.sub(" ", node.text_content or ""))
            elif node.tag == "q":
                self._line.append(_QUOTES[entering])
            elif entering and (gap := _gap_before(node)) and any(map(str.strip, self._line)):
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
        if tag in _REPLACED or _is_note(node):
            self._line.append(_replaced(node, self._dropped))
            return False
        if is_inline(tag):
            return True
        self._flush()
        level = _heading_level(node)
        if level is not None:
            self._builder.heading(level, _text(node, self._dropped))
            return False
        code = _code(node, self._dropped)
        if code is not None:
            self._builder.code(clean(code).strip("\n"))
            return False
        if tag == "table" and _is_of_data(node):
            named = [(row, names) for row, names in _rows(node, self._dropped) if any(row)]
            rows = [row for row, _ in named]
            if _is_ruled(rows, node):
                for caption in node.css("caption"):
                    self._builder.write(one_line(_text(caption, self._dropped)))
                self._builder.table(rows, header=_header(named))
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
        return _text(node, dropped | {"button"})  # "Copy"
    if node.tag != "div" or "fragment" not in (node.attributes.get("class") or "").split():
        return None
    return "\n".join(_text(line, dropped) for line in node.css("div.line")) or None


def _gap_before(node: Any) -> str:
    """What sets an element apart from what stands before it in the line."""
    if node.tag in _APART:
        return " "
    is_further = node.tag == "span" == node.parent.tag and node.prev is not None and "hidden" in node.attributes
    return " / " if is_further else ""


def _text(root: Any, dropped: frozenset[str], replaced: frozenset[str] = _REPLACED) -> str:
    """The text below a node with its whitespace as it stands, blocks apart."""
    pieces: list[str] = []

    def enter(element: Any) -> bool:
        if not is_shown(element, dropped):
            return False
        if element.tag in replaced or (replaced is _REPLACED and _is_note(element)):
            pieces.append(_replaced(element, dropped))
            return False
        return True

    for node, entering in _walk(root, enter):
        if node.is_text_node:
            pieces.append(node.text_content or "")
        elif node.tag == "q":
            pieces.append(_QUOTES[entering])
        elif entering and (gap := _gap_before(node)):
            pieces.append(gap)
        elif not (is_inline(node.tag) or node.mem_id == root.mem_id or (pieces and pieces[-1].endswith("\n"))):
            pieces.append("\n")
    return "".join(pieces)


def _replaced(node: Any, dropped: frozenset[str]) -> str:
    """What stands for a line's end, a tick, a formula or a picture of one, and what is set above the line.

    The reading of a word stands behind it, once for all of its characters; dots that stress them are none. The mark of
    a note, a link into a page, stands in brackets, apart from the word or number before it.
    """
    if node.tag == "br":
        return "\n"
    if node.tag == "math":
        return _formula(node)
    if node.tag == "input":  # the tick of a list of tasks; other boxes may be parts of a menu
        attributes = node.attributes
        is_task = attributes.get("type") == "checkbox" and "disabled" in attributes
        return ("☒ " if "checked" in attributes else "☐ ") if is_task else ""
    if node.tag == "img":
        words = node.attributes.get("alt") or ""
        is_formula = words.startswith("$") or _OF_FORMULAS.search(node.attributes.get("class") or "")
        return one_line(words) if is_formula else ""
    if node.tag == "ruby":
        word = one_line(_text(node, dropped | _READINGS, _REPLACED_INSIDE))
        reading = one_line("".join(_text(part, dropped, _REPLACED_INSIDE) for part in node.css("rt")))
        return f"{word}({reading})" if any(map(str.isalnum, reading)) else word
    text = _text(node, dropped, _REPLACED_INSIDE)
    mark = text.strip()
    if node.tag == "a":
        return f"[{mark.strip('[]')}]"
    link = node.parent if node.parent is not None and node.parent.tag == "a" else node.css_first("a")
    is_note = mark[:1].isalnum() and link is not None and "#" in (link.attributes.get("href") or "")
    return f"[{mark}]" if is_note else raised(text)


def _is_note(node: Any) -> bool:
    """Whether a link says that it is the mark of a note, which style sheets raise."""
    if node.tag != "a":
        return False
    kinds = (node.attributes.get("role"), node.attributes.get("epub:type"))
    return "doc-noteref" in kinds or "noteref" in kinds


def _number(value: str | None) -> int | None:
    return int(value) if value and _NUMBER.fullmatch(value.strip()) else None


def _formula(math: Any) -> str:
    """A formula in TeX where the page has that, too; else its signs, apart: a fraction is no number of its digits."""
    tex = math.css_first("annotation[encoding='application/x-tex']")
    if tex is not None:
        return one_line(tex.text())
    for annotation in math.css("annotation, annotation-xml"):
        annotation.decompose()
    return one_line(math.text(separator=" "))


def _is_of_data(table: Any) -> bool:
    """Whether a table is no layout of the page: nothing in it is one or a heading, or its own rows name what they hold."""
    if is_box(table.parent) or table.css_first(ANY_HEADING) is not None:
        return False
    return len(table.css("table")) == 1 or any(cell.tag == "th" for row in _own_rows(table) for cell in row.iter())


def _is_ruled(rows: list[list[str]], table: Any) -> bool:
    """Whether a table has rows, and columns with text in them, or one that it names; others hold paragraphs and code."""
    if len(rows) < 2:
        return False
    is_named = table.css_first("th") is not None and table.css_first("pre") is None
    return is_named or any(len(row) - row.count("") > 1 for row in rows)


def _header(rows: list[tuple[list[str], list[bool]]]) -> int | None:
    """Place of the last row at the top that names columns, or of the first; None where rows have names instead.

    One cell above them is a title of the table; one below them names the rows that follow.
    """
    are_wide = [len(row) - row.count("") > 1 for row, _ in rows]
    are_named = [all(names) for _, names in rows]
    top = next((place for place, is_named in enumerate(are_named) if is_named or are_wide[place]), 0)
    if not are_named[top]:
        cells, names = rows[top]
        return None if cells[0] and names[0] and sum(names) == 1 else 0
    last = next((place for place in range(top, len(rows)) if not are_named[place]), top + 1) - 1
    while last > top and not are_wide[last]:
        last -= 1
    return last


def _own_rows(table: Any) -> Iterator[Any]:
    """The rows that are not of a table inside; the parser has put them into a head, body or foot of the table."""
    return (row for part in table.iter() for row in part.iter() if row.tag == "tr")


def _rows(table: Any, dropped: frozenset[str]) -> Iterator[tuple[list[str], list[bool]]]:
    """The rows of a table, and which cells of each may name a column.

    A cell that spans rows stands in each of them, so that a row says all it has to.
    """
    spanning: dict[int, tuple[int, str]] = {}
    for row in _own_rows(table):
        if not (is_shown(row, dropped) and is_shown(row.parent, dropped)):
            continue
        cells: list[str] = []
        names: list[bool] = []
        for cell in row.iter(include_text=False):
            if cell.tag not in ("td", "th") or not is_shown(cell, dropped):
                continue
            _repeat_spanning(spanning, cells)
            text = one_line(_text(cell, dropped))
            names.append(cell.tag == "th" or not text or row.parent.tag == "thead")
            rows, columns = (_span(cell.attributes.get(name)) for name in ("rowspan", "colspan"))
            for place in range(len(cells), len(cells) + columns):
                if rows > 1:
                    spanning[place] = (rows - 1, text if place == len(cells) else "")
            cells += [text] + [""] * (columns - 1)
        _repeat_spanning(spanning, cells)
        yield cells, names


def _repeat_spanning(spanning: dict[int, tuple[int, str]], cells: list[str]) -> None:
    """Add the cells from rows above that reach into the next places of this row."""
    while len(cells) in spanning:
        rows_left, text = spanning.pop(len(cells))
        if rows_left > 1:
            spanning[len(cells)] = (rows_left - 1, text)
        cells.append(text)


def _span(value: str | None) -> int:
    return min(int(value), _MAX_SPAN) if value and value.isdecimal() and int(value) else 1


def _walk(root: Any, enter: Callable[[Any], bool]) -> Iterator[tuple[Any, bool]]:
    """Nodes from a root down in document order, without recursion: pages nest thousands deep.

    Text nodes come once; elements that `enter` accepts come twice, with whether they are being entered.
    """
    node = root
    while True:
        if node.is_text_node:
            yield node, True
        elif node.is_element_node and enter(node):
            yield node, True
            if node.child is not None:
                node = node.child
                continue
            yield node, False
        while node.next is None or node.mem_id == root.mem_id:
            if node.mem_id == root.mem_id:
                return
            node = node.parent
            yield node, False
        node = node.next
