"""Scores of single sentences, from the forward index: the cost depends on the candidates, not on the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import ranges, run_lengths, run_starts

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Floats, Ints

K1 = 1.2
B = 0.3
"""Sentences vary in length for good reasons; length counts less than in chunks."""
_LOW = 0x1FFF


class Occurrences(NamedTuple):
    """Where the terms that were looked for stand: parallel arrays, one entry for each sentence and term in it."""

    sentence: Ints
    column: Ints
    """Which term, as a place in the list that was asked for."""
    counts: Ints


class Found(NamedTuple):
    """Words that stand for terms that were looked for: parallel arrays, one entry for each word and term, in reading order."""

    word: Ints
    """Places of the words in `SentenceWords.words`."""
    sentence: Ints
    """Places of their sentences in `SentenceWords.sentences`."""
    column: Ints
    """Which term each stands for, as a place in the list that was asked for."""


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of a number of chunks, sentence by sentence, as read from the forward index."""

    snapshot: Snapshot
    sentences: Ints
    """Sentence numbers, chunk by chunk."""
    n_sentences: Ints
    """[chunks]"""
    opening: Ints
    """[chunks] place of each chunk's first sentence in `sentences`."""
    n_words: Ints
    """Words of each sentence."""
    ends: Ints
    """Where the words of each sentence end in `words`."""
    words: Ints
    """Form numbers of all words, in reading order."""

    @classmethod
    def of(cls, snapshot: Snapshot, ordinals: Ints) -> SentenceWords:
        """The sentences of the chunks with those ordinals."""
        sentences, n_sentences = snapshot.sentences_of(ordinals)
        n_words = snapshot.sentence_words[sentences + 1] - snapshot.sentence_words[sentences]
        words, _ = snapshot.words_of(ordinals)
        opening = n_sentences.cumsum() - n_sentences
        return cls(snapshot, sentences, n_sentences, opening, n_words, n_words.cumsum(), words)

    def find(self, terms: Ints) -> Found:
        """The words that stand for any of these distinct terms, which are looked for by the low bits of their forms."""
        forms, column = self.snapshot.forms_of(terms)
        likely = np.zeros(_LOW + 1, bool)
        likely[forms & _LOW] = True
        word = likely.take(self.words & _LOW).nonzero()[0]
        form = self.words[word]
        first = forms.searchsorted(form)
        counts = forms.searchsorted(form, side="right") - first
        word = word.repeat(counts)
        return Found(word, self.ends.searchsorted(word, side="right"), column[ranges(first, counts)])

    def count(self, found: Found, n_terms: int) -> Occurrences:
        """How often each of the terms that were looked for occurs in each sentence where it does."""
        cells = found.sentence * n_terms + found.column
        cells.sort()
        edges = run_starts(cells)
        sentence, column = np.divmod(cells[edges], max(1, n_terms))
        return Occurrences(sentence, column, run_lengths(edges, len(cells)))

    def matching(self, found: Found, n_terms: int) -> Ints:
        """[sentences] how many words stand for any of the first terms `found`; a word counts once, whatever it stands for."""
        asked = (found.column < n_terms).nonzero()[0]
        once = asked[run_starts(found.word[asked])]
        return np.bincount(found.sentence[once], minlength=len(self.sentences))


def saturations(snapshot: Snapshot, counts: Ints, n_words: Ints) -> Floats:
    """What BM25 makes of how often terms occur in sentences, each of so many words."""
    average = max(len(snapshot.words) / max(1, len(snapshot.sentence_key)), 1.0)
    norm: Floats = K1 * (1 - B + B * n_words.astype(float) / average)
    saturated: Floats = counts * (K1 + 1) / (counts + norm)
    return saturated
