"""The index of a document set at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.postings import Postings
from secondhop.indexing.scoring import BM25
from secondhop.types import KINDS, Chunk, Section, Span


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Tables, lexicon and postings. C chunks, S sentences and W words (forms in reading order) are numbered from 0.

    Spans are kept relative to the text they are in; `source_base` is added where a caller's chunk has offsets of its
    own.
    """

    texts: tuple[str, ...]
    sources: tuple[str, ...]
    source_keys: tuple[str, ...]
    """The sources, made distinct where two texts have the same label: what chunk ids are made of."""
    source_metadata: tuple[Mapping[str, Any], ...]
    source_base: NDArray[np.int64]
    given: tuple[Chunk, ...] | None
    """The caller's chunks, one to one, if the caller chunked."""
    sections: tuple[Section, ...]

    chunk_source: NDArray[np.int32]
    """[C] which text."""
    chunk_section: NDArray[np.int32]
    chunk_line: NDArray[np.int32]
    chunk_line_end: NDArray[np.int32]
    chunk_kind: NDArray[np.uint8]
    chunk_opens: NDArray[np.bool_]
    chunk_sentences: NDArray[np.int64]
    """[C + 1] chunk c holds sentences chunk_sentences[c] to chunk_sentences[c + 1]."""
    chunk_length: NDArray[np.int32]
    """[C] length in index terms."""
    average_length: float
    chunk_signature: NDArray[np.uint32]
    """[C, 8] MinHash of the terms, to find near-duplicates by."""

    chunk_key: NDArray[np.uint64]
    """[C] digest of the signature: chunks with the same words have the same key."""

    sentence_start: NDArray[np.int64]
    sentence_end: NDArray[np.int64]
    sentence_words: NDArray[np.int64]
    """[S + 1] sentence s holds words sentence_words[s] to sentence_words[s + 1]."""
    sentence_key: NDArray[np.int64]

    words: NDArray[np.int32]
    """[W] the forward index: form numbers in reading order."""
    lexicon: Lexicon
    body: Postings
    """BM25 saturation of each term in each chunk."""
    lead: Postings
    """Headings and first words of paragraphs; weights fall from 1 with the place in the lead."""
    idf: NDArray[np.float64]
    """[terms]"""
    scoring: BM25
    term_is_ordinary: NDArray[np.bool_]
    """[terms] mostly written without a capital inside sentences: a capital at the start of one makes it no name."""
    has_case: bool
    """Whether capitals tell names from other words here (not in caseless scripts, nor in lower-cased text)."""
    _chunks: dict[int, Chunk] = field(default_factory=dict, repr=False, compare=False)
    """Chunks made so far. Filling it twice is harmless, so it needs no lock."""

    def __len__(self) -> int:
        return len(self.chunk_source)

    def __getstate__(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in _STORED)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for name, value in zip(_STORED, state, strict=True):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_chunks", {})

    def span(self, ordinal: int) -> Span:
        """The chunk's span in its text."""
        first, last = self.chunk_sentences[ordinal], self.chunk_sentences[ordinal + 1] - 1
        return int(self.sentence_start[first]), int(self.sentence_end[last])

    def chunk(self, ordinal: int) -> Chunk:
        """The chunk as an object, made when first asked for."""
        chunk = self._chunks.get(ordinal)
        if chunk is None:
            chunk = self._chunks[ordinal] = (
                self.given[self.chunk_source[ordinal]] if self.given else self._make(ordinal)
            )
        return chunk

    def _make(self, ordinal: int) -> Chunk:
        start, end = self.span(ordinal)
        number = int(self.chunk_source[ordinal])
        section = self.sections[self.chunk_section[ordinal]]
        text = self.texts[number][start:end]
        return Chunk(
            text=text,
            id=chunk_id(self.source_keys[number], start, text),
            source=self.sources[number],
            start=start,
            end=end,
            page=section.page,
            heading_path=section.heading_path,
            line=int(self.chunk_line[ordinal]),
            line_end=int(self.chunk_line_end[ordinal]),
            kind=KINDS[self.chunk_kind[ordinal]],
            metadata=self.source_metadata[number],
        )

    def neighbors(self, ordinal: int, distance: int) -> list[int]:
        """Ordinals of the chunks up to `distance` before and after, of the same source, nearest first."""
        source = self.chunk_source[ordinal]
        around = (place for step in range(1, distance + 1) for place in (ordinal - step, ordinal + step))
        return [place for place in around if 0 <= place < len(self) and self.chunk_source[place] == source]

    def edge(self, ordinal: int, n_sentences: int, *, at_end: bool) -> Span:
        """Span of the chunk's last (`at_end`) or first sentences."""
        first, last = int(self.chunk_sentences[ordinal]), int(self.chunk_sentences[ordinal + 1]) - 1
        left, right = (
            (max(first, last - n_sentences + 1), last) if at_end else (first, min(last, first + n_sentences - 1))
        )
        base = int(self.source_base[self.chunk_source[ordinal]])
        return base + int(self.sentence_start[left]), base + int(self.sentence_end[right])

    def section_opening(self, ordinal: int) -> int | None:
        """Ordinal of the first chunk of the chunk's section, None if the section has no heading."""
        section = self.chunk_section[ordinal]
        if not self.sections[section].heading_path:
            return None
        first = int(np.searchsorted(self.chunk_section, section, side="left"))
        return first if self.chunk_section[first] == section else ordinal


_STORED = tuple(name for name in Snapshot.__slots__ if name != "_chunks")


def chunk_id(source: str, start: int, text: str) -> str:
    """Digest of place and content: 16 hexadecimal digits, the same on every run and machine."""
    digest = blake2b(digest_size=8)
    for part in (source, str(start), text):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
