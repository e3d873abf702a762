"""Bytes to text: UTF-8 and UTF-16/32 by rule, older encodings by a guess that is always reported."""

from __future__ import annotations

import codecs
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from secondhop.errors import CorruptFileError

READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030",
           "euc_kr": "cp949", "iso8859-9": "cp1254", "iso8859-11": "cp874"}  # fmt: skip
"""What browsers read text in these encodings as (WHATWG Encoding Standard)."""

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(sorted({*range(1, 32), 127} - {*b"\b\t\n\v\f\r\x1b"}))
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
_MAX_CONTROLS = 0.05  # compressed bytes hold 10 %, legacy text next to none
_FEW_CONTROLS = 0.01
_MAX_NULS = 0.3
_SAMPLE = 64 * 1024
_LATIN = ("cp1250", "cp1252", "cp1254", "cp1257")
# fmt: off
_WESTERN_LANGUAGES = (
    "äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "àáâãçéêíóôõúü", "àèéìíîòóù", "àçèéíïòóúü", "äåéöæøüô", "áðéíóúýþæö",
    "èéëïóöü", "äöõüšž",
)
_CENTRAL_LANGUAGES = (
    "áéíóöőúüű", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "čćđšž", "ăâîşţ",
)
# fmt: on
_ALPHABETS = {
    "cp1252": _WESTERN_LANGUAGES,
    "cp1250": _CENTRAL_LANGUAGES,
    "iso8859_2": _CENTRAL_LANGUAGES,
    "cp1254": ("âçğıîöşûü\u0307",),  # the point of a small İ
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "cp850": _WESTERN_LANGUAGES,
    "cp852": _CENTRAL_LANGUAGES,
}
"""For each encoding of Latin letters, those beyond ASCII of the languages that are written in it; likelier ones first."""
_MIXED = {"cp1252": ("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿßœ",)}
"""Texts in several western languages, or with names from them."""
_FREQUENT = {
    "оеаинтсрвлі": ("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5"),
    "αοιετσνηυρκ": ("cp1253",),
    "יהולאתרמבשנ": ("cp1255",),
    "اليمنتروبعةدف": ("cp1256",),
}
"""Letters that make up most of a text, and the encodings of their script."""
_FOREIGN_SHARE = 0.02
_FREQUENT_SHARE = 0.55
_OTHER_SCRIPTS = (
    "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874",
)  # fmt: skip
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BJ])")
_WESTERN_MARKS = frozenset("€‚„…‘’“”•–—™›‹\xa0¡¢£¥§©ª«®°±²³·º»¼½¾¿×´¹µ¶")
_MARK_IN_WORD = re.compile(r"(?<=[^\W\d_])[€‚„…‘“”•–—™›‹¡¢£¥§©ª«®°±²³º»¼½¾¿×´¹µ¶](?=[^\W\d_])")
_HIGH_RUN = re.compile(r"[^\W\d_\x00-\x7f]{4,}")


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text in any encoding known here (an image, a program, an archive)."""
    if _by_rule(data) is not None:
        return False
    nuls = data.count(0)
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS * len(data):  # NULs alone may fill up the fields of a table
        return nuls + controls > _MAX_CONTROLS * len(data)
    return nuls > _MAX_NULS * len(data)


def decode(data: bytes, source: str) -> tuple[str, list[str]]:
    """Return the text without its byte order mark, and a warning for each thing that had to be guessed.

    Raises CorruptFileError for bytes that are no text at all.
    """
    if is_binary(data):
        raise CorruptFileError(source, "holds binary data, not text")
    text, warnings = _decode(data)
    text, more = in_lines(text)
    return text, warnings + more


def in_lines(text: str) -> tuple[str, list[str]]:
    """The text with line feeds where it has carriage returns alone, of the same length, and what is to be said of it.

    Old Macintosh programs and some exports of tables still write them. Everything here goes by line feeds: such a text
    would be one line, its rows cut anywhere.
    """
    warnings = []
    if "\r" in text and "\n" not in text:
        text, warnings = text.replace("\r", "\n"), ["Its lines end in carriage returns; they are read as line feeds."]
    if "\0" in text:
        warnings.append(f"The text holds {text.count(chr(0))} NUL characters; they are kept.")
    return text, warnings


def character_offsets(code: bytes, offsets: Iterable[int]) -> dict[int, int]:
    """Where the characters at these byte offsets stand in the text that the UTF-8 is of, found in one pass."""
    characters = {0: 0}
    for before, after in pairwise(sorted({0, *offsets})):
        characters[after] = characters[before] + len(code[before:after].translate(None, _CONTINUATION_BYTES))
    return characters


def printable(path: str) -> str:
    """Spell a path so that it can be shown and stored: bytes that are not UTF-8 become escapes."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def portable(path: str) -> str:
    """A path as `printable` spells it, with `/` on every system."""
    return printable(path).replace(os.sep, "/")


def _decode(data: bytes) -> tuple[str, list[str]]:
    known = _by_rule(data)
    if known is not None:
        encoding, offset = known
        return _replacing(data[offset:], encoding)
    if _JAPANESE_ESCAPE.search(data[:_SAMPLE]):
        try:
            return data.decode("iso2022_jp_2"), [_guessed("iso2022_jp")]
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(data):
        return _replacing(data, "utf-8")
    encoding = _guess(data)
    text, warnings = _replacing(data, encoding)
    return text, [_guessed(encoding), *warnings]


def _by_rule(data: bytes) -> tuple[str, int] | None:
    """Name the encoding and the length of the byte order mark, or UTF-16 without one; None if no rule applies."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, len(bom)
    unmarked = _utf16_by_nuls(data)
    return None if unmarked is None else (unmarked, 0)


def _utf16_by_nuls(data: bytes) -> str | None:
    """UTF-16 without a mark: zero bytes stand in every other place only, and the result reads as text."""
    sample = data[:_SAMPLE]
    if 0 not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) or max(even, odd) * 20 < len(sample) // 2:
        return None
    encoding = "utf-16-le" if odd else "utf-16-be"
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return None
    categories = Counter(map(unicodedata.category, sample.decode(encoding, "ignore")))
    strange = categories["Cn"] + categories["Co"]
    return encoding if strange * 50 <= len(sample) else None


def _replacing(data: bytes, encoding: str) -> tuple[str, list[str]]:
    """Decode with a warning and U+FFFD for each place that is not valid in the encoding."""
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        place = f"the first is byte {error.start}"
        return text, [f"Some bytes are not valid {encoding} ({place}); they stand as U+FFFD in the text."]


def _mostly_utf8(data: bytes) -> bool:
    """Damaged UTF-8: many valid multi-byte characters, few bad bytes."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - bad
    return good >= 3 * bad


def _guess(data: bytes) -> str:
    """Name the most likely legacy encoding of the bytes."""
    sample = data[:_SAMPLE]
    if found := _by_alphabet(sample, _ALPHABETS) or _by_alphabet(sample, _MIXED) or _by_frequency(sample):
        return found
    from charset_normalizer import from_bytes

    latin = len(_ASCII_LETTER.findall(sample)) >= len(_HIGH_BYTE.findall(sample))
    candidates = [*_OTHER_SCRIPTS, *(_LATIN if latin else ())]
    best = from_bytes(sample, cp_isolation=candidates, preemptive_behaviour=False).best()
    return "cp1252" if best is None else best.encoding


def _by_alphabet(sample: bytes, alphabets_of: Mapping[str, Sequence[str]]) -> str | None:
    """The encoding that gives words in the letters of one language: accented ones among plain ones, no marks inside."""
    best, fewest = None, _FOREIGN_SHARE * len(_HIGH_BYTE.findall(sample))
    for encoding, alphabets in alphabets_of.items():
        text = sample.decode(encoding, "replace").lower()
        if not _is_accented(text):
            continue
        counts = Counter(character for character in text if character > "\x7f" and character not in _WESTERN_MARKS)
        in_words = len(_MARK_IN_WORD.findall(text))
        for alphabet in alphabets:
            foreign = in_words + sum(number for letter, number in counts.items() if letter not in alphabet)
            if foreign < fewest:
                best, fewest = encoding, foreign
    return best


def _by_frequency(sample: bytes) -> str | None:
    """The encoding that gives the letters that its script has most of, where they are most of what is not ASCII."""
    best, most = None, _FREQUENT_SHARE * len(_HIGH_BYTE.findall(sample))
    for letters, encodings in _FREQUENT.items():
        for encoding in encodings:
            text = sample.decode(encoding, "replace").lower()
            number = sum(map(text.count, letters))
            if number > most:
                best, most = encoding, number
    return best


def _is_accented(text: str) -> bool:
    """Whether letters beyond ASCII stand one by one among plain ones."""
    high = [character for character in text if character > "\x7f"]
    letters = sum(map(str.isalpha, high))
    plain = sum(1 for character in text if character.isascii() and character.isalpha())
    return letters <= 0.5 * plain and len(_HIGH_RUN.findall(text)) * 20 <= len(high)


def _guessed(encoding: str) -> str:
    return f"The text is not UTF-8; it was read as {encoding}, which is a guess."
