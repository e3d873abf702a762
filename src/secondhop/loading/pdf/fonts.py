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
_BOLD = re.compile(rb"bold|black|heavy|demi(?![a-z])|-medi(?!um)|bx[0-9ts]", re.IGNORECASE)
_SLANTED = re.compile(rb"ital|obli|slant|bx[ts]", re.IGNORECASE)
_MAX_NAME = 128
_NAME = ctypes.create_string_buffer(_MAX_NAME)
"""Written and read under the lock that every call to pdfium stands under."""
_WORD = re.compile("[^ ]+")
_NUMBER = re.compile(r"(?:[A-Za-z]+ |§ ?)?\(?(?:[A-Z]?\.?[0-9][0-9.]*[A-Za-z]?|[A-Za-z]|[IVXLC]+)[.):]?")
_APART = 1.0
"""Of the height of a line: what lies between two cells, but also between the number of a heading and its words."""


def weight_of(textpage: Any, first: int, middle: int, last: int) -> Weight:
    """How bold a line is, told by three of its characters."""
    weight = _weight(textpage, first)
    return weight and min(weight, _weight(textpage, middle), _weight(textpage, last))


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
    size = raw.FPDFText_GetFontInfo(textpage, number, _NAME, _MAX_NAME, None)
    return weight_named(_NAME.value) if 0 < size <= _MAX_NAME else 0  # else nothing was written


@lru_cache(maxsize=256)
def weight_named(name: bytes) -> Weight:
    """How bold the font of this name is."""
    if not _BOLD.search(name):
        return 0
    return 1 if _SLANTED.search(name) else 2
