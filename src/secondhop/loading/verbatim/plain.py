"""Plain text: one section, nothing interpreted but tables and fenced code of Markdown inside it."""

from __future__ import annotations

import re

from secondhop.loading.encodings import decode, in_lines
from secondhop.loading.verbatim.inner_blocks import inner_sections
from secondhop.loading.verbatim.printed import unpaged
from secondhop.types import Section, SourceText

_STRUCK_OVER = re.compile(".\b")


def load(data: bytes, source: str) -> SourceText:
    """Return the text, but for what printers need, as one section of prose with what is no prose inside it."""
    text, warnings = decode(data, source)
    if "\b" in text:
        text = _STRUCK_OVER.sub("", text)
        warnings.append("Letters are struck over one another, as nroff does for bold; each is read once.")
    text, n_left_out = unpaged(text)
    if n_left_out:
        warnings.append(f"{n_left_out} lines that head or foot printed pages are left out.")
    return _one_section(text, source, warnings)


def load_string(text: str, source: str) -> SourceText:
    """The same for what is text already, which need not be encoded and decoded."""
    text, warnings = in_lines(text)
    return _one_section(text, source, warnings)


def _one_section(text: str, source: str, warnings: list[str]) -> SourceText:
    section = Section(0, len(text))
    return SourceText(source, text, (section, *inner_sections(text, section)), warnings=tuple(warnings))
