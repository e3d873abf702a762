"""Characters of the fonts that show other signs in the places of letters: Symbol, and the ticks and arrows of Wingdings."""

from __future__ import annotations

import re

_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼" + 33 * "\0"
    + "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…\0\0↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑" + 11 * "\0" + "〉∫"
)  # fmt: skip
_FIRST = ord(" ")
_TYPED_SIGN = re.compile("[\uf020-\uf0ff]")
_WINGDINGS = {
    0x20: " ", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
    0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip


def symbol(font: str, code: int) -> str:
    """What a font shows for a code, with or without the 0xF000 that programs add to it; empty for unknown signs."""
    code &= 0xFF
    if font == "Symbol":
        return _SYMBOL[code - _FIRST : code - _FIRST + 1].strip("\0") if code >= _FIRST else ""
    return _WINGDINGS.get(code, "") if font == "Wingdings" else ""


def with_signs(text: str, font: str) -> str:
    """Text in that font; what was typed in a font of signs is stored from U+F000 on."""
    return _TYPED_SIGN.sub(lambda found: symbol(font, ord(found[0])) or found[0], text)
