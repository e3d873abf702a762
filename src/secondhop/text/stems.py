"""What words are indexed as: the digits of numbers, the stems of all others, and for variants that of the usual word."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, NamedTuple

from secondhop.text.languages import NEAREST
from secondhop.text.number_words import number_words
from secondhop.text.variants import endings_alike, stems_alike, with_usual_ending

_FEW = 2_000
"""The distinct words of some pages."""
_MOST_REMEMBERED = 1 << 14
_known: dict[str, dict[str, str]] = {}
"""Stems of words, by language."""


def stem(language: str, word: str) -> str:
    """What a word in small letters is indexed as, accents included."""
    variants, numbers = _variants(language), number_words(language)
    if word in numbers:
        return numbers[word]
    usual = with_usual_ending(word, variants.endings) if variants.endings else word
    found: str = _stemmer(language).stemWord(usual)
    return variants.stems.get(found, found)


def stem_all(language: str, words: list[str]) -> list[str]:
    """`stem` of each word. Those of few words are remembered: documents share most of theirs."""
    if len(words) > _FEW:
        return _stem_each(language, words)
    known = _known.setdefault(language, {})
    if len(known) > _MOST_REMEMBERED:
        known = _known[language] = {}  # another thread may be reading the old one
    new = [word for word in words if word not in known]
    known.update(zip(new, _stem_each(language, new), strict=True))
    return list(map(known.__getitem__, words))


def _stem_each(language: str, words: list[str]) -> list[str]:
    variants, numbers = _variants(language), number_words(language)
    endings = variants.endings
    usual = [with_usual_ending(word, endings) for word in words] if endings else words
    found: list[str] = _stemmer(language).stemWords(usual)
    found = list(map(variants.stems.get, found, found)) if variants.stems else found
    return list(map(numbers.get, words, found)) if numbers else found


class _Variants(NamedTuple):
    stems: dict[str, str]
    """Those that are indexed as another one."""
    endings: dict[str, list[tuple[str, str]]]
    """Those that are read as another one, by their last letters."""


@cache
def _variants(language: str) -> _Variants:
    endings, stem_word = endings_alike(language), _stemmer(language).stemWord
    return _Variants(stems_alike(language, lambda word: stem_word(with_usual_ending(word, endings))), endings)


_local = threading.local()


def _stemmer(language: str) -> Any:
    """This thread's stemmer: PyStemmer's objects hold a buffer and must not be shared."""
    stemmers: dict[str, Any] = _local.__dict__
    if language not in stemmers:
        import Stemmer

        # Without its own memory: each distinct form is analysed once, and keeping the books takes longer than stemming.
        name = language
        while name not in Stemmer.algorithms():
            name = NEAREST[name]
        stemmers[language] = Stemmer.Stemmer(name, 0)
    return stemmers[language]
