"""Text printed in pages, such as old RFCs and reports: headers and footers out, paragraphs whole again."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Literal, NamedTuple

from secondhop.text.sentences import STOPS, WIDE_STOPS, is_stopped
from secondhop.types import Span

_TALLEST = 3
"""Lines of a header or footer that are looked for."""
_LEAST_PAGES = 3
_LEAST_LINES = 5
"""What is shorter is no page."""
_SHARE = 0.3
"""Of all page breaks, at which a line stands that is no text: left and right pages may have their own."""
_NUMBER = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
_OUTER_NUMBER = re.compile(r"\A\d{1,5}(?=  |\t|\Z)|(?<=  )\d{1,5}\Z")
_LAID_OUT = re.compile(r"\S(?: {2,}|\t)\s*\S|\bpage\b|\A(?:\W|\d|_)*\Z", re.IGNORECASE)
"""What the line with a page's number has: words at both ends, no words, or this one. "Chapter 3" is none."""
_LONGEST = 200
"""Characters of a header or footer with a number."""
_STOPS = tuple(f"{STOPS}{WIDE_STOPS}:;；")


class _Outer(NamedTuple):
    """A number at one end of a line, or alone on it."""

    step: int
    """How far it is ahead of the page's."""
    side: Literal["left", "right", "alone"]


def unpaged(text: str) -> tuple[str, int]:
    """The text without what repeats or counts on at its page breaks, and how many lines of it are left out.

    A paragraph that goes on over a page break is of one piece. Empty lines below it keep the numbers of all other lines;
    where a page has none, as in a listing, the next break is one.
    """
    if "\f" not in text and "[Page " not in text:
        return text, 0
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    filled = [number for number, line in enumerate(lines) if line and not line.isspace()]
    mark = "\f" if "\f" in text else "[Page "
    ends: dict[int, int] = {}
    n_pages = 1
    for number in [number for number, line in enumerate(lines) if mark in line]:
        ends.setdefault(_below(lines, filled, number), n_pages)
        n_pages += lines[number].count(mark)  # blank pages count, too
    if len(ends) * _LEAST_LINES > len(lines):
        return text, 0
    ends.setdefault(len(filled), n_pages)
    kept: list[str] = []
    done = n_left_out = n_waiting = 0
    for first, last in _edges([lines[number] for number in filled], ends):
        above = filled[first - 1] + 1 if first else 0
        n_waiting = _keep(kept, lines[done:above], n_waiting)
        is_late = n_waiting > 0
        done = filled[last] if last < len(filled) else len(lines)
        n_waiting += done - above
        n_left_out += last - first
        if not first or is_late or is_stopped(lines[above - 1], 0, len(lines[above - 1]), _STOPS):
            n_waiting = _keep(kept, [""], n_waiting - 1)
    _keep(kept, [*lines[done:], ""], n_waiting)
    return newline.join(kept[:-1]), n_left_out


def _edges(lines: list[str], ends: dict[int, int]) -> list[Span]:
    """The footer and header at each end of a page that has them, as the first of their lines and the one below.

    Those with nothing between them, as on a blank page, are one. Of those that read the same everywhere the first stay:
    they may be the only ones to name the document.

    Args:
        lines: none of them blank.
        ends: which line a page begins with, and the number of the page that ends there, in order.
    """
    near = [range(max(0, end - _TALLEST), min(len(lines), end + _TALLEST)) for end in ends]
    names = [
        {place: list(_names(lines[place], page)) for place in places}
        for page, places in zip(ends.values(), near, strict=True)
    ]
    named = {(place, name) for found in names for place, of_line in found.items() for name in of_line}
    counts = Counter(name for _, name in named)
    for step in {name.step for name in counts if isinstance(name, _Outer)}:
        left, right = _Outer(step, "left"), _Outer(step, "right")
        # Alone at the left they may be those of sections. Where titles stand beside some, others are alone.
        counts[left] = counts[right] = counts[left] + counts[right] if counts[right] else 0
        counts[_Outer(step, "alone")] += counts[right]
    least = max(_LEAST_PAGES, _SHARE * len(ends))
    seen = {" ".join(line.split()) for line in lines[: near[0].start]}
    edges: list[Span] = []
    for end, found in zip(ends, names, strict=True):
        edge = {place for place, of_line in found.items() if any(counts[name] >= least for name in of_line)}
        first = last = end
        while first - 1 in edge:
            first -= 1
        while last in edge:
            last += 1
        same = {
            name
            for place in range(first, last)
            for name in found[place]
            if isinstance(name, str) and name.upper() != name.lower() and counts[name] >= least
        }
        if first < last and same <= seen:
            if edges and first <= edges[-1][1]:
                first, last = edges[-1][0], max(edges.pop()[1], last)
            edges.append((first, last))
        seen |= same
    return edges


def _below(lines: list[str], filled: list[int], number: int) -> int:
    """Which of the filled lines a page begins with, given the line that says that one ends."""
    line = lines[number]
    return bisect_left(filled, number) + (not line.lstrip(" \t").startswith("\f") and not line.isspace())


def _keep(kept: list[str], lines: list[str], n_waiting: int) -> int:
    """Adds lines, and empty ones that wait to the first of them that is empty. How many still wait is returned."""
    if n_waiting:
        blank = next((place for place, line in enumerate(lines) if not line.strip()), None)
        if blank is not None:
            lines[blank:blank] = [""] * n_waiting
            n_waiting = 0
    kept += lines
    return n_waiting


def _names(line: str, page: int) -> Iterator[Hashable]:
    """What a line has in common with others that read the same, and with those in which a number counts on with the pages."""
    line = line.strip()
    words = " ".join(line.split())
    yield words
    if len(words) > _LONGEST:
        return
    if outer := _OUTER_NUMBER.search(line):  # beside the title of a chapter
        yield _Outer(int(outer[0]) - page, "alone" if outer[0] == words else "right" if outer.start() else "left")
    elif _LAID_OUT.search(line):
        for number in _NUMBER.finditer(words):
            yield words[: number.start()], words[number.end() :], int(number[0]) - page
