"""Numbers as lists count in them: `4`, `iv`, `D`."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX_ROMAN = 5000


def numeral(count: int, form: str) -> str:
    """A number in a form by the name that Word has for it; forms that are not known here are shown in decimal."""
    if form in ("lowerRoman", "upperRoman") and 0 < count < _MAX_ROMAN:
        roman = _roman(count)
        return roman if form == "lowerRoman" else roman.upper()
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 10)
        return letter if form == "lowerLetter" else letter.upper()
    if form == "decimalZero":
        return f"{count:02}"
    return "" if form in ("none", "bullet") else str(count)


def _roman(count: int) -> str:
    digits = ""
    for size, letters in _ROMAN:
        digits += letters * (count // size)
        count %= size
    return digits
