"""Scores of single sentences, from the forward index: the cost depends on the candidates, not on the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Floats, Ints

K1 = 1.2
B = 0.3
"""Sentences vary in length for good reasons; length counts less than in chunks."""


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of a number of sentences, as read from the forward index."""

    sentences: Ints
    """Sentence numbers, chunk by chunk."""
    n_words: Ints
    """Words of each sentence."""
    words: Ints
    """Form numbers of all words, in reading order."""
    sentence: Ints
    """For each word the place of its sentence in `sentences`."""
    terms: Ints
    """Terms of the words, in reading order."""
    word_of_term: Ints
    """For each term the place of its word in `words`."""

    @classmethod
    def of(cls, snapshot: Snapshot, ordinals: Ints) -> SentenceWords:
        """The sentences of the chunks with those ordinals."""
        sentences = _ranges(snapshot.chunk_sentences[ordinals], snapshot.chunk_sentences[ordinals + 1])
        starts, ends = snapshot.sentence_words[sentences], snapshot.sentence_words[sentences + 1]
        words = snapshot.words[_ranges(starts, ends)].astype(np.int64)
        sentence = np.repeat(np.arange(len(sentences)), ends - starts)
        return cls(sentences, ends - starts, words, sentence, *snapshot.lexicon.expand(words))

    def count(self, terms: Ints) -> Floats:
        """[sentences, terms] how often each of the distinct `terms` occurs in each sentence."""
        n = len(self.sentences)
        if not len(terms):
            return np.zeros((n, 0))
        order = np.argsort(terms)
        ordered = terms[order]
        column = np.minimum(np.searchsorted(ordered, self.terms), len(ordered) - 1)
        found = np.flatnonzero(ordered[column] == self.terms)
        cells = self.sentence[self.word_of_term[found]] * len(terms) + order[column[found]]
        return np.bincount(cells, minlength=n * len(terms)).reshape(n, len(terms)).astype(float)

    def matching(self, terms: Ints) -> Ints:
        """[sentences] how many words stand for any of the `terms`; a word counts once, whatever it stands for."""
        words = np.unique(self.word_of_term[np.isin(self.terms, terms)])
        return np.bincount(self.sentence[words], minlength=len(self.sentences))

    def score(self, snapshot: Snapshot, counts: Floats, factors: Floats) -> Floats:
        """[sentences] BM25 from term counts and factors (weight times idf)."""
        average = max(len(snapshot.words) / max(1, len(snapshot.sentence_key)), 1.0)
        norm = K1 * (1 - B + B * self.n_words / average)
        scores: Floats = (counts * (K1 + 1) / (counts + norm[:, None])) @ factors
        return scores


def _ranges(starts: Ints, ends: Ints) -> Ints:
    """The integers of all ranges, one after the other."""
    counts = ends - starts
    return np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
