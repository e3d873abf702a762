"""Abbreviations that the texts themselves spell out: "write-ahead log (WAL)", "WAL: write-ahead log".

No list of them: a word in capitals stands beside words that begin with its letters. Who asks for one of the two means the
other as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import counts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from secondhop.indexing import Snapshot
    from secondhop.indexing.lexicon import Lexicon
    from secondhop.retrieval.question.alternatives import Ways
    from secondhop.retrieval.question.words import Word

_LEAST, _MOST = 3, 8
"""Letters of an abbreviation: too often two words begin with two given letters by chance."""
_SMALL = 0x20
"""The bit of small letters."""


class Abbreviations(NamedTuple):
    """What stands for what in an index, by the numbers of terms."""

    words: Mapping[int, tuple[int, ...]]
    """Of each abbreviation the words that it stands for, as most places have it."""
    short: Mapping[int, Sequence[tuple[tuple[int, ...], int]]]
    """Of words that have an abbreviation, by the first of them: the words and the abbreviation."""
    ordinary: Set[int]
    """The abbreviations that are mostly written small: RED is not meant by "red"."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Abbreviations:
        """Those of an index. Every word is looked at."""
        found = Counter(_spelt_out(snapshot))
        words: dict[int, tuple[int, ...]] = {}
        short: defaultdict[int, list[tuple[tuple[int, ...], int]]] = defaultdict(list)
        for (abbreviation, each), _ in sorted(found.items(), key=lambda item: (-item[1], item[0])):
            words.setdefault(abbreviation, each)
            short[each[0]].append((each, abbreviation))
        return cls(words, dict(short), {number for number in words if snapshot.term_is_ordinary[number]})

    def in_question(self, words: Sequence[Word]) -> Iterator[Ways]:
        """What a question may be read as, by its content words: terms of it, and what else stands for them."""
        sequence = [word.terms[0] if word.terms else -1 for word in words]
        for place, word in enumerate(words):
            for term in word.terms:
                if term in self.words and not (term in self.ordinary and word.form[1:].islower()):
                    yield [word.terms, self.words[term]]
            for said, abbreviation in self.short.get(sequence[place], ()):
                if tuple(sequence[place : place + len(said)]) == said:
                    yield [said, [abbreviation]]


def _spelt_out(snapshot: Snapshot) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each abbreviation that stands before or behind words that begin with its letters, with their terms."""
    lexicon, words, strings = snapshot.lexicon, snapshot.words, snapshot.lexicon.forms.strings
    if not len(words):
        return
    letters, starts, lengths = strings.data, strings.offsets[:-1], counts_of(strings.offsets)
    is_capital = (letters >= ord("A")) & (letters <= ord("Z"))
    is_letter = is_capital | ((letters >= ord("a")) & (letters <= ord("z")))
    n_capitals = np.add.reduceat(is_capital, starts, dtype=np.int32)
    is_plural = (n_capitals == lengths - 1) & (letters[starts + lengths - 1] == ord("s"))
    size = np.where(is_plural, lengths - 1, lengths)
    size[(n_capitals < 2) | (np.add.reduceat(is_letter, starts, dtype=np.int32) < lengths) | (size > _MOST)] = 0
    is_content = counts_of(lexicon.form_offsets) > 0
    initial = letters[starts] | _SMALL
    at = (size >= _LEAST)[words].nonzero()[0]
    lengths_at = size[words[at]]
    for begin in (at - lengths_at, at + 1):  # the words before it, those behind it
        inside = (begin >= 0) & (begin + lengths_at <= len(words))
        found = (inside & (initial[words.take(begin, mode="clip")] == initial[words[at]])).nonzero()[0]
        for place in range(1, _MOST):
            letter = letters.take(starts[words[at[found]]] + place, mode="clip") | _SMALL
            same = initial[words.take(begin[found] + place, mode="clip")] == letter
            found = found[same | (lengths_at[found] <= place)]
        for form, start, n in zip(*(column[found].tolist() for column in (words[at], begin, lengths_at)), strict=True):
            run = words[start : start + n]
            # In a text that is all in capitals any word may look like an abbreviation.
            if not is_content[run[[0, -1]]].all() or (n_capitals[run] == lengths[run]).all():
                continue
            terms = tuple(lexicon.form_terms[lexicon.form_offsets[run[is_content[run]]]].tolist())
            abbreviation = _term_of(lexicon, strings[form][:n])
            if abbreviation is not None and abbreviation not in terms and len(terms) > 1:
                yield abbreviation, terms


def _term_of(lexicon: Lexicon, letters: str) -> int | None:
    """The number of an abbreviation's term. Where the stemmer cuts it (AWS) the rest must be no word: of IDS it would be ID."""
    whole = lexicon.terms.get(letters.lower())
    if whole is not None:
        return whole
    for rest in lexicon.analyzer.analyze(letters).terms[:1]:  # none of a stopword
        if all(lexicon.forms.get(written) is None for written in (rest, rest.capitalize(), rest.upper())):
            return lexicon.terms.get(rest)
    return None
