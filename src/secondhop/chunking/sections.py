"""Sections as a tree: which section holds which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from secondhop.types import Section


@dataclass(slots=True)
class SectionNode:
    """A section and the sections inside it, in document order."""

    section: Section
    children: list[SectionNode] = field(default_factory=list)


def section_tree(sections: Sequence[Section]) -> list[SectionNode]:
    """The outermost sections, each with those inside it."""
    roots: list[SectionNode] = []
    path: list[SectionNode] = []
    for section in sections:
        node = SectionNode(section)
        while path and path[-1].section.end <= section.start:
            path.pop()
        (path[-1].children if path else roots).append(node)
        path.append(node)
    return roots
