"""Which chunks of a snapshot seem to give orders to a model, found out when first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values
from secondhop.text.hygiene import planted_instructions
from secondhop.text.injection_marks import each_worth_trying, may_have_marks, sign_marks, word_marks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.snapshot import Snapshot
    from secondhop.types import Bools, Chunk, Ints

_UNKNOWN, _CLEAN, _SUSPECT = 0, 1, 2


class Suspects:
    """Remembers each finding. Looking twice is harmless, so it needs no lock; what is remembered is not pickled.

    The marks of the words that a chunk holds, as the forward index knows them, tell of most prose and many other texts
    that there is nothing to find; only the rest is read.
    """

    __slots__ = ("_found", "_known", "_marks", "_snapshot")

    def __init__(self, snapshot: Snapshot) -> None:
        """Starts with nothing known; parts of the tables that are never asked for take no memory."""
        self._snapshot = snapshot
        self._found = np.zeros(len(snapshot), np.uint8)
        self._marks = np.zeros(len(snapshot.lexicon.forms), np.uint64)
        self._known = np.zeros(len(snapshot.lexicon.forms), bool)

    def __reduce__(self) -> tuple[type[Suspects], tuple[Snapshot]]:
        return type(self), (self._snapshot,)

    def among(self, ordinals: Ints) -> Bools:
        """[ordinals] whether the chunk, or what it is headed by, holds planted instructions."""
        unknown = ordinals[self._found[ordinals] == _UNKNOWN]
        if len(unknown):
            self._found[unknown] = self._look_at(unknown)
        suspect: Bools = self._found[ordinals] == _SUSPECT
        return suspect

    def _look_at(self, ordinals: Ints) -> list[int]:
        chunks = self._snapshot.chunks(ordinals)
        signs = np.array([sign_marks(chunk.text) for chunk in chunks], np.uint64)
        words, n_sentences = self._marks_of_sentences(ordinals)
        marks = np.bitwise_or.reduceat(words, n_sentences.cumsum() - n_sentences) | signs
        tried = each_worth_trying(words, n_sentences, signs)
        return [
            _SUSPECT if planted_instructions(chunk.text, of_chunk, patterns) or _is_headed_so(chunk) else _CLEAN
            for chunk, of_chunk, patterns in zip(chunks, marks.tolist(), tried.tolist(), strict=True)
        ]

    def _marks_of_sentences(self, ordinals: Ints) -> tuple[NDArray[np.uint64], Ints]:
        """The marks of all words of each sentence, chunk by chunk, and [ordinals] how many sentences each has."""
        sentences, n_sentences = self._snapshot.sentences_of(ordinals)
        lengths = self._snapshot.sentence_words[sentences + 1] - self._snapshot.sentence_words[sentences]
        words, _ = self._snapshot.words_of(ordinals)
        new = distinct_values(words[~self._known[words]])
        if len(new):
            forms = self._snapshot.lexicon.forms.strings.take(new)
            marked = may_have_marks(forms.data, forms.offsets).nonzero()[0]
            self._marks[new[marked]] = word_marks(forms.several(marked))
            self._known[new] = True
        marks = np.zeros(len(sentences), np.uint64)
        filled = lengths.nonzero()[0]
        if len(filled):
            marks[filled] = np.bitwise_or.reduceat(self._marks[words], (lengths.cumsum() - lengths)[filled])
        return marks, n_sentences


def _is_headed_so(chunk: Chunk) -> bool:
    return any(map(planted_instructions, (chunk.source, *chunk.heading_path[-1:])))
