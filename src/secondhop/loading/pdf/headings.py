"""Headings told by the size and the weight of their letters, for files without an outline."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from secondhop.loading.builder import MAX_HEADING_CHARS, one_line
from secondhop.loading.pdf.page import Line, Page, Titles, Weight
from secondhop.types import Span

_LARGER = 1.15
"""From this multiple of the usual size on, a line is a heading: 14 points over 12 is."""
_NOT_SMALLER = 0.94
"""From this multiple on, a line in bold letters is one, if it stands alone."""
_SAME_SIZE = 1.06
_ALONE = 1.3
"""Of the usual way from line to line: a heading at the size of the text stands at least so far below what is above it."""
_LEAST_SHARE = 0.03  # of the pages: what is large on the cover alone heads nothing
_MAX_LEVELS = 4
_MAX_LINES = 3
_MAX_WORDS = 30
_MAX_SHARE = 0.25  # of all characters; what is more is no heading but another usual size
_LEAST_TITLES = 0.7  # of what is set in a style; where more of it reads as text, it is another usual one, too
_LEAST_RUNNING = 3  # pages that a line opens, but for its numbers, before it is a running head
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = tuple(".:;!?)]”")
_CAPTION = re.compile(r"(?:fig(?:ure)?|tab(?:le)?|tableau|tabelle|abb(?:ildung)?|listing)\b\.? ?[A-Z]?[0-9]", re.IGNORECASE)
_FIGURE = re.compile(r"[($€£–—-]*[0-9][0-9.,]*[%)]*|[–—-]")
_YEAR = re.compile("(?:19|20)[0-9]{2}")

_COVER_PAGES = 1
_LEAST_PAGES_AFTER_COVER = 5

_Style = tuple[float, Weight]
"""Size, and weight where it tells headings from text."""
_Heading = tuple[int, int, int, str]
"""First line, line after the last, level from 0, title; "" where it reads as text."""


class _Look(NamedTuple):
    """What headings of a document look like."""

    levels: Mapping[_Style, int]
    """Styles that headings are set in → level, 0 for the largest."""
    large: float
    """From this size on, size alone tells them."""
    pitch: float
    """How far it is from line to line."""
    running: Container[str]
    """Bold lines at the top of pages that come again."""

    def level(self, line: Line) -> int | None:
        """The level of a heading set like this line, if any is."""
        size, weight = _style(line)
        return self.levels.get((size, 0 if size >= self.large else weight))


def headed_by_size(texts: Sequence[str], pages: Sequence[Page]) -> Iterator[Titles]:
    """For each page the headings on it; the last one goes on to the next page, unless it stands on the cover."""
    look = _look(pages)
    large = [list(_on_page(page.lines, look)) for page in pages]
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


def _style(line: Line) -> _Style:
    return (0.0, 0) if line.is_askew else (round(4 * line.size) / 4, line.weight)


def _look(pages: Sequence[Page]) -> _Look:
    chars: Counter[_Style] = Counter()
    on: dict[_Style, set[int]] = defaultdict(set)
    for number, page in enumerate(pages):
        for line in page.lines:
            if line.size:
                style = _style(line)
                chars[style] += len(line.text)
                on[style].add(number)
    if not chars:
        return _Look({}, 0.0, 0.0, ())
    sizes: Counter[float] = Counter()
    for (size, _), number in chars.items():
        sizes[size] += number
    usual = max(sizes, key=lambda size: (sizes[size], size))
    larger: dict[_Style, set[int]] = defaultdict(set)
    bold: dict[_Style, set[int]] = {}
    for (size, weight), numbers in on.items():
        if size >= _LARGER * usual:
            larger[size, 0] |= numbers
        elif weight and size >= _NOT_SMALLER * usual:
            bold[size, weight] = numbers
    if sum(sizes[size] for size, _ in larger) > _MAX_SHARE * chars.total():
        larger = {}
    if sum(chars[style] for style in bold) > _MAX_SHARE * chars.total():
        bold = {}
    least = min(len(pages), max(2, int(_LEAST_SHARE * len(pages))))
    styles = sorted((style for style, numbers in (larger | bold).items() if len(numbers) >= least), reverse=True)
    levels: dict[_Style, int] = {}
    level, first = -1, (float("inf"), 0)
    for size, weight in styles:
        if size * _SAME_SIZE < first[0] or weight != first[1]:
            level, first = min(level + 1, _MAX_LEVELS - 1), (size, weight)
        levels[size, weight] = level
    opening = Counter(_DIGITS.sub("#", page.lines[0].text) for page in pages if page.lines)
    running = {text for text, number in opening.items() if number >= _LEAST_RUNNING}
    return _Look(levels, _LARGER * usual, _pitch(pages, usual) if bold else 0.0, running)


def _pitch(pages: Sequence[Page], usual: float) -> float:
    """How far it is as a rule from one line of the text to the next."""
    ways: Counter[float] = Counter()
    for page in pages:
        for above, line in pairwise(page.lines):
            way = above.bottom - line.bottom
            if 0 < way < 3 * line.height and _style(above) == _style(line) == (usual, 0):
                ways[round(2 * way) / 2] += 1
    return max(ways, key=lambda way: (ways[way], -way)) if ways else _LARGER * usual


def _on_page(lines: Sequence[Line], look: _Look) -> Iterator[_Heading]:
    place = 0
    while place < len(lines):
        level = look.level(lines[place])
        end = place + 1
        if level is None:
            place = end
            continue
        while end < len(lines) and _goes_on(lines[end - 1], lines[end], look):
            end += 1
        title = one_line(" ".join(line.text for line in lines[place:end])) if end - place <= _MAX_LINES else ""
        if look.levels and _style(lines[place])[0] >= look.large:
            yield place, end, level, title if _reads_as_title(title) else ""
        elif not _is_in_table(lines, place, end) and not (place == 0 and _DIGITS.sub("#", lines[0].text) in look.running):
            if not title or title[0].islower() or not _stands_alone(lines, place, end, look.pitch):
                yield place, end, level, ""
            elif _reads_as_title(title) and not _CAPTION.match(title):
                yield place, end, level, title
        place = end


def _is_in_table(lines: Sequence[Line], first: int, end: int) -> bool:
    """Whether bold lines are cells of a table, or something else that heads nothing: nothing stands below them."""
    if end == len(lines) or any(line.is_row for line in lines[first:end]):
        return True
    below, last = lines[end], lines[end - 1]
    if below.bottom > last.bottom - 0.3 * last.height:
        return True
    if not first:
        return False
    above = lines[first - 1]
    if above.bottom < lines[first].bottom + 0.3 * last.height:
        return True
    return _has_figures(above.text) and _has_figures(below.text)


def _has_figures(text: str) -> bool:
    """Whether it is a row of figures; years stand in the header of one."""
    figures = [word for word in text.split() if _FIGURE.fullmatch(word)]
    return len(figures) > 1 and not all(map(_YEAR.fullmatch, figures))


def _stands_alone(lines: Sequence[Line], first: int, end: int, pitch: float) -> bool:
    """Whether bold lines stand away from what is above them; or else from what is below, where a sentence ends above."""
    if not first or lines[first - 1].bottom - lines[first].bottom >= _ALONE * pitch:
        return True
    return (
        lines[end - 1].bottom - lines[end].bottom >= _ALONE * pitch
        and lines[first - 1].text.endswith(_SENTENCE_END)
    )


def _goes_on(above: Line, line: Line, look: _Look) -> bool:
    """Whether a heading runs over into this line."""
    gap = above.bottom - (line.bottom + line.height)
    return look.level(line) == look.level(above) and -line.height < gap < 0.6 * line.height


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
