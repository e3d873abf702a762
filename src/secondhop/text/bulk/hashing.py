"""Digests of words: 64 bits that depend on the characters alone, for all words of a text at once or for one.

A word c0 c1 c2 … has the digest mix(m(c0) + m(c1) r + m(c2) r² + …) modulo 2⁶⁴, m being a mix of the code point. Sums
of a text's prefixes give that for any slice of it. Two of a million different words share a digest with a
probability below one in ten million.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import run_lengths, run_starts
from secondhop.text.bulk.characters import Characters, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Ints

    Digests = NDArray[np.uint64]

BASE = 0x9E3779B97F4A7C15 | 1
INVERSE = pow(BASE, -1, 1 << 64)
_MASK = (1 << 64) - 1
_LEAST_POWERS = 1 << 18
_LAST_BASIC = 0xFFFF
_SPLIT_MIX = tuple(map(np.uint64, (30, 0xBF58476D1CE4E5B9, 27, 0x94D049BB133111EB, 31)))


def mix(values: Digests) -> Digests:
    """The finalizer of SplitMix64: every input bit moves every output bit."""
    first, times, second, times_again, third = _SPLIT_MIX
    values = values ^ (values >> first)
    values *= times
    values ^= values >> second
    values *= times_again
    values ^= values >> third
    return values


@lru_cache(maxsize=4096)
def digest(word: str) -> int:
    """The digest of one word."""
    total = 0
    for character in reversed(word):
        total = (total * BASE + _of_character(ord(character))) & _MASK
    return _mix(total)


def digests(characters: Characters, starts: Ints, ends: Ints) -> Digests:
    """The digest of each slice of a text from `start` to `end`."""
    codes, beyond = characters.codes, characters.beyond
    values = np.empty(len(codes) + 1, np.uint64)
    np.take(_table(), codes, out=values[1:], mode="clip")
    rare = beyond[codes[beyond] > _LAST_BASIC]
    values[rare + 1] = mix(codes[rare].astype(np.uint64) + np.uint64(1))
    return digests_of_slices(values, starts, ends)


def digests_of_slices(values: Digests, starts: Ints, ends: Ints) -> Digests:
    """The digest of each slice from `start` to `end` of the values, which stand from place 1 on and are overwritten."""
    n = len(values) - 1
    powers, inverses = _powers(max(_LEAST_POWERS, 1 << n.bit_length()))
    values[0] = 0
    values[1:] *= powers[:n]
    sums = values.cumsum(out=values)
    totals = sums[ends]
    totals -= sums[starts]
    totals *= inverses[starts]
    return mix(totals)


def digests_of(words: Sequence[str]) -> Digests:
    """The digest of each word of a list."""
    if not words:
        return np.empty(0, np.uint64)
    text = "".join(words)
    ends = np.fromiter(map(len, words), np.int64, len(words)).cumsum()
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    found: list[Digests] = []
    for window in windows(starts, ends):
        left, right = starts[window], ends[window]
        part = text[left[0] : right[-1]]
        found.append(digests(Characters.of(part), left - left[0], right - left[0]))
    return np.concatenate(found)


@lru_cache(maxsize=64)
def values_of(word: str) -> Digests:
    """[characters] what each of a word is counted as."""
    return np.array([_of_character(ord(character)) for character in word], np.uint64)


def sums_of(word: str) -> Digests:
    """[characters + 1] the sums over each beginning of a word, of nothing first; the mix of a sum is a digest."""
    sums = np.zeros(len(word) + 1, np.uint64)
    (values_of(word) * powers_of(len(word))).cumsum(out=sums[1:])
    return sums


def powers_of(n: int) -> Digests:
    """[n] what the characters of a word are multiplied by: the first of up to some hundred thousand powers of r."""
    return _powers(_LEAST_POWERS)[0][:n]


class Distinct(NamedTuple):
    """Digests, each once, ascending."""

    digests: Digests
    first: Ints
    """Where one that is like it stands among those given."""
    number: Ints
    """Of those given, the places here."""


def distinct(digests: Digests) -> Distinct:
    """The distinct ones of some digests. `np.unique` takes several times as long."""
    order = digests.argsort()
    ordered = digests[order]
    begins = run_starts(ordered)
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(begins)).repeat(run_lengths(begins, len(order)))
    return Distinct(ordered[begins], order[begins], number)


@lru_cache(maxsize=1)
def _table() -> Digests:
    """The mix of each character of the basic plane."""
    return mix(np.arange(1, _LAST_BASIC + 2, dtype=np.uint64))


@lru_cache(maxsize=4096)
def _of_character(code: int) -> int:
    return _mix(code + 1)


def _mix(value: int) -> int:
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


@lru_cache(maxsize=2)
def _powers(n: int) -> tuple[Digests, Digests]:
    """The first powers of r and of its inverse."""
    powers, inverses = np.full(n, BASE, np.uint64), np.full(n, INVERSE, np.uint64)
    powers[0] = inverses[0] = 1
    return np.cumprod(powers), np.cumprod(inverses)
