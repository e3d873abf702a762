"""Many distinct words to terms at once: what `Analyzer.analyze` gives for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from secondhop.text.analysis import _LONGEST_FORM, Analyzer, _stemmer


class Analyzed(NamedTuple):
    """The terms and flags of a number of words. Parallel lists."""

    terms: list[tuple[str, ...]]
    is_name: list[bool]


def analyze_all(analyzer: Analyzer, forms: Sequence[str]) -> Analyzed:
    """Terms and flags of each form. Plain words, in lower case or with a capital, are stemmed in one call."""
    terms: list[tuple[str, ...]] = [()] * len(forms)
    is_name = [False] * len(forms)
    stopwords = analyzer._stopwords
    plain: list[int] = []
    words: list[str] = []
    for number, form in enumerate(forms):
        if form.isascii() and _is_plain(form):
            word = form.lower()
            if word not in stopwords:
                is_name[number] = not form[0].islower()
                plain.append(number)
                words.append(word)
        else:
            analyzed = analyzer.analyze(form)
            terms[number], is_name[number] = analyzed.terms, analyzed.is_name
    for number, word, stem in zip(plain, words, _stems(analyzer, words), strict=True):
        if len(word) <= 2:
            stem = word
        elif not stem.isascii():
            stem = analyzer._stem(word)
        terms[number] = (stem,) if stem else ()
    return Analyzed(terms, is_name)


def _is_plain(form: str) -> bool:
    if len(form) > _LONGEST_FORM:
        return False
    return form.islower() or form.istitle() if form.isalpha() else form.isdigit()


def _stems(analyzer: Analyzer, words: list[str]) -> list[str]:
    language = analyzer._languages.get("latin")
    if language is None:
        return words
    stems: list[str] = _stemmer(language).stemWords(words)
    return stems
