"""Plain text: one section, nothing interpreted."""

from __future__ import annotations

from secondhop.loading.encodings import decode, nul_warnings
from secondhop.types import Section, SourceText

SUFFIXES = frozenset({".txt", ".text"})


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, as one section of prose."""
    text, warnings = decode(data, source)
    return _one_section(text, source, warnings)


def load_string(text: str, source: str) -> SourceText:
    """The same for what is text already, which need not be encoded and decoded."""
    return _one_section(text, source, nul_warnings(text))


def _one_section(text: str, source: str, warnings: list[str]) -> SourceText:
    return SourceText(source, text, (Section(0, len(text)),), warnings=tuple(warnings))
