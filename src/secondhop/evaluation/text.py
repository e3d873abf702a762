"""Text as the measures see it: words without case and punctuation."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def word_set(text: str) -> set[str]:
    """The distinct lower-case words of more than one character."""
    return {word for word in _WORD.findall(text.lower()) if len(word) > 1}


def normalized(text: str) -> str:
    """Lower-case words, one blank between."""
    return " ".join(_WORD.findall(text.lower()))


def holds(text: str, part: str) -> bool:
    """Whether `part` occurs in `text` as whole words, case and punctuation aside; an empty part never does."""
    part = normalized(part)
    return bool(part) and f" {part} " in f" {normalized(text)} "


def one_line(text: str) -> str:
    """The text with each stretch of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()
