"""Whether bold paragraphs of an OpenDocument text are its headings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from secondhop.loading.office.opendocument.styles import Styles
from secondhop.loading.office.paragraph_kinds import are_titles, could_be_title
from secondhop.loading.xml_parts import attribute_of, tag_of

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_BOLD = frozenset({"bold", "600", "700", "800", "900"})
_ELSEWHERE = frozenset({"note", "table"})


def heads_by_bold(body: etree._Element, styles: Styles) -> bool:
    """Whether bold paragraphs of the document are its headings: it has no others, and most of it is not bold."""
    n_paragraphs = n_bold = 0
    for paragraph in _body_paragraphs(body):
        text = "".join(paragraph.itertext()).strip()
        if text and styles.level(paragraph):
            return False
        n_paragraphs += bool(text)
        n_bold += is_bold_title(paragraph, text, styles)
    return are_titles(n_bold, n_paragraphs)


def is_bold_title(paragraph: etree._Element, text: str, styles: Styles) -> bool:
    """Whether a paragraph is short, no sentence, and all of it is bold."""
    weight = styles.property("paragraph", attribute_of(paragraph, "style-name"), "font-weight")
    return could_be_title(text) and all(each in _BOLD for each in _weights(paragraph, weight, styles))


def _body_paragraphs(element: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs outside of tables and notes."""
    for child in element:
        if tag_of(child) in ("p", "h"):
            yield child
        elif tag_of(child) not in _ELSEWHERE:
            yield from _body_paragraphs(child)


def _weights(element: etree._Element, weight: str | None, styles: Styles) -> Iterator[str | None]:
    """How bold each piece of text is."""
    if (element.text or "").strip():
        yield weight
    for child in element:
        own = (
            styles.property("text", attribute_of(child, "style-name"), "font-weight")
            if tag_of(child) == "span"
            else None
        )
        yield from _weights(child, own or weight, styles)
        if (child.tail or "").strip():
            yield weight
