"""Plain text: one section, nothing interpreted."""

from __future__ import annotations

from secondhop.loading.encodings import decode
from secondhop.types import Section, SourceText

SUFFIXES = frozenset({".txt", ".text"})


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, as one section of prose."""
    text, warnings = decode(data, source)
    return SourceText(source, text, (Section(0, len(text)),), warnings=tuple(warnings))
