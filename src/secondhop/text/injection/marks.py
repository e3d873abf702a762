"""What tells quickly that a text holds no planted instruction: marks of its words and signs, as bits of one number.

Most texts need no reading. Each pattern needs a word of every one of some groups; a group is a bit, and so are signs and
what may be a disguise. Marks of a text are those of all its words and signs together, so they can be combined from any
pieces of it, such as the words of an index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import counts_of, is_any
from secondhop.text.analysis import split_forms
from secondhop.text.injection.disguises import LEAST_ENCODED, LOOK_ALIKES
from secondhop.text.injection.patterns import PATTERNS
from secondhop.text.invisible import CONTROL_CODES, SUSPICIOUS
from secondhop.text.remembered import Remembered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Bools, Ints

    Marks = NDArray[np.uint64]

_MOST_WORDS = 1 << 17
_LONGEST_WORD = 64
"""Words whose marks are remembered, and up to which length."""

DISGUISED = 1
"""Words may be written in look-alikes, spelt out, or broken by characters that nobody sees."""
ENCODED = 2
"""There may be base64, hexadecimal digits or tag characters."""

_GROUPS = tuple(dict.fromkeys(group for pattern in PATTERNS for needs in pattern.needs for group in needs))
_BIT = {group: 1 << (place + 2) for place, group in enumerate(_GROUPS)}
_TRIED_BY = [
    (1 << place, pattern.across, reduce(or_, (_BIT[group] for group in needs)))
    for place, pattern in enumerate(PATTERNS)
    for needs in pattern.needs
]
"""Of each alternative: the bit of its pattern, whether that goes across sentences, and the marks it needs, all of them."""
_TRIED = np.array([bit for bit, _, _ in _TRIED_BY], np.uint64)
_ACROSS = np.array([across for _, across, _ in _TRIED_BY], bool)
_ALTERNATIVES = np.array([needs for _, _, needs in _TRIED_BY], np.uint64)
_LEAST_DISGUISED = 4
"""Shorter words with digits are what they seem: 1f, x86."""
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")

_SHORT_STEM = 3
"""Words of a group up to this length are taken whole: "as" begins too many others."""

_SIGNS = [0] * 256
"""Marks of single ASCII signs."""
_LOOKED_AT = 4
_WHOLE: dict[str, int] = {}
"""Marks of words that are taken whole, in lower case."""
_BEGINNINGS: dict[str, list[tuple[str, int]]] = {}
"""Other beginnings of words, by their first letters."""
_CAPITALISED: dict[str, int] = {}
"""Marks of words that count with a capital only, in lower case."""
_CONTAINED: dict[str, list[tuple[str, int]]] = {}
"""Pieces of words beyond ASCII, by their first characters: particles may stand before them, and unspaced scripts come in
pieces of two or three characters."""
for _group, _bit in _BIT.items():
    for _stem in _group:
        if not _stem.isascii():
            _CONTAINED.setdefault(_stem[0], []).append((_stem, _bit))
        elif _stem[0].isupper():
            _CAPITALISED[_stem.lower()] = _CAPITALISED.get(_stem.lower(), 0) | _bit
        elif _stem[0].isalnum():
            if _stem[-1] == "." or len(_stem) <= _SHORT_STEM:
                _WHOLE[_stem.rstrip(".")] = _WHOLE.get(_stem.rstrip("."), 0) | _bit
            else:
                _BEGINNINGS.setdefault(_stem[:_LOOKED_AT], []).append((_stem, _bit))
        else:
            _SIGNS[ord(_stem)] |= _bit
for _code in (*CONTROL_CODES, 0xAD):  # and the soft hyphen
    _SIGNS[_code] = DISGUISED

_FOLDED = np.array(
    [ord(chr(code).lower().translate(LOOK_ALIKES)) if chr(code).isalnum() else 0 for code in range(128)] + [0], np.uint8
)
"""[ASCII] the small letter that a letter or digit stands or may be taken for, or itself; 0 for other signs."""
_OPENINGS = np.sort(
    np.array([word[:_LOOKED_AT].encode() for word in (*_WHOLE, *_BEGINNINGS, *_CAPITALISED)], f"S{_LOOKED_AT}").view(
        np.uint32
    )
)
"""How words of any group begin."""

_CODEC = "cp1252"
"""What most Western texts can be written in, a byte a character; bytes are looked at many times faster."""
_BYTES = [bytes([code]).decode(_CODEC, "replace") for code in range(256)]
_LETTER_SIGNS, _ESCAPE_SIGNS = b"@$", b"%\\"
_DASHES, _SIGNS[ord("-")] = _SIGNS[ord("-")], 0  # one is a hyphen
_ORDINARY = bytes(code for code in range(256) if not _SIGNS[code] and code not in _LETTER_SIGNS + _ESCAPE_SIGNS)
_TO_WORDS = bytes(code if letter.isalnum() else 32 for code, letter in enumerate(_BYTES))
_TO_SHAPES = bytes(
    code if code in _LETTER_SIGNS else ord("x") if letter.isalpha() else ord("0") if letter.isalnum() else 32
    for code, letter in enumerate(_BYTES)
)
_SPELT_OUT = re.compile(rb" x x x x x ")
_INSIDE_WORD = (b"x@x", b"x$x")
_SIGNED_WORD = re.compile(r"\b[A-Za-z0-9]+[@$][A-Za-z0-9@$]+\b(?!\.\w)")
"""A word with such a sign for a letter; an address has a point and more."""
_ESCAPES = (b"%", b"\\x")
_LEAST_ESCAPES = 10
_JOINTS = re.compile("['’.,\u00ad]")
_NO_WORD = re.compile(r"[\W_]+")
_ODD = re.compile(f"[{SUSPICIOUS}\u2460-\u24ff\U0001f100-\U0001f1ff]")
"""Characters that nobody sees, and letters in circles and boxes: no word has them, but they pass for letters."""


def text_marks(text: str) -> int:
    """All marks of a text: of its words and of its signs."""
    data = _in_bytes(text)
    words = split_forms(text) if data is None else data.translate(_TO_WORDS).decode(_CODEC).split()
    return reduce(or_, map(_marks.__getitem__, set(words)), _sign_marks(text, data))


def word_marks(forms: Iterable[str]) -> list[int]:
    """The marks of each word, as it is written: the groups of words it belongs to, and whether it may be a disguise."""
    return list(map(_marks.__getitem__, forms))


def may_have_marks(data: NDArray[np.uint8], offsets: Ints) -> Bools:
    """[words] which of several words may have any; most begin as no word of a group, whatever is read for their digits.

    Args:
        data: the words in UTF-8, end to end; none is empty.
        offsets: where each begins, and the last one ends.
    """
    starts, ends = offsets[:-1, None], offsets[1:, None]
    folded = np.append(_FOLDED.take(data, mode="clip"), np.uint8(0))
    places = starts + np.arange(_LOOKED_AT)
    openings = folded[np.where(places < ends, places, len(data))].view(np.uint32)[:, 0]
    plain = np.logical_and.reduceat(folded, offsets[:-1]) & (counts_of(offsets) < LEAST_ENCODED)
    return is_any(openings, _OPENINGS) | ~plain


def sign_marks(text: str) -> int:
    """The marks of a text that its words do not tell: of signs, invisible characters, spelt-out words."""
    return _sign_marks(text, _in_bytes(text))


def _in_bytes(text: str) -> bytes | None:
    if text.isascii():
        return text.encode("ascii")
    try:
        return text.encode(_CODEC)
    except UnicodeEncodeError:
        return None


def _sign_marks(text: str, data: bytes | None) -> int:
    marks = 0
    if data is None:
        marks |= DISGUISED | ENCODED if _ODD.search(text) else 0
        marks |= _SIGNS[ord(":")] if "\uff1a" in text else 0  # the colon of Chinese and Japanese
        data = text.encode(_CODEC, "replace")
    signs = set(data.translate(None, _ORDINARY))
    for code in signs:
        marks |= _SIGNS[code]
    shape = data.translate(_TO_SHAPES)
    if _SPELT_OUT.search(b" %b " % shape):
        marks |= DISGUISED
    if not signs.isdisjoint(_LETTER_SIGNS) and any(map(shape.__contains__, _INSIDE_WORD)):
        for word in _SIGNED_WORD.findall(text):
            marks |= _disguised(word.lower().translate(LOOK_ALIKES))
    if not signs.isdisjoint(_ESCAPE_SIGNS) and any(data.count(escape) >= _LEAST_ESCAPES for escape in _ESCAPES):
        marks |= ENCODED
    if b"-" in data and b"--" in data:  # one sign is looked for many times faster than two
        marks |= _DASHES
    return marks


def worth_trying(marks: int) -> int:
    """Which of the `PATTERNS` a text with those marks may hold, as bits."""
    return reduce(or_, (tried for tried, _, needs in _TRIED_BY if marks & needs == needs), 0)


def each_worth_trying(words: Marks, n_sentences: Ints, signs: Marks) -> Marks:
    """[chunks] which of the `PATTERNS` each chunk may hold, as bits.

    Most wordings end with their sentence, or soon after where a long one was cut: what they need stands in one sentence
    and the next.

    Args:
        words: [sentences] marks of the words of each sentence, chunk by chunk.
        n_sentences: [chunks] how many each has, at least one.
        signs: [chunks] marks of each chunk's signs.
    """
    opening = n_sentences.cumsum() - n_sentences
    near = words.copy()
    following = words[1:].copy()
    following[opening[1:] - 1] = 0  # the last sentence of a chunk has none
    near[:-1] |= following
    near |= signs.repeat(n_sentences)
    whole = np.bitwise_or.reduceat(words, opening) | signs
    held = np.logical_or.reduceat(_hold(near), opening) | (_hold(whole) & _ACROSS)
    tried: Marks = np.bitwise_or.reduce(np.where(held, _TRIED, np.uint64(0)), axis=1)
    return tried


def _hold(marks: Marks) -> Bools:
    """[marks, alternatives] whether each holds all that the alternative needs."""
    held: Bools = marks[:, None] & _ALTERNATIVES == _ALTERNATIVES
    return held


def _form_marks(form: str) -> int:
    if form.isascii() and form.isalpha():
        return _marks_of(form)
    return reduce(or_, map(_marks_of, (_NO_WORD if form.isascii() else _JOINTS).split(form)))


_marks = Remembered(_form_marks, most=_MOST_WORDS, longest=_LONGEST_WORD)


def _marks_of(word: str) -> int:
    marks = _groups_of(word)
    if not word.isascii():
        plain = unicodedata.normalize("NFKC", word).lower().translate(LOOK_ALIKES)
        return marks | (_disguised(plain) if plain.isascii() else 0)
    # "1gn0re" may be a word that matters, "x86" may not: only then the text is read again without look-alikes.
    if len(word) >= _LEAST_DISGUISED:
        if not word.isalpha() and not word.isdigit():
            marks |= _disguised(word.lower().translate(LOOK_ALIKES))
        if len(word) >= LEAST_ENCODED and _may_be_encoded(word):
            marks |= ENCODED
    return marks


def _disguised(plain: str) -> int:
    """The mark of a disguise, if the word behind it is one of any group."""
    return DISGUISED if _groups_of(plain.capitalize()) else 0


def _may_be_encoded(word: str) -> bool:
    """Whether it has as many capitals as base64, or is hexadecimal. Names in programs have a few capitals."""
    if word.isupper() or word.isdigit():
        return False
    return 4 * sum(map(str.isupper, word)) >= len(word) or _HEXADECIMAL.issuperset(word)


def _groups_of(word: str) -> int:
    lower = word.lower()
    marks = _WHOLE.get(lower, 0)
    if word[:1].isupper():
        marks |= _CAPITALISED.get(lower, 0)
    for stem, bit in _BEGINNINGS.get(lower[:_LOOKED_AT], ()):
        if lower.startswith(stem):
            marks |= bit
    if not word.isascii():
        for letter in lower:
            for piece, bit in _CONTAINED.get(letter, ()):
                if piece in lower:
                    marks |= bit
    return marks
