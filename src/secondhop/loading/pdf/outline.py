"""Where the entries of an outline stand in the text of their page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from secondhop.loading.pdf.page import Entry, Line, Page, Titles
from secondhop.loading.pdf.words import line_spans
from secondhop.types import Span

_NUMBER_BEFORE_TITLE = (
    r"(?:(?:item|section|article|chapter|part|annex|schedule)\s+)?"
    r"(?:(?:\d[\d.]*[.):]?|[a-z][.)]|[ivxlc]+[.):])\s+)?"
)
_MAX_PAIRS = 1_000_000
"""Entries times lines of one page: where there are more, it is not asked to which lines the entries lead."""
_NO_LETTERS = re.compile(r"[\W_]+")
_MAX_PLACES = 20  # of one title on a page
_MAX_TITLE_LINES = 3
_MAX_NUMBER = 20
"""Letters that a line may have beside those of its title: `Appendix A`."""


def headed_by_outline(texts: Sequence[str], pages: Sequence[Page], outline: Sequence[Entry]) -> Iterator[Titles]:
    """For each page the headings that the outline has for it.

    An entry whose title is not found applies from the line on that it leads to, from the top of its page if that is not
    known. The last one of a page goes on to the next.
    """
    on_page: dict[int, list[Entry]] = {}
    for entry in outline:
        on_page.setdefault(entry.page, []).append(entry)
    before: tuple[str, ...] = ()
    for number, (text, page) in enumerate(zip(texts, pages, strict=True), start=1):
        found: list[tuple[int, Span | None, tuple[str, ...]]] = []
        entries = on_page.get(number, ())
        drawn = _Drawn.of(text, page.lines if entries else ())
        are_few = len(entries) * len(page.lines) <= _MAX_PAIRS
        cursor = 0
        for entry in entries:
            span = drawn.title(entry, cursor)
            start = span[0] if span else None
            if span is None and are_few:
                start, span = drawn.line_led_to(entry, cursor)
            if start is not None:
                found.append((start, span, entry.heading_path))
                cursor = span[1] if span else start
            elif not found:
                before = entry.heading_path
        yield Titles(before, found)
        if entries:
            before = entries[-1].heading_path


class _Drawn(NamedTuple):
    """The text of a page with its lines, and where they stand in it."""

    text: str
    folded: str
    lines: Sequence[Line]
    spans: Sequence[Span]

    @classmethod
    def of(cls, text: str, lines: Sequence[Line]) -> _Drawn:
        return cls(text, text.casefold() if lines else "", lines, list(line_spans(lines, text)))

    def title(self, entry: Entry, start: int) -> Span | None:
        """Where a title stands alone on a line (or runs in, "Title. Text"), with the number before it.

        Of several places it is the one nearest to where the entry leads.
        """
        title = entry.heading_path[-1]
        # Words are looked for hundreds of times faster than a pattern is made and looked for.
        if not all(word in self.folded for word in title.casefold().split()):
            return None
        words = r"\s+".join(map(re.escape, title.split()))
        pattern = rf"^[ \t]*({_NUMBER_BEFORE_TITLE}{words}[.:]?)(?=[ \t]*$|(?<=[.:])\s)"
        matches = re.compile(pattern, re.MULTILINE | re.IGNORECASE).finditer(self.text, start)
        spans = [match.span(1) for match in islice(matches, _MAX_PLACES)]

        def away(span: Span) -> float:
            line = self.lines[bisect_right(self.spans, (span[0], len(self.text))) - 1]
            return abs(line.bottom + line.height - entry.top) if line.height and entry.top is not None else 0.0

        return min(spans, key=away, default=None)

    def line_led_to(self, entry: Entry, start: int) -> tuple[int | None, Span | None]:
        """Where the line begins that an entry leads to, and the title if it stands there in a way of its own."""
        left, top = entry.left, entry.top
        below = (
            number
            for number, line in enumerate(self.lines)
            if top is not None and line.height and line.bottom + line.height / 2 < top and line.right > left
        )
        first = next(below, None)
        if first is None:
            return None, None
        titled = self._titled(first, _letters(entry.heading_path[-1]))
        begins = self.spans[titled.start if titled else first][0]
        if begins < start:
            return None, None
        return begins, (begins, self.spans[titled.stop - 1][1]) if titled else None

    def _titled(self, near: int, title: str) -> range:
        """The lines near one that begin or end with these letters and have the fewest others; none if there are no such."""
        fewest, found = _MAX_NUMBER + 1, range(0)
        for start in range(max(near - 1, 0), near + 3):
            joined = ""
            for number in range(start, min(start + _MAX_TITLE_LINES, len(self.lines))):
                joined += _letters(self.lines[number].text)
                others = len(joined) - len(title)
                if title and others < fewest and (joined.startswith(title) or joined.endswith(title)):
                    fewest, found = others, range(start, number + 1)
        return found


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()
