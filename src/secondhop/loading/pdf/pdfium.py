"""The usual reader: text and geometry of each page through pdfium."""

from __future__ import annotations

import ctypes
import math
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import pypdfium2
from pypdfium2 import raw

from secondhop.errors import PasswordRequiredError
from secondhop.loading.builder import MAX_HEADING_CHARS, clean, one_line
from secondhop.loading.pdf.bidi import RIGHT_TO_LEFT, in_logical_order, leans_left
from secondhop.loading.pdf.fields import with_fields
from secondhop.loading.pdf.fonts import has_cells, weight_of
from secondhop.loading.pdf.letters import DIGIT, HIGHER, closed_up, seems_spaced, with_raised
from secondhop.loading.pdf.line_numbers import LEADING_NUMBER
from secondhop.loading.pdf.page import Entry, Line, Page, Pages, State, count, ranges, turn
from secondhop.loading.pdf.words import tidy_lines, with_accents

_MAX_OUTLINE_ENTRIES = 10_000
_MAX_OUTLINE_DEPTH = 15
_MAX_OBJECT_DEPTH = 3
_MAX_PIECES = 50
_TOUCHING = 0.6
"""Of the height of a letter: what may lie between one piece of a line and the next."""
_BLANK = 0.15
"""Of the same: what lies between words."""
_STORED_LINE = re.compile("[^\r\n\ufffe]*\ufffe|[^\r\n]+")
_SLIGHTLY_TURNED = 0.1
"""Rise of a line, of its length: pages that were scanned askew have lines that are still no watermarks."""


class Pdfium:
    """pdfium keeps global state and is not thread-safe: every call to it stands under this lock."""

    lock = threading.Lock()

    @classmethod
    def renew_lock(cls) -> None:
        """A forked child must not inherit a lock that a thread of its parent holds."""
        cls.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Pdfium.renew_lock)


def read(data: bytes, source: str, password: str | None) -> Pages:
    """All pages, with labels, outline, title and author. An empty password is tried first.

    Raises:
        PasswordRequiredError: encrypted, and `password` is missing or wrong.
        PdfiumError: not a file that pdfium can read.
    """
    with _open(data, source, password) as pdf:
        pdf.init_forms()  # values of its fields are asked of the form
        pages = [_page(pdf, index) for index in range(len(pdf))]
        damaged = [number for number, page in enumerate(pages, start=1) if page.state == "damaged"]
        if len(damaged) == len(pages):
            raise pypdfium2.PdfiumError("no page of it can be read")
        notes = [f"Damaged and left out: page {ranges(damaged)}."] if damaged else []
        if unread := [number for number, page in enumerate(pages, start=1) if page.has_unread_fields]:
            notes.append(f"Filled in but not read, such as ticked boxes: page {ranges(unread)}.")
        left_out = {
            "comment": sum(page.n_comments for page in pages),
            "embedded file": raw.FPDFDoc_GetAttachmentCount(pdf),
        }
        notes += [f"Left out {count(number, name)}." for name, number in left_out.items() if number > 0]
        if pdf.get_formtype() == raw.FORMTYPE_XFA_FULL:
            notes.append("An XFA form: only what stands in its place, for readers without XFA, is read.")
        outline, outline_notes = _outline(pdf, pages)
        info = pdf.get_metadata_dict(skip_empty=True)
        if any(program in info.get(key, "") for key in ("Creator", "Producer") for program in ("TeX", "dvips")):
            pages = [
                replace(page, lines=[line._replace(text=with_accents(line.text)) for line in page.lines])
                for page in pages
            ]
        labels = [clean(pdf.get_page_label(index)) for index in range(len(pdf))]
        if all(label in ("", str(number)) for number, label in enumerate(labels, start=1)):
            labels = []
        title, author = (one_line(info.get(key, "")) for key in ("Title", "Author"))
        return Pages(pages, labels, title, author, outline, (*notes, *outline_notes))


def _open(data: bytes, source: str, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" not in str(error).lower():
            raise
    if password is None:
        raise PasswordRequiredError(source, "encrypted; pass password='…' to open it")
    try:
        return pypdfium2.PdfDocument(data, password=password)
    except (pypdfium2.PdfiumError, UnicodeEncodeError) as error:
        raise PasswordRequiredError(source, "encrypted, and the password given does not open it") from error


def _page(pdf: pypdfium2.PdfDocument, index: int) -> Page:
    """One page, through the bare interface: the binding's own objects cost a tenth of the time."""
    page = raw.FPDF_LoadPage(pdf, index)
    if not page:
        return Page(state="damaged")
    try:
        textpage = raw.FPDFText_LoadPage(page)
        if not textpage:
            return Page(state="damaged")
        try:
            drawn = _read_page(page, textpage)
        finally:
            raw.FPDFText_ClosePage(textpage)
        read = with_fields(drawn, page, pdf.formenv)
    finally:
        raw.FPDF_ClosePage(page)
    if drawn.lines:
        return read
    state = _why_empty(pdf, index)
    return replace(read, state="text" if read.lines and state == "empty" else state)


def _read_page(page: Any, textpage: Any) -> Page:
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, box)
    size = raw.FPDFText_CountChars(textpage) + 1
    if size <= 1:
        return Page()
    stored = _text(raw.FPDFText_GetText, textpage, 0, size, size=size)
    # Bounded by the page's box first: it knows characters beyond U+FFFF, and leaves out what is cut off. The line
    # breaks in it are not among the characters counted.
    corners = (box.left, box.top, box.right, box.bottom)
    texts = tidy_lines(_text(raw.FPDFText_GetBoundedText, textpage, *corners, size=2 * size + 64))
    if not any(texts):
        texts = tidy_lines(stored)
    quarters = raw.FPDFPage_GetRotation(page)
    lines = _placed(
        textpage, texts, stored, partial(_turned_box, quarters) if quarters else raw.FPDFText_GetLooseCharBox
    )
    turn(box, quarters)
    return Page(lines, floor=box.bottom, height=box.top - box.bottom, quarters=quarters)


def _turned_box(quarters: int, textpage: Any, number: int, box: Any) -> int:
    """Write the box of a character on a page that is shown turned."""
    given: int = raw.FPDFText_GetLooseCharBox(textpage, number, box)
    turn(box, quarters)
    return given


def _text(ask: Callable[..., int], textpage: Any, *arguments: float, size: int) -> str:
    """The text that a function of pdfium writes into a buffer, without the zero at its end."""
    buffer = (ctypes.c_ushort * size)()
    given = (buffer, size) if ask is raw.FPDFText_GetBoundedText else (buffer,)
    written = ask(textpage, *arguments, *given)
    return bytes(memoryview(buffer)[: max(written, 0)]).decode("utf-16-le", "ignore").rstrip("\0")


def _why_empty(pdf: pypdfium2.PdfDocument, index: int) -> State:
    """A scan, or nothing at all; content that was not unpacked looks like nothing, see `limits`."""
    pictures = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING)
    try:
        page = pdf[index]
        try:
            drawn = next(page.get_objects(filter=pictures, max_depth=_MAX_OBJECT_DEPTH), None)
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return "damaged"
    return "empty" if drawn is None else "no_text_layer"


def _placed(textpage: Any, texts: Sequence[str], stored: str, ask: Callable[..., int]) -> list[Line]:
    """The lines that are not blank, with their places, and numbers set above the line in characters that are.

    `ask` tells a character's box. `stored` is the text that pdfium's character numbers belong to. It holds the same
    lines and those outside the page.
    """
    lines: list[Line] = []
    pieces = list(_numbered(stored))
    starts_of: dict[str, list[int]] = {}
    for number, (_, piece) in enumerate(pieces):
        starts_of.setdefault(piece, []).append(number)
    lengths = set(map(len, starts_of))
    page_leans: bool | None = None
    place = 0
    last: tuple[str, Sequence[tuple[int, str]]] = ("", ())
    for text in texts:
        if not text:
            continue
        if place < len(pieces) and pieces[place][1] == text:
            found: range | None = range(place, place + 1)
        else:
            starts = {start for length in lengths for start in starts_of.get(text[:length], ()) if start >= place}
            found = next(filter(None, (_run(text, pieces, start) for start in sorted(starts))), None)
        if found is None:
            place = 0  # a line that reads differently there: go on with the next from the top
            lines.append(Line(text))
            last = ("", ())
            continue
        place = found.stop
        parts = pieces[found.start : place]
        leftward = not text.isascii() and RIGHT_TO_LEFT.search(text) is not None
        if leftward and page_leans is None:
            page_leans = leans_left(stored)
        for each in [(text, parts)] if len(parts) == 1 or leftward else _apart(textpage, ask, text, parts):
            line, whole = _line(textpage, ask, *each, page_leans), each
            is_near = lines and abs(line.left - lines[-1].right) < _TOUCHING * line.height
            is_mixed = page_leans is not None and RIGHT_TO_LEFT.search(last[0] + text) is not None
            if is_mixed and lines and not is_near:
                is_near = abs(line.right - lines[-1].left) < _TOUCHING * line.height
            if is_near and 0 < len(last[1]) < _MAX_PIECES and _are_beside(lines[-1], line):
                between = " " if is_mixed else _between(textpage, ask, last[1][-1], each[1][0])
                if between != "\n":
                    whole = f"{last[0]}{between}{each[0]}", [*last[1], *each[1]]
                    line = _line(textpage, ask, *whole, page_leans)
                    lines.pop()
            lines.append(line)
            last = whole
    return lines


def _are_beside(before: Line, line: Line) -> bool:
    """Whether they are one row, at whose raised or lowered part pdfium ended a line."""
    height = min(before.height, line.height)
    shared = min(before.bottom + before.height, line.bottom + line.height) - max(before.bottom, line.bottom)
    return 2 * shared > height


def _line(
    textpage: Any, ask: Callable[..., int], text: str, pieces: Sequence[tuple[int, str]], page_leans: bool | None
) -> Line:
    """The line with its place; `page_leans` is None while no letter was written from right to left."""
    numbers = _numbers(textpage, text, pieces)
    line = _line_of(textpage, ask, text, numbers)
    if page_leans is None or text.isascii() or not RIGHT_TO_LEFT.search(text):
        return line
    read = in_logical_order(textpage, ask, text, numbers, line.size, page_leans=page_leans)
    return line if read is None else _line_of(textpage, ask, read[0], read[1])._replace(left=read[2], right=read[3])


def _line_of(textpage: Any, ask: Callable[..., int], text: str, numbers: Sequence[int]) -> Line:
    first, middle, last = raw.FS_RECTF(), raw.FS_RECTF(), raw.FS_RECTF()
    # The middle tells the height: a footnote mark may stand at either end. Blanks between words have none.
    half = len(text) // 2
    while text[half] == " ":
        half += 1
    if (
        numbers[0] < 0
        or not ask(textpage, numbers[0], first)
        or not ask(textpage, numbers[-1], last)
        or not ask(textpage, numbers[half], middle)
    ):
        return Line(text)
    height = max(middle.top - middle.bottom, 0.0)
    weight = weight_of(textpage, numbers[0], numbers[half], numbers[-1])
    is_row = weight > 0 and has_cells(textpage, ask, text, numbers, height)
    size, is_askew = _set(textpage, numbers[half])
    number_size = 0.0
    if DIGIT.search(text):
        foot = min(first.bottom, middle.bottom) + HIGHER * height
        text = with_raised(textpage, ask, text, numbers, foot)
        if number := LEADING_NUMBER.match(text):
            number_size = size if number[0] == text else _set(textpage, numbers[0])[0]
    elif seems_spaced(text):
        text = closed_up(textpage, ask, text, numbers)
    right = max(last.right, first.left)
    return Line(text, first.left, right, middle.bottom, height, size, is_askew, weight, is_row, number_size)


def _set(textpage: Any, number: int) -> tuple[float, bool]:
    """The size of a character's font, in points of the page, and whether its line runs askew."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, number, matrix)
    across, along = abs(matrix.a), abs(matrix.b)
    size = float(raw.FPDFText_GetFontSize(textpage, number)) * math.hypot(matrix.c, matrix.d)
    return size, along > _SLIGHTLY_TURNED * across and across > _SLIGHTLY_TURNED * along


def _apart(
    textpage: Any, ask: Callable[..., int], text: str, pieces: Sequence[tuple[int, str]]
) -> Iterator[tuple[str, Sequence[tuple[int, str]]]]:
    """The line with its pieces, cut where the next one stands elsewhere, and with a blank where it stands apart.

    pdfium runs together what begins at one height: the lines of text set sideways, a title and the number of its page.
    """
    start = end = first = 0
    for number, (_, piece) in enumerate(pieces):
        begin = text.index(piece, end)
        between = _between(textpage, ask, *pieces[number - 1 : number + 1]) if number else ""
        if between == "\n":
            yield text[start:end], pieces[first:number]
            start, first = begin, number
        elif begin == end:
            text = f"{text[:end]}{between}{text[end:]}"
        end = text.index(piece, end) + len(piece)
    yield text[start:], pieces[first:]


def _between(textpage: Any, ask: Callable[..., int], before: tuple[int, str], after: tuple[int, str]) -> str:
    """What belongs between two pieces: nothing where they touch, a blank in one row, the end of a line elsewhere."""
    if not before[1] or not after[1]:
        return ""
    number_of, code_of = raw.FPDFText_GetCharIndexFromTextIndex, raw.FPDFText_GetUnicode
    ends = number_of(textpage, before[0]) + len(before[1]) - 1
    starts = number_of(textpage, after[0])
    if code_of(textpage, ends) != ord(before[1][-1]) or code_of(textpage, starts) != ord(after[1][0]):
        return ""  # numbered otherwise: where they stand is not known
    end, start = raw.FS_RECTF(), raw.FS_RECTF()
    ask(textpage, ends, end)
    ask(textpage, starts, start)
    near = _TOUCHING * max(end.top - end.bottom, start.top - start.bottom)
    if max(start.bottom - end.top, end.bottom - start.top) > near or end.left - start.right > near:
        return "\n"
    return " " if start.left - end.right > _BLANK * (start.top - start.bottom) else ""


def _run(text: str, pieces: Sequence[tuple[int, str]], start: int) -> range | None:
    """The pieces from one on that the line consists of: it is stored in several where something in it is raised."""
    at, place = 0, start
    for _, piece in pieces[start : start + _MAX_PIECES]:
        if not text.startswith(piece, at):
            break
        at, place = at + len(piece), place + 1
        at += text.startswith(" ", at)
        if at == len(text):
            return range(start, place)
    return None


def _numbers(textpage: Any, text: str, pieces: Sequence[tuple[int, str]]) -> Sequence[int]:
    """For each character of the line its number; for a blank between two pieces that of a neighbour."""
    number_of = raw.FPDFText_GetCharIndexFromTextIndex
    if len(pieces) == 1:
        start = number_of(textpage, pieces[0][0])
        return range(start, start + len(text))
    numbers: list[int] = []
    for at, piece in pieces:
        start = number_of(textpage, at)
        numbers += [start] * (text.index(piece, len(numbers)) - len(numbers))
        numbers += range(start, start + len(piece))
    return numbers


def _numbered(stored: str) -> Iterator[tuple[int, str]]:
    """Each line as `tidy_lines` gives it, and where its first character stands."""
    for match in _STORED_LINE.finditer(stored):
        line = match[0].replace("\ufffe", "\x02")  # the mark of a broken word, as it is in text asked for by its place
        bare = line.strip()
        if bare:
            at = match.start() + line.index(bare[0])
            yield at, bare if bare.isascii() and bare.isprintable() else tidy_lines(line)[0]


def _place_led_to(destination: pypdfium2.PdfDest, page: Page) -> tuple[float, float | None]:
    """Left and top of the place on the page as it is shown; no top where only the page, or its left side, is named."""
    mode, place = destination.get_view()
    if mode == raw.PDFDEST_VIEW_XYZ:
        left, top = place[0], place[1]
    elif mode in (raw.PDFDEST_VIEW_FITH, raw.PDFDEST_VIEW_FITBH):
        left, top = 0.0, place[0]
    else:
        return 0.0, None
    box = raw.FS_RECTF(left, top, left, top)
    turn(box, page.quarters)
    return box.left, box.top if left or top else None


def _outline(pdf: pypdfium2.PdfDocument, pages: Sequence[Page]) -> tuple[list[Entry], list[str]]:
    """The outline entries that have a title and lead to a page of this file."""
    entries: list[Entry] = []
    stack: list[str] = []
    lost = 0
    bookmarks = pdf.get_toc(max_depth=_MAX_OUTLINE_DEPTH)
    for bookmark in islice(bookmarks, _MAX_OUTLINE_ENTRIES):
        title = one_line(bookmark.get_title())[:MAX_HEADING_CHARS]
        stack[bookmark.level :] = [title]
        destination = bookmark.get_dest()
        index = None if destination is None else destination.get_index()
        if not title or index is None or index >= len(pdf):
            lost += 1
            continue
        entries.append(Entry(index + 1, tuple(filter(None, stack)), *_place_led_to(destination, pages[index])))
    notes = [f"Left out {count(lost, 'outline entry', 'outline entries')} without a page."] if lost else []
    if next(bookmarks, None) is not None:
        notes.append(f"The outline was read up to {_MAX_OUTLINE_ENTRIES} entries.")
    return entries, notes
