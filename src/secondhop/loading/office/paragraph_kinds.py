"""What paragraphs are by the name of their style, or because they are short and bold where no style says it."""

from __future__ import annotations

CODE_STYLES = frozenset({"code", "html preformatted", "preformatted text", "source code"})
"""Names of styles as Word, LibreOffice and pandoc call them, in small letters; they are English in every language."""

_MOST_CHARS = 80
_MOST_WORDS = 12
_MOST_SHARE = 0.3
"""Of a document's paragraphs; where more are bold, it says nothing."""


def are_titles(n_bold: int, n_paragraphs: int) -> bool:
    """Whether so many bold paragraphs that could be titles are the headings of a document: most of it is not bold."""
    return 0 < n_bold <= _MOST_SHARE * n_paragraphs


def could_be_title(text: str) -> bool:
    """Whether a paragraph is short and no sentence."""
    if not any(map(str.isalpha, text)) or len(text) > _MOST_CHARS or len(text.split()) > _MOST_WORDS:
        return False
    return not (text.endswith((".", ",", ";")) and len(text.split()) > 1)
