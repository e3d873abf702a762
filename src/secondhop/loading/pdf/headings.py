"""Headings told by the size of their letters, for files without an outline."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from secondhop.loading.builder import MAX_HEADING_CHARS, one_line
from secondhop.loading.pdf.page import Line, Page, Titles
from secondhop.types import Span

_LARGER = 1.15
"""From this multiple of the usual size on, a line is a heading: 14 points over 12 is."""
_SAME_SIZE = 1.06
_LEAST_SHARE = 0.03  # of the pages: what is large on the cover alone heads nothing
_MAX_LEVELS = 4
_MAX_LINES = 3
_MAX_WORDS = 30
_MAX_SHARE = 0.25  # of all characters; what is more is no heading but another usual size
_LEAST_TITLES = 0.7  # of what is set in a size; where more of it reads as text, it is another usual size, too

_COVER_PAGES = 1
_LEAST_PAGES_AFTER_COVER = 5

_Heading = tuple[int, int, int, str]
"""First line, line after the last, level from 0, title; "" where it reads as text."""


def headed_by_size(texts: Sequence[str], pages: Sequence[Page]) -> Iterator[Titles]:
    """For each page the headings on it; the last one goes on to the next page, unless it stands on the cover."""
    sizes = _levels(pages)
    large = [list(_on_page(page.lines, sizes)) for page in pages]
    reads_well: dict[int, list[bool]] = defaultdict(list)
    for _, _, level, title in chain.from_iterable(large):
        reads_well[level].append(title != "")
    heads = {level for level, titles in reads_well.items() if sum(titles) >= _LEAST_TITLES * len(titles)}
    path: list[tuple[int, str]] = []
    for number, (text, page) in enumerate(zip(texts, pages, strict=True)):
        if number == _COVER_PAGES and len(pages) > _LEAST_PAGES_AFTER_COVER:
            path = []
        before = _titles(path)
        found: list[tuple[Span, tuple[str, ...]]] = []
        cursor = 0
        for first, end, level, title in large[number]:
            if not title or level not in heads:
                continue
            span = _place(text, page.lines[first].text, page.lines[end - 1].text, end - first, cursor)
            if span is None:
                continue
            cursor = span[1]
            path = [*((above, name) for above, name in path if above < level), (level, title)]
            found.append((span, _titles(path)))
        yield Titles(before, found)


def _titles(path: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(title for _, title in path)


def _place(text: str, opening: str, closing: str, lines: int, cursor: int) -> Span | None:
    """Where a heading stands, by its first and last line; None where a broken word in it was made whole."""
    # Whole lines: the words of a title may well stand in a sentence above it.
    start = f"\n{text}\n".find(f"\n{opening}\n", cursor)
    if start < 0:
        return None
    end = start + len(opening)
    if lines > 1:
        last = text.find(closing, end)
        end = end if last < 0 else last + len(closing)
    return start, end


def _size(line: Line) -> float:
    return 0.0 if line.is_askew else round(4 * line.size) / 4


def _levels(pages: Sequence[Page]) -> Mapping[float, int]:
    """Sizes that headings are set in → level, 0 for the largest."""
    chars: Counter[float] = Counter()
    on: dict[float, set[int]] = defaultdict(set)
    for number, page in enumerate(pages):
        for line in page.lines:
            if line.size:
                chars[_size(line)] += len(line.text)
                on[_size(line)].add(number)
    if not chars:
        return {}
    least = min(len(pages), max(2, int(_LEAST_SHARE * len(pages))))
    usual = max(chars, key=lambda size: (chars[size], size))
    larger = sorted((size for size in chars if size >= _LARGER * usual and len(on[size]) >= least), reverse=True)
    if sum(chars[size] for size in larger) > _MAX_SHARE * chars.total():
        return {}
    levels: dict[float, int] = {}
    level, first = -1, float("inf")
    for size in larger:
        if size * _SAME_SIZE < first:
            level, first = min(level + 1, _MAX_LEVELS - 1), size
        levels[size] = level
    return levels


def _on_page(lines: Sequence[Line], levels: Mapping[float, int]) -> Iterator[_Heading]:
    place = 0
    while place < len(lines):
        level = levels.get(_size(lines[place]))
        end = place + 1
        if level is None:
            place = end
            continue
        while end < len(lines) and _goes_on(lines[end - 1], lines[end], levels):
            end += 1
        title = one_line(" ".join(line.text for line in lines[place:end])) if end - place <= _MAX_LINES else ""
        yield place, end, level, title if _reads_as_title(title) else ""
        place = end


def _goes_on(above: Line, line: Line, levels: Mapping[float, int]) -> bool:
    """Whether a heading runs over into this line."""
    gap = above.bottom - (line.bottom + line.height)
    return levels.get(_size(line)) == levels.get(_size(above)) and -line.height < gap < 0.6 * line.height


def _reads_as_title(title: str) -> bool:
    words = title.split()
    if "___" in title:  # a form to fill in
        return False
    if len(title) > MAX_HEADING_CHARS or len(words) > _MAX_WORDS:
        return False
    if sum(map(str.isalpha, title)) < max(2, 0.4 * len(title.replace(" ", ""))):
        return False
    return not (title.endswith((".", ";", ",")) and len(words) > 8)
