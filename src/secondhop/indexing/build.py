"""Cuts to a snapshot."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.postings import Postings, count_pairs
from secondhop.indexing.scoring import BM25
from secondhop.indexing.snapshot import Snapshot
from secondhop.text.analysis import analyzer_for, split_forms
from secondhop.types import KINDS, Chunk, Section, SourceText, Span

LEAD_WORDS = 12
"""How many content words of heading and first sentence make up a chunk's lead."""
HEADING_WORDS = 8
_MIN_KEY_WORDS = 4
SIGNATURE_HASHES = 8


class CutLike(Protocol):
    """What chunking returns, as far as the index needs it."""

    @property
    def section(self) -> Section:
        """The section that the chunk is in."""

    @property
    def sentences(self) -> tuple[Span, ...]:
        """Spans of its sentences, in order."""

    @property
    def opens(self) -> bool:
        """Whether a paragraph or definition begins here."""


@dataclass(slots=True)
class _Tables:
    """Columns of the chunk and sentence tables while they grow."""

    sections: list[Section] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    section: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    line_end: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    opens: list[bool] = field(default_factory=list)
    n_sentences: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    n_words: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    heading: list[list[int]] = field(default_factory=list)


def build(
    sources: Sequence[SourceText],
    cuts: Iterable[Sequence[CutLike]],
    *,
    language: str = "auto",
    scoring: BM25 | None = None,
    given: tuple[Chunk, ...] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Snapshot:
    """Indexes the cuts of each source.

    Args:
        sources: texts, in the order in which they are to be read.
        cuts: for each source its chunks, in reading order.
        language: a language of `text.languages.LANGUAGES`, or `auto`.
        scoring: BM25 variant and constants.
        given: the caller's own chunks, if each source is one of them.
        progress: called with the number of sources indexed so far.
    """
    scoring = scoring or BM25()
    analyzer = analyzer_for(language, [source.text for source in sources[:200]])
    tables, form_numbers = _Tables(), _Numbering()
    for number, (source, source_cuts) in enumerate(zip(sources, cuts, strict=True)):
        _add_source(tables, form_numbers, number, source, source_cuts)
        if progress is not None:
            progress(number + 1)
    lexicon = Lexicon.of(analyzer, list(form_numbers))
    words = np.array(tables.words, np.int32)
    sentence_words = _offsets(tables.n_words)
    chunk_sentences = _offsets(tables.n_sentences)
    has_case, ordinary = _capitals(lexicon, words, sentence_words)
    body, length, signature = _body(lexicon, words, sentence_words[chunk_sentences], scoring)
    return Snapshot(
        texts=tuple(source.text for source in sources),
        sources=tuple(source.source for source in sources),
        source_keys=_distinct([source.source for source in sources]),
        source_metadata=tuple(source.metadata for source in sources),
        source_base=np.array([chunk.start for chunk in given] if given else np.zeros(len(sources)), np.int64),
        given=given,
        sections=tuple(tables.sections),
        chunk_source=np.array(tables.source, np.int32),
        chunk_section=np.array(tables.section, np.int32),
        chunk_line=np.array(tables.line, np.int32),
        chunk_line_end=np.array(tables.line_end, np.int32),
        chunk_kind=np.array(tables.kind, np.uint8),
        chunk_opens=np.array(tables.opens, bool),
        chunk_sentences=chunk_sentences,
        chunk_length=length,
        average_length=max(float(length.mean()), 1.0) if len(length) else 1.0,
        chunk_signature=signature,
        chunk_key=_mix(np.ascontiguousarray(signature).view(np.uint64)).sum(axis=1, dtype=np.uint64),
        sentence_start=np.array(tables.start, np.int64),
        sentence_end=np.array(tables.end, np.int64),
        sentence_words=sentence_words,
        sentence_key=_keys(lexicon, words, sentence_words),
        words=words,
        lexicon=lexicon,
        body=body,
        lead=_lead(lexicon, words, sentence_words, chunk_sentences, tables),
        idf=scoring.idf(body.df, len(tables.source)),
        scoring=scoring,
        term_is_ordinary=ordinary,
        has_case=has_case,
    )


class _Numbering(defaultdict[str, int]):
    """Numbers forms in order of first use."""

    def __missing__(self, form: str) -> int:
        number = self[form] = len(self)
        return number


def _add_source(tables: _Tables, numbers: _Numbering, number: int, source: SourceText, cuts: Sequence[CutLike]) -> None:
    text = source.text
    newlines = _newlines(text) if cuts else []
    section: Section | None = None
    heading: list[int] = []
    for cut in cuts:
        if cut.section is not section:
            section = cut.section
            tables.sections.append(section)
            heading = [numbers[form] for form in split_forms(section.heading_path[-1])] if section.heading_path else []
        tables.source.append(number)
        tables.section.append(len(tables.sections) - 1)
        tables.line.append(bisect_left(newlines, cut.sentences[0][0]) + 1)
        tables.line_end.append(bisect_left(newlines, cut.sentences[-1][1] - 1) + 1)
        tables.kind.append(KINDS.index(section.kind))
        tables.opens.append(cut.opens)
        tables.n_sentences.append(len(cut.sentences))
        tables.heading.append(heading)
        for start, end in cut.sentences:
            forms = split_forms(text[start:end])
            tables.start.append(start)
            tables.end.append(end)
            tables.n_words.append(len(forms))
            tables.words.extend(map(numbers.__getitem__, forms))


def _distinct(labels: list[str]) -> tuple[str, ...]:
    """The labels; the second of equal ones gets a number, and so on."""
    seen: dict[str, int] = {}
    keys = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        keys.append(label if seen[label] == 1 else f"{label}\0{seen[label]}")
    return tuple(keys)


def _newlines(text: str) -> list[int]:
    places: list[int] = []
    place = text.find("\n")
    while place >= 0:
        places.append(place)
        place = text.find("\n", place + 1)
    return places


def _offsets(counts: list[int]) -> NDArray[np.int64]:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _body(
    lexicon: Lexicon, words: NDArray[np.int32], chunk_words: NDArray[np.int64], scoring: BM25
) -> tuple[Postings, NDArray[np.int32], NDArray[np.uint32]]:
    """Postings of the chunk texts, the chunks' lengths in terms, and their MinHash signatures."""
    n = len(chunk_words) - 1
    terms, place = lexicon.expand(words.astype(np.int64))
    chunks = np.repeat(np.arange(n), np.diff(chunk_words))[place]
    length = np.bincount(chunks, minlength=n)
    terms, chunks, tf = count_pairs(terms, chunks, n)
    average = max(float(length.mean()), 1.0) if n else 1.0
    weights = scoring.saturation(tf.astype(float), length[chunks].astype(float), average) - scoring.floor
    body = Postings.from_pairs(terms, chunks, weights.astype(np.float32), len(lexicon.terms), n)
    return body, length.astype(np.int32), _signatures(lexicon, terms, chunks, n)


def _signatures(lexicon: Lexicon, terms: NDArray[np.int64], chunks: NDArray[np.int64], n: int) -> NDArray[np.uint32]:
    signatures = np.full((n, SIGNATURE_HASHES), 0xFFFFFFFF, np.uint32)
    if not len(terms):
        return signatures
    order = np.argsort(chunks, kind="stable")
    ordered, edges = chunks[order], np.flatnonzero(np.diff(chunks[order], prepend=-1))
    numbers = np.arange(1, len(lexicon.terms) + 1, dtype=np.uint64)
    for column in range(SIGNATURE_HASHES):
        hashes = (_mix(numbers + np.uint64(column << 40)) >> np.uint64(32)).astype(np.uint32)
        signatures[ordered[edges], column] = np.minimum.reduceat(hashes[terms[order]], edges)
    return signatures


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of SplitMix64: every input bit moves every output bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _keys(lexicon: Lexicon, words: NDArray[np.int32], sentence_words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Digest of each sentence's words without regard to case; 0 for the short ones."""
    fold: dict[str, int] = {}
    lower = np.array([fold.setdefault(form.casefold(), len(fold) + 1) for form in lexicon.forms], np.uint64)
    counts = np.diff(sentence_words)
    if not len(words):
        return np.zeros(len(counts), np.int64)
    place = np.arange(len(words)) - np.repeat(sentence_words[:-1], counts)
    mixed = _mix(lower[words] + place.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    total = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    keys = (total[sentence_words[1:]] - total[sentence_words[:-1]]).view(np.int64)
    return np.where(counts > _MIN_KEY_WORDS, keys, 0)


def _capitals(
    lexicon: Lexicon, words: NDArray[np.int32], sentence_words: NDArray[np.int64]
) -> tuple[bool, NDArray[np.bool_]]:
    """Whether capitals mark names here, and [terms] which terms are mostly written without one inside sentences.

    Capitals mark names if at least 2 % of the words inside sentences (not those that open one) have one.
    """
    inside = np.ones(len(words), bool)
    inside[sentence_words[:-1][np.diff(sentence_words) > 0]] = False
    forms = words[inside].astype(np.int64)
    capital = np.array([form[:1].isupper() for form in lexicon.forms], bool)
    terms, place = lexicon.expand(forms)
    of_capital = capital[forms[place]]
    n = len(lexicon.terms)
    balance = np.bincount(terms[of_capital], minlength=n) - np.bincount(terms[~of_capital], minlength=n)
    has_case = bool(len(forms)) and float(capital[forms].mean()) >= 0.02
    return has_case, balance < 0


def _lead(
    lexicon: Lexicon,
    words: NDArray[np.int32],
    sentence_words: NDArray[np.int64],
    chunk_sentences: NDArray[np.int64],
    tables: _Tables,
) -> Postings:
    """The terms that say what a chunk is about: its heading, then the first content words of an opening sentence."""
    terms: list[int] = []
    chunks: list[int] = []
    weights: list[float] = []
    offsets, form_terms = lexicon.form_offsets.tolist(), lexicon.form_terms.tolist()
    for chunk, opens in enumerate(tables.opens):
        heading = [form for form in tables.heading[chunk] if offsets[form + 1] > offsets[form]][:HEADING_WORDS]
        lead = heading
        if opens:
            first = int(sentence_words[chunk_sentences[chunk]])
            last = int(sentence_words[chunk_sentences[chunk] + 1])
            lead = (
                heading
                + [form for form in words[first:last].tolist() if offsets[form + 1] > offsets[form]][: LEAD_WORDS - 4]
            )
        seen: set[int] = set()
        for place, form in enumerate(lead[:LEAD_WORDS]):
            for term in form_terms[offsets[form] : offsets[form + 1]]:
                if term not in seen:
                    seen.add(term)
                    terms.append(term)
                    chunks.append(chunk)
                    weights.append(1 / (1 + 0.15 * place))
    order = np.lexsort((chunks, terms)) if terms else np.empty(0, np.int64)
    return Postings.from_pairs(
        np.array(terms, np.int64)[order],
        np.array(chunks, np.int64)[order],
        np.array(weights, np.float32)[order],
        len(lexicon.terms),
        len(tables.opens),
    )
