"""EPUB: the chapters in reading order, each read as HTML; the place of a chapter in that order is its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import ZipFile

from secondhop.errors import CorruptFileError, PasswordRequiredError
from secondhop.loading.builder import TextBuilder, one_line
from secondhop.loading.containers import open_container, read_entry
from secondhop.loading.markup.html import decoded, write_page
from secondhop.loading.xml_parts import parse_part
from secondhop.types import SourceText

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGE = re.compile(r"((?:application|text)/.*(?:html|xml|oeb1-document)\b.*)?", re.IGNORECASE)
"""What parts of a book that are pages are said to be, with parameters or not, or nothing; others are pictures."""

_CONTENTS = "application/x-dtbncx+xml"
"""What the table of contents of older books is said to be."""
_HEADING = re.compile(r"<h[1-6][\s>]|\brole=.heading", re.IGNORECASE)
_TYPE = "{http://www.idpf.org/2007/ops}type"


def load(data: bytes, source: str) -> SourceText:
    """The text of all chapters, sections by heading.

    Raises:
        CorruptFileError: not an EPUB, or damaged.
        PasswordRequiredError: its text is encrypted (DRM).
        NoTextError: nothing in it but pictures.
    """
    builder = TextBuilder()
    warnings: list[str] = []
    blank: list[str] = []
    with open_container(data, source) as archive:
        _refuse_encrypted(archive, source)
        package_name, package = _package(archive, source)
        chapters = list(_chapters(package, dirname(package_name)))
        contents = _contents(archive, package, dirname(package_name), source)
        for number, name in enumerate(chapters, start=1):
            page = read_entry(archive, name, source)
            if page is None:
                warnings.append(f"Chapter {number} is missing: {one_line(name)}.")
                continue
            html = decoded(page, source)[0]
            titles = {} if _HEADING.search(html) else contents.get(name, {})
            builder.begin(page=number, heading_path=titles.get("", ()))
            written = builder.length
            _, notes = write_page(html, builder, titles)
            warnings += [f"Chapter {number}: {note}" for note in notes]
            if builder.length == written:
                blank.append(str(number))
    if blank:
        warnings.append(f"No text in chapter{'s' * (len(blank) > 1)} {', '.join(blank)}: nothing or only pictures.")
    metadata = {"page_count": len(chapters), **_metadata(package)}
    return builder.build(source, metadata=metadata, warnings=warnings)


def _refuse_encrypted(archive: ZipFile, source: str) -> None:
    """Embedded fonts may be scrambled; a text that is, cannot be read."""
    found = parse_part(archive, _ENCRYPTION, source)
    if found is None:
        return
    methods = [element.get("Algorithm", "") for element in found.iter("{*}EncryptionMethod")]
    if any(not method.startswith(_FONT_METHODS) for method in methods):
        raise PasswordRequiredError(source, "encrypted (DRM); only its reading program can open it")


def _package(archive: ZipFile, source: str) -> tuple[str, etree._Element]:
    """The book's table of parts, by the place that the container names."""
    container = parse_part(archive, _CONTAINER, source)
    rootfile = None if container is None else container.find(".//{*}rootfile")
    name = normpath(unquote(rootfile.get("full-path", ""))) if rootfile is not None else ""
    package = parse_part(archive, name, source)
    if package is None:
        raise CorruptFileError(source, "not an EPUB (its package file is missing)")
    return name, package


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
    """Names of the pages in reading order."""
    pages = {
        item.get("id"): normpath(join(folder, unquote(item.get("href", ""))))
        for item in package.iter("{*}item")
        if _PAGE.fullmatch(item.get("media-type", "")) and "nav" not in (item.get("properties") or "").split()
    }
    for reference in package.iter("{*}itemref"):
        name = pages.get(reference.get("idref"))
        if name is not None:
            yield name


def _contents(
    archive: ZipFile, package: etree._Element, folder: str, source: str
) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each page that the table of contents leads to, its titles by the ids in it that they lead to; empty is all of it."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in package.iter("{*}item"):
        if item.get("media-type") != _CONTENTS and "nav" not in (item.get("properties") or "").split():
            continue
        name, part = normpath(join(folder, unquote(item.get("href", "")))), None
        with suppress(CorruptFileError):
            part = parse_part(archive, name, source)
        for link in () if part is None else part.iter("{*}content", "{*}a"):
            if any(nav.get(_TYPE, "toc") != "toc" for nav in link.iterancestors("{*}nav")):
                continue  # a list of printed pages, or of landmarks
            entries = reversed([*link.iterancestors("{*}navPoint", "{*}li")])
            labels = (
                label for entry in entries for label in [*entry.iterchildren("{*}navLabel", "{*}a", "{*}span")][:1]
            )
            path = tuple(filter(None, (one_line("".join(label.itertext())) for label in labels)))
            page, _, place = unquote(link.get("src") or link.get("href") or "").partition("#")
            found.setdefault(normpath(join(dirname(name), page)), {}).setdefault(place, path)
    return found


def _metadata(package: etree._Element) -> dict[str, str]:
    """Title and language, of several the first, and all authors."""

    def texts(tag: str) -> list[str]:
        return [one_line(each.text or "") for each in package.iter("{http://purl.org/dc/elements/1.1/}" + tag)]

    first = {key: next(iter(texts(key)), "") for key in ("title", "language")}
    return {**first, "author": "; ".join(filter(None, texts("creator")))}
