"""Characters and words of extracted text: control characters, ligatures, words broken at a line's end."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import pairwise
from unicodedata import normalize

from secondhop.loading.builder import clean
from secondhop.loading.pdf.page import Line
from secondhop.types import Span

# pdfium puts one of the first two for a hyphen at a line's end and joins the two lines (`tidy_lines` parts them), but
# leaves the true hyphen, which browsers and other programs that print HTML break words with.
_MARKS = ("\x02", "\ufffe", "\u2010\n")
_MARK = re.compile("|".join(_MARKS))
_LAST_WORD = re.compile(r"\w*\Z")
_FIRST_WORD = re.compile(r"\w*")
_MAX_WORD = 100
_AROUND_WORDS = ".,;:!?()[]{}\"'“”‘’«»*•–—/"
_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
# Their places in TeX's T1 encoding: bitmap fonts of it carry no names.
_T1_LIGATURES = dict(zip("\x1b\x1c\x1d\x1e\x1f", ("ff", "fi", "fl", "ffi", "ffl"), strict=True))
_COMBINING = dict(zip("`´ˆ˜¯˘¨˚˝ˇ¸", "\u0300\u0301\u0302\u0303\u0304\u0306\u0308\u030a\u030b\u030c\u0327", strict=True))
_ACCENTED = re.compile(r"([´ˆ˜¯˘¨˚˝ˇ¸]|(?<=[^\W\d_])`)([A-Za-zı])")
# Whatever `clean` would change, and ligatures; one pass over the page finds them.
_UNUSUAL = re.compile(
    "[\x00\x01\x03-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060\ufb00-\ufb06\ufeff\ufff9-\ufffc\uffff\ud800-\udfff]"
)


def tidy_lines(text: str) -> list[str]:
    """The lines of a page's text without control characters (but line-end hyphens) and blanks at their ends.

    A line that ends in a broken word is one: the rest of the word stands in the next row, or column.
    """
    kept = _UNUSUAL.sub(_plain, text.replace("\r\n", "\n").replace("\xa0", " ").replace("\x02", "\x02\n"))
    return [line.strip() for line in kept.split("\n")]


def _plain(match: re.Match[str]) -> str:
    beside = match.string[max(match.start() - 1, 0) : match.end() + 1]
    in_word = any(map(str.isalpha, beside))
    return _LIGATURES.get(match[0]) or (in_word and _T1_LIGATURES.get(match[0])) or clean(match[0])


def with_accents(text: str) -> str:
    """Accents that are drawn before their letters put on them, as TeX's older fonts need it: `Schr¨odinger`."""
    return _ACCENTED.sub(_accented, text)


def _accented(match: re.Match[str]) -> str:
    made = normalize("NFC", match[2].replace("ı", "i") + _COMBINING[match[1]])
    return made if len(made) == 1 else match[0]


def resolve_hyphens(texts: Sequence[str]) -> Sequence[str]:
    """Words broken at a line's end made whole, as the rest of the document writes them.

    `informa-tion` loses its hyphen, `revenue-generating` and `COVID-19` keep theirs.
    """
    broken = [text for text in texts if _is_broken(text)]
    if not broken:
        return texts
    known: set[str] = set()
    for text in texts:
        whole = text if not _is_broken(text) else _without_broken_words(text)
        known.update(whole.lower().split())
    known = {word.strip(_AROUND_WORDS) for word in known}
    return [_mended(text, known) if _is_broken(text) else text for text in texts]


def line_spans(lines: Iterable[Line], mended: str) -> Iterator[Span]:
    """Where each line of a text stands in what `resolve_hyphens` made of it, up to a word broken at its end."""
    at = 0
    for line in lines:
        unbroken = _MARK.split(f"{line.text}\n")[0].rstrip()
        start = mended.find(unbroken, at)
        if start < 0:
            yield at, at
            continue
        yield start, start + len(unbroken)
        at = start + len(unbroken)


def _is_broken(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """What stands between the marks: the word at its beginning, all of it, the word at its end."""
    for number, part in enumerate(_MARK.split(text)):
        inner = part.lstrip() if number else part
        first, last = _FIRST_WORD.match(inner), _LAST_WORD.search(inner[-_MAX_WORD:])
        yield first[0] if first else "", inner, last[0] if last else ""


def _without_broken_words(text: str) -> str:
    return " ".join(part[len(first) : len(part) - len(last)] for first, part, last in _parts(text))


def _mended(text: str, known: Container[str]) -> str:
    pieces: list[str] = []
    for (_, part, left), (right, _, _) in pairwise([*_parts(text), ("", "", "")]):
        before = part[: len(part) - len(left)]
        pieces += [part, "-" if _keeps_hyphen(left, right, before, known) else ""]
    return "".join(pieces[:-1])


def _keeps_hyphen(left: str, right: str, before: str, known: Container[str]) -> bool:
    if not left or not right:
        return True
    if (left + right).lower() in known:
        return False
    both_are_words = left.lower() in known and right.lower() in known
    in_compound = before.endswith("-")  # "proof-of-", then "concept"
    return f"{left}-{right}".lower() in known or both_are_words or in_compound or not right.islower()
