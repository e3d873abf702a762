"""What was filled in: values of form fields, and text boxes laid over a page, each put beside or below its label.

They are annotations, no part of a page's content. Hidden ones stay out, and so do other kinds: links, and comments,
which are counted.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median_low
from typing import Any, NamedTuple

from pypdfium2 import raw

from secondhop.loading.pdf.page import Line, Page, turn
from secondhop.loading.pdf.words import tidy_lines

# On one page, against annotations that are all one large field, or more than can be compared with all lines.
_MAX_FIELDS = 2_000
_MAX_CHARS = 1_000_000
_MAX_PAIRS = 2_000_000
_MAX_OPTIONS = 1_000  # of one field
_UNLISTED = -1
_NOT_SHOWN = raw.FPDF_ANNOT_FLAG_INVISIBLE | raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_WITH_OPTIONS = frozenset({raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX})
_WITH_TICK = frozenset({raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON})
_COMMENTS = frozenset({raw.FPDF_ANNOT_TEXT, *range(raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_POPUP)})
"""Notes, and marks and drawings that may have one."""


class _Field(NamedTuple):
    """Lines of text, and the box that they stand in."""

    texts: Sequence[str]
    left: float
    right: float
    bottom: float
    top: float


def with_fields(read: Page, page: Any, form: Any) -> Page:
    """The page with what was filled in on it; `form` is pdfium's handle of the file's form, None if it has none."""
    fields: list[_Field] = []
    has_unread = False
    n_comments = 0
    room = _MAX_CHARS
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        try:
            text = _shown(annotation, form)
            field = _boxed(annotation, text, page) if text else None
            n_comments += _is_comment(annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if text is None:
            has_unread = True
        elif field is not None:
            room -= len(text)
            if room < 0 or len(fields) == _MAX_FIELDS:
                has_unread = True
                break
            fields.append(field)
    if not (fields or has_unread or n_comments):
        return read
    return replace(read, lines=_placed(read.lines, fields), has_unread_fields=has_unread, n_comments=n_comments)


def _is_comment(annotation: Any) -> bool:
    """Whether it says something to readers that is no part of the page."""
    return (
        raw.FPDFAnnot_GetSubtype(annotation) in _COMMENTS
        and not raw.FPDFAnnot_GetFlags(annotation) & _NOT_SHOWN
        and bool(_stored(annotation, b"Contents").strip())
    )


def _shown(annotation: Any, form: Any) -> str | None:
    """The text that readers see in it, None for a tick."""
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind not in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT) or raw.FPDFAnnot_GetFlags(annotation) & _NOT_SHOWN:
        return ""
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _stored(annotation, b"Contents")
    field = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if field == _UNLISTED:
        return _unlisted(annotation)
    if field in _WITH_TICK:
        return None if _is_ticked(annotation) else ""
    is_secret = raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & raw.FPDF_FORMFLAG_TEXT_PASSWORD
    if field not in _WITH_OPTIONS and (field != raw.FPDF_FORMFIELD_TEXTFIELD or is_secret):
        return ""
    chosen = _chosen(annotation, form) if field in _WITH_OPTIONS else ""
    return chosen or _text(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _unlisted(annotation: Any) -> str | None:
    """The same for a field that is in no form: programs that put files together leave them so, and readers show them."""
    if _is_ticked(annotation):
        return None
    flags = ctypes.c_float()
    raw.FPDFAnnot_GetNumberValue(annotation, b"Ff", flags)
    kind, is_secret = _stored(annotation, b"FT"), int(min(max(flags.value, 0), 2**31)) & raw.FPDF_FORMFLAG_TEXT_PASSWORD
    return _stored(annotation, b"V") if kind == "Ch" or (kind == "Tx" and not is_secret) else ""


def _is_ticked(annotation: Any) -> bool:
    return _stored(annotation, b"AS") not in ("", "Off")


def _chosen(annotation: Any, form: Any) -> str:
    """The options that are chosen, one to a line, as readers see them; what is stored for them may be a code."""
    lines: list[str] = []
    room = _MAX_CHARS
    for option in range(min(raw.FPDFAnnot_GetOptionCount(form, annotation), _MAX_OPTIONS)):
        if room > 0 and raw.FPDFAnnot_IsOptionSelected(form, annotation, option):
            lines.append(_text(raw.FPDFAnnot_GetOptionLabel, form, annotation, option))
            room -= len(lines[-1])
    return "\n".join(lines)


def _stored(annotation: Any, key: bytes) -> str:
    return _text(raw.FPDFAnnot_GetStringValue, annotation, key)


def _text(ask: Callable[..., int], *arguments: Any) -> str:
    """The text that a function of pdfium writes into a buffer of as many bytes as it says that it needs."""
    size = ask(*arguments, None, 0)
    buffer = (ctypes.c_ushort * (size // 2))()
    ask(*arguments, buffer, size)
    return bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0")


def _boxed(annotation: Any, text: str, page: Any) -> _Field | None:
    """None if there is nothing to see: blank, in a box without area, or off the page."""
    texts = [line for line in tidy_lines(text) if line]
    box, seen = raw.FS_RECTF(), raw.FS_RECTF()
    if not texts or not raw.FPDFAnnot_GetRect(annotation, box) or not raw.FPDF_GetPageBoundingBox(page, seen):
        return None
    for each in (box, seen):
        turn(each, raw.FPDFPage_GetRotation(page))
    left, right = sorted((box.left, box.right))
    bottom, top = sorted((box.bottom, box.top))
    is_seen = max(left, seen.left) < min(right, seen.right) and max(bottom, seen.bottom) < min(top, seen.top)
    return _Field(texts, left, right, bottom, top) if is_seen else None


def _placed(lines: Sequence[Line], fields: Sequence[_Field]) -> list[Line]:
    """The lines, after each those of the fields that it is the label of; fields without a label come last.

    Fields in the row of their label come left to right, others top down.
    """
    after: dict[int | None, list[_Field]] = {}
    can_compare = len(lines) * len(fields) <= _MAX_PAIRS
    for field in sorted(fields, key=lambda field: (-round(field.top), field.left)):
        after.setdefault(_label(lines, field) if can_compare else None, []).append(field)
    usual = median_low([line.height for line in lines if line.height] or [0.0])
    placed: list[Line] = []
    for number, line in enumerate(lines):
        beside = sorted((field for field in after.get(number, ()) if _is_beside(line, field)), key=lambda one: one.left)
        below = [field for field in after.get(number, ()) if not _is_beside(line, field)]
        placed += [line, *(each for field in (*beside, *below) for each in _lines(field, line, usual))]
    first = lines[0] if lines else Line("")
    return placed + [each for field in after.get(None, ()) for each in _lines(field, first, usual)]


def _label(lines: Sequence[Line], field: _Field) -> int | None:
    """The number of the line that begins nearest to the field's left in its row, else of the nearest above it."""
    beside = [(line.left, number) for number, line in enumerate(lines) if _is_beside(line, field)]
    if beside:
        return max(beside)[1]
    above = [
        (line.bottom, number)
        for number, line in enumerate(lines)
        if line.height and line.bottom >= field.bottom and line.left < field.right and field.left < line.right
    ]
    return min(above)[1] if above else None


def _is_beside(line: Line, field: _Field) -> bool:
    return line.height > 0 and line.left < field.left and field.bottom <= line.bottom + line.height / 2 <= field.top


def _lines(field: _Field, like: Line, usual: float) -> Iterator[Line]:
    """The lines of a field, in the row of the line that it is like where it stands beside it.

    Their letters are as large as those of that line, but no larger than `usual`: what is filled in is no heading.
    """
    if not like.height:
        yield from map(Line, field.texts)
        return
    height = min(like.height, usual)
    left, bottom = field.left, field.top - height
    if _is_beside(like, field):
        left, bottom = max(left, like.right), like.bottom
    for number, text in enumerate(field.texts):
        yield Line(text, left, max(left, field.right), bottom - number * height, height)
