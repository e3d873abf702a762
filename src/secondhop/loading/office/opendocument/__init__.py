"""OpenDocument text, slides and drawings: headings and lists with their numbers, tables by row, notes at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from secondhop.errors import CorruptFileError, PasswordRequiredError, UnsupportedFormatError
from secondhop.loading.builder import TextBuilder, one_line
from secondhop.loading.containers import declares_type, open_container, read_entry
from secondhop.loading.office.left_out import left_out
from secondhop.loading.office.opendocument.blocks import BlockWriter
from secondhop.loading.office.opendocument.bold import heads_by_bold
from secondhop.loading.office.opendocument.shown import empty_hidden, put_objects
from secondhop.loading.office.opendocument.styles import read_styles
from secondhop.loading.xml_parts import attribute_of, child_of, children_of, parse_part, parse_xml, tag_of
from secondhop.types import SourceText

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_PICTURE = re.compile(rb"(<office:binary-data>)[^<]*<")
"""In a flat file; one can be larger than any text that the XML parser takes."""
_ENCRYPTED = b"encryption-data"
_KINDS = ("text", "presentation", "drawing")
_OBJECT = ("embedded object", "embedded objects")
_LEFT_OUT = {"object": _OBJECT, "object-ole": _OBJECT, "annotation": ("comment", "comments")}
"""Element → what it stands for, that is not read."""
_NOTES = {"footnote": "Footnotes", "endnote": "Endnotes"}
_FURNITURE = frozenset({"header", "header-first", "header-left", "footer", "footer-first", "footer-left"})
_FOOTERS = ("use-footer-name", "use-date-time-name")
_BESIDE_THE_BODY = frozenset({"title", "notes", "header", "footer", "date-time", "page-number"})
"""Frames on a slide by what they are for."""


def load(data: bytes, source: str) -> SourceText:
    """The text of a document, then its notes, page headers and footers; of slides and drawings page by page.

    Raises:
        PasswordRequiredError: encrypted.
        UnsupportedFormatError: another kind of OpenDocument file.
        CorruptFileError: not an OpenDocument file, or damaged.
        NoTextError: nothing in it but pictures.
    """
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _load_flat(data, source)
    with open_container(data, source) as archive:
        if _ENCRYPTED in (read_entry(archive, "META-INF/manifest.xml", source) or b""):
            raise PasswordRequiredError(source, "encrypted; save it without a password and load it again")
        content = parse_part(archive, "content.xml", source)
        if content is None:
            raise CorruptFileError(source, "not an OpenDocument file (content.xml is missing)")
        styles, meta = (parse_part(archive, f"{name}.xml", source) for name in ("styles", "meta"))
        put_objects(content, archive, source)
        return _read(content, styles, meta, source)


def _load_flat(data: bytes, source: str) -> SourceText:
    """A file that is one XML document, as `.fodt`."""
    if declares_type(data):
        raise CorruptFileError(source, "declares a document type, which office files never do")
    root = parse_xml(_PICTURE.sub(rb"\1<", data), "it", source)
    put_objects(root, None, source)
    return _read(root, root, root, source)


def _read(
    content: etree._Element, styles: etree._Element | None, meta: etree._Element | None, source: str
) -> SourceText:
    body = next(iter(children_of(content, "body")), None)
    if body is None:
        raise CorruptFileError(source, "not an OpenDocument file (it has no body)")
    kind = tag_of(body)
    if kind not in _KINDS:
        raise UnsupportedFormatError(source, f"is an OpenDocument {kind}; texts, presentations and drawings are read")
    builder = TextBuilder()
    common = child_of(styles, "styles")
    own = read_styles(common, child_of(content, "automatic-styles"))
    metadata = _metadata(children_of(meta, "meta"))
    empty_hidden(body, own)
    warnings = left_out(body, _LEFT_OUT)
    if kind == "text":
        writer = BlockWriter(own, builder, bold_titles=heads_by_bold(body, own))
        writer.write(body)
        _write_notes(body, writer, builder)
        of_pages = read_styles(common, child_of(styles, "automatic-styles"))
        _write_furniture(children_of(styles, "master-styles"), BlockWriter(of_pages, builder), builder)
    else:
        pages = [child for child in body if tag_of(child) == "page"]
        _write_pages(body, pages, BlockWriter(own, builder), builder)
        metadata["page_count"] = len(pages)
        hidden = [
            str(number)
            for number, page in enumerate(pages, start=1)
            if own.is_hidden("drawing-page", attribute_of(page, "style-name"))
        ]
        if hidden:
            warnings.append(f"Hidden slides are included: {', '.join(hidden)}.")
    return builder.build(source, metadata=metadata, warnings=warnings)


def _metadata(meta: list[etree._Element]) -> dict[str, Any]:
    """Title and author; the creator is who saved the file last."""
    found = {tag_of(element): one_line(element.text or "") for element in meta}
    return {"title": found.get("title"), "author": found.get("initial-creator") or found.get("creator")}


def _write_notes(body: etree._Element, writer: BlockWriter, builder: TextBuilder) -> None:
    """Write foot- and endnotes one to a line, each behind its mark."""
    notes = list(body.iter("{*}note"))
    for kind, title in _NOTES.items():
        lines = [writer.note(note) for note in notes if attribute_of(note, "note-class") == kind]
        if any(lines):
            builder.begin()
            builder.heading(1, title)
            builder.write("\n".join(filter(None, lines)))


def _write_furniture(masters: list[etree._Element], writer: BlockWriter, builder: TextBuilder) -> None:
    """Write what stands above and below the pages, each text once."""
    texts: dict[str, None] = {}
    for part in (part for master in masters for part in master):
        if tag_of(part) in _FURNITURE:
            lines = map(one_line, writer.texts(part))
            texts.update(dict.fromkeys(line for line in lines if any(map(str.isalpha, line))))
    if texts:
        builder.begin()
        builder.heading(1, "Page headers and footers")
        builder.write("\n".join(texts))


def _write_pages(body: etree._Element, pages: list[etree._Element], writer: BlockWriter, builder: TextBuilder) -> None:
    """Write slides: title, body, footer and date where it is a new one, speaker's notes."""
    declared = {attribute_of(each, "name"): each.text or "" for each in body if tag_of(each).endswith("-decl")}
    footers: set[str] = set()
    for number, page in enumerate(pages, start=1):
        builder.begin(page=number)
        frames = list(page)
        for title in frames:
            if attribute_of(title, "class") == "title":
                builder.heading(1, "\n".join(writer.texts(title)))
        for frame in frames:
            if attribute_of(frame, "class") not in _BESIDE_THE_BODY:
                writer.write_lines(frame)
        for name in _FOOTERS:
            footer = one_line(declared.get(attribute_of(page, name), ""))
            if footer not in footers:
                footers.add(footer)
                builder.write(footer)
        for frame in children_of(page, "notes"):
            if attribute_of(frame, "class") == "notes":
                writer.write_lines(frame)
