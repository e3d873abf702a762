"""Running headers and footers, told by repeating at the same height near the edge of pages; watermarks; page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from secondhop.loading.pdf.page import Line, Page

_EDGE = 0.12
"""Share of the page's height, above and below, where furniture stands."""
_MAX_EDGE_LINES = 6
_MAX_CHARS = 150
_LEAST_PAGES = 3
_LEAST_PAGES_OF_WORDS = 8  # the titles of a few pages in a row may name their owner; page numbers count on
_LARGEST_GAP = 2  # left and right pages have headers of their own
_HEIGHT_STEP = 6.0  # points by which the same header may move from page to page
_DIGITS = re.compile(r"\d+")
_PAGE_OF_PAGES = re.compile(r"(?:page|seite|p\.|página|pagina|стр\.)?\s*#\s*(?:of|/|von|de|di|из)\s*#", re.IGNORECASE)

_OUTER_NUMBER = re.compile(r"\A\d{1,4}(?=\s|\Z)|(?<=\s)\d{1,4}\Z", re.ASCII)

_Key = tuple[str, int]
_EdgeLine = tuple[int, bool, str, int]


def set_apart(pages: Sequence[Page]) -> Sequence[Page]:
    """The pages with their headers and footers in `head` and `foot` instead of `lines`.

    Of a header that reads the same everywhere the first stays in place, unless it stands above the title that it repeats:
    it may be the only one to name the document.
    """
    if len(pages) < 2:
        return pages
    edges = [list(_edge_lines(page)) for page in pages]
    repeated = _repeated(edges)
    numbers = _page_numbers(pages)
    fixed = _fixed(pages, edges)
    seen: set[str] = set()
    return [
        _split(page, edge, repeated, fixed, seen, numbers.get(place))
        for place, (page, edge) in enumerate(zip(pages, edges, strict=True))
    ]


def _page_numbers(pages: Sequence[Page]) -> dict[int, tuple[int, bool]]:
    """Page → its line with the page's number, and whether that is the highest: else it is the lowest. They count on.

    The number stands alone or beside the title of a chapter. Numbers at the left of all pages may be those of sections.
    """
    outer: dict[tuple[int, bool], dict[int, int]] = defaultdict(dict)
    left: dict[tuple[int, bool], dict[int, int]] = defaultdict(dict)
    for number, page in enumerate(pages):
        places = [place for place, line in enumerate(page.lines) if line.height or not page.height]
        if not places:
            continue
        order = sorted(places, key=lambda place: page.lines[place].bottom)
        for place, at_top in ((order[0], False), (order[-1], True)):
            line = page.lines[place]
            for match in _OUTER_NUMBER.finditer(line.text):
                is_alone = match[0] == line.text
                if is_alone or (len(line.text) <= _MAX_CHARS and _is_near_edge(page, line)):
                    is_left = not is_alone and match.start() == 0
                    (left if is_left else outer)[int(match[0]) - number, at_top][number] = place
    found: dict[int, tuple[int, bool]] = {}
    for key, at_ends in outer.items():
        numbered = left[key] | at_ends
        if _is_run(sorted(numbered), _LEAST_PAGES):
            found.update((number, (place, key[1])) for number, place in numbered.items())
    return found


def _height_on(page: Page, line: Line) -> float:
    """How high the middle of a line stands on its page, 0 to 1; in the middle where that is not known."""
    is_known = page.height and line.height
    return (line.bottom + line.height / 2 - page.floor) / page.height if is_known else 0.5


def _is_near_edge(page: Page, line: Line) -> bool:
    return not _EDGE < _height_on(page, line) < 1 - _EDGE


def _edge_lines(page: Page) -> Iterable[_EdgeLine]:
    """Place, whether at the top, words without numbers, and height step of each line near an edge, or set askew."""
    if not page.height:
        return
    near, askew = [], []
    for place, line in enumerate(page.lines):
        if not line.height or len(line.text) > _MAX_CHARS:
            continue
        at_top = _height_on(page, line) >= 0.5
        if line.is_askew:
            askew.append((place, at_top, line))
        elif _is_near_edge(page, line):
            near.append((place, at_top, line))
    near.sort(key=lambda entry: entry[2].bottom)
    top, bottom = ([entry for entry in near if entry[1] == at_top] for at_top in (True, False))
    for place, at_top, line in (*top[-_MAX_EDGE_LINES:], *bottom[:_MAX_EDGE_LINES], *askew):
        step = round((line.bottom - page.floor) / _HEIGHT_STEP)
        yield place, at_top, _DIGITS.sub("#", line.text).casefold(), step


def _repeated(edges: Sequence[Sequence[_EdgeLine]]) -> set[_Key]:
    """Words and height steps that come again and again within few pages."""
    pages_of: dict[_Key, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        for key in {(words, step + near) for _, _, words, step in edge for near in (-1, 0, 1)}:
            pages_of[key].append(number)
    most = len(edges)
    often = {key: numbers for key, numbers in pages_of.items() if len(numbers) > 1}
    return {key for key, numbers in often.items() if _is_run(numbers, min(_least_pages(key[0]), most))}


def _fixed(pages: Sequence[Page], edges: Sequence[Sequence[_EdgeLine]]) -> set[str]:
    """Lines with numbers in them that stay the same from page to page, as the year of a report does."""
    pages_of: dict[str, list[int]] = defaultdict(list)
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        for text in {page.lines[place].text.casefold() for place, _, words, _ in edge if "#" in words}:
            pages_of[text].append(number)
    return {text for text, numbers in pages_of.items() if _is_run(numbers, min(_LEAST_PAGES, len(pages)))}


def _least_pages(words: str) -> int:
    if _PAGE_OF_PAGES.search(words):
        return 2
    return _LEAST_PAGES if "#" in words else _LEAST_PAGES_OF_WORDS


def _is_run(numbers: Sequence[int], least: int) -> bool:
    run = longest = 1
    for before, after in pairwise(numbers):
        run = run + 1 if after - before <= _LARGEST_GAP else 1
        longest = max(longest, run)
    return longest >= least


def _split(
    page: Page,
    edge: Sequence[_EdgeLine],
    repeated: set[_Key],
    fixed: set[str],
    seen: set[str],
    numbered: tuple[int, bool] | None,
) -> Page:
    head: set[int] = set()
    foot: set[int] = set()
    edge = [entry for entry in edge if entry[2:] in repeated]
    places = {place for place, *_ in edge}
    body = {line.text.casefold() for place, line in enumerate(page.lines) if place not in places} if edge else ()
    for place, at_top, words, _ in edge:
        text = page.lines[place].text.casefold()
        reads_the_same = "#" not in words or text in fixed
        if text not in seen and reads_the_same and any(character.isalpha() for character in words):
            seen.add(text)
            if text not in body:
                continue
        (head if at_top else foot).add(place)
    if numbered is not None:
        place, at_top = numbered
        (head if at_top else foot).add(place)
    if not head and not foot:
        return page
    parts: tuple[list[Line], list[Line], list[Line]] = ([], [], [])
    for place, line in enumerate(page.lines):
        parts[0 if place in head else 2 if place in foot else 1].append(line)
    return replace(page, head=parts[0], lines=parts[1], foot=parts[2])
