"""Text as the measures see it: words without case and punctuation, however their letters are encoded.

Where words have no spaces between them (Chinese, Japanese, Thai, …), each character stands for one.
"""

from __future__ import annotations

import re
import unicodedata

from secondhop.text.analysis import UNSPACED_LETTERS, UNSPACED_SYLLABLES

_UNSPACED = f"{UNSPACED_LETTERS}{UNSPACED_SYLLABLES}"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_JOINED = re.compile("[\ufb00-\ufb06]+")
_RUN = re.compile(f"[{_UNSPACED}]{{2,}}")


def word_set(text: str) -> set[str]:
    """The distinct lower-case words of more than one character, and pairs of characters that have no spaces between them."""
    text = _plain(text)
    words = {word for word in _WORD.findall(text) if len(word) > 1}
    return words.union(run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run) - 1))


def normalized(text: str) -> str:
    """Lower-case words, one blank between."""
    return " ".join(_WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    """Small letters, each written in one way: accents put together, ligatures taken apart, no soft hyphens."""
    # Not all of NFKC: a word with ™ would be another word.
    text = _JOINED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), unicodedata.normalize("NFC", text))
    return text.replace("\xad", "").lower()


def holds(text: str, part: str) -> bool:
    """Whether `part` occurs in `text` as whole words, case and punctuation aside; an empty part never does."""
    part = normalized(part)
    return bool(part) and f" {part} " in f" {normalized(text)} "


def one_line(text: str) -> str:
    """The text with each stretch of white space as one blank."""
    return " ".join(text.split())
