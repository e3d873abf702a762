"""Sections as a tree: which section holds which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from secondhop.types import Section

_LONGEST_CAPTION = 150
"""Characters of a paragraph that says what the table below it holds."""


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
    """The outermost sections, those that are nothing but a heading made part of the subsection that follows.

    So is the short paragraph right above a table: "Table 3: Revenue (EUR million)".
    """
    nodes = section_tree(sections)
    joined: list[SectionNode] = []
    start: int | None = None
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        section = node.section
        if following is not None and (caption := _caption(text, node, following.section)) is not None:
            start = section.start if start is None else start
            if caption > section.start:
                end = start + len(text[start:caption].rstrip())
                joined.append(SectionNode(replace(section, start=start, end=end), node.children))
                start = caption
            continue
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


def _caption(text: str, node: SectionNode, table: Section) -> int | None:
    """Where the caption begins that a section ends with, or its heading if there is nothing else; None if there is none."""
    section = node.section
    if section.kind != "prose" or table.kind != "table" or table.heading_span is None:
        return None
    if (section.heading_path, section.page) != (table.heading_path, table.page):
        return None
    gap = text.rfind("\n\n", section.start, section.end)
    start = section.start if gap < 0 else gap + 2
    if section.end - start > _LONGEST_CAPTION or (node.children and node.children[-1].section.end > start):
        return None
    is_first = section.heading_span is not None and not text[section.heading_span[1] : start].strip()
    return section.start if is_first else start
