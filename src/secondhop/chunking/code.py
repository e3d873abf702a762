"""Source code into chunks: whole definitions where they fit, else lines, each labelled with what encloses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.chunking.lines import Lines, lines_of_spans
from secondhop.chunking.packing import Part, divided, pack
from secondhop.chunking.sections import SectionNode
from secondhop.text.bulk.characters import end_to_end
from secondhop.text.sentences import size
from secondhop.types import Section, Span

if TYPE_CHECKING:
    from secondhop.types import Ints

# Code says less per token than prose, and a definition in parts says little: chunks of code are this many times the
# wanted size, and a definition up to `_WHOLE` times of it stays whole.
_LARGER = 2.5
_WHOLE = 3.0
_COMMENT = ("//", "/*", "*", "#", "--", "@", ";", "%", '"""')
"""How lines begin that describe what follows."""


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
    is_opening: bool
    """Whether the definition begins with it."""
    is_whole: bool


class CodeNode(NamedTuple):
    """A definition (or a whole file) and the definitions inside it, in one of several texts."""

    node: SectionNode
    text: str
    base: int
    """Where the text begins among the others."""


def code_cuts(nodes: Sequence[CodeNode], chunk_size: int) -> Iterator[list[CodeCut]]:
    """The chunks of each node, in spans that count from the base.

    Lines between definitions are packed to the wanted size; two definitions never share a chunk unless the one that
    holds both fits whole.
    """
    chunk_size = int(_LARGER * chunk_size)
    texts = {each.base: each.text for each in nodes}
    text, begins = end_to_end(list(texts.values()))
    places = dict(zip(texts, begins.tolist(), strict=True))
    stretches = [list(_stretches(each.text, each.node, places[each.base], chunk_size)) for each in nodes]
    every = [stretch for of_node in stretches for stretch in of_node]
    if not every:
        return
    bounds = np.array([(each.start, each.end) for each in every], np.int64)
    lines = lines_of_spans(text, bounds[:, 0], bounds.max(axis=1))
    spans = np.stack((lines.starts, lines.ends), axis=1)
    shifts = [each.base - places[each.base] for each in nodes]
    shift = np.repeat(shifts, list(map(len, stretches))).repeat(lines.counts)
    placed = spans + shift[:, None]
    starts, ends = placed[:, 0].tolist(), placed[:, 1].tolist()
    first, parts = 0, _parts(text, every, lines, spans, chunk_size)
    for of_node in stretches:
        cuts: list[CodeCut] = []
        for stretch in of_node:
            opens = stretch.is_opening
            for n in next(parts):
                of_cut = placed[first : first + n]
                cuts.append(CodeCut(stretch.section, opens, starts[first], ends[first + n - 1], of_cut))
                opens = False
                first += n
        yield cuts


def _stretches(text: str, node: SectionNode, base: int, chunk_size: int) -> Iterator[_Stretch]:
    """In order, in spans that count from the base."""
    waiting: list[SectionNode | _Stretch] = [node]  # no recursion: definitions may nest deeper than calls can
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Stretch):
            yield item
            continue
        section = item.section
        start, end = section.start + base, section.end + base
        if section.heading_path and size(text[section.start : section.end]) <= _WHOLE / _LARGER * chunk_size:
            yield _Stretch(section, start, end, is_opening=True, is_whole=True)
            continue
        inside: list[SectionNode | _Stretch] = []
        position = start
        for child in item.children:
            before = _Stretch(section, position, child.section.start + base, position == start, is_whole=False)
            inside += before, child
            position = child.section.end + base
        inside.append(_Stretch(section, position, end, position == start, is_whole=False))
        waiting += reversed(inside)


def _parts(text: str, stretches: list[_Stretch], lines: Lines, spans: Ints, chunk_size: int) -> Iterator[list[int]]:
    """How many lines each chunk of each stretch has. Stanzas (between empty lines) stay together where they fit."""
    opening = lines.opens.nonzero()[0]
    closing = np.append(opening, len(spans))[1:]
    sizes = lines.sizes(lines.starts[opening], lines.ends[closing - 1]).tolist()
    edges = opening.searchsorted(np.append(0, lines.counts.cumsum())).tolist()
    n_lines, n_in_stanza = lines.counts.tolist(), (closing - opening).tolist()
    for number, stretch in enumerate(stretches):
        stanzas = slice(edges[number], edges[number + 1])
        if stretch.is_whole:
            yield [n_lines[number]] if n_lines[number] else []
            continue

        def divide(stanza: int, total: int, first: int = stanzas.start) -> Iterator[Part]:
            inside = spans[opening[first + stanza] : closing[first + stanza]].tolist()
            return _with_comments(text, inside, divided(text, inside, total, chunk_size))

        yield [n for n, _ in pack(sizes[stanzas], n_in_stanza[stanzas], chunk_size, divide)]


def _with_comments(text: str, lines: Sequence[Span], parts: Iterable[Part]) -> Iterator[Part]:
    """The parts; comments at the end of one go to the next, which they describe, unless they are half of it."""
    start = end = 0
    for n, opens in parts:
        end += n
        cut = end
        while end < len(lines) and cut > start and text[slice(*lines[cut - 1])].lstrip().startswith(_COMMENT):
            cut -= 1
        if 2 * (end - cut) >= end - start:
            cut = end
        yield cut - start, opens
        start = cut
