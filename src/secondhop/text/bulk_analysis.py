"""Many distinct words to terms at once: what `Analyzer.analyze` gives for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.text.analysis import _CASE_PARTS, _LONGEST_FORM, Analyzer, _stemmer
from secondhop.text.characters import codes

if TYPE_CHECKING:
    from secondhop.types import Bools, Ints

_PARTS_AND_ENDS = re.compile(rf"{_CASE_PARTS.pattern}|\n")

_LOWER, _UPPER, _DIGIT, _STEADY, _OTHER = (1 << bit for bit in range(5))
_STEADY_RANGES = (("\u3041", "\u3096"), ("\u30a1", "\u30fa"), ("\u4e00", "\u9fff"), ("\uac00", "\ud7a3"))
"""Kana, Han and Hangul: a word of these alone is its own term in every language."""


class Shapes(NamedTuple):
    """What characters words have: bits for ASCII letters, small and capital, ASCII digits, steady letters, all else."""

    some: Ints
    """[words] of all characters."""
    first: Ints
    """[words] of the first one."""
    inner: Ints
    """[words] of all but the first one."""
    lengths: Ints

    @classmethod
    def of(cls, words: Sequence[str]) -> Shapes:
        """The shapes of words that are not empty and hold no line ends."""
        units = codes("\n".join(words))
        classes = _table().take(units, mode="clip")
        wide = np.flatnonzero(units >= ord(_STEADY_RANGES[0][0]))
        if len(wide):
            beyond = units[wide]
            inside = [(beyond >= ord(first)) & (beyond <= ord(last)) for first, last in _STEADY_RANGES]
            classes[wide[np.logical_or.reduce(inside)]] = _STEADY
        edges = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(units == ord("\n")) + 1, [len(units) + 1]))
        starts = edges[:-1]
        first = classes[starts]
        some = np.bitwise_or.reduceat(classes, starts)
        classes[starts] = 0
        return cls(some, first, np.bitwise_or.reduceat(classes, starts), np.diff(edges) - 1)


def _table() -> Ints:
    table = np.full(129, _OTHER, np.uint8)
    table[ord("\n")] = 0
    for characters, kind in ((b"az", _LOWER), (b"AZ", _UPPER), (b"09", _DIGIT)):
        table[characters[0] : characters[1] + 1] = kind
    return table


class Analyzed(NamedTuple):
    """The terms and flags of a number of words."""

    terms: list[str]
    """Of all words, one after the other."""
    counts: Ints
    """How many terms each word has."""
    is_name: Bools
    is_capital: Bools
    """Whether it begins with a capital."""
    folded: dict[int, str]
    """Words by number as they are without regard to case, where that is another spelling."""


def analyze_all(analyzer: Analyzer, forms: Sequence[str]) -> Analyzed:
    """Terms and flags of each form. All that is ASCII letters and digits is stemmed in one call."""
    if not forms:
        return Analyzed([], np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, bool), {})
    shapes = Shapes.of(forms)
    some, n = shapes.some, len(forms)
    lowered = "\n".join(forms).lower().split("\n")
    steady = some == _STEADY
    plain = ((some & (_STEADY | _OTHER) == 0) | steady) & (shapes.lengths <= _LONGEST_FORM)
    content = plain & ~np.fromiter(map(analyzer._stopwords.__contains__, lowered), bool, n)
    # One case part: all small, Capitalised, all capitals, all digits.
    whole = content & (((some & _DIGIT == 0) & (shapes.inner & _UPPER == 0)) | (some == _DIGIT) | (some == _UPPER))
    is_name = content & (shapes.first & (_LOWER | _STEADY) == 0)
    several = _in_parts(analyzer, forms, lowered, np.flatnonzero(content & ~whole & ~steady).tolist())
    for number in np.flatnonzero(~plain).tolist():
        several[number], _, is_name[number], _ = analyzer._analyze(forms[number])
    counts = np.zeros(n, np.int64)
    stems = _stems(analyzer, list(compress(lowered, whole.tolist())))
    counts[whole] = np.fromiter(map(bool, stems), bool, len(stems))
    single = counts > 0
    steady &= content
    counts[steady] = 1
    counts[list(several)] = [len(found) for found in several.values()]
    starts = np.cumsum(counts) - counts
    terms = np.empty(int(counts.sum()), object)
    terms[starts[single]] = np.array(list(filter(None, stems)), object)
    terms[starts[steady]] = np.array(list(compress(forms, steady.tolist())), object)
    for number, found in several.items():
        terms[starts[number] : starts[number] + len(found)] = found
    is_capital = shapes.first == _UPPER
    for number in np.flatnonzero(shapes.first == _OTHER).tolist():
        is_capital[number] = forms[number][:1].isupper()
    folded = {number: forms[number].casefold() for number in np.flatnonzero(some & (_UPPER | _OTHER)).tolist()}
    folded = {number: fold for number, fold in folded.items() if fold != forms[number]}
    words = Analyzed(terms.tolist(), counts, is_name, is_capital, folded)
    return _with_pieces(analyzer, words) if analyzer.char_ngrams else words


def _with_pieces(analyzer: Analyzer, words: Analyzed) -> Analyzed:
    """The same with the pieces of each word's first term after its terms."""
    terms: list[str] = []
    counts = words.counts.copy()
    start = 0
    for number, count in enumerate(words.counts.tolist()):
        own = words.terms[start : start + count]
        pieces = analyzer.pieces(own[0]) if own else ()
        terms += [*own, *pieces]
        counts[number] += len(pieces)
        start += count
    return words._replace(terms=terms, counts=counts)


def _in_parts(
    analyzer: Analyzer, forms: Sequence[str], lowered: list[str], numbers: list[int]
) -> dict[int, tuple[str, ...]]:
    """The terms of words with capitals or digits inside: of the whole, then of its parts."""
    if not numbers:
        return {}
    text = "\n".join([forms[number] for number in numbers])
    words: list[str] = []
    ends: list[int] = []
    parts = "\t".join(_PARTS_AND_ENDS.findall(text)).lower().split("\t\n\t")
    for number, group in zip(numbers, parts, strict=True):
        words.append(lowered[number])
        if "\t" in group:
            words += group.split("\t")
        ends.append(len(words))
    distinct = list(dict.fromkeys(words))
    stem_of = dict(zip(distinct, _stems(analyzer, distinct), strict=True))
    stem_of.update(dict.fromkeys(analyzer._stopwords.intersection(distinct), ""))  # no word here is one as a whole
    stems = list(map(stem_of.__getitem__, words))
    return {
        number: tuple(dict.fromkeys(filter(None, stems[start:end])))
        for number, start, end in zip(numbers, [0, *ends[:-1]], ends, strict=True)
    }


def _stems(analyzer: Analyzer, words: list[str]) -> list[str]:
    """The stem of each word of ASCII letters and digits."""
    language = analyzer._languages.get("latin")
    if language is None:
        return words
    stems: list[str] = _stemmer(language).stemWords(words)
    if not "".join(stems).isascii():
        stems = [stem if stem.isascii() else analyzer._stem(word) for word, stem in zip(words, stems, strict=True)]
    return [word if len(word) <= 2 else stem for word, stem in zip(words, stems, strict=True)]
