"""Parts of zip containers that are XML, of office documents and books, and elements without regard to namespaces.

Namespaces differ between the two variants of the office formats, and between programs.
"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from secondhop.errors import CorruptFileError, MissingExtraError
from secondhop.loading.containers import read_entry

try:
    from lxml import etree  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingExtraError("lxml", extra="office") from error


_OFF = frozenset({"0", "false", "off"})


def parse_part(archive: ZipFile, name: str, source: str) -> etree._Element | None:
    """The root of a part, None if there is no such part.

    Raises:
        CorruptFileError: it is not XML.
    """
    data = read_entry(archive, name, source)
    return None if data is None else parse_xml(data, f"{name} inside it", source)


def parse_xml(data: bytes, name: str, source: str) -> etree._Element:
    """The root of an XML document that errors call by that name.

    Raises:
        CorruptFileError: it is not XML.
    """
    # A parser for each file: entities stay as they are, nothing is fetched, depth and text size have libxml2's limits.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.parse(BytesIO(data), parser).getroot()
    except etree.XMLSyntaxError as error:
        raise CorruptFileError(source, f"{name} is not valid XML ({error})") from error


def tag_of(element: etree._Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute_of(element: etree._Element | None, name: str) -> str | None:
    """An attribute by its name without namespace."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def child_of(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child of the first name, its first child of the second, and so on."""
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if tag_of(child) == name), None)
    return element


def children_of(element: etree._Element | None, *names: str) -> list[etree._Element]:
    """The elements in what `child_of` finds."""
    found = child_of(element, *names)
    return [] if found is None else list(found.iterchildren("*"))


def value_of(element: etree._Element | None, *names: str) -> str | None:
    """The `val` of what `child_of` finds."""
    found = child_of(element, *names)
    return None if found is None else attribute_of(found, "val")


def is_on(element: etree._Element | None, *names: str) -> bool:
    """Whether the property that `child_of` finds is there and not switched off."""
    found = child_of(element, *names)
    return found is not None and attribute_of(found, "val") not in _OFF


def number_of(element: etree._Element | None, *names: str) -> int | None:
    """The same as a whole number that is not negative."""
    found = value_of(element, *names) or ""
    return int(found) if found.isdecimal() and len(found) < 10 else None
