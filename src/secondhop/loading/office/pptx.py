"""Slides: title, body, tables, charts and diagrams in slide order, speaker notes after each slide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from secondhop.errors import CorruptFileError, MissingExtraError
from secondhop.loading.builder import TextBuilder, clean, one_line
from secondhop.loading.containers import open_container, refuse_old
from secondhop.loading.numerals import numeral
from secondhop.types import SourceText

try:
    from pptx import Presentation
    from pptx.enum.shapes import PP_PLACEHOLDER
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import qn
    from pptx.shapes.graphfrm import GraphicFrame

    from secondhop.loading.office.drawings import drawn_lines, paragraph_text
except ImportError as error:
    raise MissingExtraError("python-pptx", extra="office") from error

_NUMBERING = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(Period|ParenR|ParenBoth|Plain)")
_FORMS = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}
_AROUND = {"ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}
_FOOTERS = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE)
_AUTOMATIC = qn("a:buAutoNum")
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def load(data: bytes, source: str) -> SourceText:
    """The text slide by slide; the slide's number is the page, its title the heading.

    Raises:
        PasswordRequiredError: encrypted.
        UnsupportedFormatError: the old binary format.
        CorruptFileError: not a presentation, or damaged.
        NoTextError: nothing in it but pictures.
    """
    refuse_old(data, source)
    open_container(data, source).close()
    builder = TextBuilder()
    hidden: list[str] = []
    unread: list[str] = []
    footers: set[str] = set()
    try:
        presentation = Presentation(BytesIO(data))
        slides = list(presentation.slides)
        for number, slide in enumerate(slides, start=1):
            if not _write_slide(slide, number, builder, footers):
                unread.append(str(number))
            if slide.element.get("show") in ("0", "false"):
                hidden.append(str(number))
        properties = presentation.core_properties
        metadata = {
            "page_count": len(slides),
            "title": one_line(properties.title or ""),
            "author": one_line(properties.author or ""),
        }
    except Exception as error:  # python-pptx meets damage with whatever its XML access raises
        raise CorruptFileError(source, f"not a readable presentation ({error})") from error
    warnings = [f"Hidden slides are included: {', '.join(hidden)}."] if hidden else []
    if unread:
        warnings.append(f"Charts or embedded objects that could not be read are on slides: {', '.join(unread)}.")
    return builder.build(source, metadata=metadata, warnings=warnings)


def _write_slide(slide: Any, number: int, builder: TextBuilder, footers: set[str]) -> bool:
    """Write a slide; False if an object on it could not be read."""
    _choose(slide.element)
    builder.begin(page=number)
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        builder.heading(1, _paragraphs(title.text_frame))
    is_read = True
    for shape in _flat(slide.shapes):
        if title is not None and shape.element is title.element:  # ids are not always distinct
            continue
        if shape.has_table:
            builder.table(_rows(shape.table))
        elif isinstance(shape, GraphicFrame):
            lines = _frame_lines(shape)
            is_read &= lines is not None
            builder.write(clean("\n".join(lines or ())))
        elif shape.has_text_frame and not _is_furniture(shape, footers):
            builder.write(_paragraphs(shape.text_frame))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        builder.write(_paragraphs(slide.notes_slide.notes_text_frame))
    return is_read


def _choose(slide: Any) -> None:
    """Put what newer programs show of each alternative in its place, where the shapes are looked for."""
    for alternative in list(slide.iter(f"{_COMPATIBILITY}AlternateContent")):
        for element in alternative.findall(f"{_COMPATIBILITY}Choice/*"):
            alternative.addprevious(element)
        alternative.getparent().remove(alternative)


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    """The shapes in order, groups opened. Depth is bounded by the XML parser."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _frame_lines(frame: Any) -> list[str] | None:
    """The lines of a chart or diagram; None for what cannot be read, such as an embedded object."""
    data = frame._element.graphic.graphicData
    if not data.uri.endswith(("/chart", "/diagram")) or not len(data):
        return None
    relation = frame.part.rels.get(data[0].get(qn("r:id")) or data[0].get(qn("r:dm")))
    if relation is None or relation.is_external:
        return None
    try:
        return drawn_lines(parse_xml(relation.target_part.blob))
    except SyntaxError:  # as XML
        return None


def _rows(table: Any) -> Iterator[list[str]]:
    """The rows of a table; a cell that spans rows stands in each of them, so that a row says all it has to."""
    above: list[str] = []
    for row in table.rows:
        cells = [_paragraphs(cell.text_frame) for cell in row.cells]
        for place, cell in enumerate(row.cells):
            if cell._tc.vMerge and not cells[place] and place < len(above):
                cells[place] = above[place]
        above = cells
        yield cells


def _is_furniture(shape: Any, footers: set[str]) -> bool:
    """Whether a shape shows the slide's number, or a footer or date that a slide before had."""
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    if kind not in _FOOTERS:
        return bool(kind == PP_PLACEHOLDER.SLIDE_NUMBER)
    text = shape.text_frame.text
    is_repeated = text in footers
    footers.add(text)
    return is_repeated


def _paragraphs(frame: Any) -> str:
    """One line for each paragraph that is not empty, with the number that it has in a list."""
    lines: list[str] = []
    counts: dict[int, int] = {}
    for paragraph in frame.paragraphs:
        text = clean(paragraph_text(paragraph._p)).strip()
        if not text:
            continue
        properties = paragraph._p.pPr
        level, numbering = 0, None
        if properties is not None:
            level, numbering = int(properties.get("lvl", "0")), properties.find(_AUTOMATIC)
        counts = {other: count for other, count in counts.items() if other <= level}
        if numbering is None:
            counts.pop(level, None)
            lines.append(text)
            continue
        counts[level] = counts[level] + 1 if level in counts else int(numbering.get("startAt", "1"))
        lines.append(f"{_number(numbering.get('type', ''), counts[level])} {text}")
    return "\n".join(lines)


def _number(kind: str, count: int) -> str:
    known = _NUMBERING.fullmatch(kind)
    form, around = known.groups() if known else ("", "")
    return _AROUND.get(around, "{}.").format(numeral(count, _FORMS.get(form, "decimal")))
