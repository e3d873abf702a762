"""Where words stand side by side in the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, is_any
from secondhop.text.bulk.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondhop.indexing import Snapshot
    from secondhop.indexing.lexicon import Lexicon
    from secondhop.types import Ints

_MOST_CHUNKS = 512
"""In so many is looked for words side by side: of common words there are too many."""


def first_term(lexicon: Lexicon, form: str) -> int | None:
    """The number of what the form as a whole is indexed by."""
    terms = lexicon.analyzer.analyze(form).terms
    return lexicon.terms.get(terms[0]) if terms else None


def side_by_side(snapshot: Snapshot, words: Sequence[str]) -> list[int]:
    """The terms of words that stand side by side somewhere, in that order; the last one may be inflected."""
    lexicon = snapshot.lexicon
    numbers = [first_term(lexicon, word) for word in words if lexicon.analyzer.analyze(word).terms]
    terms = [number for number in numbers if number is not None]
    if len(terms) < len(numbers) or not terms:
        return []
    chunks = with_all(snapshot, terms)
    chunks = chunks[:: len(chunks) // _MOST_CHUNKS + 1]
    return list(dict.fromkeys(terms)) if len(where(snapshot, words, chunks)) else []


def with_all(snapshot: Snapshot, terms: Sequence[int]) -> Ints:
    """The chunks that hold all of the terms, one at least, ascending."""
    rarest, *others = sorted((snapshot.body.of(term)[0] for term in terms), key=len)
    for other in others:
        rarest = rarest[is_any(rarest, other)]
    return rarest


def where(snapshot: Snapshot, words: Sequence[str], chunks: Ints) -> Ints:
    """Those of the chunks in which the words stand side by side."""
    lexicon = snapshot.lexicon
    found, counts = snapshot.words_of(chunks)
    if len(found) < len(words):
        return chunks[:0]
    chunk = np.arange(len(chunks)).repeat(counts)
    begins = chunk[: len(chunk) - len(words) + 1] == chunk[len(words) - 1 :]
    folded = lexicon.form_fold[found]
    for place, word in enumerate(words):
        is_word = folded == np.uint64(digest(word))
        if place == len(words) - 1 and (last := first_term(lexicon, word)) is not None:
            held, places = lexicon.expand(found)
            is_word[places[held == last]] = True
        begins &= is_word[place : place + len(begins)]
    holding: Ints = chunks[distinct_values(chunk[: len(begins)][begins])]
    return holding
