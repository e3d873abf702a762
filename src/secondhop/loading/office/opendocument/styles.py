"""What the styles of an OpenDocument file mean: for the text that is set in them, and for the numbers in its lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from secondhop.loading.office.numbering import LEVELS, Level
from secondhop.loading.office.paragraph_kinds import CODE_STYLES
from secondhop.loading.xml_parts import attribute_of, tag_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

OUTLINE = "Outline"
"""What all programs call the style for the numbers of headings."""
_MAX_ANCESTORS = 20  # styles of damaged files can be based on one another
_MAX_NUMBER = 9
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"}
_NUMBERED = frozenset({"list-level-style-number", "outline-level-style"})
_BULLETED = frozenset({"list-level-style-bullet", "list-level-style-image"})
_HEADING_LEVELS = tuple("123456789")
_NUMBERS = re.compile(r"%(\d+)%")


class Styles:
    """The styles of a document, by their families and names."""

    def __init__(
        self,
        styles: Mapping[tuple[str, str], etree._Element],
        lists: Mapping[str, Mapping[int, Level]],
    ) -> None:
        self.lists = lists
        """List style → how its levels count, from 0. Headings count in the one called `OUTLINE`."""
        self._styles = styles
        self._found: dict[tuple[str, str, str], str | None] = {}
        self._kinds: dict[str, tuple[int | None, bool]] = {}

    def property(self, family: str, style: str | None, name: str) -> str | None:
        """An attribute of a style or of its properties, from the nearest style that it is based on which has it."""
        key = (family, style or "", name)
        if key not in self._found:
            values = (attribute_of(each, name) for element in self._ancestry(*key[:2]) for each in (element, *element))
            self._found[key] = next((value for value in values if value is not None), None)
        return self._found[key]

    def is_hidden(self, family: str, style: str | None) -> bool:
        """Whether text or a slide in a style is not shown."""
        name, value = ("visibility", "hidden") if family == "drawing-page" else ("display", "none")
        return self.property(family, style, name) == value

    def level(self, paragraph: etree._Element) -> int | None:
        """Heading level of a paragraph, 0 for the title of the document, None for body text."""
        if tag_of(paragraph) == "h":
            level = whole_number(paragraph, "outline-level")
            return 1 if level is None else level
        return self._kind(paragraph)[0]

    def is_code(self, paragraph: etree._Element) -> bool:
        """Whether a paragraph is a line of code."""
        return self._kind(paragraph)[1]

    def _kind(self, paragraph: etree._Element) -> tuple[int | None, bool]:
        """Heading level, and whether it is one for code, of a paragraph's style or the nearest that it is based on."""
        style = attribute_of(paragraph, "style-name") or ""
        if style not in self._kinds:
            names = [(attribute_of(each, "name") or "", each) for each in self._ancestry("paragraph", style)]
            kinds = (
                _own_kind(name, each) for name, each in names or [(style, None)]
            )  # programs have styles of their own
            self._kinds[style] = next(filter(None, kinds), (None, False))
        return self._kinds[style]

    def _ancestry(self, family: str, style: str) -> Iterator[etree._Element]:
        for _ in range(_MAX_ANCESTORS):
            element = self._styles.get((family, style))
            if element is None:
                return
            yield element
            style = attribute_of(element, "parent-style-name") or ""


def _own_kind(name: str, style: etree._Element | None) -> tuple[int | None, bool] | None:
    """What a paragraph style of that name says of itself, None if it says nothing."""
    name = name.replace("_20_", " ").lower()
    word, _, number = name.partition(" ")
    if name in CODE_STYLES:
        return None, True
    if name == "title":
        return 0, False
    level = attribute_of(style, "default-outline-level")
    if level is None:
        level = number if word == "heading" and number else None
    return None if level is None else (int(level) if level in _HEADING_LEVELS else None, False)


def read_styles(*groups: etree._Element | None) -> Styles:
    """The styles in these elements; of two with one name the last."""
    styles: dict[tuple[str, str], etree._Element] = {}
    lists: dict[str, Mapping[int, Level]] = {}
    for style in (style for group in groups if group is not None for style in group):
        name = attribute_of(style, "name") or ""
        if tag_of(style) == "style":
            styles[attribute_of(style, "family") or "", name] = style
        elif tag_of(style) == "list-style":
            lists[name] = _levels(style)
        elif tag_of(style) == "outline-style":
            lists[OUTLINE] = _levels(style)
    return Styles(styles, lists)


def whole_number(element: etree._Element, name: str) -> int | None:
    """An attribute that is a whole number and not negative, None if there is none."""
    value = attribute_of(element, name) or ""
    return int(value) if value.isdecimal() and len(value) <= _MAX_NUMBER else None


def _levels(style: etree._Element) -> dict[int, Level]:
    wanted = (each for each in style if tag_of(each) in _NUMBERED | _BULLETED)
    elements = {(whole_number(each, "level") or 0) - 1: each for each in wanted}
    forms = {place: _form(element) for place, element in elements.items()}
    return {place: _level(place, element, forms) for place, element in elements.items()}


def _form(element: etree._Element) -> str:
    if tag_of(element) in _NUMBERED:
        return _FORMS.get(attribute_of(element, "num-format") or "", "decimal")
    return "bullet"


def _level(place: int, element: etree._Element, forms: Mapping[int, str]) -> Level:
    start = whole_number(element, "start-value")
    if forms[place] == "bullet":
        is_blank = (
            tag_of(element) == "list-level-style-bullet" and not (attribute_of(element, "bullet-char") or "").strip()
        )
        template = " " if is_blank else "-"
    elif written := attribute_of(element, "num-list-format"):  # LibreOffice's own
        template = _NUMBERS.sub(r"%\1", written)
    else:
        first = place + 1 - min(whole_number(element, "display-levels") or 1, LEVELS)
        shown = range(max(first, 0), place + 1)
        numbers = ".".join(f"%{other + 1}" for other in shown if forms.get(other, "none") != "none")
        template = f"{attribute_of(element, 'num-prefix') or ''}{numbers}{attribute_of(element, 'num-suffix') or ''}"
    return Level(1 if start is None else start, forms[place], template)
