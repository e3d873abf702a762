"""Characters that nobody sees: counted, and taken out of what is shown."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.remembered import Remembered

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Controls that are no blanks, soft hyphens, zero-width and bidi marks, Hangul fillers, annotations, tags,
# supplementary variation selectors, halves of surrogate pairs (no request to a model can be encoded with one). The
# zero-width joiners U+200C and U+200D and the plain variation selectors are taken out only where they join nothing.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
    "|(?<![\u0600-\u07ff\u0860-\u0dff\u1000-\u109f\u1780-\u17ff\u200d\ufe0f\u2600-\u27ff\U0001f000-\U0001faff])[\u200c\u200d]"
    "|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
SUSPICIOUS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Characters that nobody sees, or that some scripts and emoji need: the inside of a regular expression's brackets."""
_SUSPICIOUS = re.compile(f"[{SUSPICIOUS}]")
CONTROL_CODES = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])
"""ASCII characters that are neither blanks nor shown."""
_ORDINARY = bytes(set(range(0x80)) - set(CONTROL_CODES))
_SHORT = 500
"""Characters up to which an expression is as quick as a table."""
_COMMON = frozenset("\u00ad\ufeff\u061c\u200b\u200e\u200f")
"""Taken out too, but nothing to warn of: soft hyphens, byte order marks, direction marks, places to break a line."""


def count_invisible(text: str) -> int:
    """How many characters of the text nobody sees, beyond those that typesetting and its script need."""
    if not may_hide(text):
        return 0
    return sum(letter not in _COMMON for letter in _INVISIBLE.findall(text))


def visible(text: str) -> str:
    """The text without the characters that nobody sees."""
    return _INVISIBLE.sub("", text) if may_hide(text) else text


def may_hide(text: str) -> bool:
    """Whether any character of the text may be one that nobody sees. Ten times faster than to look for those that are."""
    if text.isascii():
        data = text.encode()
        return len(data.translate(None, CONTROL_CODES)) < len(data)
    try:
        odd = text.encode().translate(None, _ORDINARY).decode()
    except UnicodeEncodeError:  # halves of surrogate pairs
        return True
    if len(odd) > _SHORT:
        units = np.frombuffer(odd.encode("utf-16-le"), np.uint16)
        return bool(_suspicious_units().take(units).any())
    return _SUSPICIOUS.search(odd) is not None


hides = Remembered(may_hide).__getitem__
"""The same of a chunk's text."""


@lru_cache(maxsize=1)
def _suspicious_units() -> NDArray[np.bool_]:
    """[65,536] whether a UTF-16 unit is a suspicious character, or half of one."""
    units = np.zeros(1 << 16, bool)
    for first, last in re.findall("(.)(?:-(.))?", SUSPICIOUS, re.DOTALL):
        units[ord(first) : ord(last or first) + 1] = True
    units[0xDB40:0xDB44] = True  # tags and variation selectors beyond the basic plane
    return units
