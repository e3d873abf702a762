"""Paragraphs, headings, lists and tables of OpenDocument files, in reading order, with the numbers that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from string import digits
from typing import TYPE_CHECKING, TypeAlias

from secondhop.loading.builder import TextBuilder, clean, one_line, raised
from secondhop.loading.office.numbering import LEVELS, Counters, Level
from secondhop.loading.office.opendocument.bold import is_bold_title
from secondhop.loading.office.opendocument.styles import OUTLINE, Styles, whole_number
from secondhop.loading.office.symbol_font import with_signs
from secondhop.loading.xml_parts import attribute_of, child_of, tag_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_DRAWING = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PARAGRAPHS = frozenset({"p", "h"})
_PARTS_OF_TABLES = frozenset({"table-header-rows", "table-row-group", "table-rows"})
_CHARACTERS = {"tab": "\t", "line-break": "\n"}
_APART = frozenset({"annotation", "note", "notes", "number", "page-number"})
"""What is no text between others, or is written in a place of its own."""
_BULLETS = dict.fromkeys(range(LEVELS), Level(form="bullet"))
"""How a list without a style counts."""
_MOST_SPACES = 100
_MOST_COLUMNS = 64
_SPACES = re.compile(r"[ \t\r\n]+")

_Block: TypeAlias = "tuple[str | None, etree._Element]"
"""A paragraph, heading or table, and what stands before it: "" for nothing in a list, None for nothing elsewhere."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list, or a list inside one of its items."""

    key: str
    levels: Mapping[int, Level]
    level: int = 0


class BlockWriter:
    """Writes what it is given; lists and headings count on from one call to the next."""

    def __init__(self, styles: Styles, builder: TextBuilder, *, bold_titles: bool = False) -> None:
        """Writes nothing yet. `bold_titles`: short bold paragraphs are headings, as the document has no others."""
        self._styles = styles
        self._builder = builder
        self._bold_titles = bold_titles
        self._counters = Counters()
        self._n_lists = 0
        self._keys: dict[str, str] = {}
        """Id of a list → what it counts under."""
        self._last: dict[str, str] = {}
        """List style → what the last list in it counts under."""

    def write(self, parent: etree._Element, *, in_table: bool = False) -> None:
        """Write what is in an element of a text document; a bold label in a table heads nothing."""
        code: list[str] = []
        for label, block in self._blocks(parent):
            if label is None and self._styles.is_code(block):
                code.append(self._line(block))
                continue
            self._builder.code("\n".join(code).strip("\n"))
            code.clear()
            if tag_of(block) == "table":
                self._write_table(block)
            else:
                self._write_paragraph(label, block, bold_titles=self._bold_titles and not in_table)
        self._builder.code("\n".join(code).strip("\n"))

    def write_lines(self, parent: etree._Element) -> None:
        """Write what is in a frame on a slide: a line for each paragraph."""
        lines: list[str] = []
        for label, block in self._blocks([parent]):
            if tag_of(block) != "table":
                lines.append(_labelled(label, self._text(block)))
                continue
            self._builder.write("\n".join(filter(None, lines)))
            lines.clear()
            self._write_table(block)
        self._builder.write("\n".join(filter(None, lines)))

    def texts(self, parent: Iterable[etree._Element]) -> Iterator[str]:
        """The paragraphs in an element, those in tables included, that have text."""
        for label, block in self._blocks(parent):
            if tag_of(block) == "table":
                yield from (text for row in _rows(block) for text in self.texts(row))
            elif text := _labelled(label, self._text(block)):
                yield text

    def note(self, note: etree._Element) -> str:
        """A note in one line, behind its mark; empty if it has no text."""
        body = child_of(note, "note-body")
        text = one_line(" ".join(() if body is None else self.texts(body)))
        return f"{_mark(note)} {text}" if text else ""

    def _write_paragraph(self, label: str | None, paragraph: etree._Element, *, bold_titles: bool) -> None:
        level, text = self._styles.level(paragraph), self._text(paragraph)
        if level is None and bold_titles and is_bold_title(paragraph, text, self._styles):
            level = 1
        if level is None:
            self._builder.write(_labelled(label, text), gap="\n\n" if label is None else "\n")
        else:
            self._builder.heading(level, text if label == "-" else _labelled(label, text))

    def _blocks(self, parent: Iterable[etree._Element], *, in_list: bool = False) -> Iterator[_Block]:
        """The blocks in order; what is drawn beside a paragraph follows it.

        Recursion is bounded: the XML parser refuses deep documents.
        """
        for element in parent:
            name = tag_of(element)
            if name == "list":
                yield from self._items(element, self._list(element))
            elif name in _PARAGRAPHS:
                yield "" if in_list else self._heading_label(element), element
                for drawn in _drawn(element):
                    yield from self._blocks(drawn)
            elif name == "table":
                yield None, element
            elif name and name not in _APART:
                yield from self._blocks(element, in_list=in_list)

    def _items(self, element: etree._Element, own: _List) -> Iterator[_Block]:
        """The blocks in a list; the first paragraph of an item has its label."""
        for item in element:
            start = whole_number(item, "start-value")
            is_due = tag_of(item) == "list-item"
            for child in item:
                if tag_of(child) == "list":
                    levels = self._styles.lists.get(_style(child), own.levels)
                    yield from self._items(child, replace(own, levels=levels, level=own.level + 1))
                    continue
                for nothing, block in self._blocks([child], in_list=True):
                    if is_due and tag_of(block) in _PARAGRAPHS:
                        is_due = False
                        label = _typed(block) or self._counters.label(own.key, own.levels, own.level, start)
                        yield "-" if label is None else label, block
                    else:
                        yield nothing, block

    def _list(self, element: etree._Element) -> _List:
        """A list that is in no other, with what it goes on with."""
        style, goes_on_with = _style(element), attribute_of(element, "continue-list")
        paragraph = next(element.iter("{*}p", "{*}h"), None)
        if not style and paragraph is not None:
            style = self._styles.property("paragraph", _style(paragraph), "list-style-name") or ""
        key = OUTLINE if style == OUTLINE else self._keys.get(goes_on_with or "")
        if key is None and attribute_of(element, "continue-numbering") == "true":
            key = self._last.get(style)
        if key is None:
            self._n_lists += 1
            key = str(self._n_lists)
        self._last[style] = key
        if (own_id := attribute_of(element, "id")) is not None:
            self._keys[own_id] = key
        return _List(key, self._styles.lists.get(style, _BULLETS))

    def _heading_label(self, paragraph: etree._Element) -> str | None:
        """The number of a heading outside of lists; None if it has none, and for other paragraphs."""
        if tag_of(paragraph) != "h" or attribute_of(paragraph, "is-list-header") == "true":
            return None
        if self._styles.property("paragraph", _style(paragraph), "list-style-name") == "":
            return None
        level, start = (self._styles.level(paragraph) or 0) - 1, whole_number(paragraph, "start-value")
        levels = self._styles.lists.get(OUTLINE, {})
        return _typed(paragraph) or self._counters.label(OUTLINE, levels, level, start) or None

    def _write_table(self, table: etree._Element) -> None:
        """Write a table with rows and columns, or one column that it names; others hold headings, paragraphs, lists and code."""
        rows = list(_rows(table))
        n_named = sum(1 for _ in _rows(child_of(table, "table-header-rows")))
        if len(rows) > 1 and (n_named or any(sum(1 for _ in row.iterchildren("{*}table-cell")) > 1 for row in rows)):
            self._builder.table(self._cells(rows), header=max(0, n_named - 1) if n_named < len(rows) else 0)
        else:
            for row in rows:
                self.write(row, in_table=True)

    def _cells(self, rows: Iterable[etree._Element]) -> Iterator[list[str]]:
        """The cells of each row; one that spans rows stands in each of them, so that a row says all it has to.

        Of columns that a cell spans the first has its text, and the others are empty.
        """
        above: dict[int, tuple[int, str]] = {}
        for row in rows:
            cells: list[str] = []
            split: dict[int, list[list[str]]] = {}  # column → the rows that a cell is split into
            for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
                own = None
                if tag_of(cell) == "table-cell":
                    table = child_of(cell, "table")
                    is_split = attribute_of(table, "is-sub-table") == "true"
                    if is_split:
                        split[len(cells)] = list(self._cells(_rows(table)))
                    text = "" if is_split else " ".join(self.texts(cell))
                    own = (whole_number(cell, "number-rows-spanned") or 1, text)
                for _ in range(min(whole_number(cell, "number-columns-repeated") or 1, _MOST_COLUMNS)):
                    n_rows, text = own or above.get(len(cells), (0, ""))
                    above[len(cells)] = (n_rows - 1, text if n_rows > 1 else "")
                    cells.append(text)
            for line in range(max([1, *map(len, split.values())])):
                parts = (
                    split[column][line : line + 1] if column in split else [[cell]] for column, cell in enumerate(cells)
                )
                yield [text for part in parts for row_inside in part for text in row_inside]

    def _text(self, paragraph: etree._Element) -> str:
        """The text of a paragraph, without that of what is drawn beside it."""
        return self._line(paragraph).strip()

    def _line(self, paragraph: etree._Element) -> str:
        """The same with the blanks that the author set around it; one that begins the paragraph in the file is none."""
        text = clean("".join(self._pieces(paragraph)))
        return text[1:] if (paragraph.text or "")[:1].isspace() else text

    def _pieces(self, element: etree._Element) -> Iterator[str]:
        yield _SPACES.sub(" ", element.text or "")
        for child in element:
            name = tag_of(child)
            if name == "span":
                yield self._set(child)
            elif name == "s":
                yield " " * min(whole_number(child, "c") or 1, _MOST_SPACES)
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name == "note":
                yield _mark(child)
            elif name == "ruby-text":  # it stands above the word that it follows
                yield f"({''.join(self._pieces(child))})"
            elif name and name not in _APART and not _is_drawn(child):
                yield from self._pieces(child)
            yield _SPACES.sub(" ", child.tail or "")

    def _set(self, span: etree._Element) -> str:
        """Text in a style of its own."""
        text = "".join(self._pieces(span))
        style = _style(span)
        font = self._styles.property("text", style, "font-name")
        if font is not None and not text.isascii():
            text = with_signs(text, font.rstrip(digits))
        position = self._styles.property("text", style, "text-position") or ""
        is_raised = position.startswith("super") or position[:1] in set("123456789")
        return raised(text) if is_raised else text


def _style(element: etree._Element) -> str:
    return attribute_of(element, "style-name") or ""


def _labelled(label: str | None, text: str) -> str:
    return f"{label} {text}" if label and text else text


def _typed(paragraph: etree._Element) -> str:
    """The number of a paragraph where the program has written it down."""
    number = child_of(paragraph, "number")
    return "" if number is None else one_line(number.text or "")


def _mark(note: etree._Element) -> str:
    citation = child_of(note, "note-citation")
    text = "" if citation is None else one_line("".join(citation.itertext()))
    return f"[{text}]" if text else ""


def _is_drawn(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(_DRAWING)


def _drawn(element: etree._Element) -> Iterator[etree._Element]:
    """The frames and shapes in a paragraph, outermost only."""
    for child in element:
        if _is_drawn(child):
            yield child
        elif tag_of(child) not in _APART:
            yield from _drawn(child)


def _rows(table: etree._Element | None) -> Iterator[etree._Element]:
    """The rows of a table or of a part of it, not of tables in its cells."""
    for child in () if table is None else table:
        if tag_of(child) == "table-row":
            yield child
        elif tag_of(child) in _PARTS_OF_TABLES:
            yield from _rows(child)
