"""Formulas of office documents in one line, as people type them: `(−b±√(b²−4ac))/2a`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from secondhop.loading.builder import one_line, raised
from secondhop.loading.xml_parts import child_of, tag_of, value_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_NEEDS_NO_BRACKETS = re.compile(r"[\w.,]*|[([{|][^()\[\]{}|]*[)\]}|]")
_DELETED = frozenset({"del", "moveFrom"})
_OF_A_FONT = re.compile("[\ue000-\uf8ff]")
"""Signs that one font alone has, as StarSymbol the plus of old files."""
_GAPS = str.maketrans("`~", "  ")
"""What is typed for a space between signs."""
_SIGNS = frozenset({"mi", "mn", "mo", "ms", "mtext"})
_SCRIPTS = {
    "msub": (False,), "munder": (False,), "msup": (True,), "mover": (True,), "msubsup": (False, True), "munderover": (False, True),
}  # fmt: skip
"""Elements of MathML with scripts → whether each stands above the line."""


def formula(element: etree._Element) -> str:
    """The text of a formula of Word or PowerPoint, or of a part of one."""
    return "".join(map(_shown, element))


def mathml(element: etree._Element) -> str:
    """The text of a formula in MathML, or of a part of one."""
    name = tag_of(element)
    if name in _SIGNS:
        return one_line(element.text or "")
    if name == "semantics":
        shown = mathml(element[0]) if len(element) else ""
        typed = child_of(element, "annotation")
        if typed is not None and _OF_A_FONT.search(shown):
            return one_line((typed.text or "").translate(_GAPS))
        return shown
    parts = [mathml(child) for child in element if tag_of(child)]
    if name == "mfrac" and len(parts) == 2:
        return "/".join(map(_bracketed, parts))
    if name in _SCRIPTS and len(parts) == len(_SCRIPTS[name]) + 1:
        base, *scripts = parts
        marks = zip(scripts, _SCRIPTS[name], strict=True)
        return base + "".join(_above(text) if is_above else f"_{_bracketed(text)}" for text, is_above in marks)
    if name == "mroot" and len(parts) == 2:
        return f"{raised(parts[1])}√{_bracketed(parts[0])}"
    if name in ("mtable", "mtr"):
        return ("; " if name == "mtable" else ", ").join(parts)
    text = "".join(" " * (one[-1:].isalpha() and two[:1].isalnum()) + two for one, two in pairwise(["", *parts]))
    return f"√{_bracketed(text)}" if name == "msqrt" else text


def _shown(element: etree._Element) -> str:
    name = tag_of(element)
    if name == "t":
        return element.text or ""
    if name == "sup":
        return _above(formula(element))
    if name == "f":
        bar = " " if value_of(element, "fPr", "type") == "noBar" else "/"
        return f"{_grouped(element, 'num')}{bar}{_grouped(element, 'den')}"
    if name == "rad":
        return f"{raised(_part(element, 'deg'))}√{_grouped(element, 'e')}"
    if name == "nary":
        sign = value_of(element, "naryPr", "chr")
        below = _grouped(element, "sub")
        limits = f"{below and '_'}{below}{_above(_part(element, 'sup'))}"
        return f"{'∫' if sign is None else sign}{limits} {_part(element, 'e')}"
    if name == "d":
        opening, closing, between = (value_of(element, "dPr", each) for each in ("begChr", "endChr", "sepChr"))
        inside = ("|" if between is None else between).join(_parts(element, "e"))
        return f"{'(' if opening is None else opening}{inside}{')' if closing is None else closing}"
    if name == "m":
        return "; ".join(map(", ".join, (_parts(row, "e") for row in element if tag_of(row) == "mr")))
    if name == "eqArr":
        return "; ".join(_parts(element, "e"))
    if name in ("fName", "lim"):
        return f" {formula(element)} " if name == "lim" else f"{formula(element)} "
    return "" if name.endswith("Pr") or name in _DELETED else formula(element)


def _part(element: etree._Element, name: str) -> str:
    found = child_of(element, name)
    return "" if found is None else formula(found)


def _parts(element: etree._Element, name: str) -> list[str]:
    return [formula(child) for child in element if tag_of(child) == name]


def _grouped(element: etree._Element, name: str) -> str:
    """A part, in brackets where it would else run into what stands beside it."""
    return _bracketed(_part(element, name))


def _bracketed(text: str) -> str:
    return text if _NEEDS_NO_BRACKETS.fullmatch(text) else f"({text})"


def _above(text: str) -> str:
    """An exponent or upper limit; signs such as primes stand for themselves."""
    small = raised(text)
    return small if small != text or not any(map(str.isalnum, text)) else f"^{_bracketed(text)}"
