"""What follows from all words of an index: postings, leads, and what capitals mean in these texts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from secondhop.arrays import counts_of, gathered, narrowest, offsets_of, ranges, run_lengths, run_starts
from secondhop.indexing.lexicon import NONE, Lexicon
from secondhop.indexing.postings import Postings
from secondhop.text.bulk.hashing import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.scoring import BM25
    from secondhop.indexing.segment import Segment
    from secondhop.types import Bools, Ints

LEAD_WORDS = 12
"""How many content words of heading and first sentence make up a chunk's lead."""
LEAD_WEIGHTS = (1 / (1 + 0.15 * np.arange(LEAD_WORDS))).astype(np.float32)
"""What a term weighs by its place in the lead."""
HEADING_WORDS = 8
SENTENCE_WORDS = LEAD_WORDS - 4
_LEAST_CAPITALS = 0.02
_AT_ONCE = 1 << 18
_CHUNKS_AT_ONCE = 1 << 15
_LEAST_CHUNK_BITS, _MOST_CHUNK_BITS = 10, 24


class TermCounts(NamedTuple):
    """How often each term occurs in each chunk that holds it, in the order of terms, then chunks."""

    offsets: NDArray[np.int64]
    chunks: NDArray[np.int32]
    counts: NDArray[Any]
    """Of the narrowest unsigned type."""
    length: NDArray[np.int32]
    """[C] length in terms."""


class Statistics(NamedTuple):
    """What the words of a segment's chunks tell, whatever they are weighed with."""

    counts: TermCounts
    lead: Postings

    @classmethod
    def of(cls, segment: Segment) -> Statistics:
        """All words counted."""
        return cls(count_terms(segment), lead_postings(segment))


class _Block(NamedTuple):
    """How often terms occur in some consecutive chunks, in the order of terms, then chunks. In few bytes: all are held at once."""

    chunks: NDArray[np.int32]
    """Their numbers."""
    terms: NDArray[np.int32]
    """Each once."""
    n_chunks: NDArray[np.int32]
    """[terms] how many of the chunks hold it."""
    places: NDArray[Any]
    """Which of the chunks."""
    counts: NDArray[Any]


def count_terms(segment: Segment, numbers: Ints | None = None) -> TermCounts:
    """Counts all terms of all chunks, or of those with the (ascending) numbers.

    Some chunks at a time, since small arrays of narrow keys are sorted fastest.
    """
    n_terms, n = len(segment.lexicon.terms), len(segment)
    numbers = np.arange(n) if numbers is None else numbers
    starts = segment.sentence_words[segment.chunk_sentences[numbers]]
    n_words = segment.sentence_words[segment.chunk_sentences[numbers + 1]] - starts
    length = np.zeros(n, np.int32)
    bits = min(32 - n_terms.bit_length(), _MOST_CHUNK_BITS)
    dtype, bits = (np.uint32, bits) if bits >= _LEAST_CHUNK_BITS else (np.uint64, 32)
    firsts = _FirstTerms(segment.lexicon)
    blocks: list[_Block] = []
    offsets = np.zeros(n_terms + 1, np.int64)
    df = offsets[1:]
    for first, last in _batches(offsets_of(n_words), 1 << bits):
        words = gathered(segment.words, starts[first:last], n_words[first:last])
        keys = firsts.keys(words, n_words[first:last], dtype, bits)
        length[numbers[first:last]] = np.bincount(keys & dtype((1 << bits) - 1), minlength=last - first)
        block = _counted(keys, dtype(bits), numbers[first:last].astype(np.int32))
        df[block.terms] += block.n_chunks
        blocks.append(block)
    ends = df.cumsum(out=df).copy()
    most = max((int(block.counts.max(initial=0)) for block in blocks), default=0)
    chunks, counts = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.min_scalar_type(most))
    while blocks:  # what is copied is let go
        block = blocks.pop()
        ends[block.terms] -= block.n_chunks
        places = ranges(ends[block.terms], block.n_chunks)
        chunks[places], counts[places] = block.chunks[block.places], block.counts
    return TermCounts(offsets, chunks, counts, length)


class _FirstTerms:
    """The lexicon's terms, laid out for most forms having one term or none."""

    def __init__(self, lexicon: Lexicon) -> None:
        counts = counts_of(lexicon.form_offsets)
        held = counts.nonzero()[0]
        self._first = np.full(len(counts), NONE, np.int32)
        self._first[held] = lexicon.form_terms[lexicon.form_offsets[held]]
        self._n_more = counts - 1
        self._has_more = counts > 1
        self._lexicon = lexicon

    def keys(self, words: NDArray[np.int32], n_words: Ints, dtype: Any, bits: int) -> NDArray[Any]:
        """A key for each term of each of the words: the term, and in its low bits the chunk, which has so many words."""
        chunks = np.arange(len(n_words), dtype=dtype).repeat(n_words)
        forms = words.astype(np.intp)
        first = self._first[forms]
        held, several = (first != NONE).nonzero()[0], self._has_more[forms].nonzero()[0]
        forms = forms[several]
        counts = self._n_more[forms]
        more = self._lexicon.form_terms[ranges(self._lexicon.form_offsets[forms] + 1, counts)]
        terms = np.concatenate((first[held].astype(dtype), more.astype(dtype)))
        terms <<= dtype(bits)
        terms |= np.concatenate((chunks[held], chunks[several].repeat(counts)))
        return terms


def _counted(keys: NDArray[Any], bits: Any, chunks: NDArray[np.int32]) -> _Block:
    """The keys, of these chunks, counted."""
    keys.sort()
    edges = run_starts(keys)
    counts = narrowest(run_lengths(edges, len(keys)))
    keys = keys[edges]
    terms = keys >> bits
    places = narrowest(keys & keys.dtype.type((1 << int(bits)) - 1))
    starts = run_starts(terms)
    n_chunks = run_lengths(starts, len(terms)).astype(np.int32)
    return _Block(chunks, terms[starts].astype(np.int32), n_chunks, places, counts)


def _batches(bounds: Ints, most: int) -> list[tuple[int, int]]:
    """Runs of chunks with some hundred thousand words in each, and so many chunks at most."""
    steps = bounds.searchsorted(np.arange(0, bounds[-1], _AT_ONCE))
    edges = np.sort(np.concatenate((steps, np.arange(0, len(bounds), most), [0, len(bounds) - 1])))
    return list(pairwise(edges[run_starts(edges)].tolist()))


def weigh(found: TermCounts, scoring: BM25, average: float) -> Postings:
    """Postings with what each count is worth."""
    weights = np.empty(len(found.counts), np.float32)
    for first in range(0, len(weights), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        length = found.length[found.chunks[part]].astype(float)
        weights[part] = scoring.saturation(found.counts[part].astype(float), length, average) - scoring.floor
    return Postings(found.offsets, found.chunks, weights, len(found.length))


def lead_postings(segment: Segment, numbers: Ints | None = None) -> Postings:
    """The terms that say what a chunk is about: its heading, then the first content words of an opening sentence.

    Those of all chunks, or of those with the (ascending) numbers.
    """
    numbers = np.arange(len(segment)) if numbers is None else numbers
    has_terms = counts_of(segment.lexicon.form_offsets) > 0
    bits = max(1, len(numbers).bit_length())
    parts = [
        _lead_keys(segment, numbers[first : first + _CHUNKS_AT_ONCE], first, bits, has_terms)
        for first in range(0, max(1, len(numbers)), _CHUNKS_AT_ONCE)
    ]
    keys = np.concatenate(parts)
    keys.sort()
    keys = keys[run_starts(keys >> 4)]
    weights = LEAD_WEIGHTS[keys & 15]
    offsets = keys.searchsorted(np.arange(len(segment.lexicon.terms) + 1) << (bits + 4))
    return Postings(offsets, numbers.astype(np.int32)[keys >> 4 & ((1 << bits) - 1)], weights, len(segment))


def _lead_keys(segment: Segment, numbers: Ints, first: int, bits: int, has_terms: Bools) -> Ints:
    """A key for each term of the leads: the term, then which chunk from the first one on, then its place in the lead."""
    section = segment.chunk_section[numbers]
    heading = _first_content(
        segment.heading_words,
        segment.section_words[section],
        segment.section_words[section + 1],
        has_terms,
        HEADING_WORDS,
    )
    opens = segment.chunk_opens[numbers].nonzero()[0]
    sentence = segment.chunk_sentences[numbers[opens]]
    opening = _first_content(
        segment.words, segment.sentence_words[sentence], segment.sentence_words[sentence + 1], has_terms, SENTENCE_WORDS
    )
    n_heading = np.bincount(heading.span, minlength=len(numbers))
    chunks = np.concatenate((heading.span, opens[opening.span]))
    places = np.concatenate((heading.place, n_heading[opens[opening.span]] + opening.place))
    terms, of_form = segment.lexicon.expand(np.concatenate((heading.form, opening.form)))
    chunks, places = chunks[of_form], places[of_form]
    held = places < LEAD_WORDS
    return ((terms[held] << bits | (chunks[held] + first)) << 4) | places[held]


class _Content(NamedTuple):
    """Content words at the beginning of spans. Parallel arrays."""

    span: Ints
    place: Ints
    """Among the content words of the span."""
    form: Ints


def _first_content(words: NDArray[np.int32], starts: Ints, ends: Ints, has_terms: Bools, most: int) -> _Content:
    forms = words[ranges(starts, ends - starts)]
    span = np.arange(len(starts)).repeat(ends - starts)
    content = has_terms[forms]
    forms, span = forms[content], span[content]
    counts = np.bincount(span, minlength=len(starts))
    place = np.arange(len(span)) - (counts.cumsum() - counts).repeat(counts)
    first = place < most
    return _Content(span[first], place[first], forms[first].astype(np.int64))


def chunk_keys(signature: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """[C] digest of the signature."""
    keys: NDArray[np.uint64] = mix(np.ascontiguousarray(signature).view(np.uint64)).sum(axis=1, dtype=np.uint64)
    return keys


def capitals(segment: Segment) -> tuple[bool, Bools]:
    """Whether capitals mark names here, and [terms] which terms are mostly written without one inside sentences.

    Capitals mark names if at least 2 % of the words inside sentences (not those that open one) have one.
    """
    lexicon, n = segment.lexicon, len(segment.lexicon.forms)
    opening = segment.sentence_words[:-1][counts_of(segment.sentence_words) > 0]
    inside = segment.form_count - np.bincount(segment.words[opening], minlength=n)
    capital, total = int(inside[lexicon.form_is_capital].sum()), int(inside.sum())
    signed = np.where(lexicon.form_is_capital, inside, -inside)
    terms, form = lexicon.form_terms, np.arange(n).repeat(counts_of(lexicon.form_offsets))
    balance = np.bincount(terms, signed[form], len(lexicon.terms))
    return total > 0 and capital / total >= _LEAST_CAPITALS, balance < 0
