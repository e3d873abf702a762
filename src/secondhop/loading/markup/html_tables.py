"""The tables of a page that hold data: their rows, and which of these names the columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from secondhop.loading.builder import one_line
from secondhop.loading.markup.html_shown import ANY_HEADING, is_box, is_shown
from secondhop.loading.markup.html_text import text_of

_MAX_SPAN = 1000


class _Row(NamedTuple):
    """The cells of a row, and which of them may name a column."""

    cells: list[str]
    names: list[bool]


def data_table(table: Any, dropped: frozenset[str]) -> tuple[list[list[str]], int | None] | None:
    """The rows of a table that are not empty, and the place of the header as `TextBuilder.table` takes it.

    None where the table is layout: it holds a table, a heading, paragraphs or code.
    """
    if not _is_of_data(table):
        return None
    rows = [row for row in _rows(table, dropped) if any(row.cells)]
    return ([row.cells for row in rows], _header(rows)) if _is_ruled(rows, table) else None


def _is_of_data(table: Any) -> bool:
    """Whether a table is no layout of the page: nothing in it is one or a heading, or its own rows name what they hold."""
    if is_box(table.parent) or table.css_first(ANY_HEADING) is not None:
        return False
    return len(table.css("table")) == 1 or any(cell.tag == "th" for row in _own_rows(table) for cell in row.iter())


def _is_ruled(rows: list[_Row], table: Any) -> bool:
    """Whether a table has rows, and columns with text in them, or one that it names; others hold paragraphs and code."""
    if len(rows) < 2:
        return False
    is_named = table.css_first("th") is not None and table.css_first("pre") is None
    return is_named or any(map(_is_wide, rows))


def _is_wide(row: _Row) -> bool:
    return len(row.cells) - row.cells.count("") > 1


def _header(rows: list[_Row]) -> int | None:
    """Place of the last row at the top that names columns, or of the first; None where rows have names instead.

    One cell above them is a title of the table; one below them names the rows that follow.
    """
    are_named = [all(row.names) for row in rows]
    top = next((place for place, row in enumerate(rows) if are_named[place] or _is_wide(row)), 0)
    if not are_named[top]:
        cells, names = rows[top]
        return None if cells[0] and names[0] and sum(names) == 1 else 0
    last = next((place for place in range(top, len(rows)) if not are_named[place]), top + 1) - 1
    while last > top and not _is_wide(rows[last]):
        last -= 1
    return last


def _own_rows(table: Any) -> Iterator[Any]:
    """The rows that are not of a table inside; the parser has put them into a head, body or foot of the table."""
    return (row for part in table.iter() for row in part.iter() if row.tag == "tr")


def _rows(table: Any, dropped: frozenset[str]) -> Iterator[_Row]:
    """The rows of a table. A cell that spans rows stands in each of them, so that a row says all it has to."""
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
            text = one_line(text_of(cell, dropped))
            names.append(cell.tag == "th" or not text or row.parent.tag == "thead")
            rows, columns = (_span(cell.attributes.get(name)) for name in ("rowspan", "colspan"))
            for place in range(len(cells), len(cells) + columns):
                if rows > 1:
                    spanning[place] = (rows - 1, text if place == len(cells) else "")
            cells += [text] + [""] * (columns - 1)
        _repeat_spanning(spanning, cells)
        yield _Row(cells, names)


def _repeat_spanning(spanning: dict[int, tuple[int, str]], cells: list[str]) -> None:
    """Add the cells from rows above that reach into the next places of this row."""
    while len(cells) in spanning:
        rows_left, text = spanning.pop(len(cells))
        if rows_left > 1:
            spanning[len(cells)] = (rows_left - 1, text)
        cells.append(text)


def _span(value: str | None) -> int:
    return min(int(value), _MAX_SPAN) if value and value.isdecimal() and int(value) else 1
