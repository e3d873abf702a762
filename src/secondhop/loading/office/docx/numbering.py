"""The lists of a Word document, and the styles that stand for a level of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from secondhop.loading.office.numbering import Counters, Level
from secondhop.loading.xml_parts import attribute_of, child_of, number_of, tag_of, value_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class _Level(Level):
    """How one level of a list counts, and the paragraph style that stands for it."""

    style: str = ""


@dataclass(frozen=True, slots=True)
class Numbering:
    """The lists of a document. One for each reading of a document, as they count on."""

    lists: Mapping[str, tuple[str, Mapping[int, _Level]]] = field(default_factory=dict)
    """List id → what its counters are shared by, its levels."""
    by_style: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Style id → list id and level."""
    counters: Counters = field(default_factory=Counters)

    def label(self, list_id: str, level: int) -> str | None:
        """Count one on, and return what stands before the paragraph: "" for nothing, None if there is no such list."""
        found = self.lists.get(list_id)
        return None if found is None else self.counters.label(*found, level)


def read_numbering(root: etree._Element | None, styles: etree._Element | None) -> Numbering:
    """The lists of `numbering.xml`, and the styles that stand for a level of one."""
    if root is None:
        return Numbering()
    definitions = [element for element in root if tag_of(element) == "abstractNum"]
    abstract = {attribute_of(element, "abstractNumId") or "": _levels(element) for element in definitions}
    of_style = {value_of(element, "styleLink"): attribute_of(element, "abstractNumId") for element in definitions}
    meant = {
        attribute_of(element, "abstractNumId"): of_style.get(value_of(element, "numStyleLink") or "")
        for element in definitions
    }
    lists: dict[str, tuple[str, Mapping[int, _Level]]] = {}
    by_style: dict[str, tuple[str, int]] = {}
    for element in root:
        list_id = attribute_of(element, "numId")
        if tag_of(element) != "num" or list_id is None:
            continue
        named = value_of(element, "abstractNumId") or ""
        shared = meant.get(named) or named
        own = _overridden(element, abstract.get(shared, {}))
        restarts = any(child_of(override, "startOverride") is not None for override in element)
        lists[list_id] = (f"{shared}/{list_id}" if restarts else shared, own)
        for level, definition in own.items():
            if definition.style:
                by_style.setdefault(definition.style, (list_id, level))
    for style in () if styles is None else styles:
        list_id, style_id = value_of(style, "pPr", "numPr", "numId"), attribute_of(style, "styleId")
        if list_id is not None and style_id is not None:
            linked = by_style.get(style_id)
            place = number_of(style, "pPr", "numPr", "ilvl")
            by_style[style_id] = (list_id, place if place is not None else linked[1] if linked else 0)
    return Numbering(lists, by_style)


def _levels(element: etree._Element) -> dict[int, _Level]:
    found = {}
    for level in element:
        place = attribute_of(level, "ilvl") or ""
        if tag_of(level) == "lvl" and place.isdecimal():
            found[int(place)] = _level(level)
    return found


def _level(element: etree._Element) -> _Level:
    start = number_of(element, "start")
    return _Level(
        1 if start is None else start,
        value_of(element, "numFmt") or "decimal",
        value_of(element, "lvlText") or "",
        child_of(element, "isLgl") is not None,
        value_of(element, "pStyle") or "",
    )


def _overridden(element: etree._Element, levels: Mapping[int, _Level]) -> dict[int, _Level]:
    own = dict(levels)
    for override in element:
        place = attribute_of(override, "ilvl") or ""
        if tag_of(override) != "lvlOverride" or not place.isdecimal():
            continue
        level = int(place)
        replaced = child_of(override, "lvl")
        if replaced is not None:
            own[level] = _level(replaced)
        start = number_of(override, "startOverride")
        if start is not None:
            own[level] = replace(own.get(level, _Level()), start=start)
    return own
