"""The tables of some sources, numbered on their own: all that has to be kept of them to index them again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.strings import Strings, Vocabulary
from secondhop.indexing.texts import StoredTexts, Texts
from secondhop.text.analysis import analyzer_named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Arrays, Bools, Ints

NO_PAGE = -1
"""Of a section of a format without pages."""


@dataclass(frozen=True, slots=True, eq=False)
class Metadata(Sequence[Mapping[str, Any]]):
    """What is known of each source, as JSON."""

    entries: Strings

    @classmethod
    def of(cls, entries: Sequence[Mapping[str, Any]]) -> Metadata:
        """The entries, which must hold nothing but what JSON has."""
        return cls(Strings.of([json.dumps(dict(entry), sort_keys=True) if entry else "" for entry in entries]))

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, number: Any) -> Any:
        entry = self.entries[number]
        return json.loads(entry) if entry else {}


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Tables of sources, sections, C chunks, S sentences and W words (forms in reading order), each numbered from 0.

    Each table is in the order of the one before it: a source's chunks stand together, and so on.
    """

    texts: Texts
    sources: Strings
    """Paths or labels, as citations show them. They need not be distinct."""
    metadata: Sequence[Mapping[str, Any]]

    paths: Vocabulary
    """Heading paths that sections have, as JSON lists."""
    section_source: NDArray[np.int32]
    section_page: NDArray[np.int32]
    section_path: NDArray[np.int32]
    """[sections] which of `paths` each has."""
    section_headed: Bools
    """[sections] whether it is a table whose first sentence is the header."""
    section_words: Ints
    """[sections + 1] section s has the heading words section_words[s] to section_words[s + 1] of `heading_words`."""
    heading_words: NDArray[np.int32]
    """Form numbers, as in `words`."""

    chunk_source: NDArray[np.int32]
    chunk_section: NDArray[np.int32]
    chunk_line: NDArray[np.int32]
    chunk_line_end: NDArray[np.int32]
    chunk_kind: NDArray[np.uint8]
    """[C] its place in `types.KINDS`."""
    chunk_opens: Bools
    """[C] whether a paragraph or definition begins with it."""
    chunk_sentences: Ints
    """[C + 1] chunk c holds sentences chunk_sentences[c] to chunk_sentences[c + 1]."""
    chunk_signature: NDArray[np.uint32]
    """[C, 8] MinHash of the terms, to find near-duplicates by."""

    sentence_start: Ints
    sentence_end: Ints
    """[S] spans in the texts of their sources."""
    sentence_words: Ints
    """[S + 1] sentence s holds words sentence_words[s] to sentence_words[s + 1]."""
    sentence_key: Ints
    """[S] digest of the words; 0 for the short ones."""

    words: NDArray[np.int32]
    """[W] the forward index: form numbers in reading order."""
    form_count: Ints
    """[forms] how often each occurs in `words`."""
    lexicon: Lexicon

    def __len__(self) -> int:
        return len(self.chunk_source)

    def page(self, section: int) -> int | None:
        """The page of a section."""
        page = int(self.section_page[section])
        return None if page == NO_PAGE else page

    def heading_path(self, section: int) -> tuple[str, ...]:
        """The heading path of a section."""
        return tuple(json.loads(self.paths[int(self.section_path[section])]))

    def is_continued(self, section: int) -> bool:
        """Whether the section after this one has the same heading, on the same page."""
        return all(
            column[section] == column[section + 1]
            for column in (self.section_source, self.section_path, self.section_page)
        )

    def to_arrays(self) -> Arrays:
        """Everything as arrays; equal segments give equal arrays."""
        lexicon, texts = self.lexicon, StoredTexts.of(self.texts)
        metadata = self.metadata if isinstance(self.metadata, Metadata) else Metadata.of(self.metadata)
        return {
            "text_data": texts.data, "text_offsets": texts.offsets, "text_widths": texts.widths,
            **_of_strings("source", self.sources), **_of_strings("metadata", metadata.entries),
            **_of_vocabulary("path", self.paths),
            **{name: getattr(self, name) for name in _COLUMNS},
            "language": np.frombuffer(lexicon.analyzer.name.encode("ascii"), np.uint8),
            **_of_vocabulary("form", lexicon.forms), **_of_vocabulary("term", lexicon.terms),
            **{name: getattr(lexicon, name) for name in _LEXICON_COLUMNS},
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Segment:
        """What `to_arrays` was made of. The arrays may be memory-mapped: none is read or copied here."""
        texts = StoredTexts(arrays["text_data"], arrays["text_offsets"], arrays["text_widths"])
        return cls(
            texts=Texts.of_store(texts, len(texts.widths)),
            sources=_strings("source", arrays),
            metadata=Metadata(_strings("metadata", arrays)),
            paths=_vocabulary("path", arrays),
            lexicon=Lexicon(
                analyzer=analyzer_named(arrays["language"].tobytes().decode("ascii")),
                forms=_vocabulary("form", arrays),
                terms=_vocabulary("term", arrays),
                **{name: arrays[name] for name in _LEXICON_COLUMNS},
            ),
            **{name: arrays[name] for name in _COLUMNS},
        )


_NOT_ARRAYS = frozenset({"texts", "sources", "metadata", "paths", "lexicon", "analyzer", "forms", "terms"})
_COLUMNS = tuple(each.name for each in fields(Segment) if each.name not in _NOT_ARRAYS)
_LEXICON_COLUMNS = tuple(each.name for each in fields(Lexicon) if each.name not in _NOT_ARRAYS)


def _of_strings(name: str, strings: Strings) -> Arrays:
    return {f"{name}_strings": strings.data, f"{name}_string_offsets": strings.offsets}


def _strings(name: str, arrays: Arrays) -> Strings:
    return Strings(arrays[f"{name}_strings"], arrays[f"{name}_string_offsets"])


def _of_vocabulary(name: str, vocabulary: Vocabulary) -> Arrays:
    return {**_of_strings(name, vocabulary.strings), f"{name}_digests": vocabulary.digests}


def _vocabulary(name: str, arrays: Arrays) -> Vocabulary:
    return Vocabulary(_strings(name, arrays), arrays[f"{name}_digests"])
