"""Other ways to write what a question asks for: as one word or two, with umlauts or without, one character for a pair."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

import numpy as np

from secondhop.arrays import distinct_values
from secondhop.retrieval.side_by_side import first_term, side_by_side
from secondhop.text.analysis import UNSPACED_SYLLABLES, fold, split_forms
from secondhop.text.bulk.hashing import mix, sums_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from secondhop.indexing import Snapshot
    from secondhop.indexing.lexicon import Lexicon

_JOINED = re.compile(r"(?<![^\W_])[^\W_]+(?:(?!(?<=\d).\d)[-‐‑._&/][^\W_]+)+")
_GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?:[ \xa0\u202f]\d{3})+(?:[.,]\d+)?(?!\w)")
_SCALED = re.compile(r"(?<![\w.,])(\d{1,3})(?:\.(\d{1,3}))?\s?(k|m|mn|million|bn|billion)\b", re.IGNORECASE)
_ZEROS = {"k": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
_THOUSANDS = re.compile(r"\d{1,3}(?=(?:\d{3})+$)|\d{3}")
_LEAST_JOINED = 3
"""Characters: "U.S." is not "us"."""
_LEAST_IN_TWO = 4
_LEAST_OF_PART = 4
"""Letters of each part of a compound: shorter ones begin and end other words as well."""
_WITH_COMPOUNDS = frozenset({"german", "dutch", "swedish", "danish", "norwegian", "finnish", "estonian", "hungarian"})
"""Languages that write compounds as one word."""
_MOST_LETTERS = 6
"""Of an abbreviation."""
_LONGEST = 32
_NO_VOWELS = re.compile("[b-df-hj-np-tv-xz]{3,}")
"""Stemmers leave the s of pdfs."""
_MOST_BYTES = 6
"""That accents take."""
_BEYOND_ASCII = 0x80
_LATIN = (0xC3, 0xC9)
"""The bytes that accented Latin letters begin with, first and last."""
_SMALL = 0x20
"""The bit of small letters."""
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_LETTERS = {"ae": "ä", "oe": "ö", "ue": "ü", "aa": "å"}
_SPELLINGS = re.compile("|".join(_LETTERS))
_SYLLABLES = re.compile(f"[{UNSPACED_SYLLABLES}]+")
_TOPIC_OR_OBJECT = re.compile("[\uac00-\ud7a3][은는을를]")
_PARTICLES = "은는을를이가의에도로와과"
"""What Korean says of a noun of one syllable, as in 법은 and 법을. Few nouns of two end in one of the first four."""
_MOST_PAIRS = 32


class Reading(NamedTuple):
    """What words of a question say together."""

    forms: list[str]
    """The words."""
    terms: list[int]
    """Numbers of what the index has for them."""


def joined(lexicon: Lexicon, text: str) -> Iterator[Reading]:
    """What a question has in parts and the index as one: `email` for `e-mail`, `1000` for `1 000`, `1500000` for `1.5m`."""
    for match in _SCALED.finditer(text):
        digits = match[1] + (match[2] or "").ljust(_ZEROS[match[3].lower()], "0")
        number = lexicon.terms.get(digits.lstrip("0"))
        if number is not None:
            yield Reading(split_forms(match[0]), [number])
    for match in chain(_JOINED.finditer(text), _GROUPED.finditer(text)):
        parts = split_forms(match[0])
        whole = "".join(parts)
        if len(parts) > 1 and len(whole) >= _LEAST_JOINED:
            number = first_term(lexicon, whole)
            if number is not None:
                yield Reading(parts, [number])


def written_otherwise(snapshot: Snapshot, form: str) -> list[int]:
    """Terms that the index has for a word that it lacks as it is written: `Müller` for `Mueller`, `log in` for `login`.

    In languages that make one word of several also those of its parts: `Abbild der Festplatte` for `Festplattenabbild`.
    """
    if len(form) > _LONGEST:
        return []
    if _TOPIC_OR_OBJECT.fullmatch(form):
        others = (snapshot.lexicon.terms.get(form[0] + particle) for particle in ("", *_PARTICLES))
        return [number for number in others if number is not None]
    lower = normalize("NFC", form.lower())
    plain = fold(lower)
    in_letters = _SPELLINGS.sub(lambda found: _LETTERS[found[0]], lower)
    plurals = (lower.removesuffix("s"), lower + "s") if _NO_VOWELS.fullmatch(lower) else ()
    for other in (lower.translate(_SPELT_OUT), in_letters, plain, *plurals):
        if other != lower and (number := first_term(snapshot.lexicon, other)) is not None:
            return [number]
    if numbers := _with_accents(snapshot, plain):
        return numbers
    if form.isupper() and len(form) <= _MOST_LETTERS and (numbers := side_by_side(snapshot, list(lower))):
        return numbers
    term = snapshot.lexicon.analyzer.analyze(form).terms[0]
    if term.isdigit():
        return side_by_side(snapshot, _THOUSANDS.findall(term)) or _scaled(snapshot, term)
    if not lower.isalpha():
        return []
    return _in_two(snapshot, lower) or _parts(snapshot.lexicon, lower)


def pairs_with(snapshot: Snapshot, forms: list[str]) -> dict[str, list[int]]:
    """For words of one Chinese, Japanese or Korean character the pairs that it is part of: those that most chunks have.

    None where the question has a pair as well, which says more.
    """
    runs = [form for form in forms if _SYLLABLES.fullmatch(form)]
    if not runs or max(map(len, runs)) > 1:
        return {}
    strings = snapshot.lexicon.terms.strings
    data = strings.data.tobytes()
    found: dict[str, list[int]] = {}
    for form in runs:
        for character in snapshot.lexicon.analyzer.analyze(form).terms:
            at = np.array([match.start() for match in re.finditer(character.encode(), data)], np.int64)
            numbers = distinct_values(strings.offsets.searchsorted(at, "right") - 1)
            found[form] = numbers[snapshot.idf[numbers].argsort(kind="stable")[:_MOST_PAIRS]].tolist()
    return found


def _scaled(snapshot: Snapshot, digits: str) -> list[int]:
    """The terms of what a number of thousands, millions or billions may be written as: `1.5 million`, `5m`."""
    for name, zeros in reversed(_ZEROS.items()):
        padded = digits.zfill(zeros + 1)
        whole, rest = padded[:-zeros], padded[-zeros:].rstrip("0")
        if len(rest) > 3:
            continue
        written = f"{whole}.{rest}" if rest else whole
        together = snapshot.lexicon.terms.get(f"{written}{name}")
        if numbers := [together] if together is not None else side_by_side(snapshot, (written, name)):
            return numbers
    return []


def _with_accents(snapshot: Snapshot, plain: str) -> list[int]:
    """The terms of words that are this one but for accents, by which stemmers go: `configuración` is cut, `configuracion` is not."""
    if not plain.isascii():
        return []
    lexicon, near = snapshot.lexicon, snapshot.table(_beyond_ascii)
    strings = lexicon.forms.strings
    lengths = strings.offsets[near + 1] - strings.offsets[near]
    near = near[(lengths > len(plain)) & (lengths <= len(plain) + _MOST_BYTES)]
    first = strings.data[strings.offsets[near]]
    near = near[(first | _SMALL == ord(plain[0])) | (first >= _LATIN[0]) & (first <= _LATIN[1])]
    last = strings.data[strings.offsets[near + 1] - 1]
    near = near[(last | _SMALL == ord(plain[-1])) | (last >= _BEYOND_ASCII)]
    alike = [n for n, form in zip(near.tolist(), strings.several(near), strict=True) if fold(form.casefold()) == plain]
    return list(dict.fromkeys(lexicon.expand(np.array(alike, np.int64))[0].tolist()))


def _beyond_ascii(snapshot: Snapshot) -> NDArray[np.int32]:
    """Numbers of the forms with letters beyond ASCII."""
    strings = snapshot.lexicon.forms.strings
    highest = np.maximum.reduceat(strings.data, strings.offsets[:-1])
    return (highest >= _BEYOND_ASCII).nonzero()[0].astype(np.int32)


def _in_two(snapshot: Snapshot, word: str) -> list[int]:
    """The terms of the two words that it is made of, if they stand side by side somewhere."""
    known = snapshot.lexicon.forms.digests
    if len(word) < _LEAST_IN_TWO or not len(known):
        return []
    written = (word, word.capitalize(), word.upper())
    starts = np.concatenate([mix(sums_of(each)[1 : len(word)]) for each in written])
    held = known.take(known.searchsorted(starts), mode="clip") == starts
    for place in held.reshape(len(written), -1).any(axis=0).nonzero()[0].tolist():
        left, right = word[: place + 1], word[place + 1 :]
        if first_term(snapshot.lexicon, left) is not None and (numbers := side_by_side(snapshot, (left, right))):
            return numbers
    return []


def _parts(lexicon: Lexicon, word: str) -> list[int]:
    """The terms of the two words of the index that a compound is made of; of several such pairs the one with the longest end."""
    if lexicon.analyzer.language in _WITH_COMPOUNDS:
        for end in range(_LEAST_OF_PART, len(word) - _LEAST_OF_PART + 1):
            left, right = first_term(lexicon, word[:end]), first_term(lexicon, word[end:])
            if left is not None and right is not None:
                return [left, right]
    return []
