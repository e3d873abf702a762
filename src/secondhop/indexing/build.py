"""Tables of chunks to a segment: words, lines and headings of many sources in a few passes."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.arrays import occurrences, offsets_of
from secondhop.indexing.digests import chunk_signatures, sentence_keys
from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.numbering import Numbering
from secondhop.indexing.segment import NO_PAGE, Segment
from secondhop.indexing.strings import Strings, Vocabulary
from secondhop.indexing.texts import Texts
from secondhop.text.analysis import analyzer_for
from secondhop.text.bulk.characters import WINDOW, Characters, codes, end_to_end, windows
from secondhop.text.bulk.forms import find_forms
from secondhop.text.languages import LANGUAGE_SAMPLE
from secondhop.types import KINDS, Section, SourceText

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.chunking import CutTable
    from secondhop.types import Ints

_LONGEST_HEADER = 1_000
"""Characters from the start of a table to the end of its header, beyond which that is shown with no row."""
_DTYPES: dict[str, type[np.generic]] = {
    "section_source": np.int32, "section_page": np.int32, "section_headed": np.bool_, "section_path": np.int32,
    "section_n_words": np.int64, "chunk_source": np.int32, "chunk_section": np.int32, "chunk_line": np.int32,
    "chunk_line_end": np.int32, "chunk_kind": np.uint8, "chunk_opens": np.bool_, "chunk_n_sentences": np.int64,
    "sentence_start": np.int64, "sentence_end": np.int64, "sentence_n_words": np.int64,
}  # fmt: skip
"""Columns that come in pieces, and what they hold."""


class _Columns:
    """Columns of the tables, each in pieces: one for each run of sources."""

    def __init__(self) -> None:
        self.pieces = {name: [np.empty(0, dtype)] for name, dtype in _DTYPES.items()}
        self.words, self.heading_words = array("i"), array("i")
        """All of them: pieces would stay in memory when they are joined."""

    def add(self, **pieces: NDArray[Any]) -> None:
        """Adds a piece to each of some columns."""
        for name, piece in pieces.items():
            self.pieces[name].append(piece)

    def joined(self) -> dict[str, Any]:
        """The columns; pieces are let go early."""
        return {name: np.concatenate(self.pieces.pop(name)) for name in _DTYPES}


def build_segment(
    sources: Sequence[SourceText],
    tables: Iterable[CutTable],
    *,
    language: str,
    char_ngrams: int = 0,
) -> Segment:
    """The tables of the sources.

    Args:
        sources: texts, in the order in which they are to be read.
        tables: their chunks; the first table is of the first so many sources, and so on.
        language: a language of `text.languages.LANGUAGES`, or `auto`.
        char_ngrams: length of the pieces of words that are terms besides; 0 for none.
    """
    analyzer = analyzer_for(language, [source.text for source in sources[:LANGUAGE_SAMPLE]], char_ngrams)
    columns, forms, paths = _Columns(), Numbering(), dict[tuple[str, ...], int]()
    done = n_sections = 0
    for table in tables:
        _add(columns, forms, paths, sources[done : done + table.n_sources], table, done, n_sections)
        done += table.n_sources
        n_sections += len(table.sections)
    vocabulary, form_numbers = forms.vocabulary()
    path_vocabulary, path_numbers = Vocabulary.of([json.dumps(path) for path in paths])
    lexicon = Lexicon.of(analyzer, vocabulary)
    words = _renumbered(columns.words, form_numbers)
    joined = columns.joined()
    joined["section_path"] = path_numbers.astype(np.int32)[joined["section_path"]]
    chunk_sentences = offsets_of(joined.pop("chunk_n_sentences"))
    sentence_words = offsets_of(joined.pop("sentence_n_words"))
    return Segment(
        texts=Texts.held([source.text for source in sources]),
        sources=Strings.of([source.source for source in sources]),
        metadata=tuple(source.metadata for source in sources),
        paths=path_vocabulary,
        section_words=offsets_of(joined.pop("section_n_words")),
        heading_words=_renumbered(columns.heading_words, form_numbers),
        chunk_sentences=chunk_sentences,
        chunk_signature=chunk_signatures(lexicon, words, sentence_words[chunk_sentences]),
        sentence_words=sentence_words,
        sentence_key=sentence_keys(lexicon, words, sentence_words),
        words=words,
        form_count=occurrences(words, len(vocabulary)),
        lexicon=lexicon,
        **joined,
    )


def _renumbered(words: array[int], numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """The same words with new numbers."""
    renumbered = np.frombuffer(words, np.int32)
    for first in range(0, len(words), WINDOW):
        part = renumbered[first : first + WINDOW]
        part[:] = numbers[part]
    return renumbered


def _add(
    columns: _Columns,
    forms: Numbering,
    paths: dict[tuple[str, ...], int],
    sources: Sequence[SourceText],
    table: CutTable,
    first_source: int,
    first_section: int,
) -> None:
    """Adds a run of sources."""
    text, bases = end_to_end([source.text for source in sources])
    source, section = np.array(table.source, np.int32), np.array(table.section, np.int32)
    n_sentences = np.array(table.n_sentences, np.int64)
    shift = bases[source].repeat(n_sentences)
    starts, ends = table.sentence_start + shift, table.sentence_end + shift
    edges = offsets_of(n_sentences)
    first, last = _lines(text, bases, source, starts[edges[:-1]], ends[edges[1:] - 1] - 1)
    kinds = np.array([KINDS.index(each.kind) for each in table.sections], np.uint8)
    opening = section.searchsorted(np.arange(len(table.sections)))
    columns.add(
        section_source=source[opening] + np.int32(first_source),
        chunk_source=source + np.int32(first_source),
        chunk_section=section + np.int32(first_section),
        chunk_line=first,
        chunk_line_end=last,
        chunk_kind=kinds[section],
        chunk_opens=np.array(table.opens, bool),
        chunk_n_sentences=n_sentences,
        sentence_start=table.sentence_start,
        sentence_end=table.sentence_end,
    )
    _add_words(columns.words, columns.pieces["sentence_n_words"], forms, text, starts, ends)
    _add_sections(columns, forms, paths, table.sections)


def _add_sections(
    columns: _Columns, forms: Numbering, paths: dict[tuple[str, ...], int], sections: list[Section]
) -> None:
    pages = [NO_PAGE if section.page is None else section.page for section in sections]
    columns.add(
        section_page=np.array(pages, np.int32),
        section_headed=np.array([_is_headed(section) for section in sections], bool),
        section_path=np.array([paths.setdefault(each.heading_path, len(paths)) for each in sections], np.int32),
    )
    headings = [section.heading_path[-1] if section.heading_path else "" for section in sections]
    text, starts = end_to_end(headings)
    ends = starts + np.fromiter(map(len, headings), np.int64, len(headings))
    _add_words(columns.heading_words, columns.pieces["section_n_words"], forms, text, starts, ends)


def _is_headed(section: Section) -> bool:
    return (
        (section.kind == "table" or section.is_byline)
        and section.heading_span is not None
        and section.start <= section.heading_span[0]
        and section.heading_span[1] <= section.start + _LONGEST_HEADER
    )


def _add_words(words: array[int], counts: list[Ints], forms: Numbering, text: str, starts: Ints, ends: Ints) -> None:
    """Adds the words of the spans and how many each has. Spans are ascending; a window of text is read at a time."""
    for window in windows(starts, ends):
        left, right = starts[window], ends[window]
        base = int(left[0])
        part = text[base : int(right[-1])]
        characters = Characters.of(part)
        found = find_forms(part, characters, left - base, right - base)
        counts.append(found.counts)
        numbers = forms.of(characters, found.starts, found.ends, found.digests)
        words.frombytes(numbers.tobytes())


def _lines(text: str, bases: Ints, source: NDArray[np.int32], *places: Ints) -> Iterator[NDArray[np.int32]]:
    """For each list of places, the lines that they are in, from 1 in each source."""
    newlines = _newlines(text)
    before = newlines.searchsorted(bases)[source] - 1
    for each in places:
        yield (newlines.searchsorted(each) - before).astype(np.int32)


def _newlines(text: str) -> Ints:
    """Where the line ends are."""
    places = [(codes(text[at : at + WINDOW]) == ord("\n")).nonzero()[0] + at for at in range(0, len(text), WINDOW)]
    return np.concatenate(places) if places else np.empty(0, np.int64)
