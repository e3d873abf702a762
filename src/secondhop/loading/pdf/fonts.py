"""Lines in bold letters, told by the names of their fonts, and the gaps in them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from pypdfium2 import raw

from secondhop.loading.pdf.page import Weight

# What pdfium says about weights is guessed from the widths of stems, which many programs leave out.
_BOLD = re.compile(rb"bold|black|heavy|demi(?![a-z])|-medi(?![a-z])|bx[0-9ts]", re.IGNORECASE)
_SLANTED = re.compile(rb"ital|obli|slant|bx[ts]", re.IGNORECASE)
_MAX_NAME = 128
_WORD = re.compile("[^ ]+")
_NUMBER = re.compile(r"(?:[A-Za-z]+ |§ ?)?\(?(?:[A-Z]?[0-9][0-9.]*[A-Za-z]?|[A-Z]|[IVXLC]+)[.):]?")
_APART = 1.0
"""Of the height of a line: what lies between two cells, but also between the number of a heading and its words."""


def weight_of(textpage: Any, *numbers: int) -> Weight:
    """How bold all of these characters are."""
    weight: Weight = 2
    for number in numbers:
        weight = min(weight, _weight(textpage, number))
        if not weight:
            break
    return weight


def has_cells(textpage: Any, ask: Callable[..., int], text: str, numbers: Sequence[int], height: float) -> bool:
    """Whether gaps part the line. `ask` tells the box of a character."""
    left, right = raw.FS_RECTF(), raw.FS_RECTF()
    end = 0
    for word in _WORD.finditer(text):
        if end:
            ask(textpage, numbers[end - 1], left)
            ask(textpage, numbers[word.start()], right)
            if right.left - left.right > _APART * height and not is_number(text[:end]):
                return True
        end = word.end()
    return False


def is_number(text: str) -> bool:
    """Whether it is what stands before the words of a heading: `3.1`, `Item 1A.`, `§ 12`, `Part IV`."""
    return _NUMBER.fullmatch(text) is not None


def _weight(textpage: Any, number: int) -> Weight:
    name = ctypes.create_string_buffer(_MAX_NAME)
    raw.FPDFText_GetFontInfo(textpage, number, name, _MAX_NAME, ctypes.c_int())
    return _named_weight(name.value)


@lru_cache(maxsize=256)
def _named_weight(name: bytes) -> Weight:
    if not _BOLD.search(name):
        return 0
    return 1 if _SLANTED.search(name) else 2
