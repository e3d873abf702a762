"""Several segments to one: for opening an index, compacting it, and building it in parallel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.arrays import counts_of, occurrences, offsets_of
from secondhop.errors import InputError
from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.segment import Metadata, Segment
from secondhop.indexing.strings import Strings, Vocabulary
from secondhop.indexing.texts import Texts, TextStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Ints


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive sources of a segment, and the rows of its tables that are theirs."""

    segment: int
    sources: slice
    sections: slice
    chunks: slice
    sentences: slice
    words: slice
    heading_words: slice


def merge(segments: Sequence[Segment], order: Sequence[tuple[int, int]]) -> Segment:
    """One segment of sources of several, equal to the one that building from these sources in this order gives.

    Args:
        segments: in any order; all must be of the same language.
        order: the sources that it is to hold, as (number of the segment, number of the source there). Sources that it
            leaves out are dropped.

    Raises:
        InputError: the segments are of several languages, or there is none.
    """
    languages = sorted({segment.lexicon.analyzer.name for segment in segments})
    if len(languages) != 1:
        raise InputError(f"segments of one language can be merged, not of {languages}")
    runs = _runs(segments, order)
    form_counts = [_form_count(segment, _runs_of(runs, number)) for number, segment in enumerate(segments)]
    used = [count > 0 for count in form_counts]
    for run in runs:
        used[run.segment][segments[run.segment].heading_words[run.heading_words]] = True
    lexicon, form_maps = Lexicon.merged([segment.lexicon for segment in segments], used)
    form_count = np.zeros(len(lexicon.forms), np.int64)
    for count, is_used, numbers in zip(form_counts, used, form_maps, strict=True):
        form_count[numbers[is_used]] += count[is_used]
    paths, section_path = _paths(segments, runs)
    columns, offsets = partial(_column, segments, runs), partial(_offsets, segments, runs)
    sources = Strings.concatenated([segment.sources for segment in segments])
    of_segment, number = np.array(order, np.int64).reshape(-1, 2).T
    first_source = offsets_of(np.array([len(segment.sources) for segment in segments]))
    places = first_source[of_segment] + number
    return Segment(
        texts=_texts(segments, places),
        sources=sources.take(places),
        metadata=_metadata(segments, order, places),
        paths=paths,
        section_source=columns("section_source", "sections", "sources"),
        section_page=columns("section_page", "sections"),
        section_path=section_path,
        section_headed=columns("section_headed", "sections"),
        section_words=offsets("section_words", "sections"),
        heading_words=_mapped(segments, runs, "heading_words", form_maps),
        chunk_source=columns("chunk_source", "chunks", "sources"),
        chunk_section=columns("chunk_section", "chunks", "sections"),
        chunk_line=columns("chunk_line", "chunks"),
        chunk_line_end=columns("chunk_line_end", "chunks"),
        chunk_kind=columns("chunk_kind", "chunks"),
        chunk_opens=columns("chunk_opens", "chunks"),
        chunk_sentences=offsets("chunk_sentences", "chunks"),
        chunk_signature=columns("chunk_signature", "chunks"),
        sentence_start=columns("sentence_start", "sentences"),
        sentence_end=columns("sentence_end", "sentences"),
        sentence_words=offsets("sentence_words", "sentences"),
        sentence_key=columns("sentence_key", "sentences"),
        words=_mapped(segments, runs, "words", form_maps),
        form_count=form_count,
        lexicon=lexicon,
    )


def _runs(segments: Sequence[Segment], order: Sequence[tuple[int, int]]) -> list[_Run]:
    """The order as runs of sources that stand together in their segment."""
    spans: list[tuple[int, int, int]] = []
    for number, source in order:
        if spans and spans[-1][0] == number and spans[-1][2] == source:
            spans[-1] = (number, spans[-1][1], source + 1)
        else:
            spans.append((number, source, source + 1))
    return [_run(number, segments[number], first, last) for number, first, last in spans]


def _run(number: int, segment: Segment, first: int, last: int) -> _Run:
    def rows(column: NDArray[Any], edges: slice) -> slice:
        return slice(*column.searchsorted((edges.start, edges.stop)).tolist())

    def parts(offsets: Ints, rows: slice) -> slice:
        return slice(int(offsets[rows.start]), int(offsets[rows.stop]))

    sources = slice(first, last)
    sections, chunks = rows(segment.section_source, sources), rows(segment.chunk_source, sources)
    sentences = parts(segment.chunk_sentences, chunks)
    words, heading_words = parts(segment.sentence_words, sentences), parts(segment.section_words, sections)
    return _Run(number, sources, sections, chunks, sentences, words, heading_words)


def _runs_of(runs: list[_Run], number: int) -> list[_Run]:
    """The runs of a segment, in its order."""
    return sorted((run for run in runs if run.segment == number), key=lambda run: run.sources.start)


def _form_count(segment: Segment, runs: list[_Run]) -> Ints:
    """How often each form occurs in the runs. Only the words inside or those outside of them are counted."""
    inside = [run.words for run in runs]
    ends = [0, *(words.stop for words in inside)]
    starts = [*(words.start for words in inside), len(segment.words)]
    outside = [slice(end, start) for end, start in zip(ends, starts, strict=True) if end < start]

    def count(parts: list[slice]) -> Ints:
        words = np.concatenate([segment.words[part] for part in parts] or [segment.words[:0]])
        return occurrences(words, len(segment.lexicon.forms))

    is_most = 2 * sum(words.stop - words.start for words in inside) > len(segment.words)
    return segment.form_count - count(outside) if is_most else count(inside)


def _column(
    segments: Sequence[Segment], runs: list[_Run], column: str, table: str, refers_to: str | None = None
) -> NDArray[Any]:
    """A column of a table, of the runs end to end; if it refers to rows of another table, with their new numbers."""
    parts, first = [], 0
    for run in runs:
        part = getattr(segments[run.segment], column)[getattr(run, table)]
        if refers_to is not None:
            rows = getattr(run, refers_to)
            part = part + part.dtype.type(first - rows.start)
            first += rows.stop - rows.start
        parts.append(part)
    return np.concatenate(parts) if parts else getattr(segments[0], column)[:0]


def _offsets(segments: Sequence[Segment], runs: list[_Run], column: str, table: str) -> Ints:
    """Offsets into another table, one for each row of this one and the end."""
    counts = []
    for run in runs:
        rows = getattr(run, table)
        counts.append(counts_of(getattr(segments[run.segment], column)[rows.start : rows.stop + 1]))
    return offsets_of(np.concatenate(counts) if counts else np.empty(0, np.int64))


def _mapped(segments: Sequence[Segment], runs: list[_Run], column: str, maps: Sequence[Ints]) -> NDArray[np.int32]:
    """Numbers of the runs end to end, as the maps have them."""
    narrow = [each.astype(np.int32) for each in maps]
    total = sum(getattr(run, column).stop - getattr(run, column).start for run in runs)
    mapped, filled = np.empty(total, np.int32), 0
    for run in runs:
        part = getattr(segments[run.segment], column)[getattr(run, column)]
        np.take(narrow[run.segment], part, out=mapped[filled : filled + len(part)], mode="clip")
        filled += len(part)
    return mapped


def _paths(segments: Sequence[Segment], runs: list[_Run]) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Heading paths of the sections that are kept, and the sections' numbers for them."""
    paths, maps = Vocabulary.merged([segment.paths for segment in segments])
    parts = [maps[run.segment][segments[run.segment].section_path[run.sections]] for run in runs]
    section_path = np.concatenate(parts) if parts else np.empty(0, np.int64)
    is_used = np.zeros(len(paths), bool)
    is_used[section_path] = True
    return paths.kept(is_used.nonzero()[0]), (is_used.cumsum(dtype=np.int32) - np.int32(1))[section_path]


def _texts(segments: Sequence[Segment], places: Ints) -> Texts:
    """The texts at these places among those of all segments."""
    stores: dict[int, TextStore] = {id(store): store for segment in segments for store in segment.texts.stores}
    number_of = {key: number for number, key in enumerate(stores)}
    store = [
        np.array([number_of[id(store)] for store in segment.texts.stores], np.int32)[segment.texts.store]
        for segment in segments
    ]
    number = [segment.texts.number for segment in segments]
    return Texts(tuple(stores.values()), np.concatenate(store)[places], np.concatenate(number)[places])


def _metadata(
    segments: Sequence[Segment], order: Sequence[tuple[int, int]], places: Ints
) -> Sequence[Mapping[str, Any]]:
    """As JSON if all of it is, else as the objects that were given."""
    entries = [segment.metadata.entries for segment in segments if isinstance(segment.metadata, Metadata)]
    if len(entries) < len(segments):
        return tuple(segments[number].metadata[source] for number, source in order)
    return Metadata(Strings.concatenated(entries).take(places))
