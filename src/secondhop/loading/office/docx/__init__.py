"""Word documents: body in reading order, headings by style, outline level or bold letters, clauses with their numbers, tables by row.

Notes, page headers and page footers stand at the end. Hidden text and tables of contents are left out.

The XML is read directly. That keeps what lies inside content controls, text boxes and tracked insertions, reads the
strict variant of the format too, and does not care about damage in parts that hold no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from secondhop.errors import CorruptFileError
from secondhop.loading.builder import TextBuilder, clean, one_line, raised
from secondhop.loading.containers import open_container, refuse_old
from secondhop.loading.numerals import numeral
from secondhop.loading.office.docx.bold import heads_by_bold, is_bold_title
from secondhop.loading.office.docx.styles import Styles, read_styles
from secondhop.loading.office.drawings import drawn_lines
from secondhop.loading.office.formulas import formula
from secondhop.loading.office.left_out import left_out
from secondhop.loading.office.symbol_font import symbol, with_signs
from secondhop.loading.xml_parts import attribute_of, child_of, is_on, number_of, parse_part, tag_of, value_of
from secondhop.types import SourceText

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_MAIN = "word/document.xml"
_LEFT_OUT = {
    "altChunk": ("file inserted whole (altChunk)", "files inserted whole (altChunk)"),
    "chart": ("chart", "charts"),
    "relIds": ("diagram", "diagrams"),
    "OLEObject": ("embedded object", "embedded objects"),
    "commentReference": ("comment", "comments"),
}
"""Element → what it stands for in the body, that is not read."""
_NOTE_FORMS = {"footnotes": "decimal", "endnotes": "lowerRoman"}
"""Part that holds notes → how they are numbered where the document does not say."""
_FURNITURE = re.compile(r"(?:header|footer)\d*\.xml")
_MAX_FURNITURE = 200
_INITIALS = frozenset({"drop", "margin"})
_LONGEST_INITIAL = 3
_MAX_COLUMNS = 63  # Word has no more
# Deleted or moved-away text, field codes, properties, and the older copy of a drawing that has a newer one.
_NOT_SHOWN = frozenset({"del", "moveFrom", "pPr", "rPr", "instrText", "delText", "Fallback", "tblPr", "tcPr", "sdtPr"})
_DRAWINGS = ("chart", "relIds")
_STANDING_FOR = frozenset({"footnoteReference", "endnoteReference", *_DRAWINGS})
"""What a mark or the lines of a part are put into."""
_OF_OLD_WORD = frozenset({"textpath", "checkBox", "ddList"})
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,4}")
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def load(data: bytes, source: str) -> SourceText:
    """The text of the body, then foot- and endnotes.

    Raises:
        PasswordRequiredError: encrypted.
        UnsupportedFormatError: the old binary format.
        CorruptFileError: not a Word document, or damaged.
        NoTextError: nothing in it but pictures.
    """
    refuse_old(data, source)
    builder = TextBuilder()
    with open_container(data, source) as archive:
        main = _main_part(archive, source)
        root = parse_part(archive, main, source)
        if root is None:
            raise CorruptFileError(source, f"not a Word document ({main} is missing)")
        folder = dirname(main)
        relations = _relations(archive, main, source)
        parts = _parts(relations, folder)
        numbering = parse_part(archive, parts["numbering"], source)
        styles = read_styles(parse_part(archive, parts["styles"], source), numbering)
        _read_drawings(root, archive, relations, source)
        marks = {name: _number_notes(root, name) for name in _NOTE_FORMS}
        _write_blocks(root, replace(styles, bold_titles=heads_by_bold(root, styles)), builder)
        for name in _NOTE_FORMS:
            notes = parse_part(archive, parts[name], source)
            if notes is not None:
                _write_notes(notes, name.capitalize(), marks[name], builder)
        _write_furniture(archive, folder, source, builder)
        metadata = _metadata(parse_part(archive, "docProps/core.xml", source))
    return builder.build(source, metadata=metadata, warnings=left_out(root, _LEFT_OUT))


def _main_part(archive: ZipFile, source: str) -> str:
    """The body's place in the container: `word/document.xml` unless the container says otherwise."""
    relations = parse_part(archive, "_rels/.rels", source)
    for relation in () if relations is None else relations.iter():
        if str(attribute_of(relation, "Type") or "").endswith("/officeDocument"):
            return normpath((attribute_of(relation, "Target") or _MAIN).lstrip("/"))
    return _MAIN


def _relations(archive: ZipFile, main: str, source: str) -> dict[str | None, tuple[str, str]]:
    """Kind and place of each part that the body needs, by the id that it calls it by."""
    folder = dirname(main)
    found: dict[str | None, tuple[str, str]] = {}
    relations = parse_part(archive, join(folder, "_rels", f"{basename(main)}.rels"), source)
    for relation in () if relations is None else relations.iter():
        kind, target = (attribute_of(relation, "Type") or "").rpartition("/")[2], attribute_of(relation, "Target")
        if target:
            found[attribute_of(relation, "Id")] = (
                kind,
                normpath(join(folder, target)) if target[0] != "/" else target[1:],
            )
    return found


def _parts(relations: Mapping[str | None, tuple[str, str]], folder: str) -> dict[str, str]:
    """Where the parts lie that all documents may have, by their kind; some programs put a number behind their names."""
    names = ("numbering", "styles", *_NOTE_FORMS)
    return {kind: join(folder, f"{kind}.xml") for kind in names} | dict(relations.values())


def _read_drawings(
    root: etree._Element, archive: ZipFile, relations: Mapping[str | None, tuple[str, str]], source: str
) -> None:
    """Put the lines of charts and diagrams where the body first refers to them."""
    unread = {name for _, name in relations.values()}
    for drawing in root.iter(*(f"{{*}}{name}" for name in _DRAWINGS)):
        _, name = relations.get(attribute_of(drawing, "id") or attribute_of(drawing, "dm"), ("", ""))
        if name not in unread:
            continue
        unread.remove(name)
        with suppress(CorruptFileError):
            part = parse_part(archive, name, source)
            if part is not None and (lines := drawn_lines(part)):
                drawing.text = "\n".join(["", *lines, ""])


def _write_blocks(parent: etree._Element, styles: Styles, builder: TextBuilder) -> None:
    """Write paragraphs and tables in order. Recursion is bounded: the XML parser refuses deep documents."""
    initial = ""
    code: list[str] = []
    for element in parent:
        name = tag_of(element)
        style = value_of(element, "pPr", "pStyle") if name == "p" else None
        if style in styles.contents:
            continue
        if style in styles.code:
            code.append(_line(element))
            continue
        builder.code("\n".join(code).strip("\n"))
        code.clear()
        if name == "p":
            initial = _write_paragraph(element, styles, builder, initial)
        elif name == "tbl" and _is_ruled(element):
            builder.table(_rows(element, styles), header=_header(element))
        elif name == "tbl":  # a bold label in it heads nothing
            _write_blocks(element, replace(styles, bold_titles=False), builder)
        elif name not in _NOT_SHOWN:
            _write_blocks(element, styles, builder)
    builder.code("\n".join(code).strip("\n"))
    builder.write(initial)


def _write_paragraph(paragraph: etree._Element, styles: Styles, builder: TextBuilder, initial: str) -> str:
    """Write a paragraph that begins with `initial`; if it is the large first letter of the next one, return it instead."""
    text = initial + _text(paragraph)
    if (
        0 < len(text) <= _LONGEST_INITIAL
        and attribute_of(child_of(paragraph, "pPr", "framePr"), "dropCap") in _INITIALS
    ):
        return text
    style = value_of(paragraph, "pPr", "pStyle") or ""
    level = styles.level(paragraph, style)
    if level is None and styles.bold_titles and is_bold_title(paragraph, text):
        level = 1
    label = _label(paragraph, styles, style, text)
    shown = f"{label} {text}" if label and text else text
    if level is not None and text:
        builder.heading(level, text if label == "-" else shown)
    else:
        builder.write(shown, gap="\n\n" if label is None else "\n")
    for box in _descend(paragraph, "txbxContent"):
        _write_blocks(box, styles, builder)
    return ""


def _label(paragraph: etree._Element, styles: Styles, style: str, text: str) -> str | None:
    """What stands before a paragraph. One without text counts too, unless it was deleted or is hidden."""
    if not text and any(is_on(paragraph, "pPr", "rPr", name) for name in ("del", "moveFrom", "vanish")):
        return None
    return styles.label(paragraph, style)


def _text(paragraph: etree._Element) -> str:
    """The visible text of a paragraph, without that of text boxes anchored in it."""
    return _line(paragraph).strip()


def _line(paragraph: etree._Element) -> str:
    """The same with the blanks around it."""
    return clean("".join(_pieces(paragraph)))


def _pieces(element: etree._Element) -> Iterator[str]:
    is_raised, fonts = False, None
    for child in element:
        name = tag_of(child)
        if name == "t":
            text = child.text or ""
            if fonts is not None and not text.isascii():
                text = with_signs(text, attribute_of(fonts, "ascii") or "")
            yield raised(text) if is_raised else text
        elif name == "rPr":  # it stands first in its run
            properties = {tag_of(each): each for each in child}
            if "vanish" in properties and is_on(properties["vanish"]):
                return
            fonts = properties.get("rFonts")
            is_raised = "vertAlign" in properties and value_of(properties["vertAlign"]) == "superscript"
        elif name == "sym":
            yield _symbol(child)
        elif name == "ruby":  # the reading of a word, which stands first, is shown above it
            base, reading = child_of(child, "rubyBase"), child_of(child, "rt")
            yield "" if base is None else "".join(_pieces(base))
            yield "" if reading is None else f"({''.join(_pieces(reading))})"
        elif name == "oMath":
            yield formula(child)
        elif name in _OF_OLD_WORD:
            yield _shown(child)
        elif name in _STANDING_FOR:
            yield child.text or ""
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name not in _NOT_SHOWN and name != "txbxContent":
            yield from _pieces(child)


def _symbol(element: etree._Element) -> str:
    code = attribute_of(element, "char") or ""
    return symbol(attribute_of(element, "font") or "", int(code, 16)) if _HEXADECIMAL.fullmatch(code) else ""


def _shown(field: etree._Element) -> str:
    """What WordArt, a box to tick or a list to choose from shows; in old Word no run of text holds it."""
    if tag_of(field) == "textpath":
        return f" {attribute_of(field, 'string') or ''} "
    if tag_of(field) == "checkBox":
        is_ticked = is_on(field, "default" if child_of(field, "checked") is None else "checked")
        return "☒" if is_ticked else "☐"
    entries = [attribute_of(entry, "val") or "" for entry in field if tag_of(entry) == "listEntry"]
    chosen = number_of(field, "default" if child_of(field, "result") is None else "result") or 0
    return entries[chosen] if chosen < len(entries) else ""


def _is_ruled(table: etree._Element) -> bool:
    """Whether a table has rows, and columns or one that it names; others hold headings, paragraphs, lists and code."""
    rows = list(_descend(table, "tr"))
    if len(rows) < 2:
        return False
    return is_on(rows[0], "trPr", "tblHeader") or any(sum(1 for _ in _descend(row, "tc")) > 1 for row in rows)


def _header(table: etree._Element) -> int:
    """Place of the last row at the top that is repeated on each page; of the first if all or none are."""
    are_repeated = [is_on(row, "trPr", "tblHeader") for row in _descend(table, "tr")]
    return max(0, are_repeated.index(False) - 1) if False in are_repeated else 0


def _rows(table: etree._Element, styles: Styles) -> Iterator[list[str]]:
    """The rows of a table; a cell that spans rows stands in each of them, so that a row says all it has to.

    Of columns that a cell spans the first has its text, and the others are empty.
    """
    above: dict[int, str] = {}
    for row in _descend(table, "tr"):
        cells: list[str] = []
        column = min(number_of(row, "trPr", "gridBefore") or 0, _MAX_COLUMNS)
        for cell in _descend(row, "tc"):
            properties = child_of(cell, "tcPr")
            merged = child_of(properties, "vMerge")
            goes_on = merged is not None and attribute_of(merged, "val") != "restart"
            paragraphs = [each for each in _paragraphs(cell) if not goes_on or _text(each)]
            text = " ".join(_numbered(paragraph, styles) for paragraph in paragraphs).strip()
            if goes_on:
                text = text or above.get(column, "")
            above[column] = text
            cells += [*[""] * (column - len(cells)), text]
            column += min(number_of(properties, "gridSpan") or 1, _MAX_COLUMNS)
        yield cells


def _numbered(paragraph: etree._Element, styles: Styles) -> str:
    text = _text(paragraph)
    label = _label(paragraph, styles, value_of(paragraph, "pPr", "pStyle") or "", text)
    return f"{label} {text}".strip() if label and (text or label != "-") else text


def _descend(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """The nearest elements of a name at any depth, such as inside content controls and insertions, outermost only."""
    for child in element:
        name = tag_of(child)
        if name == wanted:
            yield child
        elif name not in _NOT_SHOWN:
            yield from _descend(child, wanted)


def _paragraphs(element: etree._Element) -> Iterator[etree._Element]:
    """All paragraphs below an element, those of nested tables and text boxes included."""
    for child in element:
        if tag_of(child) in _NOT_SHOWN:
            continue
        if tag_of(child) == "p":
            yield child
        yield from _paragraphs(child)


def _number_notes(root: etree._Element, name: str) -> dict[str | None, str]:
    """Put the mark of each foot- or endnote where the body refers to it, and return the marks by the ids of the notes.

    They count through the document. A note whose mark its author wrote has that in its text, and in the body.
    """
    form = value_of(next(root.iter(f"{{*}}{name[:-1]}Pr"), None), "numFmt") or _NOTE_FORMS[name]
    marks: dict[str | None, str] = {}
    for reference in root.iter(f"{{*}}{name[:-1]}Reference"):
        is_shown = not any(tag_of(around) in _NOT_SHOWN for around in reference.iterancestors())
        if is_shown and attribute_of(reference, "customMarkFollows") is None:
            reference.text = marks[attribute_of(reference, "id")] = f"[{numeral(len(marks) + 1, form)}]"
    return marks


def _write_notes(root: etree._Element, title: str, marks: Mapping[str | None, str], builder: TextBuilder) -> None:
    """Write foot- or endnotes one to a line, without the separators that the format keeps among them."""
    texts = (
        (marks.get(attribute_of(note, "id"), ""), one_line(" ".join(_text(each) for each in _paragraphs(note))))
        for note in root
        if attribute_of(note, "type") in (None, "normal")
    )
    kept = [f"{mark} {text}".lstrip() for mark, text in texts if text]
    if kept:
        builder.begin()
        builder.heading(1, title)
        builder.write("\n".join(kept))


def _write_furniture(archive: ZipFile, folder: str, source: str, builder: TextBuilder) -> None:
    """Write what stands above and below the pages, each text once; sections of the document repeat it."""
    names = sorted(name for name in archive.namelist() if _FURNITURE.fullmatch(name.removeprefix(f"{folder}/")))
    texts: dict[str, None] = {}
    for name in names[:_MAX_FURNITURE]:
        root = parse_part(archive, name, source)
        lines = () if root is None else map(_text, _paragraphs(root))
        texts.update(dict.fromkeys(line for line in map(one_line, lines) if any(map(str.isalpha, line))))
    if texts:
        builder.begin()
        builder.heading(1, "Page headers and footers")
        builder.write("\n".join(texts))


def _metadata(core: etree._Element | None) -> dict[str, str]:
    wanted = {"title": "title", "creator": "author"}
    return {} if core is None else {wanted[tag_of(e)]: one_line(e.text or "") for e in core if tag_of(e) in wanted}
