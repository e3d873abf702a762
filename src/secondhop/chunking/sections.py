"""Sections as a tree: which section holds which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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


def joined_sections(text: str, sections: Sequence[Section]) -> list[SectionNode]:
    """The outermost sections, those that are nothing but a heading made part of the subsection that follows."""
    nodes = section_tree(sections)
    joined: list[SectionNode] = []
    start: int | None = None
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        section = node.section
        empty = section.heading_span is not None and not text[section.heading_span[1] : section.end].strip()
        if (
            empty
            and following is not None
            and following.section.heading_path[: len(section.heading_path)] == section.heading_path
        ):
            start = section.start if start is None else start
            continue
        joined.append(node if start is None else SectionNode(replace(section, start=start), node.children))
        start = None
    return joined
