"""Word documents: body in reading order, headings by style or outline level, tables row by row, notes at the end.

The XML is read directly. That keeps what lies inside content controls, text boxes and tracked insertions, reads the
strict variant of the format too, and does not care about damage in parts that hold no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import dirname, join, normpath
from zipfile import ZipFile

from secondhop.errors import CorruptFileError, MissingExtraError, PasswordRequiredError, UnsupportedFormatError
from secondhop.loading.builder import (
    TextBuilder,
    clean,
    is_encrypted_office,
    is_ole,
    one_line,
    open_container,
    read_entry,
)
from secondhop.types import SourceText

try:
    from lxml import etree  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingExtraError("lxml", extra="office") from error

SUFFIXES = frozenset({".docx", ".docm"})

_MAIN = "word/document.xml"
_TITLE_LEVEL = 0
_MAX_STYLE_ANCESTORS = 20
# Deleted or moved-away text, field codes, properties, and the older copy of a drawing that has a newer one.
_NOT_SHOWN = frozenset({"del", "moveFrom", "pPr", "rPr", "instrText", "delText", "Fallback", "tblPr", "tcPr", "sdtPr"})
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class _Styles:
    """What paragraph styles mean."""

    levels: Mapping[str, int] = field(default_factory=dict)
    """Style id → heading level, 0 for the title of the document."""
    lists: frozenset[str] = frozenset()
    """Ids of list styles."""


def load(data: bytes, source: str) -> SourceText:
    """The text of the body, then foot- and endnotes.

    Raises:
        PasswordRequiredError: encrypted.
        UnsupportedFormatError: the old binary format.
        CorruptFileError: not a Word document, or damaged.
        NoTextError: nothing in it but pictures.
    """
    if is_encrypted_office(data):
        raise PasswordRequiredError(source, "encrypted; remove the password in the office program, then load it again")
    if is_ole(data):
        raise UnsupportedFormatError(source, "the old binary Word format; save it as .docx")
    builder = TextBuilder()
    with open_container(data, source) as archive:
        main = _main_part(archive, source)
        root = _parse(archive, main, source)
        if root is None:
            raise CorruptFileError(source, f"not a Word document ({main} is missing)")
        folder = dirname(main)
        styles = _styles(_parse(archive, join(folder, "styles.xml"), source))
        _write_blocks(root, styles, builder)
        for name, title in (("footnotes.xml", "Footnotes"), ("endnotes.xml", "Endnotes")):
            notes = _parse(archive, join(folder, name), source)
            if notes is not None:
                _write_notes(notes, title, builder)
        metadata = _metadata(_parse(archive, "docProps/core.xml", source))
    return builder.build(source, metadata=metadata)


def _main_part(archive: ZipFile, source: str) -> str:
    """The body's place in the container: `word/document.xml` unless the container says otherwise."""
    relations = _parse(archive, "_rels/.rels", source)
    for relation in () if relations is None else relations.iter():
        if str(_attribute(relation, "Type") or "").endswith("/officeDocument"):
            return normpath((_attribute(relation, "Target") or _MAIN).lstrip("/"))
    return _MAIN


def _parse(archive: ZipFile, name: str, source: str) -> etree._Element | None:
    data = read_entry(archive, name, source)
    if data is None:
        return None
    # A parser for each file: entities stay as they are, nothing is fetched, depth and text size have libxml2's limits.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.parse(BytesIO(data), parser).getroot()
    except etree.XMLSyntaxError as error:
        raise CorruptFileError(source, f"{name} inside it is not valid XML ({error})") from error


def _name(element: etree._Element) -> str:
    """The tag without its namespace, which differs between the two variants of the format."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: etree._Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child, grandchild, … of these names."""
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if _name(child) == name), None)
    return element


def _value(element: etree._Element | None, *names: str) -> str | None:
    found = _child(element, *names)
    return None if found is None else _attribute(found, "val")


def _styles(root: etree._Element | None) -> _Styles:
    own: dict[str, int] = {}
    based_on: dict[str, str] = {}
    lists: set[str] = set()
    for style in () if root is None else root:
        style_id = _attribute(style, "styleId")
        if _name(style) != "style" or style_id is None:
            continue
        level = _style_level(style)
        if level is not None:
            own[style_id] = level
        based_on[style_id] = _value(style, "basedOn") or ""
        if _child(style, "pPr", "numPr") is not None:
            lists.add(style_id)
    levels = dict(own)
    for style_id in based_on:
        ancestor = style_id
        for _ in range(_MAX_STYLE_ANCESTORS):  # styles of damaged files can be based on one another
            if ancestor in own or not ancestor:
                break
            ancestor = based_on.get(ancestor, "")
        if ancestor in own:
            levels[style_id] = own[ancestor]
    return _Styles({key: level for key, level in levels.items() if level <= 9}, frozenset(lists))


def _style_level(style: etree._Element) -> int | None:
    """Heading level of a style by its outline level or built-in name (which is English in every language)."""
    name = (_value(style, "name") or "").lower()
    if name == "title":
        return _TITLE_LEVEL
    outline = _outline_level(style)
    if outline is not None:
        return outline
    word, _, number = name.partition(" ")
    return int(number) if word == "heading" and number.isdecimal() else None


def _outline_level(element: etree._Element) -> int | None:
    """1 to 9 as the outline counts; 10 says "body text" and overrides what a style inherits."""
    value = _value(element, "pPr", "outlineLvl") or ""
    return int(value) + 1 if value.isdecimal() else None


def _write_blocks(parent: etree._Element, styles: _Styles, builder: TextBuilder) -> None:
    """Write paragraphs and tables in order. Recursion is bounded: the XML parser refuses deep documents."""
    for element in parent:
        name = _name(element)
        if name == "p":
            _write_paragraph(element, styles, builder)
        elif name == "tbl":
            builder.table(_rows(element))
        elif name not in _NOT_SHOWN:
            _write_blocks(element, styles, builder)


def _write_paragraph(paragraph: etree._Element, styles: _Styles, builder: TextBuilder) -> None:
    text = _text(paragraph)
    style = _value(paragraph, "pPr", "pStyle") or ""
    level = _outline_level(paragraph)
    if level is None:
        level = styles.levels.get(style)
    if level is not None and level <= 9 and text:
        builder.heading(level, text)
    elif style in styles.lists or _child(paragraph, "pPr", "numPr") is not None:
        builder.write(f"- {text}" if text else "", gap="\n")
    else:
        builder.write(text)
    for box in _boxes(paragraph):
        _write_blocks(box, styles, builder)


def _text(paragraph: etree._Element) -> str:
    """The visible text of a paragraph, without that of text boxes anchored in it."""
    return clean("".join(_pieces(paragraph))).strip()


def _pieces(element: etree._Element) -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name not in _NOT_SHOWN and name != "txbxContent":
            yield from _pieces(child)


def _boxes(element: etree._Element) -> Iterator[etree._Element]:
    """Contents of the text boxes anchored in a paragraph, outermost only."""
    for child in element:
        name = _name(child)
        if name == "txbxContent":
            yield child
        elif name not in _NOT_SHOWN:
            yield from _boxes(child)


def _rows(table: etree._Element) -> Iterator[list[str]]:
    """The rows of a table; a cell that spans rows stands in each of them, so that a row says all it has to."""
    above: dict[int, str] = {}
    for row in _descend(table, "tr"):
        cells: list[str] = []
        column = 0
        for cell in _descend(row, "tc"):
            properties = _child(cell, "tcPr")
            merged = _child(properties, "vMerge")
            text = " ".join(_text(paragraph) for paragraph in _paragraphs(cell)).strip()
            if merged is not None and _attribute(merged, "val") != "restart":
                text = text or above.get(column, "")
            above[column] = text
            cells.append(text)
            span = _value(properties, "gridSpan") or "1"
            column += int(span) if span.isdecimal() else 1
        yield cells


def _descend(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """The nearest elements of a name, also inside content controls and insertions."""
    for child in element:
        name = _name(child)
        if name == wanted:
            yield child
        elif name not in _NOT_SHOWN:
            yield from _descend(child, wanted)


def _paragraphs(element: etree._Element) -> Iterator[etree._Element]:
    """All paragraphs below an element, those of nested tables and text boxes included."""
    for child in element:
        if _name(child) in _NOT_SHOWN:
            continue
        if _name(child) == "p":
            yield child
        yield from _paragraphs(child)


def _write_notes(root: etree._Element, title: str, builder: TextBuilder) -> None:
    """Write foot- or endnotes one to a line, without the separators that the format keeps among them."""
    texts = (
        one_line(" ".join(_text(paragraph) for paragraph in _paragraphs(note)))
        for note in root
        if _attribute(note, "type") in (None, "normal")
    )
    kept = [text for text in texts if text]
    if kept:
        builder.begin()
        builder.heading(1, title)
        builder.write("\n".join(kept))


def _metadata(core: etree._Element | None) -> dict[str, str]:
    wanted = {"title": "title", "creator": "author"}
    found = {} if core is None else {wanted[_name(e)]: one_line(e.text or "") for e in core if _name(e) in wanted}
    return {key: value for key, value in found.items() if value}
