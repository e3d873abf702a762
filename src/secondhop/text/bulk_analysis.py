"""Many distinct words to terms at once: what `Analyzer.analyze` gives for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from secondhop.text.analysis import _CASE_PARTS, _LONGEST_FORM, Analyzer, _stemmer


class Analyzed(NamedTuple):
    """The terms and flags of a number of words."""

    terms: list[str]
    """Of all words, one after the other."""
    counts: list[int]
    """How many terms each word has."""
    is_name: list[bool]


def analyze_all(analyzer: Analyzer, forms: Sequence[str]) -> Analyzed:
    """Terms and flags of each form. All that is ASCII letters and digits is stemmed in one call."""
    found = Analyzed([], [], [False] * len(forms))
    unstemmed: list[str | list[str] | tuple[str, ...]] = [()] * len(forms)  # tuples are terms already
    stopwords, is_name = analyzer._stopwords, found.is_name
    for number, form in enumerate(forms):
        if not (form.isascii() and form.isalnum() and len(form) <= _LONGEST_FORM):
            analyzed = analyzer.analyze(form)
            unstemmed[number], is_name[number] = analyzed.terms, analyzed.is_name
        elif (word := form.lower()) not in stopwords:
            is_name[number] = not form[0].islower()
            unstemmed[number] = word
            if not (form.isalpha() and (form == word or form.istitle())):
                parts = _CASE_PARTS.findall(form)
                if len(parts) > 1:
                    unstemmed[number] = [word, *(part for part in map(str.lower, parts) if part not in stopwords)]
    words = [entry for entry in unstemmed if type(entry) is str]
    words.extend(word for entry in unstemmed if type(entry) is list for word in entry)
    stems = _stems(analyzer, words)
    for entry in unstemmed:
        if type(entry) is str:
            stem = stems[entry]
            terms: Collection[str] = (stem,) if stem else ()
        else:
            terms = entry if type(entry) is tuple else dict.fromkeys(filter(None, map(stems.__getitem__, entry)))
        found.terms.extend(terms)
        found.counts.append(len(terms))
    return found


def _stems(analyzer: Analyzer, words: Iterable[str]) -> dict[str, str]:
    """The stem of each word of ASCII letters and digits."""
    stems = {word: word for word in words}
    language = analyzer._languages.get("latin")
    if language is None:
        return stems
    long = [word for word in stems if len(word) > 2]
    for word, stem in zip(long, _stemmer(language).stemWords(long), strict=True):
        stems[word] = stem if stem.isascii() else analyzer._stem(word)
    return stems
