"""2. Source texts to chunks: exact slices of about `chunk_size` tokens, cut at sentences, definitions, lines or rows.

`chunk` takes a `SourceText` and returns `Cut`s: the sentence spans of each chunk, from which its own span follows.
Chunks never overlap and never cross a section (a heading, a page, a definition).
"""

from __future__ import annotations

from dataclasses import replace

from secondhop.chunking.code import code_cuts
from secondhop.chunking.packing import Block, Cut, pack
from secondhop.chunking.prose import prose_blocks
from secondhop.chunking.sections import SectionNode, section_tree
from secondhop.chunking.tables import row_blocks
from secondhop.text.sentences import split_lines
from secondhop.types import SourceText

__all__ = ["Block", "Cut", "chunk", "whole"]


def chunk(source: SourceText, *, chunk_size: int = 200) -> list[Cut]:
    """The chunks of a source text, in reading order.

    Args:
        source: text and sections, as a loader made them.
        chunk_size: wanted size in tokens of five UTF-8 bytes. Prose chunks hold up to a quarter more; a definition is
            kept whole up to three times that.
    """
    cuts: list[Cut] = []
    for node in _joined(source.text, section_tree(source.sections)):
        if node.section.kind == "code":
            cuts.extend(code_cuts(source.text, node, chunk_size))
        else:
            cuts.extend(pack(source.text, node.section, _blocks(source.text, node, chunk_size), chunk_size))
    return cuts


def _joined(text: str, nodes: list[SectionNode]) -> list[SectionNode]:
    """The sections, those that are nothing but a heading made part of the subsection that follows."""
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


def whole(source: SourceText) -> list[Cut]:
    """The source text as one chunk, for texts that somebody else has chunked."""
    section = source.sections[0]
    blocks = _blocks(source.text, SectionNode(section), max(1, len(source.text)))
    return [Cut(section, tuple(span for block in blocks for span in block.sentences), opens=True)] if blocks else []


def _blocks(text: str, node: SectionNode, chunk_size: int) -> list[Block]:
    """Paragraphs, code fences and row groups of one section, in reading order."""
    section = node.section
    if section.kind == "table":
        return row_blocks(text, section.start, section.end, chunk_size)
    if section.kind == "code":
        lines = split_lines(text, section.start, section.end)
        return [Block(tuple(lines))] if lines else []
    blocks: list[Block] = []
    position = section.start
    for child in node.children:
        blocks.extend(prose_blocks(text, position, child.section.start))
        blocks.extend(_blocks(text, child, chunk_size))
        position = child.section.end
    blocks.extend(prose_blocks(text, position, section.end))
    return blocks
