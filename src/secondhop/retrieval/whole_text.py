"""Whole texts: what a word of the question says depends on the text that it stands in.

The words of a question often lie scattered over the page that answers it, and some of them only say which page that is: the
name of a company stands in every chunk of its contract. So in the text whose BM25 score as a whole is best, and in those that
come near it, a word counts on top by how few of the text's own chunks hold it. Passage retrieval has long looked at both
(Callan, "Passage-level evidence in document retrieval", SIGIR 1994). Where most texts are one chunk, that would count the
same words twice, and one text tells nothing.

In code the words of a name (`MAX_HOOK_TIMEOUT`) lie scattered over any long file, in other names. They say which file it is
only where the name as a whole is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import ranges, run_lengths, run_starts, sum_by
from secondhop.retrieval.question.query import ParsedQuery
from secondhop.retrieval.side_by_side import first_term, where, with_all
from secondhop.text.analysis import split_forms
from secondhop.types import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

TEXT_WEIGHT = 1.5
"""What a word counts on top in the best text, as a multiple of its idf among the chunks of that text."""
POWER = 4
"""In other texts it counts less, by this power of the share that their score is of the best."""
LEAST_SHARE = 0.4
"""Texts with a smaller share do not count."""
LEAST_CHUNKS = 2
"""Chunks of a text, on average, from which texts count."""
K1 = 3.0
"""Words are repeated more in a whole text than in a chunk before that says no more.

The length counts in full (b = 1): a long page about many things holds some words of any question.
"""
_UNDERSCORED = re.compile(r"(?<![^\W_])[^\W_]+(?:_[^\W_]+)+")
_MOST_OF_NAME = 2048
"""In so many is looked for a name: those that it is not looked for in would count as lacking it."""


@dataclass(frozen=True, slots=True)
class WholeTexts:
    """The texts that answer best as a whole."""

    numbers: Ints
    """[texts] which they are, ascending."""
    factors: Floats
    """[texts, terms] what each term of the question counts on top in each of them."""
    scores: Floats
    """[C] what that adds to each chunk."""

    def on_top(self, texts: Ints, terms: Ints) -> Floats:
        """What terms of the question, by their places in it, count on top in the texts with those numbers."""
        row = np.minimum(self.numbers.searchsorted(texts), len(self.numbers) - 1)
        return np.where(self.numbers[row] == texts, self.factors[row, terms], 0.0)


def whole_texts(snapshot: Snapshot, query: ParsedQuery, allowed: Bools | None = None) -> WholeTexts | None:
    """The texts that answer best as a whole, by the chunks that may be returned; None where texts do not count."""
    n_texts, n_terms, body = len(snapshot.sources), len(query.terms), snapshot.body
    if n_texts < 2 or len(snapshot) < LEAST_CHUNKS * n_texts:
        return None
    df = body.df_of(query.terms)
    postings, term = ranges(body.offsets[query.terms], df), np.arange(n_terms).repeat(df)
    if allowed is not None:
        held = allowed[body.chunks[postings]]
        postings, term = postings[held], term[held]
    if "_" in query.query.text and (snapshot.chunk_kind == CODE).any():
        for parts, holders in names_in(snapshot, query.query.text, allowed):
            chunks = body.chunks[postings]
            lacks = np.isin(snapshot.chunk_source[chunks], snapshot.chunk_source[holders], invert=True)
            lacks &= np.isin(query.terms[term], parts) & (snapshot.chunk_kind[chunks] == CODE)
            postings, term = postings[~lacks], term[~lacks]
    if not len(postings):
        return None
    chunks = body.chunks[postings]
    texts = snapshot.chunk_source[chunks]
    begins = run_starts(term * n_texts + texts)  # of the chunks of one text that hold one term
    holders = run_lengths(begins, len(chunks))
    text, term = texts[begins], term[begins]
    counts = np.add.reduceat(snapshot.body_counts[postings], begins, dtype=float)
    length = snapshot.source_length[text] / max(float(snapshot.source_length.mean()), 1.0)
    saturation = counts * (K1 + 1) / (counts + K1 * length)
    factors = query.weights * _idf(n_texts, np.bincount(term, minlength=n_terms))
    scores = sum_by(text, factors[term] * saturation, n_texts)
    share = scores / scores.max()
    numbers = (share >= LEAST_SHARE).nonzero()[0]
    near = (share[text] >= LEAST_SHARE).nonzero()[0]
    row, term, holders = numbers.searchsorted(text[near]), term[near], holders[near]
    first, end = snapshot.chunk_source.searchsorted((numbers, numbers + 1))
    on_top = TEXT_WEIGHT * share[numbers[row]] ** POWER * query.weights[term] * _idf((end - first)[row], holders)
    factors = np.zeros((len(numbers), n_terms))
    factors[row, term] = on_top
    places = ranges(begins[near], holders)
    added: Floats = on_top.repeat(holders) * body.weights[postings[places]]
    return WholeTexts(numbers, factors, sum_by(chunks[places], added, len(snapshot)))


def names_in(snapshot: Snapshot, text: str, allowed: Bools | None = None) -> Iterator[tuple[list[int], Ints]]:
    """The names of a question that are written with underscores: their terms, and the allowed chunks that hold the whole name.

    Names that no such chunk holds are left out, and so are those whose words are all in too many to look through.
    """
    analyzer, lexicon = snapshot.lexicon.analyzer, snapshot.lexicon
    for name in dict.fromkeys(_UNDERSCORED.findall(text)):
        words = split_forms(name.lower())
        first = [first_term(lexicon, word) for word in words if analyzer.analyze(word).terms]
        terms = [number for number in first if number is not None]
        if len(terms) < max(len(first), 2):
            continue
        chunks = with_all(snapshot, terms)
        if allowed is not None:
            chunks = chunks[allowed[chunks]]
        if len(chunks) <= _MOST_OF_NAME and len(chunks := where(snapshot, words, chunks)):
            parts = [lexicon.terms.get(term) for term in analyzer.terms(name)]
            yield [number for number in parts if number is not None], chunks


def _idf(n: int | Ints, holders: Ints) -> Floats:
    """BM25's rarity of terms that so many of `n` hold."""
    idf: Floats = np.log1p((n - holders + 0.5) / (holders + 0.5))
    return idf
