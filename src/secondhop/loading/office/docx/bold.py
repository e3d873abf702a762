"""Whether bold paragraphs of a Word document are its headings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from secondhop.loading.office.docx.styles import Styles
from secondhop.loading.office.paragraph_kinds import are_titles, could_be_title
from secondhop.loading.xml_parts import is_on, tag_of, value_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]


def heads_by_bold(root: etree._Element, styles: Styles) -> bool:
    """Whether bold paragraphs of the document are its headings: it has no others, and most of it is not bold."""
    n_paragraphs = n_bold = 0
    for paragraph in _body_paragraphs(root):
        if styles.level(paragraph, value_of(paragraph, "pPr", "pStyle") or ""):
            return False
        text = "".join(node.text or "" for node in paragraph.iter() if tag_of(node) == "t").strip()
        n_paragraphs += bool(text)
        n_bold += is_bold_title(paragraph, text)
    return are_titles(n_bold, n_paragraphs)


def is_bold_title(paragraph: etree._Element, text: str) -> bool:
    """Whether a paragraph is short, no sentence, and all of it is bold."""
    if not could_be_title(text):
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
