"""Scores of single sentences, from the forward index: the cost depends on the candidates, not on the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Floats, Ints

K1 = 1.2
B = 0.3
"""Sentences vary in length for good reasons; length counts less than in chunks."""


def sentences_of(snapshot: Snapshot, ordinals: Ints) -> Ints:
    """Numbers of all sentences of the chunks, chunk by chunk."""
    return _ranges(snapshot.chunk_sentences[ordinals], snapshot.chunk_sentences[ordinals + 1])


def words_of(snapshot: Snapshot, sentences: Ints) -> tuple[Ints, Ints]:
    """Form numbers of all words of the sentences, and for each the place of its sentence in `sentences`."""
    starts, ends = snapshot.sentence_words[sentences], snapshot.sentence_words[sentences + 1]
    words = snapshot.words[_ranges(starts, ends)].astype(np.int64)
    return words, np.repeat(np.arange(len(sentences)), ends - starts)


def score_sentences(
    snapshot: Snapshot, words: Ints, sentence: Ints, n: int, query_terms: Ints, weights: Floats
) -> Floats:
    """[n] BM25 of each sentence for weighted terms."""
    if not len(query_terms) or not len(words):
        return np.zeros(n)
    counts, lengths = count_terms(snapshot, words, sentence, n, query_terms)
    average = max(len(snapshot.words) / max(1, len(snapshot.sentence_key)), 1.0)
    norm = K1 * (1 - B + B * lengths / average)
    return (counts * (K1 + 1) / (counts + norm[:, None])) @ (weights * snapshot.idf[query_terms])


def count_terms(snapshot: Snapshot, words: Ints, sentence: Ints, n: int, query_terms: Ints) -> tuple[Floats, Floats]:
    """[n, terms] how often each term occurs in each sentence, and [n] the sentences' lengths in words."""
    terms, place = snapshot.lexicon.expand(words)
    order = np.argsort(query_terms)
    ordered = query_terms[order]
    column = np.minimum(np.searchsorted(ordered, terms), len(ordered) - 1)
    found = ordered[column] == terms
    cells = sentence[place[found]] * len(ordered) + order[column[found]]
    counts = np.bincount(cells, minlength=n * len(ordered)).reshape(n, len(ordered)).astype(float)
    return counts, np.bincount(sentence, minlength=n).astype(float)


def _ranges(starts: Ints, ends: Ints) -> Ints:
    """The integers of all ranges, one after the other."""
    counts = ends - starts
    return np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
