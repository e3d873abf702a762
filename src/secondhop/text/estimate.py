"""How many `o200k_base` tokens a text has, from above, without the vocabulary.

A tokenizer starts a new token at some places between two bytes and not at others; the two bytes around a place say
much about it. So each pair of neighbouring bytes has a weight, bytes that behave alike share one, and the estimate is
the sum over all pairs. The weights were fitted so that contexts of 200 to 4,000 tokens come out too high rather than
too low; `docs/findings/token_estimate.md` has the errors per kind of text.

All weights are positive, so adding text never lowers the estimate.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import offsets_of
from secondhop.text.estimate_weights import WEIGHTS
from secondhop.text.remembered import LONGEST_TEXT, MOST_TEXTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Ints

SCALE = 160
"""Weights are whole numbers of 1/160 token, so that sums are exact and the same on every machine."""

# Long runs of one character are one token or few: each becomes one byte that no text has, the longest runs first.
_RUNS = tuple(
    (run.encode(), bytes([number]))
    for number, run in enumerate((" " * 16, " " * 4, "_" * 4, "-" * 4, "." * 4, "=" * 4, "*" * 4), 1)
)

_LENGTHS = np.ones(256, np.int64)
_LENGTHS[[short[0] for _, short in _RUNS]] = [len(run) for run, _ in _RUNS]
"""How many bytes each one stands for."""

_MOST_BLANKS = 100
"""A line that is indented more is counted by itself."""

_LONG = 2_000
"""Bytes from which a text counts as long."""

_ASCII = (
    "\n\r",
    "\t\v\f",
    "0123456789",
    " ",
    ".",
    ",",
    "'",
    '"',
    "()",
    "-",
    "_",
    "/",
    ":;",
    "=+*<>",
    "{}[]",
    *"\x01\x02\x03\x04\x05\x06\x07",
)
# Upper case: what matters is whether a word begins, and how ordinary its letters are.
_UPPER = ("AEIOU", "BCDFGHLMNPRST", "JKQVWXYZ")
# Continuation bytes in groups, then lead bytes by script: Latin, Greek, Cyrillic (Russian, other), Armenian, Hebrew,
# Arabic (Arabic, other), Indic and Thai, Georgian, punctuation, kana, Han, Hangul, full width, emoji.
_BYTES = (
    *((0x80, 0x83), (0x84, 0x87), (0x88, 0x8F), (0x90, 0x9F), (0xA0, 0xA7), (0xA8, 0xAF), (0xB0, 0xB7), (0xB8, 0xB9)),
    *((0xBA, 0xBB), (0xBC, 0xBF), (0xC0, 0xC2), (0xC3, 0xC3), (0xC4, 0xC9), (0xCA, 0xCD), (0xCE, 0xCF), (0xD0, 0xD1)),
    *((0xD2, 0xD3), (0xD4, 0xD6), (0xD7, 0xD7), (0xD8, 0xD9), (0xDA, 0xDB), (0xDC, 0xDF), (0xE0, 0xE0), (0xE1, 0xE1)),
    *((0xE2, 0xE2), (0xE3, 0xE3), (0xE4, 0xE9), (0xEA, 0xED), (0xEE, 0xEF), (0xF0, 0xFF)),
)


def byte_classes() -> tuple[NDArray[np.intp], int]:
    """The class of each of the 256 bytes, and how many classes there are."""
    lower = [chr(byte) for byte in range(ord("a"), ord("z") + 1)]
    groups = [[ord(char) for char in group] for group in (*_ASCII, *lower, *_UPPER)]
    groups += [list(range(first, last + 1)) for first, last in _BYTES]
    named = {byte for group in groups for byte in group}
    groups.append([byte for byte in range(33, 127) if byte not in named])
    groups.append([byte for byte in range(128) if byte not in named and not 33 <= byte < 127])
    classes = np.zeros(256, dtype=np.intp)
    for number, group in enumerate(groups):
        classes[group] = number
    return classes, len(groups)


def paired_bytes(text: str) -> bytes:
    """The bytes whose neighbours are looked up: a blank, so that the first has a neighbour too, and the text."""
    return _shortened(b" " + text.encode("utf-8", "surrogatepass"))


def _shortened(data: bytes) -> bytes:
    """The bytes with each long run of one character as one byte."""
    runs: Iterable[tuple[bytes, bytes]] = _RUNS
    if len(data) > _LONG:  # then it is cheaper to look for runs of four of any character than to try all replacements
        codes = np.frombuffer(data, np.uint8)
        same = codes[1:] == codes[:-1]
        fours = same[2:] & same[1:-1] & same[:-2]
        repeated = codes[:-3][fours].tobytes()
        runs = [(run, short) for run, short in _RUNS if run[0] in repeated]
    for run, short in runs:
        data = data.replace(run, short)
    return data


@lru_cache(maxsize=1)
def _pair_weights() -> NDArray[np.int64]:
    """Weight of each pair of bytes, at the number that the two bytes make in little-endian order."""
    classes, size = byte_classes()
    weights = np.frombuffer(base64.b64decode(WEIGHTS), dtype=np.uint8).reshape(size, size)
    # 64 bits, so that sums need no conversion.
    return np.ascontiguousarray(weights[classes][:, classes].T, dtype=np.int64).ravel()


def estimate_each(texts: Sequence[str]) -> list[int]:
    """`estimate_tokens` of each text, in one pass over all of them."""
    weights = _weigh_each([f" {text}" for text in texts])
    return [-(-weight // SCALE) or int(bool(text)) for weight, text in zip(weights, texts, strict=True)]


def estimate_joined(texts: Sequence[str]) -> int:
    """`estimate_tokens` of texts with an empty line between. What each weighs is remembered unless it is long.

    No run of one character that counts as one goes on beyond a line end.
    """
    last = len(texts) - 1
    parts = [("\n" if number else " ", text, "\n\n" if number < last else "") for number, text in enumerate(texts)]
    weights = list(map(_weights.get, parts))
    missing = [place for place, weight in enumerate(weights) if weight is None]
    if missing:
        found = dict(zip(missing, _weigh_each(["".join(parts[place]) for place in missing]), strict=True))
        weights = [found.get(place, weight) for place, weight in enumerate(weights)]
        if len(_weights) + len(found) > MOST_TEXTS:
            _weights.clear()
        _weights.update(
            {parts[place]: weight for place, weight in found.items() if len(parts[place][1]) <= LONGEST_TEXT}
        )
    return -(-sum(filter(None, weights)) // SCALE) or int(any(texts))


_weights: dict[tuple[str, str, str], int] = {}
"""What texts weigh between what stands around them. Filling it needs no lock."""


def _weigh_each(texts: Sequence[str]) -> list[int]:
    """What the pairs of neighbouring bytes in each text weigh, in one pass over all of them. No text is empty."""
    data = ("\0" + "\0".join(texts) + "\0").encode("utf-8", "surrogatepass")
    if data.count(b"\0") != len(texts) + 1:  # a text that holds the mark between texts
        return [_weigh(_shortened(text.encode("utf-8", "surrogatepass"))) for text in texts]
    data = _shortened(data)
    marks = (np.frombuffer(data, np.uint8) == 0).nonzero()[0]
    weights = _weights_behind(data)
    weights[marks] = 0
    weights[marks[:-1] + 1] = 0
    each: list[int] = np.add.reduceat(weights, marks[:-1]).tolist()
    return each


def _weights_behind(data: bytes) -> NDArray[np.int64]:
    """[bytes] what each weighs behind the one before it; 0 for the first."""
    weights = np.empty(len(data), np.int64)
    weights[0] = 0
    even, odd = len(data) // 2, (len(data) - 1) // 2
    weights[1::2] = _pair_weights().take(np.frombuffer(data, "<u2", even))
    weights[2::2] = _pair_weights().take(np.frombuffer(data, "<u2", odd, offset=1))
    return weights


def _weigh(data: bytes) -> int:
    # The pairs that begin at even places, then those at odd ones, so that one look-up does both.
    pairs = data[:-1] + data[1:] if len(data) % 2 else data + data[1:-1]
    return int(np.add.reduce(_pair_weights().take(np.frombuffer(pairs, "<u2"))))


def estimate_with_parts(texts: Sequence[str], text_of: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """`estimate_tokens` of each text and of each part of one, in one pass; 0 where that takes more than one.

    That is of texts beyond ASCII and their parts, of what is blank, and of parts that end within a long run of one character.

    Args:
        texts: any texts without control codes.
        text_of: [parts] which text each part is of.
        starts: [parts] where it begins in its text, in characters.
        ends: [parts] where it ends, after its beginning.
    """
    is_ascii = np.array([text.isascii() for text in texts], bool)
    data = ("\0 " + "\0 ".join([text if text.isascii() else "" for text in texts]) + "\0").encode()
    short = _shortened(data)
    symbols = np.frombuffer(short, np.uint8)
    sums = _weights_behind(short).cumsum()  # up to and with each symbol
    marks = (symbols == 0).nonzero()[0]
    whole = -(-(sums[marks[1:] - 1] - sums[marks[:-1] + 1]) // SCALE)
    whole[~is_ascii] = 0

    places = offsets_of(_LENGTHS.take(symbols))  # where each symbol begins in the data, and the last one ends
    known = is_ascii[text_of].nonzero()[0]
    begin = places[marks[text_of[known]]] + 2 + starts[known]
    end = begin + ends[known] - starts[known]
    inked = (np.frombuffer(data, np.uint8) != ord(" ")).nonzero()[0]
    first = inked[inked.searchsorted(begin)]
    first_symbol, end_symbol = places.searchsorted(first), places.searchsorted(end)
    # The blanks that a part begins with make a run of their own with the one before it.
    of_blanks, last_blank = (column.take(first - begin, mode="clip") for column in _blanks())
    of_first = _pair_weights().take(last_blank | symbols[first_symbol].astype(np.int64) << 8)
    weight = of_blanks + of_first + sums[end_symbol - 1] - sums[first_symbol]
    is_told = (
        (first < end) & (first - begin < _MOST_BLANKS) & (places[first_symbol] == first) & (places[end_symbol] == end)
    )
    parts = np.zeros(len(starts), np.int64)
    parts[known] = np.where(is_told, -(-weight // SCALE), 0)
    return whole, parts


@lru_cache(maxsize=1)
def _blanks() -> tuple[Ints, Ints]:
    """For each number of blanks that a part begins with: what they and the one before them weigh, and the symbol that they end with."""
    runs = [_shortened(b" " * (number + 1)) for number in range(_MOST_BLANKS)]
    return np.array([_weigh(run) for run in runs]), np.array([run[-1] for run in runs])


def estimate_tokens(text: str) -> int:
    """An estimate of the `o200k_base` tokens of a text that is meant to be too high rather than too low."""
    # Blanks alone, all in one run, are one.
    return -(-_weigh(paired_bytes(text)) // SCALE) or 1 if text else 0
