"""Source code into chunks: whole definitions where they fit, else lines, each labelled with what encloses it."""

from __future__ import annotations

from secondhop.chunking.packing import divided, pack
from secondhop.chunking.sections import SectionNode
from secondhop.chunking.table import Cut
from secondhop.text.sentences import size, split_lines
from secondhop.types import Span

# Code says less per token than prose, and a definition in parts says little: chunks of code are this many times the
# wanted size, and a definition up to `_WHOLE` times of it stays whole.
_LARGER = 2.5
_WHOLE = 3.0


def code_cuts(text: str, node: SectionNode, chunk_size: int) -> list[Cut]:
    """Chunks of a definition (or a whole file) and of the definitions inside it.

    The section of each chunk is the nearest definition that encloses all of it. Lines between definitions are packed
    to the wanted size; two definitions never share a chunk unless the one that holds both fits whole.
    """
    return _cuts(text, node, int(_LARGER * chunk_size))


def _cuts(text: str, node: SectionNode, chunk_size: int) -> list[Cut]:
    section = node.section
    if section.heading_path and size(text[section.start : section.end]) <= _WHOLE / _LARGER * chunk_size:
        lines = split_lines(text, section.start, section.end)
        return [Cut(section, tuple(lines), opens=True)] if lines else []
    cuts: list[Cut] = []
    position = section.start
    for child in node.children:
        cuts.extend(_lines(text, node, position, child.section.start, chunk_size))
        cuts.extend(_cuts(text, child, chunk_size))
        position = child.section.end
    cuts.extend(_lines(text, node, position, section.end, chunk_size))
    return cuts


def _lines(text: str, node: SectionNode, start: int, end: int, chunk_size: int) -> list[Cut]:
    """The lines of `text[start:end]` packed to the wanted size; stanzas (between blank lines) stay together."""
    blocks: list[list[Span]] = []
    left = start
    while left < end:
        blank = text.find("\n\n", left, end)
        right = end if blank < 0 else blank + 2
        if lines := split_lines(text, left, right):
            blocks.append(lines)
        left = right
    sizes = [size(text[block[0][0] : block[-1][1]]) for block in blocks]
    counts = [len(block) for block in blocks]
    parts = pack(sizes, counts, chunk_size, lambda number, total: divided(text, blocks[number], total, chunk_size))
    spans = [line for block in blocks for line in block]
    cuts: list[Cut] = []
    first = 0
    for n, _ in parts:
        cuts.append(Cut(node.section, tuple(spans[first : first + n]), opens=start == node.section.start and not cuts))
        first += n
    return cuts
