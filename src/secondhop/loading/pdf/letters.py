"""What the places of letters in a line tell: numbers set above it, and words set with blanks between their letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import median_low
from typing import Any

from pypdfium2 import raw

from secondhop.loading.builder import raised

DIGIT = re.compile("[0-9]")  # found in half the time of a number
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]+)*")
_SIGNS = "+-−–"
_SMALLER = 0.98
HIGHER = 0.25
"""Of the height of the letter before: how small and how far above its foot the number of a note or an exponent is."""
_LEAST_SPACED = 4
_MOSTLY = 0.7
"""Of a line of letters set apart: the share of blanks and letters, each of its kind."""
_AS_FAR = 0.15
"""Of the height of a letter: by how much the blanks between the letters of a word may differ."""


def with_raised(textpage: Any, ask: Callable[..., int], text: str, numbers: Sequence[int], foot: float) -> str:
    """The line with the numbers in it that are raised in characters that are: their feet stand above this one.

    `ask` tells the box of a character, `numbers` the number of each in the line.
    """
    box, before = raw.FS_RECTF(), raw.FS_RECTF()
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if start and text[start - 1] in _SIGNS:
            start -= 1
        first = start - 1 if start and text[start - 1] != " " else start
        if first == end - 1:
            continue
        ask(textpage, numbers[end - 1], box)
        if box.bottom <= foot:
            continue
        ask(textpage, numbers[first], before)
        at = end
        while at - 1 > first and ask(textpage, numbers[at - 1], box) and _is_raised(box, before):
            at -= 1
        if at < end and raw.FPDFText_GetUnicode(textpage, numbers[at]) == ord(text[at]):
            text = f"{text[:at]}{raised(text[at:end])}{text[end:]}"
    mark = _NUMBER.match(text)
    rest = text[mark.end() :].lstrip() if mark else ""
    if mark and rest[:1].isalpha():  # the mark before a footnote
        ask(textpage, numbers[mark.end() - 1], box)
        ask(textpage, numbers[len(text) - len(rest)], before)
        if _is_raised(box, before) and abs(before.left - box.right) < before.top - before.bottom:
            text = f"{raised(mark[0])} {rest}"
    return text


def _is_raised(box: Any, other: Any) -> bool:
    """Whether a character is smaller than another, and its foot stands higher than that of a small one beside it would.

    Of letters set sideways each stands higher than the one before, but right above it.
    """
    height = other.top - other.bottom
    is_above = abs(box.left - other.left) < 0.1
    return not is_above and bool(
        box.top - box.bottom < _SMALLER * height and box.bottom - other.bottom > HIGHER * height
    )


def seems_spaced(text: str) -> bool:
    """Whether a line consists of single letters, as `C O N T E N T S` does."""
    blanks = text.count(" ")
    if blanks + 1 < _LEAST_SPACED or blanks < _MOSTLY * (len(text) - blanks - 1):
        return False
    letters = [letter for letter in text.lower() if letter != letter.upper()]
    # An index is headed by the alphabet.
    return len(letters) >= max(_LEAST_SPACED, _MOSTLY * (len(text) - blanks)) and letters != sorted(letters)


def closed_up(textpage: Any, ask: Callable[..., int], text: str, numbers: Sequence[int]) -> str:
    """Such a line as its words, if all its letters stand equally far apart, but for the wider gaps between words."""
    box = raw.FS_RECTF()
    letters = [(letter, number) for letter, number in zip(text, numbers, strict=True) if letter != " "]
    gaps: list[float] = []
    right = 0.0
    for _, number in letters:
        ask(textpage, number, box)
        gaps.append(box.left - right)
        right = box.right
    height = box.top - box.bottom
    usual = median_low(gaps[1:])
    widest = 1.5 * usual + _AS_FAR * height / 2
    close = [gap for gap in gaps[1:] if gap <= widest]
    if usual <= 0 or max(close) - min(close) > _AS_FAR * height:
        return text
    return letters[0][0] + "".join(
        f" {letter}" if gap > widest else letter for (letter, _), gap in zip(letters[1:], gaps[1:], strict=True)
    )
