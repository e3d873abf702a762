"""What the styles of an OpenDocument file mean: for the text that is set in them, and for the numbers in its lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from secondhop.loading.office.numbering import Level
from secondhop.loading.xml_parts import attribute_of, tag_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_KINDS = {"code": "code", "preformatted text": "code", "source code": "code", "title": "title"}
"""Names of styles as LibreOffice and pandoc call them, English in every language → what they are for."""
_MAX_ANCESTORS = 20  # styles of damaged files can be based on one another
_MAX_NUMBER = 9
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"}
_LEVELS = {"list-level-style-number", "list-level-style-bullet", "list-level-style-image", "outline-level-style"}
_NUMBERS = re.compile(r"%(\d+)%")


class Styles:
    """The styles of a document, by their families and names."""

    def __init__(
        self,
        styles: Mapping[tuple[str, str], etree._Element],
        lists: Mapping[str, Mapping[int, Level]],
        outline: Mapping[int, Level],
    ) -> None:
        self.lists = lists
        """List style → how its levels count, from 0."""
        self.outline = outline
        """How headings count."""
        self._styles = styles
        self._found: dict[tuple[str, str, str], str | None] = {}
        self._kinds: dict[str, str | None] = {}

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

    def kind(self, style: str | None) -> str | None:
        """`code` or `title` for a paragraph style that is, or is based on, one for that."""
        style = style or ""
        if style not in self._kinds:
            names = (attribute_of(each, "name") or "" for each in self._ancestry("paragraph", style))
            kinds = (_KINDS.get(name.replace("_20_", " ").lower()) for name in names)
            self._kinds[style] = next(filter(None, kinds), None)
        return self._kinds[style]

    def _ancestry(self, family: str, style: str) -> Iterator[etree._Element]:
        for _ in range(_MAX_ANCESTORS):
            element = self._styles.get((family, style))
            if element is None:
                return
            yield element
            style = attribute_of(element, "parent-style-name") or ""


def read_styles(*groups: etree._Element | None) -> Styles:
    """The styles in these elements; of two with one name the last."""
    styles: dict[tuple[str, str], etree._Element] = {}
    lists: dict[str, Mapping[int, Level]] = {}
    outline: Mapping[int, Level] = {}
    for style in (style for group in groups if group is not None for style in group):
        name = attribute_of(style, "name") or ""
        if tag_of(style) == "style":
            styles[attribute_of(style, "family") or "", name] = style
        elif tag_of(style) == "list-style":
            lists[name] = _levels(style)
        elif tag_of(style) == "outline-style":
            outline = _levels(style)
    return Styles(styles, lists, outline)


def whole_number(element: etree._Element, name: str) -> int | None:
    """An attribute that is a whole number and not negative, None if there is none."""
    value = attribute_of(element, name) or ""
    return int(value) if value.isdecimal() and len(value) <= _MAX_NUMBER else None


def _levels(style: etree._Element) -> dict[int, Level]:
    elements = {(whole_number(each, "level") or 0) - 1: each for each in style if tag_of(each) in _LEVELS}
    forms = {place: _form(element) for place, element in elements.items()}
    return {place: _level(place, element, forms) for place, element in elements.items()}


def _form(element: etree._Element) -> str:
    if tag_of(element) in ("list-level-style-number", "outline-level-style"):
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
        shown = range(place + 1 - (whole_number(element, "display-levels") or 1), place + 1)
        numbers = ".".join(f"%{other + 1}" for other in shown if forms.get(other, "none") != "none")
        template = f"{attribute_of(element, 'num-prefix') or ''}{numbers}{attribute_of(element, 'num-suffix') or ''}"
    return Level(1 if start is None else start, forms[place], template)
