"""Which chunks of a snapshot seem to give orders to a model, found out when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import distinct_values
from secondhop.text.injection.hygiene import planted_instructions
from secondhop.text.injection.marks import each_worth_trying, may_have_marks, sign_marks, word_marks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.snapshot import Snapshot
    from secondhop.types import Bools, Chunk, Ints

_UNKNOWN, _CLEAN, _SUSPECT = 0, 1, 2


class _Known(NamedTuple):
    """What is known so far. Looking twice is harmless, so it needs no lock; parts that are never asked for take no memory."""

    findings: NDArray[np.uint8]
    """[C] of each chunk."""
    marks: NDArray[np.uint64]
    """[forms] of those that are met."""
    is_met: Bools
    """[forms]"""

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Known:
        """Nothing yet."""
        n_forms = len(snapshot.lexicon.forms)
        return cls(np.zeros(len(snapshot), np.uint8), np.zeros(n_forms, np.uint64), np.zeros(n_forms, bool))


def suspects_among(snapshot: Snapshot, ordinals: Ints) -> Bools:
    """[ordinals] whether the chunk, or what it is headed by, holds planted instructions. Each is looked at once.

    The marks of the words that a chunk holds, as the forward index knows them, tell of most prose and many other texts
    that there is nothing to find; only the rest is read.
    """
    findings = snapshot.table(_Known.of).findings
    unknown = ordinals[findings[ordinals] == _UNKNOWN]
    if len(unknown):
        findings[unknown] = _look_at(snapshot, unknown)
    suspect: Bools = findings[ordinals] == _SUSPECT
    return suspect


def _look_at(snapshot: Snapshot, ordinals: Ints) -> list[int]:
    chunks = snapshot.chunks(ordinals)
    signs = np.array([sign_marks(chunk.text) for chunk in chunks], np.uint64)
    words, n_sentences = _marks_of_sentences(snapshot, ordinals)
    marks = np.bitwise_or.reduceat(words, n_sentences.cumsum() - n_sentences) | signs
    tried = each_worth_trying(words, n_sentences, signs)
    return [
        _SUSPECT if planted_instructions(chunk.text, of_chunk, patterns) or _is_headed_so(chunk) else _CLEAN
        for chunk, of_chunk, patterns in zip(chunks, marks.tolist(), tried.tolist(), strict=True)
    ]


def _marks_of_sentences(snapshot: Snapshot, ordinals: Ints) -> tuple[NDArray[np.uint64], Ints]:
    """The marks of all words of each sentence, chunk by chunk, and [ordinals] how many sentences each has."""
    known = snapshot.table(_Known.of)
    sentences, n_sentences = snapshot.sentences_of(ordinals)
    lengths = snapshot.sentence_words[sentences + 1] - snapshot.sentence_words[sentences]
    words, _ = snapshot.words_of(ordinals)
    new = distinct_values(words[~known.is_met[words]])
    if len(new):
        forms = snapshot.lexicon.forms.strings.take(new)
        marked = may_have_marks(forms.data, forms.offsets).nonzero()[0]
        known.marks[new[marked]] = word_marks(forms.several(marked))
        known.is_met[new] = True
    marks = np.zeros(len(sentences), np.uint64)
    filled = lengths.nonzero()[0]
    if len(filled):
        marks[filled] = np.bitwise_or.reduceat(known.marks[words], (lengths.cumsum() - lengths)[filled])
    return marks, n_sentences


def _is_headed_so(chunk: Chunk) -> bool:
    return any(map(planted_instructions, (chunk.source, *chunk.heading_path[-1:])))
