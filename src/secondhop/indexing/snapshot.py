"""The index of a document set at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from secondhop.arrays import counts_of, gathered, offsets_of, ranges
from secondhop.frozen import quickly
from secondhop.indexing import statistics
from secondhop.indexing.postings import Gathered, Postings, gather
from secondhop.indexing.scoring import BM25, VARIANTS
from secondhop.indexing.segment import Segment
from secondhop.indexing.statistics import Statistics, TermCounts
from secondhop.indexing.strings import Strings
from secondhop.types import KINDS, Chunk, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Arrays, Bools, Floats, Ints

_REMEMBERED = 1 << 14
_FACTS_REMEMBERED = 1 << 10
_LONGEST_REMEMBERED = 1 << 10
"""Of how many chunks facts are remembered, and of how many terms each may have: a chunk of the caller's may be a book."""

_Facts = TypeVar("_Facts")
_Table = TypeVar("_Table")
_make_chunk = quickly(Chunk)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot(Segment):
    """What queries see: a segment, and what follows from it.

    Spans are kept relative to the text they are in; `source_base` is added where a caller's chunk has offsets of its
    own.
    """

    scoring: BM25
    given: tuple[Chunk, ...] | None
    """The caller's chunks, one to one, if the caller chunked."""
    source_base: Ints
    """[texts] where each begins in what it was cut from: `start` of a caller's chunk, else 0."""
    source_occurrence: NDArray[np.int32]
    """[texts] 1 for the first text with a label, 2 for the second with the same one, and so on: chunk ids tell them apart."""

    body: Postings
    """BM25 saturation of each term in each chunk."""
    body_counts: NDArray[Any]
    """How often the term occurs there, parallel to the postings."""
    lead: Postings
    """Headings and first words of paragraphs; weights fall from 1 with the place in the lead."""
    idf: Floats
    """[terms]"""
    chunk_length: NDArray[np.int32]
    """[C] length in index terms."""
    average_length: float
    source_length: Ints
    """[texts] length in index terms."""
    chunk_key: NDArray[np.uint64]
    """[C] digest of the signature: chunks with the same words have the same key."""
    term_is_ordinary: Bools
    """[terms] mostly written without a capital inside sentences: a capital at the start of one makes it no name."""
    has_case: bool
    """Whether capitals tell names from other words here (not in caseless scripts, nor in lower-cased text)."""

    _chunks: dict[int, Chunk] = field(default_factory=dict, repr=False)
    """Some of the chunks made so far. Filling it twice is harmless, so it needs no lock."""
    _tables: dict[Callable[[Snapshot], Any], Any] = field(default_factory=dict, repr=False)
    """What `table` made. Making it twice is harmless as well."""
    _facts: dict[int, Any] = field(default_factory=dict, repr=False)
    """Some of what `facts` told."""

    @classmethod
    def of(
        cls,
        segment: Segment,
        scoring: BM25,
        given: tuple[Chunk, ...] | None = None,
        known: Statistics | None = None,
    ) -> Snapshot:
        """Computes what follows from a segment. Statistics that are known need not be."""
        counts, lead = Statistics.of(segment) if known is None else known
        length = counts.length
        average = max(float(length.mean()), 1.0) if len(length) else 1.0
        body = statistics.weigh(counts, scoring, average)
        df = np.where(body.df > 0, body.df, lead.df)  # headings that callers give hold words that no text does
        has_case, ordinary = statistics.capitals(segment)
        return cls(
            **_columns(segment),
            scoring=scoring,
            given=given,
            source_base=np.array([chunk.start for chunk in given], np.int64) if given else _zeros(segment),
            source_occurrence=_occurrences(segment.sources),
            body=body,
            body_counts=counts.counts,
            lead=lead,
            idf=scoring.idf(df, len(segment)),
            chunk_length=length,
            source_length=np.bincount(segment.chunk_source, length, len(segment.sources)).astype(np.int64),
            average_length=average,
            chunk_key=statistics.chunk_keys(segment.chunk_signature),
            term_is_ordinary=ordinary,
            has_case=has_case,
        )

    @property
    def statistics(self) -> Statistics:
        """What the words tell, whatever they are weighed with."""
        counts = TermCounts(self.body.offsets, self.body.chunks, self.body_counts, self.chunk_length)
        return Statistics(counts, self.lead)

    def to_arrays(self) -> Arrays:
        """The segment and what follows from it as arrays; equal snapshots give equal arrays."""
        scoring = self.scoring
        constants = (scoring.k1, scoring.b, scoring.delta, scoring.epsilon)
        return {
            **Segment.to_arrays(self),
            **{name: getattr(self, name) for name in _STATISTICS},
            **{f"{name}_{part}": getattr(getattr(self, name), part) for name in _POSTINGS for part in _PARTS},
            "scoring_variant": np.array([VARIANTS.index(scoring.variant)], np.uint8),
            "scoring_constants": np.array(constants, np.float64),
            "average_length": np.array([self.average_length], np.float64),
            "has_case": np.array([self.has_case], bool),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Snapshot:
        """What `to_arrays` was made of. The arrays may be memory-mapped: nothing is computed, read or copied here."""
        segment = Segment.from_arrays(arrays)
        columns: dict[str, Any] = {name: arrays[name] for name in _STATISTICS}
        return cls(
            **_columns(segment),
            scoring=BM25(VARIANTS[int(arrays["scoring_variant"][0])], *arrays["scoring_constants"].tolist()),
            given=None,
            source_base=_zeros(segment),
            average_length=float(arrays["average_length"][0]),
            has_case=bool(arrays["has_case"][0]),
            body=_postings(arrays, "body", len(segment)),
            lead=_postings(arrays, "lead", len(segment)),
            **columns,
        )

    def __reduce__(self) -> tuple[type[Snapshot], tuple[Any, ...]]:
        """What is only remembered stays here."""
        return type(self), tuple(getattr(self, name) for name in _STORED)

    def chunk(self, ordinal: int) -> Chunk:
        """The chunk as an object, made when first asked for."""
        return self.chunks(np.array([ordinal]))[0]

    def chunks(self, ordinals: Ints) -> list[Chunk]:
        """The chunks as objects. Making many at once is cheaper than one by one."""
        if self.given:
            return [self.given[number] for number in self.chunk_source[ordinals].tolist()]
        wanted, known = ordinals.tolist(), self._chunks
        chunks = [known.get(ordinal) for ordinal in wanted]
        missing = [ordinal for ordinal, chunk in zip(wanted, chunks, strict=True) if chunk is None]
        made = list(self._make(np.array(missing, np.int64))) if missing else []
        if len(known) + len(missing) > _REMEMBERED:
            known.clear()
        known.update(zip(missing[:_REMEMBERED], made, strict=False))
        rest = iter(made)
        return [next(rest) if chunk is None else chunk for chunk in chunks]

    def sentences_of(self, ordinals: Ints) -> tuple[Ints, Ints]:
        """Numbers of all sentences of the chunks, chunk by chunk, and [ordinals] how many each has."""
        first = self.chunk_sentences[ordinals]
        n_sentences = self.chunk_sentences[ordinals + 1] - first
        return ranges(first, n_sentences), n_sentences

    def words_of(self, ordinals: Ints) -> tuple[NDArray[np.int32], Ints]:
        """Form numbers of all words of the chunks, chunk by chunk, and [ordinals] how many each has."""
        starts = self.sentence_words[self.chunk_sentences[ordinals]]
        ends = self.sentence_words[self.chunk_sentences[ordinals + 1]]
        counts = ends - starts
        return gathered(self.words, starts, counts), counts

    def forms_of(self, terms: Ints) -> tuple[Ints, Ints]:
        """Numbers of the forms that stand for these terms, ascending, and for each the place of its term."""
        offsets, forms = self.table(_forms_by_term)
        first = offsets[terms]
        counts = offsets[terms + 1] - first
        found = forms[ranges(first, counts)]
        order = found.argsort()
        return found[order], np.arange(len(terms)).repeat(counts)[order]

    def facts(self, ordinal: int, make: Callable[[Snapshot, int], _Facts]) -> _Facts:
        """What is to be known of a chunk, from the index alone; always by the same function. Remembered if it is short."""
        known: _Facts | None = self._facts.get(ordinal)
        if known is None:
            known = make(self, ordinal)
            if self.chunk_length[ordinal] <= _LONGEST_REMEMBERED:
                if len(self._facts) >= _FACTS_REMEMBERED:
                    self._facts.clear()
                self._facts[ordinal] = known
        return known

    def table(self, make: Callable[[Snapshot], _Table]) -> _Table:
        """What a function makes of the whole index. Made when it is first asked for, and remembered."""
        if make not in self._tables:
            self._tables[make] = make(self)
        made: _Table = self._tables[make]
        return made

    def all_chunks(self) -> Iterator[Chunk]:
        """Every chunk, made some at a time."""
        for first in range(0, len(self), _REMEMBERED):
            yield from self.chunks(np.arange(first, min(first + _REMEMBERED, len(self))))

    def _make(self, ordinals: Ints) -> Iterator[Chunk]:
        first, last = self.chunk_sentences[ordinals], self.chunk_sentences[ordinals + 1] - 1
        columns = (
            self.sentence_start[first], self.sentence_end[last], self.chunk_source[ordinals],
            self.chunk_section[ordinals], self.chunk_line[ordinals], self.chunk_line_end[ordinals],
            self.chunk_kind[ordinals],
        )  # fmt: skip
        sources: dict[int, tuple[str, str, Mapping[str, Any]]] = {}
        sections: dict[int, tuple[int | None, tuple[str, ...]]] = {}
        for start, end, number, section, line, line_end, kind in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            if number not in sources:
                sources[number] = (self.sources[number], self._source_key(number), self.metadata[number])
            if section not in sections:
                sections[section] = (self.page(section), self.heading_path(section))
            source, key, metadata = sources[number]
            page, heading_path = sections[section]
            text = self.texts.slice(number, start, end)
            identity = chunk_id(key, start, text)
            yield _make_chunk(
                text, identity, source, start, end, page, heading_path, line, line_end, KINDS[kind], metadata
            )

    def _source_key(self, number: int) -> str:
        """The label, made distinct where an earlier text has the same one."""
        label, occurrence = self.sources[number], int(self.source_occurrence[number])
        return label if occurrence == 1 else f"{label}\0{occurrence}"

    def chunk_of(self, sentences: Ints) -> Ints:
        """[sentences] ordinals of the chunks that hold the sentences with those numbers."""
        ordinals: Ints = self.chunk_sentences.searchsorted(sentences, side="right") - 1
        return ordinals

    def neighbors(self, ordinal: int, distance: int) -> list[int]:
        """Ordinals of the chunks up to `distance` before and after, of the same source, nearest first."""
        source = self._text_of(ordinal)
        around = (place for step in range(1, distance + 1) for place in (ordinal - step, ordinal + step))
        return [place for place in around if 0 <= place < len(self) and self._text_of(place) == source]

    def _text_of(self, ordinal: int) -> int | str:
        """What tells its text from others: its number, or the source that a chunk of the caller's, a text of its own, names."""
        number = int(self.chunk_source[ordinal])
        return self.given[number].source if self.given else number

    def gather(self, terms: Ints, factors: Floats, lead_weight: float) -> Gathered:
        """All postings of the terms, of the bodies of chunks and then of their leads, each with factor times weight."""
        return gather(terms, (self.body, factors), (self.lead, lead_weight * factors))

    def with_lead(self, term: int, place: int) -> Ints:
        """Ordinals of the chunks whose lead has the term at this place, from 0."""
        chunks, weights = self.lead.of(term)
        here: Ints = chunks[weights == statistics.LEAD_WEIGHTS[place]].astype(np.int64)
        return here

    def edge(self, ordinal: int, n_sentences: int, *, at_end: bool) -> Span:
        """Span of the chunk's last (`at_end`) or first sentences."""
        first, last = int(self.chunk_sentences[ordinal]), int(self.chunk_sentences[ordinal + 1]) - 1
        left, right = (
            (max(first, last - n_sentences + 1), last) if at_end else (first, min(last, first + n_sentences - 1))
        )
        base = int(self.source_base[self.chunk_source[ordinal]])
        return base + int(self.sentence_start[left]), base + int(self.sentence_end[right])

    def table_heads(self, ordinals: Ints) -> Ints:
        """[ordinals] ordinal of the chunk whose first sentence is the header of the table that the chunk is of, or -1."""
        sections = self.chunk_section[ordinals]
        heads = np.full(len(ordinals), -1)
        headed = self.section_headed[sections].nonzero()[0]
        heads[headed] = self.chunk_section.searchsorted(sections[headed])
        return heads

    def section_opening(self, ordinal: int) -> int | None:
        """Ordinal of the first chunk of the chunk's section, None if the section has no heading.

        A large table in it divides a section into several here.
        """
        section = int(self.chunk_section[ordinal])
        if not self.heading_path(section):
            return None
        while section and self.is_continued(section - 1):
            section -= 1
        first = int(self.chunk_section.searchsorted(section, side="left"))
        return first if self.chunk_section[first] == section else ordinal


_STORED = tuple(each.name for each in fields(Snapshot) if not each.name.startswith("_"))
_POSTINGS = ("body", "lead")
_PARTS = ("offsets", "chunks", "weights")
_STATISTICS = (
    "source_occurrence", "body_counts", "idf", "chunk_length", "source_length", "chunk_key", "term_is_ordinary",
)  # fmt: skip


def _columns(segment: Segment) -> dict[str, Any]:
    return {each.name: getattr(segment, each.name) for each in fields(Segment)}


def _postings(arrays: Arrays, name: str, n_chunks: int) -> Postings:
    offsets, chunks, weights = (arrays[f"{name}_{part}"] for part in _PARTS)
    return Postings(offsets, chunks, weights, n_chunks)


def _forms_by_term(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """[terms + 1] where the forms of each term begin and the last ones end, and the forms, term by term."""
    lexicon = snapshot.lexicon
    form = np.arange(len(lexicon.forms), dtype=np.int32).repeat(counts_of(lexicon.form_offsets))
    counts = np.bincount(lexicon.form_terms, minlength=len(lexicon.terms))
    return offsets_of(counts), form[lexicon.form_terms.argsort()]


def _zeros(segment: Segment) -> Ints:
    return np.zeros(len(segment.sources), np.int64)


def _occurrences(labels: Strings) -> NDArray[np.int32]:
    seen: dict[str, int] = {}
    occurrences = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        occurrences.append(seen[label])
    return np.array(occurrences, np.int32)


def chunk_id(source: str, start: int, text: str) -> str:
    """Digest of place and content: 16 hexadecimal digits, the same on every run and machine."""
    parts = [part.encode("utf-8", "surrogatepass") for part in (source, str(start), text)]
    return blake2b(b"".join([len(part).to_bytes(8, "little") + part for part in parts]), digest_size=8).hexdigest()
