"""Disguises of words, taken off: look-alike letters, spelt-out words, base64, hexadecimal digits, tag characters."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable

from secondhop.text.invisible import visible

LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝκονΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХІЈЅ0134578@$",
    "aeopcyxijshdqwkovabezhikmnoptyxabekmhopctxijsoieastbas",
)
"""Letters and digits that are taken for small Latin letters."""

LEAST_ENCODED = 20
_MOST_DECODED = 20
_LONGEST_FLAG = 6
"""Tag characters that spell the region of a flag emoji."""

_SPELT = re.compile(r"\b(?:\w[ .\-_*|]){4,}\w\b")
_MIXED = re.compile(
    r"(?<![A-Za-z])[A-Za-z]+[\d@$\u0370-\u04ff][\w@$]*"
    r"|(?<![\d@$\u0370-\u04ff])[\d@$\u0370-\u04ff]+[A-Za-z][\w@$]*|[\u0370-\u04ff]{2,}"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_TAG_LETTERS = {0xE0000 + code: code for code in range(0x20, 0x7F)}
_BASE64 = re.compile(rf"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{{{LEAST_ENCODED},8000}}={{0,2}}")
_HEX = re.compile(rf"(?<![0-9a-fA-F])[0-9a-fA-F]{{{LEAST_ENCODED},8000}}|(?:(?:\\x|%|0x)[0-9a-fA-F]{{2}},?){{10,4000}}")


def normalized(text: str) -> str:
    """The text as a reader takes it: visible, compatible letters made plain, spelt-out words joined."""
    text = unicodedata.normalize("NFKC", visible(text)) if not text.isascii() else visible(text)
    text = _MIXED.sub(_plain_letters, text)
    return _SPELT.sub(lambda match: re.sub(r"[^\w]|_", "", match.group()), text)


def _plain_letters(match: re.Match[str]) -> str:
    """A word with look-alikes of Latin letters, in Latin letters if it can be written so; else as it is."""
    plain = match.group().translate(LOOK_ALIKES)
    return plain if plain.isascii() else match.group()


def has_hidden_words(text: str) -> bool:
    """Whether tag characters, which nobody sees, spell more than a flag."""
    return any(len(tags) > _LONGEST_FLAG for tags in _TAGS.findall(text))


def decoded(text: str) -> list[str]:
    """The texts that stand in it in base64, in hexadecimal digits, or in tag characters."""
    found = [tags.translate(_TAG_LETTERS) for tags in _TAGS.findall(text)] if not text.isascii() else []
    for match in _BASE64.findall(text)[:_MOST_DECODED]:
        whole = match.rstrip("=")
        found.append(_as_text(base64.b64decode, whole + "=" * (-len(whole) % 4)))
    for match in _HEX.findall(text)[:_MOST_DECODED]:
        found.append(_as_text(bytes.fromhex, re.sub(r"\\x|%|0x|,", "", match)))
    return [piece for piece in found if piece]


def _as_text(decode: Callable[[str], bytes], encoded: str) -> str:
    """What a run of letters stands for, if that is text."""
    try:
        text = decode(encoded).decode()
    except ValueError:
        return ""
    return text if all(letter.isprintable() or letter.isspace() for letter in text) else ""
