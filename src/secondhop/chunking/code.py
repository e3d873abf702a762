"""Source code into chunks: whole definitions where they fit, else lines, each labelled with what encloses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.chunking.lines import Lines, lines_of_spans
from secondhop.chunking.packing import Part, divided, pack
from secondhop.chunking.sections import SectionNode
from secondhop.text.sentences import size
from secondhop.types import Section

if TYPE_CHECKING:
    from secondhop.types import Ints

# Code says less per token than prose, and a definition in parts says little: chunks of code are this many times the
# wanted size, and a definition up to `_WHOLE` times of it stays whole.
_LARGER = 2.5
_WHOLE = 3.0


class CodeCut(NamedTuple):
    """Where one chunk of code lies."""

    section: Section
    """The nearest definition that encloses all of it."""
    opens: bool
    """True if the definition begins here, False if the chunk goes on with one."""
    start: int
    end: int
    lines: Ints
    """[lines, 2] spans."""


class _Stretch(NamedTuple):
    """A definition that stays whole, or what stands between the definitions inside one."""

    section: Section
    start: int
    end: int
    is_whole: bool


def code_cuts(text: str, node: SectionNode, chunk_size: int) -> Iterator[CodeCut]:
    """Chunks of a definition (or a whole file) and of the definitions inside it.

    Lines between definitions are packed to the wanted size; two definitions never share a chunk unless the one that
    holds both fits whole.
    """
    chunk_size = int(_LARGER * chunk_size)
    stretches = list(_stretches(text, node, chunk_size))
    bounds = np.array([(each.start, each.end) for each in stretches], np.int64)
    lines = lines_of_spans(text, bounds[:, 0], bounds.max(axis=1))
    spans = np.stack((lines.starts, lines.ends), axis=1)
    starts, ends = lines.starts.tolist(), lines.ends.tolist()
    first = 0
    for stretch, parts in zip(stretches, _parts(text, stretches, lines, spans, chunk_size), strict=True):
        for place, n in enumerate(parts):
            opens = stretch.is_whole or (stretch.start == stretch.section.start and place == 0)
            yield CodeCut(stretch.section, opens, starts[first], ends[first + n - 1], spans[first : first + n])
            first += n


def _stretches(text: str, node: SectionNode, chunk_size: int) -> Iterator[_Stretch]:
    section = node.section
    if section.heading_path and size(text[section.start : section.end]) <= _WHOLE / _LARGER * chunk_size:
        yield _Stretch(section, section.start, section.end, is_whole=True)
        return
    position = section.start
    for child in node.children:
        yield _Stretch(section, position, child.section.start, is_whole=False)
        yield from _stretches(text, child, chunk_size)
        position = child.section.end
    yield _Stretch(section, position, section.end, is_whole=False)


def _parts(text: str, stretches: list[_Stretch], lines: Lines, spans: Ints, chunk_size: int) -> Iterator[list[int]]:
    """How many lines each chunk of each stretch has. Stanzas (between empty lines) stay together where they fit."""
    opening = np.flatnonzero(lines.opens)
    closing = np.append(opening, len(spans))[1:]
    sizes = lines.sizes(lines.starts[opening], lines.ends[closing - 1]).tolist()
    edges = np.searchsorted(opening, np.append(0, np.cumsum(lines.counts))).tolist()
    n_lines, n_in_stanza = lines.counts.tolist(), (closing - opening).tolist()
    for number, stretch in enumerate(stretches):
        stanzas = slice(edges[number], edges[number + 1])
        if stretch.is_whole:
            yield [n_lines[number]] if n_lines[number] else []
            continue

        def divide(stanza: int, total: int, first: int = stanzas.start) -> Iterator[Part]:
            inside = spans[opening[first + stanza] : closing[first + stanza]].tolist()
            return divided(text, inside, total, chunk_size)

        yield [n for n, _ in pack(sizes[stanzas], n_in_stanza[stanzas], chunk_size, divide)]
