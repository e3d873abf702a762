"""What a document may hide in a prompt: characters that nobody sees, and sentences that give orders to the model.

Both are mitigations. A detector of planted instructions knows common forms of them, in several languages; whoever
knows the detector can word around it. What the model may *do* has to be limited elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable

from secondhop.text.injection_patterns import PATTERNS

_REMEMBERED = 1 << 17

# Controls that are no blanks, soft hyphens, zero-width and bidi marks, Hangul fillers, annotations, tags,
# supplementary variation selectors. The zero-width joiners U+200C and U+200D and the plain variation selectors are
# taken out only where they join nothing.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    "|(?<![\u0600-\u07ff\u0860-\u0dff\u1000-\u109f\u1780-\u17ff\u200d\ufe0f\u2600-\u27ff\U0001f000-\U0001faff])[\u200c\u200d]"
    "|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
_SUSPICIOUS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL_BYTES = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])
_TAGS = re.compile("[\U000e0020-\U000e007e]+")


_COMMON = frozenset("\u00ad\ufeff\u061c\u200b\u200e\u200f")
"""Taken out too, but nothing to warn of: soft hyphens, byte order marks, direction marks, places to break a line."""


def count_invisible(text: str) -> int:
    """How many characters of the text nobody sees, beyond those that typesetting and its script need."""
    if not _may_hide(text):
        return 0
    return sum(letter not in _COMMON for letter in _INVISIBLE.findall(text))


def visible(text: str) -> str:
    """The text without the characters that nobody sees."""
    return _INVISIBLE.sub("", text) if _may_hide(text) else text


def _may_hide(text: str) -> bool:
    """Whether any character of the text may be one that nobody sees. Ten times faster than to look for those that are."""
    if text.isascii():
        data = text.encode()
        return len(data.translate(None, _CONTROL_BYTES)) < len(data)
    return _SUSPICIOUS.search(text) is not None


def planted_instructions(text: str) -> tuple[str, ...]:
    """The kinds of instructions to a language model that the text seems to hold, sorted; empty if it holds none.

    `override` (ignore what you were told), `impersonation` (a system prompt or turn of a chat), `address` (speaks to
    the assistant), `exfiltration` (send or reveal something), `reply` (says how to answer), `task` (asks for work that
    has nothing to do with a document), `markup` (imitates tool calls or closes a context), `encoded` (any of these
    encoded), `hidden` (text in characters that nobody sees), `active` (scripts).
    """
    key = hash(text)
    kinds = _known.get(key)
    if kinds is None:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        kinds = _known[key] = _find_planted(text)
    return kinds


_known: dict[int, tuple[str, ...]] = {}
"""What was found in texts, by their hash: passages come back from question to question. Filling it needs no lock."""


def _find_planted(text: str) -> tuple[str, ...]:
    found, looks = _kinds(text)
    if looks & (_MIXED_WORD | _SPELT_OUT) or _INSIDE_WORD.search(text) or _ODD.search(text):
        plain = normalized(text)
        if plain != text:
            found |= _kinds(plain)[0]
    if looks & _LONG_WORD or not text.isascii():
        if any(_kinds(hidden)[0] for hidden in _decoded(text)):
            found.add("encoded")
        if any(len(tags) > _LONGEST_FLAG for tags in _TAGS.findall(text)):
            found.add("hidden")
    return tuple(sorted(found))


# Beyond Latin letters and the signs of typesetting: what may be written in look-alikes.
_ODD = re.compile("[^\x09-\x7e\u00a0-\u024f\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2122\u2190-\u23ff\u2500-\u27bf]")

_INSIDE_WORD = re.compile(r"[@$](?<=[A-Za-z]\S)[A-Za-z@$]")

# A text's words are looked at once, and told by bits: one for each group of words that a pattern needs.
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*")
_SINGLE_LETTER, _MIXED_WORD, _LONG_WORD, _SPELT_OUT = 1, 2, 4, 8
_LETTER_BITS = 4
_GROUPS = tuple(dict.fromkeys(group for pattern in PATTERNS for group in pattern.words))
_BIT = {group: 1 << (place + _LETTER_BITS) for place, group in enumerate(_GROUPS)}
_TOLD_BY_WORDS = [(pattern, tuple(_BIT[group] for group in pattern.words)) for pattern in PATTERNS if pattern.words]
_TOLD_BY_SIGNS = [pattern for pattern in PATTERNS if pattern.signs]
_SHORT_WORD = 3
"""Words of a group up to this length are taken whole: "as" begins too many others."""


_marks: dict[str, int] = {}
"""The marks of words met so far. Filling it needs no lock."""


_BY_BEGINNING: dict[str, list[tuple[str, int]]] = {}
for _group, _bit in _BIT.items():
    for _stem in _group:
        _BY_BEGINNING.setdefault(_stem[:2], []).append((_stem, _bit))


def _groups_of(word: str) -> int:
    marks = 0
    for stem, bit in _BY_BEGINNING.get(word[:2], ()):
        if word == stem or (len(stem) > _SHORT_WORD and word.startswith(stem)):
            marks |= bit
    return marks


def _marks_of(word: str) -> int:
    marks = _groups_of(word) | (_SINGLE_LETTER if len(word) == 1 and word.isalpha() and word not in "ai" else 0)
    # "1gn0re" may be a word that matters, "x86" may not: only then the text is read again without look-alikes.
    if not word.isalpha() and not word.isdigit() and _groups_of(word.translate(_LOOK_ALIKES)):
        marks |= _MIXED_WORD
    marks |= _LONG_WORD if len(word) >= _LEAST_ENCODED else 0
    if len(_marks) >= _REMEMBERED:
        _marks.clear()
    _marks[word] = marks
    return marks


_LEAST_SPELT = 5
_LEAST_ENCODED = 20
_LONGEST_FLAG = 6
"""Tag characters that spell the region of a flag emoji."""

_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝκονΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХІЈЅ0134578@$",
    "aeopcyxijshdqwkovabezhikmnoptyxabekmhopctxijsoieastbas",
)
_SPELT = re.compile(r"\b(?:\w[ .\-_*|]){4,}\w\b")
_MIXED = re.compile(
    r"(?<![A-Za-z])[A-Za-z]+[\d@$\u0370-\u04ff][\w@$]*"
    r"|(?<![\d@$\u0370-\u04ff])[\d@$\u0370-\u04ff]+[A-Za-z][\w@$]*|[\u0370-\u04ff]{2,}"
)


def normalized(text: str) -> str:
    """The text as a reader takes it: visible, compatible letters made plain, spelt-out words joined."""
    text = unicodedata.normalize("NFKC", visible(text)) if not text.isascii() else visible(text)
    text = _MIXED.sub(_plain_letters, text)
    if sum(len(word) == 1 for word in text.split()) < _LEAST_SPELT:
        return text
    return _SPELT.sub(lambda match: re.sub(r"[^\w]|_", "", match.group()), text)


def _plain_letters(match: re.Match[str]) -> str:
    """A word with look-alikes of Latin letters, in Latin letters if it can be written so; else as it is."""
    plain = match.group().translate(_LOOK_ALIKES)
    return plain if plain.isascii() else match.group()


def _kinds(text: str) -> tuple[set[str], int]:
    """The kinds that stand in the text as it is written, and what its words look like, as bits."""
    lower = text.lower()
    found = {
        pattern.kind
        for pattern in _TOLD_BY_SIGNS
        if any(sign in lower for sign in pattern.signs) and pattern.expression.search(lower)
    }
    looks = single = 0
    known = _marks
    for sentence in _SENTENCE_END.split(lower):
        words = _WORD.findall(sentence)
        marks = 0
        for word in words:
            mark = known.get(word)
            mark = _marks_of(word) if mark is None else mark
            marks |= mark
            single += mark & _SINGLE_LETTER
        looks |= marks
        for pattern, bits in _TOLD_BY_WORDS:
            if marks & bits[0] and all(marks & bit for bit in bits[1:]) and pattern.expression.search(sentence):
                found.add(pattern.kind)
    return found, looks | (_SPELT_OUT if single >= _LEAST_SPELT else 0)


_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20,8000}={0,2}")
_HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{20,8000}|(?:(?:\\x|%|0x)[0-9a-fA-F]{2},?){10,4000}")
_MOST_DECODED = 20


def _decoded(text: str) -> list[str]:
    """The texts that stand in it in base64, in hexadecimal digits, or in tag characters."""
    found = [tags.translate(_TAG_LETTERS) for tags in _TAGS.findall(text)] if not text.isascii() else []
    for match in _BASE64.findall(text)[:_MOST_DECODED]:
        whole = match.rstrip("=")
        found.append(_as_text(base64.b64decode, whole + "=" * (-len(whole) % 4)))
    for match in _HEX.findall(text)[:_MOST_DECODED]:
        found.append(_as_text(bytes.fromhex, re.sub(r"\\x|%|0x|,", "", match)))
    return [piece for piece in found if piece]


_TAG_LETTERS = {0xE0000 + code: code for code in range(0x20, 0x7F)}


def _as_text(decode: Callable[[str], bytes], encoded: str) -> str:
    """What a run of letters stands for, if that is text."""
    try:
        text = decode(encoded).decode()
    except (ValueError, binascii.Error):
        return ""
    return text if sum(letter.isprintable() or letter.isspace() for letter in text) == len(text) else ""
