"""XML, verbatim: a section for each element of some size that has a title, a name or an id.

The text is never changed, so that lines can be cited. Elements are found with expat, which is told to stop at the first
entity declaration: nothing is ever expanded or fetched.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from secondhop.loading.builder import TextBuilder
from secondhop.loading.encodings import READ_AS, character_offsets, decode, in_lines
from secondhop.loading.markup import xml_document
from secondhop.loading.verbatim.outlined import nested, shortened
from secondhop.types import Section, SourceText, Span

_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)["']""")
_EMPTY_ELEMENT = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*/>""")
_NAMING = ("title", "name", "id", "key", "label")
_LEAST_CHARS = 200
_LONGEST_HEADING = 300
_MAX_DEPTH = 12
_MAX_SECTIONS = 20_000


class _EntityError(Exception):
    """The document declares an entity."""


@dataclass(slots=True)
class _Element:
    """An element that may become a section; offsets are bytes."""

    tag: str
    start: int
    name: str
    end: int = -1
    depth: int = 0


@dataclass(slots=True)
class _Reader:
    """Collects the elements near the root, with the text of their titles."""

    parser: expat.XMLParserType
    code: bytes
    found: list[_Element] = field(default_factory=list)
    open_ones: list[_Element] = field(default_factory=list)
    depth: int = 0
    title_of: _Element | None = None
    title: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        local = tag.rpartition(":")[2]
        if local.lower() in ("title", "name") and self.open_ones and self.open_ones[-1].depth == self.depth - 1:
            self.title_of, self.title = self.open_ones[-1], []
        if self.depth <= _MAX_DEPTH:
            name = next((attributes[key] for key in _NAMING if attributes.get(key)), "")
            self.open_ones.append(_Element(local, self.parser.CurrentByteIndex, name, depth=self.depth))

    def text(self, characters: str) -> None:
        if self.title_of is not None:
            self.title.append(characters)

    def end(self, _: str) -> None:
        if self.title_of is not None and self.depth == self.title_of.depth + 1:
            self.title_of.name = "".join(self.title).strip() or self.title_of.name
            self.title_of = None
        if self.depth <= _MAX_DEPTH:
            element = self.open_ones.pop()
            if element.name and len(self.found) < _MAX_SECTIONS:
                element.end = self._end(element.start, self.parser.CurrentByteIndex)
                if element.end - element.start >= _LEAST_CHARS:
                    self.found.append(element)
        self.depth -= 1

    def _end(self, start: int, place: int) -> int:
        """Where an element ends: its closing tag stands at `place`, or it has none and ends there."""
        empty = _EMPTY_ELEMENT.match(self.code, start, place)
        return place if empty and empty.end() == place else self.code.find(b">", place) + 1


def load(data: bytes, source: str) -> SourceText:
    """Return the text of a manual or a drawing; others as they stand, with their named elements if they are well-formed."""
    text, warnings = _decoded(data, source)
    root = xml_document.parsed(text.lstrip().encode("utf-8", "replace"))
    if root is not None:
        builder = TextBuilder()
        if root.tag == xml_document.DRAWING:
            xml_document.write_labels(root, builder)
        else:
            xml_document.DocumentWriter(builder).write(root)
        return builder.build(source, warnings=warnings)
    sections = [Section(0, len(text), kind="code")]
    try:
        sections += _sections(text)
    except expat.ExpatError as error:
        warnings.append(f"The XML is not well-formed ({error}); its elements were left out.")
    except _EntityError:
        warnings.append("The XML declares entities, which are not expanded; its elements were left out.")
    return SourceText(source, text, tuple(sections), warnings=tuple(warnings))


def _decoded(data: bytes, source: str) -> tuple[str, list[str]]:
    """UTF-8 where it is that, then what the file declares, then a guess."""
    try:
        return in_lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.match(data)
    if declared:
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
            return in_lines(data.decode(READ_AS.get(name, name)))
        except (LookupError, UnicodeError):
            pass
    return decode(data, source)


def _sections(text: str) -> list[Section]:
    parser = expat.ParserCreate("utf-8")
    code = text.encode("utf-8", "replace")
    blank = len(code) - len(code.lstrip())  # a declaration must stand first
    reader = _Reader(parser, code[blank:])

    def refuse(*_: object) -> None:
        raise _EntityError

    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = refuse
    parser.Parse(reader.code, True)
    elements = sorted(reader.found, key=lambda element: (element.start, -element.end))
    places = character_offsets(code, (at + blank for element in elements for at in (element.start, element.end)))

    def part(element: _Element) -> tuple[int, int, str, Span | None]:
        start, end = places[element.start + blank], min(places[element.end + blank], len(text))
        line_end = text.find("\n", start, end)
        heading = (start, end if line_end < 0 else line_end)
        name = shortened(f"{element.tag} {element.name}")
        return start, end, name, heading if heading[1] - start < _LONGEST_HEADING else None

    return list(nested(map(part, elements)))
