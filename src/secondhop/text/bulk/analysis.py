"""Many distinct words to terms at once: what `Analyzer.analyze` gives for each."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from secondhop.arrays import counts_of, is_any, offsets_of, ranges, run_lengths
from secondhop.text.analysis import LONGEST_FORM, Analyzer
from secondhop.text.bulk.characters import Characters, classes_of, codes
from secondhop.text.bulk.hashing import digests, digests_of, distinct
from secondhop.text.stems import stem_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.text.bulk.characters import Classes, Codes
    from secondhop.text.bulk.hashing import Digests
    from secondhop.types import Bools, Ints

_LOWER, _UPPER, _DIGIT, _STEADY, _OTHER = (1 << bit for bit in range(5))
_STEADY_RANGES = (("\u3041", "\u3096"), ("\u30a1", "\u30fa"), ("\u4e00", "\u9fff"), ("\uac00", "\ud7a3"))
"""Kana, Han and Hangul: a word of these alone is its own term in every language."""

_TABLE = bytes(
    _LOWER if letter.islower() else _UPPER if letter.isupper() else _DIGIT if letter.isdigit() else _OTHER
    for letter in (bytes([code]) for code in range(256))
)
"""Bits of ASCII: bytes beyond are no letters."""
_LONGEST_UNSTEMMED = 2


class Analyzed(NamedTuple):
    """The terms and flags of a number of words."""

    codes: Codes
    """The characters of all terms, each once, in the order of their digests."""
    lengths: Ints
    """[terms] how many characters each has."""
    digests: Digests
    """Of the terms."""
    of_words: Ints
    """The terms of all words by number, one word after the other."""
    counts: Ints
    """How many terms each word has."""
    is_name: Bools
    is_capital: Bools
    """Whether the word begins with a capital."""
    fold: Digests
    """Digest of the word without regard to case."""


class _Words:
    """The words of a text in which they stand one after the other, and what characters they have."""

    def __init__(self, text: str, offsets: Ints) -> None:
        self.text, self.offsets = text, offsets
        self.starts, self.ends = offsets[:-1], offsets[1:]
        characters = Characters.of(text)
        self.classes = classes = _classes(characters)
        self.first = classes[self.starts]
        """[words] of the first character."""
        inner = classes.copy()
        inner[self.starts] = 0
        self.inner = np.bitwise_or.reduceat(inner, self.starts)
        """[words] of all but the first one."""
        self.some = self.inner | self.first
        """[words] of all characters."""
        capitals = (classes & np.uint8(_UPPER)) << np.uint8(4)  # the bit by which small letters differ
        self.lowered = replace(characters, codes=characters.codes | capitals)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, number: int) -> str:
        return self.text[self.offsets[number] : self.offsets[number + 1]]

    def is_capital(self) -> Bools:
        """[words] whether it begins with a capital."""
        found: Bools = self.first == _UPPER
        odd = (self.first == _OTHER).nonzero()[0]
        found[odd] = [self.text[start].isupper() for start in self.starts[odd].tolist()]
        return found

    def with_folded(self, lowered: Digests) -> Digests:
        """[words] digests without regard to case, given those of the words with ASCII in lower case."""
        odd = (self.some & _OTHER).nonzero()[0]
        lowered[odd] = digests_of([self[number].casefold() for number in odd.tolist()])
        return lowered


def _classes(characters: Characters) -> Classes:
    """Bits for ASCII letters, small and capital, ASCII digits, steady letters, all else."""
    codes, beyond = characters.codes, characters.beyond
    classes = classes_of(codes, _TABLE)
    if len(beyond):
        units = codes[beyond]
        inside = [(units >= ord(first)) & (units <= ord(last)) for first, last in _STEADY_RANGES]
        classes[beyond] = np.where(np.logical_or.reduce(inside), np.uint8(_STEADY), np.uint8(_OTHER))
    return classes


def analyze_all(analyzer: Analyzer, text: str, offsets: Ints) -> Analyzed:
    """Terms and flags of the words `text[offsets[n]:offsets[n + 1]]`, none of which is empty.

    What is ASCII letters and digits is stemmed in one call, as a whole and in parts, and the same base only once.
    """
    if len(offsets) < 2:
        none, no = np.zeros(0, np.int64), np.zeros(0, bool)
        return Analyzed(codes(""), none, none.view(np.uint64), none, none, no, no, none.view(np.uint64))
    words = _Words(text, offsets)
    steady = words.some == _STEADY
    lengths = counts_of(offsets)
    plain = ((words.some & (_STEADY | _OTHER) == 0) | steady) & (lengths <= LONGEST_FORM)
    plain &= (lengths != 2) | (words.lowered.codes[words.starts] != ord("0"))  # 05 is 5
    parts = _parts(words, plain & ~steady)
    starts, ends = np.concatenate((words.starts, parts.starts)), np.concatenate((words.ends, parts.ends))
    fold = digests(words.lowered, starts, ends)
    word = np.concatenate((plain.nonzero()[0], parts.word))
    sliced = np.concatenate((plain, np.ones(len(parts.word), bool)))
    bases = distinct(fold[sliced])
    is_stopword = is_any(bases.digests, _stopword_digests(analyzer))
    stopped = np.zeros(len(words), bool)
    stopped[plain] = is_stopword[bases.number[: len(word) - len(parts.word)]]
    first = sliced.nonzero()[0][bases.first]
    odd = (~plain).nonzero()[0]
    forms = [analyzer._analyze(words[number]) for number in odd.tolist()]
    others = [term for form in forms for term in form.terms]
    stems = _stems(analyzer, words, starts[first], ends[first], bases.digests, is_stopword, others)
    held = (stems.lengths[bases.number] > 0) & ~stopped[word]
    is_name = plain & ~stopped & (words.first & (_LOWER | _STEADY) == 0)
    is_name[odd] = [form.is_name for form in forms]
    word = np.concatenate((word[held], odd.repeat([len(form.terms) for form in forms])))
    stem = np.concatenate((bases.number[held], np.arange(len(bases.digests), len(stems.lengths))))
    terms = distinct(stems.digests[stem])
    spelled = stem[terms.first]
    lengths = stems.lengths[spelled]
    spelling = stems.codes[ranges(stems.starts[spelled], lengths)]
    of_words, counts = _each_once(word, terms.number, len(words))
    fold = words.with_folded(fold[: len(words)])
    analyzed = Analyzed(spelling, lengths, terms.digests, of_words, counts, is_name, words.is_capital(), fold)
    return _with_pieces(analyzer, analyzed) if analyzer.char_ngrams else analyzed


@lru_cache(maxsize=64)
def _stopword_digests(analyzer: Analyzer) -> Digests:
    """Ascending."""
    return np.sort(digests_of(list(analyzer._stopwords)))


class _Parts(NamedTuple):
    """Parts of words, as `getUserName` has three."""

    word: Ints
    starts: Ints
    ends: Ints


def _parts(words: _Words, among: Bools) -> _Parts:
    """Runs of digits, of capitals, and of small letters after one capital or none, of those words that have several."""
    some, inner = words.some, words.inner
    whole = ((some & _DIGIT == 0) & (inner & _UPPER == 0)) | (some == _DIGIT) | (some == _UPPER)
    numbers = (among & ~whole).nonzero()[0]
    lengths = words.ends[numbers] - words.starts[numbers]
    places = ranges(words.starts[numbers], lengths)
    classes = np.append(words.classes[places], np.uint8(_DIGIT))
    last = lengths.cumsum() - 1
    is_plural = (lengths > 2) & (words.lowered.codes[words.ends[numbers] - 1] == ord("s"))
    is_plural &= (classes[last] == _LOWER) & (classes[last - 1] == _UPPER) & (classes[last - 2] == _UPPER)
    classes[last[is_plural]] = _DIGIT  # those of PDFs are PDF and s
    before, here, after = np.append(np.uint8(_DIGIT), classes[:-2]), classes[:-1], classes[1:]
    after[last] = _DIGIT
    begins = ((before | here) & _DIGIT != 0) & (before != here)
    begins |= (here == _UPPER) & ((before == _LOWER) | (after == _LOWER))
    begins[last - lengths + 1] = True
    edges = begins.nonzero()[0]
    word = numbers.repeat(run_lengths(edges.searchsorted(last - lengths + 1), len(edges)))
    starts = places[edges]
    return _Parts(word, starts, starts + run_lengths(edges, len(places)))


class _Stems(NamedTuple):
    """Stems, each a slice of the same characters. Parallel arrays but for these."""

    codes: NDArray[Any]
    starts: Ints
    lengths: Ints
    digests: Digests


def _stems(
    analyzer: Analyzer,
    words: _Words,
    starts: Ints,
    ends: Ints,
    digests_: Digests,
    is_stopword: Bools,
    others: list[str],
) -> _Stems:
    """The stem of each slice of the words, lower-case, empty for stopwords and where nothing is left; then the other terms.

    Most are found without making strings of them: those that stay as they are keep their place and their digest.
    """
    lengths = np.where(is_stopword, 0, ends - starts)
    language = analyzer._languages.get("latin")
    stemmed = np.zeros(0, np.int64)
    found: list[str] = []
    if language is not None:
        stemmed = ((lengths > _LONGEST_UNSTEMMED) & (words.classes[starts] != _STEADY)).nonzero()[0]
        bases = _ascii_slices(words.lowered.codes, starts[stemmed], lengths[stemmed])
        found = stem_all(language, bases)
        if not "".join(found).isascii():
            pairs = zip(bases, found, strict=True)
            found = [stem if stem.isascii() else analyzer._stem(base) for base, stem in pairs]
    found += others
    characters = Characters.of("".join(found))
    found_lengths = np.fromiter(map(len, found), np.int64, len(found))
    found_ends = found_lengths.cumsum()
    found_starts = found_ends - found_lengths
    places = np.concatenate((stemmed, np.arange(len(starts), len(starts) + len(others))))

    def with_found(known: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        every = np.concatenate((known, values[len(stemmed) :]))
        every[places] = values
        return every

    return _Stems(
        np.concatenate((words.lowered.codes, characters.codes)),
        with_found(starts, found_starts + len(words.lowered.codes)),
        with_found(lengths, found_lengths),
        with_found(digests_, digests(characters, found_starts, found_ends)),
    )


def _ascii_slices(codes: Codes, starts: Ints, lengths: Ints) -> list[str]:
    """Slices that are ASCII letters and digits, as strings. Splitting one text is quicker than slicing it again and again."""
    text = codes.take(ranges(starts, lengths + 1), mode="clip").astype(np.uint8)
    text[(lengths + 1).cumsum() - 1] = ord(" ")
    return text.tobytes().decode("ascii").split()


def _each_once(word: Ints, term: Ints, n: int) -> tuple[Ints, Ints]:
    """The terms word by word, without those that a word has already, and how many each of the n words has."""
    order = word.argsort(kind="stable")
    word, term = word[order], term[order]
    counts = np.bincount(word, minlength=n)
    several = (counts[word] > 1).nonzero()[0]
    by_term = several[np.lexsort((term[several], word[several]))]
    again = by_term[1:][(word[by_term[1:]] == word[by_term[:-1]]) & (term[by_term[1:]] == term[by_term[:-1]])]
    return np.delete(term, again), counts - np.bincount(word[again], minlength=n)


def _with_pieces(analyzer: Analyzer, analyzed: Analyzed) -> Analyzed:
    """The same with the pieces of each word's first term after its terms."""
    text, edges = Characters.of_codes(analyzed.codes).text(), offsets_of(analyzed.lengths).tolist()
    terms, numbers = [text[start:end] for start, end in pairwise(edges)], dict[str, int]()
    of_words: list[int] = []
    counts = analyzed.counts.copy()
    own, start = analyzed.of_words.tolist(), 0
    for word, count in enumerate(analyzed.counts.tolist()):
        pieces = analyzer.pieces(terms[own[start]]) if count else ()
        of_words += own[start : start + count]
        of_words += [numbers.setdefault(piece, len(terms) + len(numbers)) for piece in pieces]
        counts[word] += len(pieces)
        start += count
    every = distinct(np.concatenate((analyzed.digests, digests_of(list(numbers)))))
    spelled = [*terms, *numbers]
    spelled = [spelled[place] for place in every.first.tolist()]
    return analyzed._replace(
        codes=codes("".join(spelled)), lengths=np.fromiter(map(len, spelled), np.int64, len(spelled)),
        digests=every.digests, of_words=every.number[np.array(of_words, np.int64)], counts=counts,
    )  # fmt: skip
