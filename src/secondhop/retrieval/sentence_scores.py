"""Scores of single sentences, from the forward index: the cost depends on the candidates, not on the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import ranges, run_starts, sum_by

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Floats, Ints

K1 = 1.2
B = 0.3
"""Sentences vary in length for good reasons; length counts less than in chunks."""
_LOW = 0xFFFF


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the terms that were looked for stand: parallel arrays, one entry for each sentence and term in it."""

    sentence: Ints
    column: Ints
    """Which term, as a place in the list that was asked for."""
    count: Ints


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of a number of chunks, sentence by sentence, as read from the forward index."""

    sentences: Ints
    """Sentence numbers, chunk by chunk."""
    n_sentences: Ints
    """[chunks]"""
    opening: Ints
    """[chunks] place of each chunk's first sentence in `sentences`."""
    n_words: Ints
    """Words of each sentence."""
    words: Ints
    """Form numbers of all words, in reading order."""
    terms: Ints
    """Terms of the words, in reading order."""
    word_of_term: Ints
    """For each term the place of its word in `words`."""
    sentence_of_term: Ints
    """For each term the place of its sentence in `sentences`."""

    @classmethod
    def of(cls, snapshot: Snapshot, ordinals: Ints) -> SentenceWords:
        """The sentences of the chunks with those ordinals."""
        first = snapshot.chunk_sentences[ordinals]
        n_sentences = snapshot.chunk_sentences[ordinals + 1] - first
        sentences = ranges(first, n_sentences)
        starts = snapshot.sentence_words[sentences]
        n_words = snapshot.sentence_words[sentences + 1] - starts
        words, _ = snapshot.words_of(ordinals)
        terms, word_of_term = snapshot.lexicon.expand(words)
        sentence = np.arange(len(sentences)).repeat(n_words)
        opening = n_sentences.cumsum() - n_sentences
        return cls(sentences, n_sentences, opening, n_words, words, terms, word_of_term, sentence[word_of_term])

    def any_of(self, terms: Ints) -> Ints:
        """Places in `self.terms` of any of these. Most words are none of them, which one look at 16 bits tells."""
        if not len(terms):
            return np.empty(0, np.int64)
        ordered = np.sort(terms)
        likely = np.zeros(_LOW + 1, bool)
        likely[ordered & _LOW] = True
        places = likely[self.terms & _LOW].nonzero()[0]
        held = self.terms[places]
        nearest = np.minimum(ordered.searchsorted(held), len(ordered) - 1)
        found: Ints = places[ordered[nearest] == held]
        return found

    def count(self, found: Ints, terms: Ints) -> Occurrences:
        """How often each of the distinct `terms` occurs in each sentence where it does, `found` being `any_of(terms)`."""
        order = terms.argsort()
        columns = order[terms[order].searchsorted(self.terms[found])]
        cells = self.sentence_of_term[found] * len(terms) + columns
        cells.sort()
        edges = run_starts(cells)
        count = np.empty_like(edges)
        np.subtract(edges[1:], edges[:-1], out=count[:-1])
        count[-1:] = len(cells) - edges[-1:]
        sentence, column = np.divmod(cells[edges], max(1, len(terms)))
        return Occurrences(sentence, column, count)

    def matching(self, found: Ints) -> Ints:
        """[sentences] how many words stand for any of the terms `found`; a word counts once, whatever it stands for."""
        once = found[run_starts(self.word_of_term[found])]
        return np.bincount(self.sentence_of_term[once], minlength=len(self.sentences))

    def score(self, snapshot: Snapshot, found: Occurrences, factors: Floats) -> Floats:
        """[sentences] BM25 of the terms that were found, by the factor (weight times idf) of each occurrence."""
        average = max(len(snapshot.words) / max(1, len(snapshot.sentence_key)), 1.0)
        norm = K1 * (1 - B + B * self.n_words / average)
        saturation = found.count * (K1 + 1) / (found.count + norm[found.sentence])
        return sum_by(found.sentence, saturation * factors, len(self.sentences))
