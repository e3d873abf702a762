"""What of an OpenDocument file is shown: hidden text is emptied, formulas and charts come to where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from posixpath import join, normpath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from secondhop.errors import CorruptFileError
from secondhop.loading.builder import one_line
from secondhop.loading.office.drawings import series_line, short_number
from secondhop.loading.office.formulas import mathml
from secondhop.loading.office.opendocument.styles import Styles
from secondhop.loading.xml_parts import attribute_of, parse_part, tag_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_NAMESPACES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _DRAWING, _CHART, _TABLE = (_NAMESPACES % name for name in ("text", "drawing", "chart", "table"))
_NEVER_SHOWN = frozenset({
    "tracked-changes", "forms", "script", "alphabetical-index", "illustration-index", "object-index", "table-index",
    "table-of-content", "user-index",
})  # fmt: skip
"""What was deleted, what is for programs, and lists with page numbers of what stands elsewhere."""
_FAMILIES = {"p": "paragraph", "h": "paragraph", "span": "text"}
_IN_LINE = frozenset({"p", "h", "span", "a"})
_NO_VALUE = frozenset({"", "NaN", "1.#NAN"})
"""What stands in the table of a chart where it has no point."""


def empty_hidden(body: etree._Element, styles: Styles) -> None:
    """Take the text of what nobody sees."""
    for element in list(body.iter("*")):
        name = tag_of(element)
        if (
            name in _NEVER_SHOWN
            or element.get(f"{_TEXT}display") == "none"
            or element.get(f"{_TEXT}is-hidden") == "true"
            or (name in _FAMILIES and styles.is_hidden(_FAMILIES[name], element.get(f"{_TEXT}style-name")))
        ):
            hidden = element.getparent() if name == "hidden-paragraph" else element
            if hidden is not None:  # else it was in something hidden
                hidden.clear(keep_tail=True)


def put_objects(root: etree._Element, archive: ZipFile | None, source: str) -> None:
    """Put formulas and charts in the place of the frames that show them, each part of the archive once."""
    unread = set() if archive is None else set(archive.namelist())
    for shown in list(root.iter(f"{_DRAWING}object")):
        part = next(shown.iterchildren("*"), None)  # in a flat file
        name = normpath(join(attribute_of(shown, "href") or "", "content.xml"))
        if archive is not None and name in unread:
            unread.remove(name)
            with suppress(CorruptFileError):
                part = parse_part(archive, name, source)
        lines = [] if part is None else _lines(part)
        frame = shown.getparent()
        around = None if frame is None else frame.getparent()
        if not any(lines) or around is None:
            shown.clear()  # in a flat file it may hold anything, other objects too
            continue
        frame.clear(keep_tail=True)
        frame.tag = "span" if tag_of(around) in _IN_LINE else "p"
        frame.text = lines[0]
        for line in lines[1:]:
            frame.append(frame.makeelement("line-break"))
            frame[-1].tail = line


def _lines(part: etree._Element) -> list[str]:
    """A formula in one line; those of a chart stand apart from the text around them."""
    if tag_of(part) == "math":
        return [mathml(part)]
    chart = next(part.iter(f"{_CHART}chart"), None)
    return [] if chart is None else ["", *_chart_lines(chart), ""]


def _chart_lines(chart: etree._Element) -> Iterator[str]:
    """Titles of the chart and its axes, then a line for each series: a column of the table that a chart brings along."""
    for title in chart.iter(f"{_CHART}title"):
        yield _text(title)
    rows = [list(map(_text, row.iterchildren(f"{_TABLE}table-cell"))) for row in chart.iter(f"{_TABLE}table-row")]
    for column, name in enumerate(rows[0] if rows else ()):
        if column:
            values = ((row[0], short_number(row[column])) for row in rows[1:] if column < len(row))
            yield series_line(name, ((place, value) for place, value in values if value not in _NO_VALUE))


def _text(element: etree._Element) -> str:
    return one_line(" ".join("".join(paragraph.itertext()) for paragraph in element.iterchildren(f"{_TEXT}p")))
