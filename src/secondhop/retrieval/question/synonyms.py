"""Words and phrases that mean the same in the user's documents: a question with one of them looks for the others, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import TYPE_CHECKING

from secondhop.errors import OptionError
from secondhop.text.analysis import split_forms

if TYPE_CHECKING:
    from secondhop.indexing.lexicon import Lexicon
    from secondhop.retrieval.question.words import Word
    from secondhop.text.analysis import Analyzer


class Synonyms:
    """Groups of phrases, each as the stems of its words. Immutable, safe to share between threads."""

    __slots__ = ("_lengths", "_others", "stems")

    def __init__(self, groups: Sequence[Sequence[str]], analyzer: Analyzer) -> None:
        """Takes what the option `synonyms` holds. Raises `OptionError` for a phrase without words to look for."""
        self._others: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for group in groups:
            phrases = [_stems(analyzer, phrase) for phrase in group]
            if () in phrases:
                empty = group[phrases.index(())]
                raise OptionError(f"synonyms has {empty!r}, which holds no word that is searched for; leave it out")
            for phrase in phrases:
                others = self._others.setdefault(phrase, [])
                others += [other for other in phrases if other != phrase and other not in others]
        self.stems = frozenset(chain.from_iterable(self._others))
        """Those of all words in them."""
        self._lengths = sorted({len(phrase) for phrase in self._others})

    def in_question(self, lexicon: Lexicon, words: Sequence[Word]) -> Iterator[tuple[Sequence[Word], list[list[int]]]]:
        """Words of a question that are one of the phrases, and the terms of the others, of those whose words the index has."""
        stems = tuple(word.stem for word in words)
        for start, length in product(range(len(words)), self._lengths):
            phrases = self._others.get(stems[start : start + length], ())
            numbered = ([lexicon.terms.get(stem) for stem in phrase] for phrase in phrases)
            if others := [[n for n in each if n is not None] for each in numbered if None not in each]:
                yield words[start : start + length], others


def _stems(analyzer: Analyzer, phrase: str) -> tuple[str, ...]:
    """What the words of a phrase are indexed as, without stopwords."""
    return tuple(terms[0] for form in split_forms(phrase) if (terms := analyzer.analyze(form).terms))
