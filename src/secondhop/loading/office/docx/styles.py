"""What the paragraph styles of a Word document mean: heading levels and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from secondhop.loading.office.docx.numbering import Numbering, read_numbering
from secondhop.loading.office.paragraph_kinds import CODE_STYLES
from secondhop.loading.xml_parts import attribute_of, child_of, number_of, tag_of, value_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_T = TypeVar("_T")
_TITLE_LEVEL = 0
_MAX_STYLE_ANCESTORS = 20


@dataclass(frozen=True, slots=True)
class Styles:
    """What paragraph styles mean."""

    levels: Mapping[str, int] = field(default_factory=dict)
    """Style id → its own heading level, 0 for the title of the document."""
    lists: frozenset[str] = frozenset()
    """Ids of list styles."""
    code: frozenset[str] = frozenset()
    """Ids of styles for lines of code."""
    contents: frozenset[str] = frozenset()
    """Ids of styles for the lines of tables of contents."""
    numbering: Numbering = field(default_factory=Numbering)
    """The numbers of clauses and list items, which count on while the document is read."""
    based_on: Mapping[str, str] = field(default_factory=dict)
    bold_titles: bool = False
    """Whether short bold paragraphs are headings, because the document has no others."""

    def level(self, paragraph: etree._Element, style: str) -> int | None:
        """Heading level of a paragraph, None for body text."""
        own = _outline_level(paragraph)
        level = self._inherited(style, self.levels) if own is None else own
        return level if level is not None and level <= 9 else None

    def label(self, paragraph: etree._Element, style: str) -> str | None:
        """What the program shows before a paragraph, counting on: "" for nothing, None if it is in no list."""
        linked = self._inherited(style, self.numbering.by_style)
        list_id = value_of(paragraph, "pPr", "numPr", "numId") or (linked[0] if linked else None)
        if list_id is None:
            return "-" if style in self.lists else None
        if list_id == "0":  # taken out of the list of its style
            return None
        place = number_of(paragraph, "pPr", "numPr", "ilvl")
        label = self.numbering.label(list_id, place if place is not None else linked[1] if linked else 0)
        return "-" if label is None else label

    def _inherited(self, style: str, meanings: Mapping[str, _T]) -> _T | None:
        """What a style means, or else the nearest one that it is based on."""
        for _ in range(_MAX_STYLE_ANCESTORS):  # styles of damaged files can be based on one another
            if style in meanings or not style:
                break
            style = self.based_on.get(style, "")
        return meanings.get(style)


def read_styles(root: etree._Element | None, numbering: etree._Element | None) -> Styles:
    """The styles of a document, with its lists."""
    levels: dict[str, int] = {}
    based_on: dict[str, str] = {}
    lists: set[str] = set()
    code: set[str] = set()
    contents: set[str] = set()
    for style in () if root is None else root:
        style_id = attribute_of(style, "styleId")
        if tag_of(style) != "style" or style_id is None:
            continue
        level = _style_level(style)
        if level is not None:
            levels[style_id] = level
        based_on[style_id] = value_of(style, "basedOn") or ""
        if child_of(style, "pPr", "numPr") is not None:
            lists.add(style_id)
        name = (value_of(style, "name") or "").lower()
        if name in CODE_STYLES:
            code.add(style_id)
        elif name.startswith("toc ") or name == "table of figures":
            contents.add(style_id)
    numbers = read_numbering(numbering, root)
    return Styles(levels, frozenset(lists), frozenset(code), frozenset(contents), numbers, based_on)


def _style_level(style: etree._Element) -> int | None:
    """Heading level of a style by its outline level or built-in name (which is English in every language)."""
    name = (value_of(style, "name") or "").lower()
    if name == "title":
        return _TITLE_LEVEL
    outline = _outline_level(style)
    if outline is not None:
        return outline
    word, _, number = name.partition(" ")
    return int(number) if word == "heading" and number.isdecimal() else None


def _outline_level(element: etree._Element) -> int | None:
    """1 to 9 as the outline counts; 10 says "body text" and overrides what a style inherits."""
    level = number_of(element, "pPr", "outlineLvl")
    return None if level is None else level + 1
