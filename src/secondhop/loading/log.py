"""Log files, verbatim: to be cut between lines."""

from __future__ import annotations

from secondhop.loading.encodings import decode
from secondhop.types import Section, SourceText

SUFFIXES = frozenset({".log"})


def load(data: bytes, source: str) -> SourceText:
    """Return the text as it stands, as one section of lines."""
    text, warnings = decode(data, source)
    return SourceText(source, text, (Section(0, len(text), kind="code"),), warnings=tuple(warnings))
