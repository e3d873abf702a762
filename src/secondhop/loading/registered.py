"""What a loader of the user's own returns, or a process that parses sends, checked before anything is built on it.

One wrong number in it would otherwise fail deep in the index, without a name, and take a whole folder with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from secondhop.types import KINDS, Section, SourceText

LARGEST = 2**31 - 1
"""The largest page or line number that an index holds."""


def checked(loaded: Any) -> SourceText:
    """The text with its sections in order, and with one more for each stretch that is in none of them.

    Raises:
        TypeError: it is no `SourceText`, or a part of it is of another type.
        ValueError: a section leads out of the text, lies partly in another one, or its page or kind is not allowed.
    """
    if not isinstance(loaded, SourceText):
        raise TypeError(f"its loader returned {type(loaded).__name__}, not a SourceText")
    if not isinstance(loaded.text, str) or not isinstance(loaded.metadata, Mapping):
        raise TypeError("its loader returned a text that is no string, or metadata that are no mapping")
    for section in loaded.sections:
        check_section(section, len(loaded.text))
    warnings = (loaded.warnings,) if isinstance(loaded.warnings, str) else tuple(map(str, loaded.warnings))
    return replace(loaded, sections=_covering(loaded.sections, loaded.text), warnings=warnings)


def check_section(section: Any, length: int) -> None:
    """Raises `TypeError` or `ValueError` for what is no section of a text of that length."""
    if not isinstance(section, Section):
        raise TypeError(f"its loader returned {section!r} where a Section belongs")
    spans = [(section.start, section.end), *((section.heading_span,) if section.heading_span is not None else ())]
    for start, end in spans:
        if type(start) is not int or type(end) is not int or not 0 <= start <= end <= length:
            raise ValueError(f"its loader returned the span {(start, end)!r} for a text of {length} characters")
    page, path = section.page, section.heading_path
    if page is not None and (type(page) is not int or abs(page) > LARGEST):
        raise ValueError(f"its loader returned page={page!r}, not a whole number")
    if not isinstance(path, (list, tuple)) or not all(isinstance(title, str) for title in path):
        raise TypeError(f"its loader returned heading_path={path!r}, not a tuple of strings")
    if section.kind not in KINDS:
        raise ValueError(f"its loader returned kind={section.kind!r}, not one of: {', '.join(KINDS)}")


def _covering(sections: Iterable[Section], text: str) -> tuple[Section, ...]:
    covering: list[Section] = []
    around: list[Section] = []
    reach = 0
    for section in sorted(sections, key=lambda each: (each.start, -each.end)):
        while around and around[-1].end <= section.start:
            around.pop()
        if around and section.end > around[-1].end:
            spans = [(each.start, each.end) for each in (around[-1], section)]
            raise ValueError(f"its loader returned sections that overlap, neither inside the other: {spans}")
        around.append(section)
        if text[reach : section.start].strip():
            covering.append(Section(reach, section.start))
        covering.append(section)
        reach = max(reach, section.end)
    if text[reach:].strip():
        covering.append(Section(reach, len(text)))
    return tuple(covering)
