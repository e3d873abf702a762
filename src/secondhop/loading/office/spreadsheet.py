"""Spreadsheets: one line per row, sheet by sheet, values as the program last computed them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from operator import itemgetter
from typing import TypeAlias

from secondhop.errors import (
    CorruptFileError,
    FileTooLargeError,
    MissingExtraError,
    PasswordRequiredError,
)
from secondhop.loading.builder import TextBuilder, one_line, row_line
from secondhop.loading.containers import is_ole, open_container, read_entry, refuse_encrypted
from secondhop.types import SourceText

try:
    import python_calamine as calamine
except ImportError as error:
    raise MissingExtraError("python-calamine", extra="office") from error

_MAX_CELLS = 5_000_000
_MAX_CHARS = 200_000_000
_HEADER_WITHIN_ROWS = 10

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_CELL_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d{1,7})["']""")
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<>]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
_DURATION = re.compile(r"(-?)PT(\d+)H(\d\d)M(\d\d)(?:[.,]\d+)?S")
"""How the reader gives one of a day or more in an `.ods` file."""
_ERROR = re.compile(rb""" t=["']e["'][^<>]*>""")
_ODS_ERROR = re.compile(rb""":value-type=["']error["'][^<>]*>""")
_LEFT_OUT = (
    ("xl/comments", re.compile(rb"<(?:\w+:)?comment[\s>]"), "note", "notes"),
    ("xl/charts/chart", re.compile(rb"<(?:\w+:)?chartSpace[\s>]"), "chart", "charts"),
    ("xl/drawings/", re.compile(rb"<xdr:txBody>(?:[^<]|<(?!/xdr:txBody|a:t>))*<a:t>"), "text box", "text boxes"),
)
"""How names of parts begin, how that begins in them which is not read, and what it is called."""
_ODS_TABLE = re.compile(rb"<table:table[\s>]")
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")
_ODS_ENDED = (
    (b"</table:table>", re.compile(rb"<table:table(?:\s[^<>]*)?(?<!/)>")),
    (b"</office:annotation>", re.compile(rb"<office:annotation(?:\s[^<>]*)?(?<!/)>")),
)
"""How those elements end and begin whose end the reader looks for, and for ever if there is none."""
_ODS_ROWS_REPEATED = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})["']""")
_ODS_COLUMNS_REPEATED = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})["']""")

_YEAR = re.compile(r"(?:19|20)\d\d")

_Place: TypeAlias = tuple[int, int]
_Range: TypeAlias = tuple[_Place, _Place]
_Value: TypeAlias = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def load(data: bytes, source: str) -> SourceText:
    """The rows of all sheets, one section for each; the sheet's number is the page, its name the heading.

    Empty rows are left out. The header row, where one is found, is the section's heading span.

    Raises:
        PasswordRequiredError: encrypted.
        CorruptFileError: not a spreadsheet, or damaged.
        FileTooLargeError: more than 5 million cells (counting the gaps between them) or a zip bomb.
        NoTextError: all sheets are empty.
    """
    refuse_encrypted(data, source)
    warnings = [] if is_ole(data) else _check_extent(data, source)
    try:
        return _read(data, source, warnings)
    except calamine.PasswordError as error:
        raise PasswordRequiredError(source, "encrypted; save it without a password and load it again") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise CorruptFileError(source, f"not a readable spreadsheet ({error})") from error
    except BaseException as error:
        # A panic in the native reader arrives as an exception that `except Exception` does not catch.
        if type(error).__name__ == "PanicException":
            raise CorruptFileError(source, "not a readable spreadsheet (its reader gave up)") from error
        raise


def _read(data: bytes, source: str, warnings: list[str]) -> SourceText:
    builder = TextBuilder()
    chars = 0
    workbook = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = workbook.sheets_metadata
    for number, sheet in enumerate(sheets, start=1):
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        rows = _rows(workbook.get_sheet_by_name(sheet.name))
        if not rows:
            continue
        lines = [row_line(row) for row in rows]
        chars += sum(map(len, lines))
        if chars > _MAX_CHARS:
            raise FileTooLargeError(source, f"more than {_MAX_CHARS:,} characters of text")
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            warnings.append(f"Sheet {sheet.name!r} is hidden; its rows are included.")
        builder.begin(page=number, heading_path=(one_line(sheet.name),))
        builder.rows(lines, header=_header(rows))
    return builder.build(source, metadata={"page_count": len(sheets)}, warnings=warnings)


def _rows(sheet: calamine.CalamineSheet) -> list[list[str]]:
    """The rows as text, empty ones left out; a cell that spans rows stands in each, so that a row says all it has to."""
    rows = [[_text(value) for value in row] for row in sheet.iter_rows()]
    merged = sheet.merged_cell_ranges  # None for `.ods` files
    if merged and rows and sheet.end is not None:
        _repeat_merged(rows, merged, (sheet.end[0] - len(rows) + 1, sheet.end[1] - len(rows[0]) + 1))
    return [row for row in rows if any(row)]


def _repeat_merged(rows: Sequence[list[str]], merged: Iterable[_Range], start: _Place) -> None:
    """Put the text of cells that span rows into those of them that hold something else; `start` is where the first stands."""
    is_filled = [any(row) for row in rows]
    reached: dict[int, int] = {}  # column → row: ranges of damaged files may overlap
    for (top, left), (bottom, _) in sorted(merged):
        first, column, last = top - start[0], left - start[1], min(bottom - start[0], len(rows) - 1)
        if first < 0 or column < 0 or first >= last or column >= len(rows[first]):
            continue
        for place in range(max(first, reached.get(column, 0)) + 1, last + 1):
            if is_filled[place]:
                rows[place][column] = rows[place][column] or rows[first][column]
        reached[column] = max(last, reached.get(column, 0))


def _text(value: _Value) -> str:
    """A cell as a reader of the sheet would write it: numbers in at most 15 digits, durations in hours."""
    if isinstance(value, str):
        duration = _DURATION.fullmatch(value)
        return "{}{}:{}:{}".format(*duration.groups()) if duration else one_line(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(abs(round(value.total_seconds())), 60)
        return f"{'-' * (value < datetime.timedelta())}{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    """Place of the row that names the columns: the first near the top that fills as many columns as any there.

    The column of names at the left may have none itself. Its cells hold no bare numbers but years, and a row follows it.
    """
    top = rows[:_HEADER_WITHIN_ROWS]
    widths = [sum(map(bool, row[1:])) + 1 for row in top]
    for place, (row, width) in enumerate(zip(top, widths, strict=True)):
        if width == max(widths) and place + 1 < len(rows):
            numbers = [cell for cell in row if _is_number(cell)]
            return place if not numbers or (row[0] not in numbers and _are_years(numbers)) else None
    return None


def _are_years(numbers: Sequence[str]) -> bool:
    return 1 < len(numbers) == len(set(numbers)) and all(_YEAR.fullmatch(number) for number in numbers)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_extent(data: bytes, source: str) -> list[str]:
    """Refuse sheets whose cells lie so far apart that the reader's grid would not fit into memory.

    The reader lays out a full grid between a sheet's first and last cell: two cells in opposite corners would make
    it ask for half a terabyte, and end the process. Reading every part also finds those that lie about their size.
    Return warnings about formulas without a value, errors, and what is not read.
    """
    uncomputed = errors = 0
    left_out = dict.fromkeys(_LEFT_OUT, 0)
    with open_container(data, source) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml"):
                continue
            xml = read_entry(archive, name, source) or b""
            if name == "content.xml" and not _has_ends(xml):
                raise CorruptFileError(source, f"{name} inside it is damaged: a table or a note has no end")
            cells = max(_ods_extents(xml), default=0) if name == "content.xml" else _xlsx_extent(xml)
            if cells > _MAX_CELLS:
                raise FileTooLargeError(source, f"{name} spans {cells:,} cells; the limit is {_MAX_CELLS:,}")
            for each in _LEFT_OUT:
                left_out[each] += len(each[1].findall(xml)) if name.startswith(each[0]) else 0
            if cells:
                uncomputed += sum(not _is_in_text(xml, formula.start()) for formula in _NO_VALUE.finditer(xml))
                errors += len((_ODS_ERROR if name == "content.xml" else _ERROR).findall(xml))
    warnings = []
    if uncomputed:
        formulas = "1 formula has" if uncomputed == 1 else f"{uncomputed} formulas have"
        warnings.append(f"{formulas} no stored value; open the file in a spreadsheet program and save it.")
    if errors:
        told = "1 cell holds an error" if errors == 1 else f"{errors} cells hold errors"
        warnings.append(f"{told} such as #DIV/0! instead of a value, left out.")
    warnings += [
        f"Left out {count} {plural if count > 1 else singular}."
        for (_, _, singular, plural), count in left_out.items()
        if count
    ]
    return warnings


def _is_in_text(xml: bytes, place: int) -> bool:
    """Whether the formula that begins here stands in a cell of text, where no value says that the text is empty."""
    cell = xml[xml.rfind(b"<", 0, place) : place]
    return b'"str"' in cell or b"'str'" in cell


def _xlsx_extent(xml: bytes) -> int:
    """How many cells lie between the first and the last of a sheet; 0 for parts that are no sheet."""
    rows: set[int] = set()
    columns: set[bytes] = set()
    unplaced = number = 0
    for attributes, cells in _elements(_ROW, xml):
        stated = _ROW_NUMBER.search(attributes)
        number = int(stated[1]) if stated else number + 1
        places = _CELL_PLACE.findall(cells)
        rows.add(number)
        rows.update(map(int, set(map(itemgetter(1), places))))
        columns.update(map(itemgetter(0), places))
        unplaced = max(unplaced, len(_CELL.findall(cells)) - len(places))
    if not rows:
        return 0
    numbers = [_column_number(column) for column in columns] or [1]
    width = max(numbers) - min(numbers) + 1 + unplaced
    return (max(rows) - min(rows) + 1) * width


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _has_ends(xml: bytes) -> bool:
    """Whether the last table and the last note end."""
    return not any(begin.search(xml, xml.rfind(end) + 1) for end, begin in _ODS_ENDED)


def _ods_extents(xml: bytes) -> Iterator[int]:
    """For each table: rows times columns up to the last cell that holds something, repetitions counted."""
    for _, table in _elements(_ODS_TABLE, xml):
        height = filled = width = 0
        for attributes, cells in _elements(_ODS_ROW, table):
            height += _repeated(_ODS_ROWS_REPEATED, attributes)
            column = 0
            for cell, _ in _elements(_ODS_CELL, cells):
                column += _repeated(_ODS_COLUMNS_REPEATED, cell)
                if b"value-type" in cell or not cell.endswith(b"/"):
                    filled, width = height, max(width, column)
        yield filled * width


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


def _elements(opening: re.Pattern[bytes], xml: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Attributes of each element that `opening` finds, and what stands between it and the next."""
    match = opening.search(xml)
    while match:
        following = opening.search(xml, match.end())
        attributes = match[1] if opening.groups else b""
        yield attributes, xml[match.end() : following.start() if following else len(xml)]
        match = following
