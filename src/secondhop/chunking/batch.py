"""The chunks of many sources at once: structure source by source, sentences and sizes of all together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, groupby
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import offsets_of, ranges
from secondhop.chunking.code import CodeCut, CodeNode, code_cuts
from secondhop.chunking.packing import divided, pack
from secondhop.chunking.prose import titled_paragraphs
from secondhop.chunking.sections import SectionNode, joined_sections, section_tree
from secondhop.chunking.snippets import snippet
from secondhop.chunking.tables import table_blocks
from secondhop.text.bulk.characters import Characters, end_to_end
from secondhop.text.bulk.sentences import split_paragraphs
from secondhop.types import Section, SourceText, Span

if TYPE_CHECKING:
    from secondhop.types import Bools, Ints

_BATCH_CHARACTERS = 1 << 19
_CODE_CHARACTERS = 1 << 16
"""Code that is cut at once: arrays stay in the cache, and objects do not live long enough to be collected twice."""


@dataclass(frozen=True, slots=True)
class CutTable:
    """The chunks of a run of sources, in reading order. Lists and arrays are parallel, one entry for each chunk."""

    n_sources: int
    source: list[int]
    """Which of the sources, from 0."""
    section: list[int]
    """Which of `sections`."""
    opens: list[bool]
    """Whether a paragraph or definition begins with it."""
    n_sentences: list[int]
    sections: list[Section]
    """Those that chunks are in. One comes up again where chunks of another stand between."""
    sentence_start: Ints
    """One entry for each sentence: spans in the text of its source."""
    sentence_end: Ints


@dataclass(slots=True)
class _Group:
    """Blocks that are packed together."""

    source: int
    section: Section
    first: int
    last: int = 0
    opens: bool | None = None
    """Given if the blocks are one chunk already."""


@dataclass(slots=True)
class _Blocks:
    """The blocks of a batch: paragraphs, whose sentences are still to be found, and such as have them. Joined spans."""

    base: int = 0
    titles: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    ready: dict[int, list[Span] | Ints] = field(default_factory=dict)
    """Sentences of those that have them, by number."""
    groups: list[_Group] = field(default_factory=list)

    def add_paragraphs(self, text: str, start: int, end: int, section: Section) -> None:
        if start < end:
            for paragraph in titled_paragraphs(text, start, end, on_page=section.page is not None):
                if paragraph.entries is None:
                    self.titles.append(self.base + paragraph.title)
                    self.starts.append(self.base + paragraph.start)
                    self.ends.append(self.base + paragraph.end)
                else:
                    (_, first_end), *others = paragraph.entries[0]
                    self.add([(paragraph.title, first_end), *others])
                    for entry in paragraph.entries[1:]:
                        self.add(entry)

    def add(self, sentences: Sequence[Span]) -> None:
        if sentences:
            self.ready[len(self.titles)] = [(self.base + start, self.base + end) for start, end in sentences]
            for column, place in ((self.titles, 0), (self.starts, 0), (self.ends, 1)):
                column.append(self.base + sentences[-place][place])

    def add_lines(self, cut: CodeCut) -> None:
        """The lines of a chunk of code."""
        self.ready[len(self.titles)] = cut.lines
        for column, place in ((self.titles, cut.start), (self.starts, cut.start), (self.ends, cut.end)):
            column.append(place)

    def add_section(self, text: str, node: SectionNode, chunk_size: int) -> None:
        """Paragraphs, snippets of code and rows of a section, in reading order."""
        section = node.section
        if section.kind == "table":
            self._add_table(table_blocks(text, section, chunk_size), section)
        elif section.kind == "code":
            self.add(snippet(text, section.start, section.end))
        else:
            position = section.start
            if section.is_byline and section.heading_span is not None:
                self.add([section.heading_span])
                position = section.heading_span[1]
            for child in node.children:
                self.add_paragraphs(text, position, child.section.start, section)
                self.add_section(text, child, chunk_size)
                position = child.section.end
            self.add_paragraphs(text, position, section.end, section)

    def _add_table(self, rows: list[list[Span]], section: Section) -> None:
        """A table. A large one among prose has chunks of its own."""
        outer = self.groups[-1]
        apart = len(rows) > 1
        if apart:
            self.open_group(outer.source, section)
        for block in rows:
            self.add(block)
        if apart:
            self.open_group(outer.source, outer.section)

    def open_group(self, source: int, section: Section, *, opens: bool | None = None) -> None:
        """What is added from here on is packed together, and not with what was added before."""
        self.close_group()
        self.groups.append(_Group(source, section, len(self.titles), opens=opens))

    def close_group(self) -> None:
        """Ends the group that was opened last; one without blocks is none."""
        if self.groups:
            self.groups[-1].last = len(self.titles)
            if self.groups[-1].first == self.groups[-1].last:
                self.groups.pop()

    def sentences(self, text: str) -> tuple[Ints, Ints, Ints]:
        """Starts and ends of all sentences, and how many each block has."""
        titles, starts, ends = (np.array(column, np.int64) for column in (self.titles, self.starts, self.ends))
        open_ = np.ones(len(starts), bool)
        open_[list(self.ready)] = False
        found = split_paragraphs(text, starts[open_], ends[open_])
        found.starts[found.counts.cumsum() - found.counts] = titles[open_]
        if not self.ready:
            return found
        return self._with_ready(open_, *found)

    def _with_ready(self, open_: Bools, starts: Ints, ends: Ints, counts: Ints) -> tuple[Ints, Ints, Ints]:
        ready = [self.ready[number] for number in (~open_).nonzero()[0].tolist()]
        spans = np.concatenate(
            [
                np.concatenate(list(blocks))
                if are_lines
                else np.array([span for block in blocks for span in block], np.int64)
                for are_lines, blocks in groupby(ready, lambda block: isinstance(block, np.ndarray))
            ]
        )
        n_sentences = np.empty(len(open_), np.int64)
        n_sentences[open_] = counts
        n_sentences[~open_] = [len(block) for block in ready]
        first = n_sentences.cumsum() - n_sentences
        places = np.concatenate((ranges(first[open_], counts), ranges(first[~open_], n_sentences[~open_])))
        both = np.empty((2, len(places)), np.int64)
        both[0, places] = np.concatenate((starts, spans[:, 0]))
        both[1, places] = np.concatenate((ends, spans[:, 1]))
        return both[0], both[1], n_sentences


def chunk_tables(sources: Iterable[SourceText], chunk_size: int) -> Iterator[CutTable]:
    """Tables of the chunks of all sources, in order, a number of sources in each."""
    for batch in _batches(sources, _BATCH_CHARACTERS):
        yield _table(batch, _blocks(batch, chunk_size), chunk_size)


def _blocks(batch: list[SourceText], chunk_size: int) -> _Blocks:
    blocks, numbers = _Blocks(), count()
    for few in _batches(batch, _CODE_CHARACTERS):
        nodes = [joined_sections(source.text, source.sections) for source in few]
        code = code_cuts(list(_code_nodes(few, nodes, blocks.base)), chunk_size)
        for source, of_source, number in zip(few, nodes, numbers, strict=False):
            for node in of_source:
                if node.section.kind == "code":
                    for cut in next(code):
                        blocks.open_group(number, cut.section, opens=cut.opens)
                        blocks.add_lines(cut)
                else:
                    blocks.open_group(number, node.section)
                    blocks.add_section(source.text, node, chunk_size)
            blocks.base += len(source.text) + 1
    blocks.close_group()
    return blocks


def _code_nodes(sources: list[SourceText], nodes: list[list[SectionNode]], base: int) -> Iterator[CodeNode]:
    for source, of_source in zip(sources, nodes, strict=True):
        yield from (CodeNode(node, source.text, base) for node in of_source if node.section.kind == "code")
        base += len(source.text) + 1


def whole_tables(sources: Iterable[SourceText]) -> Iterator[CutTable]:
    """Tables with each source text as one chunk, for texts that somebody else has chunked. Blank ones have none."""
    for batch in _batches(sources, _BATCH_CHARACTERS):
        blocks = _Blocks()
        for number, source in enumerate(batch):
            (node,) = section_tree(source.sections)
            blocks.open_group(number, node.section, opens=True)
            blocks.add_section(source.text, node, max(1, len(source.text)))
            blocks.base += len(source.text) + 1
        blocks.close_group()
        yield _table(batch, blocks, 1)


def _batches(sources: Iterable[SourceText], least: int) -> Iterator[list[SourceText]]:
    """The sources in runs of at least so many characters."""
    batch: list[SourceText] = []
    total = 0
    for source in sources:
        batch.append(source)
        total += len(source.text)
        if total >= least:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _table(batch: list[SourceText], blocks: _Blocks, chunk_size: int) -> CutTable:
    text, bases = end_to_end([source.text for source in batch])
    starts, ends, counts = blocks.sentences(text)
    offsets = offsets_of(counts)
    sizes = Characters.of(text).sizes(starts[offsets[:-1]], ends[offsets[1:] - 1]).tolist()
    n_sentences = counts.tolist()
    table = CutTable(len(batch), [], [], [], [], [], starts, ends)

    def divide(first: int, number: int, total: int) -> Iterator[tuple[int, bool]]:
        part = slice(offsets[first + number], offsets[first + number + 1])
        spans = list(zip(starts[part].tolist(), ends[part].tolist(), strict=True))
        return divided(text, spans, total, chunk_size)

    section = None
    for group in blocks.groups:
        members = slice(group.first, group.last)
        if group.opens is not None:
            parts = [(sum(n_sentences[members]), group.opens)]
        else:
            parts = list(pack(sizes[members], n_sentences[members], chunk_size, partial(divide, group.first)))
        if group.section is not section or group.source != table.source[-1]:  # texts may share one
            section = group.section
            table.sections.append(section)
        table.source.extend([group.source] * len(parts))
        table.section.extend([len(table.sections) - 1] * len(parts))
        table.opens.extend([opens for _, opens in parts])
        table.n_sentences.extend([n for n, _ in parts])
    if len(batch) > 1:
        shift = bases[table.source].repeat(table.n_sentences)
        starts -= shift
        ends -= shift
    return table
