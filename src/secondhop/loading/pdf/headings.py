"""Headings told by the size and the weight of their letters, for files without an outline."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, dropwhile
from typing import NamedTuple

from secondhop.loading.builder import MAX_HEADING_CHARS, one_line
from secondhop.loading.pdf.bold import Surroundings
from secondhop.loading.pdf.page import Line, Page, Titles, Weight
from secondhop.loading.pdf.words import line_spans
from secondhop.types import Span

_LARGER = 1.15
"""From this multiple of the usual size on, a line is a heading: 14 points over 12 is."""
_NOT_SMALLER = 0.94
"""From this multiple on, a line in bold letters may be one."""
_SAME_SIZE = 1.06
_LEAST_SHARE = 0.03  # of the pages: what is large on the cover alone heads nothing
_MAX_LEVELS = 4
_MAX_BOLD_LEVELS = 2  # below those of larger letters
_MAX_LINES = 3
_MAX_WORDS = 30
_MAX_SHARE = 0.25  # of all characters; what is more is no heading but another usual size, or weight
_LEAST_TITLES = 0.7  # of what is set in a style; where more of it reads as text, it is another usual one, too

_COVER_PAGES = 1
_LEAST_PAGES_AFTER_COVER = 5

_NUMBER = re.compile(r"((?:[0-9]+|[A-Z])(?:\.[0-9]+)*)[.)]?\s")

_Level = tuple[int, str]
"""Level from 0, title."""
_Style = tuple[float, Weight]
"""Size and weight."""
_Heading = tuple[int, int, int, str]
"""First line, line after the last, level from 0, title; "" where it reads as text."""


class _Styles(NamedTuple):
    """How headings of a document are set."""

    levels: Mapping[_Style, int]
    """Styles of headings → level, 0 for the largest."""
    large: float
    """From this size on, letters of any weight are those of a heading; their styles have the weight 0."""
    around: Surroundings | None
    """What bold lines are compared with, if some may be headings."""

    def level(self, line: Line) -> int | None:
        """The level of headings that are set like this line, if there are any."""
        size, weight = _style(line)
        return self.levels.get((size, 0 if size >= self.large else weight))


def headed_by_style(texts: Sequence[str], pages: Sequence[Page]) -> Iterator[Titles]:
    """For each page the headings on it; the last one goes on to the next page, unless it stands on the cover."""
    styles = _styles(pages)
    set_apart = [list(_on_page(page.lines, styles)) for page in pages]
    reads_well: dict[int, list[bool]] = defaultdict(list)
    for _, _, level, title in chain.from_iterable(set_apart):
        reads_well[level].append(title != "")
    heads = {level for level, titles in reads_well.items() if sum(titles) >= _LEAST_TITLES * len(titles)}
    path: list[_Level] = []
    for number, (text, page) in enumerate(zip(texts, pages, strict=True)):
        if number == _COVER_PAGES and len(pages) > _LEAST_PAGES_AFTER_COVER:
            has_text = any(_number(title) == "1" for *_, title in set_apart[0])
            path = [*dropwhile(lambda heading: not _number(heading[1]), path)] if has_text else []
        before = _titles(path)
        found: list[tuple[int, Span | None, tuple[str, ...]]] = []
        spans = list(line_spans(page.lines, text)) if set_apart[number] else []
        for first, end, level, title in set_apart[number]:
            if not title or level not in heads:
                continue
            span = spans[first][0], spans[end - 1][1]
            path = _under(path, level, one_line(text[slice(*span)]))
            found.append((span[0], span, _titles(path)))
        yield Titles(before, found)


def _under(path: Sequence[_Level], level: int, title: str) -> list[_Level]:
    """The path of a heading: below the one whose number its own continues, else below those in larger letters."""
    number = _number(title)
    for place, (above, name) in reversed(list(enumerate(path))):
        if _number(name) and number.startswith(f"{_number(name)}."):
            return [*path[: place + 1], (max(above, level), title)]
    return [*((above, name) for above, name in path if above < level), (level, title)]


def _number(title: str) -> str:
    """The number that a heading begins with: `2.3` or `A.1`; "" if it has none."""
    match = _NUMBER.match(title)
    return match[1] if match else ""


def _titles(path: Sequence[_Level]) -> tuple[str, ...]:
    return tuple(title for _, title in path)


def _style(line: Line) -> _Style:
    return (0.0, 0) if line.is_askew else (round(4 * line.size) / 4, line.weight)


def _styles(pages: Sequence[Page]) -> _Styles:
    chars: Counter[_Style] = Counter()
    on: dict[_Style, set[int]] = defaultdict(set)
    for number, page in enumerate(pages):
        for line in page.lines:
            if line.size:
                style = _style(line)
                chars[style] += len(line.text)
                on[style].add(number)
    sizes: Counter[float] = Counter()
    for (size, _), n_chars in chars.items():
        sizes[size] += n_chars
    usual = max(sizes, key=lambda size: (sizes[size], size), default=0.0)
    large = _LARGER * usual
    larger = {(size, weight) for size, weight in chars if size >= large}
    bold = {(size, weight) for size, weight in chars if weight and _NOT_SMALLER * usual <= size < large}
    pages_of: dict[_Style, set[int]] = defaultdict(set)
    for styles in (larger, bold):
        if sum(chars[style] for style in styles) <= _MAX_SHARE * chars.total():
            for size, weight in styles:
                pages_of[size, 0 if size >= large else weight] |= on[size, weight]
    least = min(len(pages), max(2, int(_LEAST_SHARE * len(pages))))
    levels: dict[_Style, int] = {}
    level, first = -1, (float("inf"), 0)
    for size, weight in sorted((style for style, numbers in pages_of.items() if len(numbers) >= least), reverse=True):
        if size * _SAME_SIZE < first[0] or weight != first[1]:
            deepest = _MAX_LEVELS - 1 if size >= large else _MAX_LEVELS - 1 + _MAX_BOLD_LEVELS
            level, first = min(level + 1, deepest), (size, weight)
        levels[size, weight] = level
    return _Styles(levels, large, Surroundings.of(pages, usual) if any(weight for _, weight in levels) else None)


def _on_page(lines: Sequence[Line], styles: _Styles) -> Iterator[_Heading]:
    end = 0
    while end < len(lines):
        first, level = end, styles.level(lines[end])
        end += 1
        if level is None:
            continue
        while end < len(lines) and _goes_on(lines[end - 1], lines[end], styles):
            end += 1
        around = None if _style(lines[first])[0] >= styles.large else styles.around
        if around and around.are_elsewhere(lines, first, end):
            continue
        title = one_line(" ".join(line.text for line in lines[first:end])) if end - first <= _MAX_LINES else ""
        reads_well = _reads_as_title(title)
        if around and title and not reads_well and around.stand_alone(lines, first):
            continue  # a sentence set apart in bold letters does not speak against headings in such
        is_heading = reads_well and (not around or (not title[0].islower() and around.stand_alone(lines, first)))
        yield first, end, level, title if is_heading else ""


def _goes_on(above: Line, line: Line, styles: _Styles) -> bool:
    """Whether a heading runs over into this line."""
    gap = above.bottom - (line.bottom + line.height)
    return styles.level(line) == styles.level(above) and -line.height < gap < 0.6 * line.height


def _reads_as_title(title: str) -> bool:
    words = title.split()
    if "___" in title:  # a form to fill in
        return False
    if len(title) > MAX_HEADING_CHARS or len(words) > _MAX_WORDS:
        return False
    if sum(map(str.isalpha, title)) < max(2, 0.4 * len(title.replace(" ", ""))):
        return False
    is_sentence = title.endswith((".", ";", ",")) and len(words) > 8
    return not is_sentence or (title.endswith(".") and words[0][0].isdigit())
