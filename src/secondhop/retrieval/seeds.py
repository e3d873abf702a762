"""What a chunk says if it is a seed, from the index alone: remembered, since seeds come back from question to question."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import counts_of, run_lengths, run_starts
from secondhop.retrieval.sentence_scores import saturations
from secondhop.text.analysis import is_of_letters, is_piece
from secondhop.text.references import Reference, references

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot

NUMBER_WEIGHT = 0.5
PLACE_WEIGHT = 0.7
"""How much a name's weight follows the direct score of its sentence in the seed."""
MAX_DF_SHARE = 0.5
MANY_CHUNKS = 50
MANY_SHARE = 0.01
"""A name that more chunks hold than half of them, or in large collections than these say, introduces nothing."""


class Name(NamedTuple):
    """A word of a chunk that may link it to others."""

    term: int
    form: str
    """How it first stands there."""
    weight: float
    sentences: list[int]


@dataclass(frozen=True, slots=True)
class Seed:
    """A chunk from which links go out. Sentences are counted from its first one."""

    ordinal: int
    id: str
    key: int
    """Chunks with the same words have the same key."""
    deep: tuple[int, int]
    """From which ordinal to before which its text goes on after the two chunks that say what it is about.

    The others repeat its names.
    """
    n_sentences: int
    held: list[int]
    """Of each term in each sentence, ascending: the term's number, times how many sentences there are, plus the sentence's."""
    saturations: list[float]
    """What BM25 makes of how often that is."""
    names: list[Name]
    """In order of first use."""
    references: list[tuple[int, Reference]]
    """The sentence and what it refers to."""

    @classmethod
    def of(cls, snapshot: Snapshot, ordinal: int) -> Seed:
        """What the chunk with this ordinal says."""
        lexicon, source = snapshot.lexicon, snapshot.chunk_source[ordinal]
        first, end = snapshot.chunk_sentences[ordinal : ordinal + 2].tolist()
        bounds = snapshot.sentence_words[first : end + 1]
        words = snapshot.words[bounds[0] : bounds[-1]]
        terms, word = lexicon.expand(words)
        sentence = (bounds[1:] - bounds[0]).searchsorted(word, side="right")
        held = np.sort(terms.astype(np.int64) * (end - first) + sentence)
        starts = run_starts(held)
        counts, held = run_lengths(starts, len(held)), held[starts]
        df = snapshot.body.df_of(terms)
        usable = (df >= 2) & (df <= _most_holders(len(snapshot)))
        if snapshot.has_case:
            usable &= lexicon.form_is_name[words[word]]
            opening = run_starts(sentence)
            usable[opening[snapshot.term_is_ordinary[terms[opening]]]] = False
        at = usable.nonzero()[0]
        if lexicon.analyzer.char_ngrams or not snapshot.has_case:
            whole = [not (is_piece(term) or is_of_letters(term)) for term in lexicon.terms.strings.several(terms[at])]
            at = at[np.array(whole, bool)]
        names: dict[int, Name] = {}
        weights = np.where(lexicon.term_is_number[terms[at]], NUMBER_WEIGHT, 1.0).tolist()
        forms = lexicon.forms.strings.several(words[word[at]])
        for term, form, weight, number in zip(terms[at].tolist(), forms, weights, sentence[at].tolist(), strict=True):
            names.setdefault(term, Name(term, form, weight, [])).sentences.append(number)
        chunk = snapshot.chunk(ordinal)
        ends = snapshot.sentence_end[first:end] + (snapshot.source_base[source] - chunk.start)
        text = snapshot.chunk_source.searchsorted((source, source + 1)).tolist()
        return cls(
            ordinal,
            chunk.id,
            int(snapshot.chunk_key[ordinal]),
            (text[0] + 2, text[1]),
            end - first,
            held.tolist(),
            saturations(snapshot, counts, counts_of(bounds)[held % (end - first)]).tolist(),
            list(names.values()),
            [(int(ends.searchsorted(each.start, side="right")), each) for each in references(chunk.text)],
        )

    def said(self, asked: Mapping[int, float]) -> list[float]:
        """[sentences] direct scores, by the terms of a question and their weights times idf."""
        n = self.n_sentences
        said = [0.0] * n
        for term, factor in asked.items():
            start = bisect_left(self.held, term * n)
            for place in range(start, bisect_left(self.held, term * n + n, start)):
                said[self.held[place] - term * n] += self.saturations[place] * factor
        return said

    def named(self, asked: Collection[int], said: list[float]) -> list[tuple[int, float, str]]:
        """The names that the question lacks: the term, its weight and the form, in order of first use."""
        highest = max(said)
        near = [1 - PLACE_WEIGHT + PLACE_WEIGHT * (each / highest if highest > 0 else 1.0) for each in said]
        return [
            (term, max(0.0, weight * max(map(near.__getitem__, sentences))), form)
            for term, form, weight, sentences in self.names
            if term not in asked
        ]


def _most_holders(n_chunks: int) -> float:
    return max(2.0, min(MAX_DF_SHARE * n_chunks, max(MANY_CHUNKS, MANY_SHARE * n_chunks)))
