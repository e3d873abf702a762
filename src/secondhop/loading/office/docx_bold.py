"""Headings of Word documents that use no heading styles: short paragraphs set in bold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from secondhop.loading.office.docx_styles import Styles
from secondhop.loading.xml_parts import is_on, tag_of, value_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_MOST_CHARS = 80
_MOST_WORDS = 12
_MOST_SHARE = 0.3
"""Of a document's paragraphs; where more are bold, it says nothing."""


def heads_by_bold(root: etree._Element, styles: Styles) -> bool:
    """Whether bold paragraphs of the document are its headings: it has no others, and most of it is not bold."""
    n_paragraphs = n_bold = 0
    for paragraph in _body_paragraphs(root):
        if styles.level(paragraph, value_of(paragraph, "pPr", "pStyle") or ""):
            return False
        text = "".join(node.text or "" for node in paragraph.iter() if tag_of(node) == "t").strip()
        n_paragraphs += bool(text)
        n_bold += is_bold_title(paragraph, text)
    return 0 < n_bold <= _MOST_SHARE * n_paragraphs


def is_bold_title(paragraph: etree._Element, text: str) -> bool:
    """Whether a paragraph is short, no sentence, and all of it is bold."""
    if not any(map(str.isalpha, text)) or len(text) > _MOST_CHARS or len(text.split()) > _MOST_WORDS:
        return False
    if text.endswith((".", ",", ";")) and len(text.split()) > 1:
        return False
    runs = [run for run in paragraph.iter() if tag_of(run) == "r" and _has_text(run)]
    return all(is_on(run, "rPr", "b") for run in runs)


def _body_paragraphs(root: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs outside of tables."""
    for child in root:
        name = tag_of(child)
        if name == "p":
            yield child
        elif name in {"body", "document", "sdt", "sdtContent"}:
            yield from _body_paragraphs(child)


def _has_text(run: etree._Element) -> bool:
    return any((node.text or "").strip() for node in run if tag_of(node) == "t")
