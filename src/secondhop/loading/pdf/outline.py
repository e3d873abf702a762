"""Where the entries of an outline stand in the text of their page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from secondhop.loading.pdf.page import Entry, Titles
from secondhop.types import Span

_NUMBER_BEFORE_TITLE = (
    r"(?:(?:item|section|article|chapter|part|annex|schedule)\s+)?"
    r"(?:(?:\d[\d.]*[.):]?|[a-z][.)]|[ivxlc]+[.):])\s+)?"
)


def headed_by_outline(texts: Sequence[str], outline: Sequence[Entry]) -> Iterator[Titles]:
    """For each page the headings that the outline has for it.

    Entries whose title is not found apply from the top of their page. The last one of a page goes on to the next.
    """
    on_page: dict[int, list[Entry]] = {}
    for entry in outline:
        on_page.setdefault(entry.page, []).append(entry)
    before: tuple[str, ...] = ()
    for number, text in enumerate(texts, start=1):
        found: list[tuple[Span, tuple[str, ...]]] = []
        cursor = 0
        folded = text.casefold() if number in on_page else ""
        for entry in on_page.get(number, ()):
            title = entry.heading_path[-1]
            # Words are looked for hundreds of times faster than a pattern is made and looked for.
            may_stand = all(word in folded for word in title.casefold().split())
            span = _find_title(text, title, cursor) if may_stand else None
            if span is not None:
                found.append((span, entry.heading_path))
                cursor = span[1]
            elif not found:
                before = entry.heading_path
        yield Titles(before, found)
        if number in on_page:
            before = on_page[number][-1].heading_path


def _find_title(text: str, title: str, start: int) -> Span | None:
    """Where a title stands alone on a line (or runs in, "Title. Text"), with the number before it."""
    words = r"\s+".join(map(re.escape, title.split()))
    pattern = rf"^[ \t]*({_NUMBER_BEFORE_TITLE}{words}[.:]?)(?=[ \t]*$|(?<=[.:])\s)"
    match = re.compile(pattern, re.MULTILINE | re.IGNORECASE).search(text, start)
    return match.span(1) if match else None
