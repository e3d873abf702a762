"""Warnings about what a document shows and a loader does not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from secondhop.loading.xml_parts import tag_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]


def left_out(root: etree._Element, names: Mapping[str, tuple[str, str]]) -> list[str]:
    """One for each kind of thing: how many elements stand for it that no text was put into.

    `names` says what elements stand for, one and several of it.
    """
    found = root.iter(*(f"{{*}}{name}" for name in names))
    counts = Counter(names[tag_of(element)] for element in found if not (element.text or "").strip())
    return [
        f"Left out {counts[kind]} {kind[counts[kind] > 1]}." for kind in dict.fromkeys(names.values()) if counts[kind]
    ]
