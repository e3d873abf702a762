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

_MAX_NUMBER_CHARS = 4

_Key = tuple[str, int]
_EdgeLine = tuple[int, bool, str, int]


def set_apart(pages: Sequence[Page]) -> Sequence[Page]:
    """The pages with their headers and footers in `head` and `foot` instead of `lines`.

    Of a header that reads the same everywhere the first stays in place: it may be the only one to name the document.
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


def _page_numbers(pages: Sequence[Page]) -> dict[int, int]:
    """Page → its line that is the page's number, wherever the text ends: lowest or highest, and counting on."""
    places: dict[tuple[int, bool], dict[int, int]] = defaultdict(dict)
    for number, page in enumerate(pages):
        if not page.lines:
            continue
        order = [place for _, place in sorted((line.bottom, place) for place, line in enumerate(page.lines))]
        for place, at_top in ((order[0], False), (order[-1], True)):
            text = page.lines[place].text
            if len(text) <= _MAX_NUMBER_CHARS and text.isascii() and text.isdigit():
                places[int(text) - number, at_top][number] = place
    found: dict[int, int] = {}
    for numbered in places.values():
        if _is_run(list(numbered), _LEAST_PAGES):
            found.update(numbered)
    return found


def _edge_lines(page: Page) -> Iterable[_EdgeLine]:
    """Place, whether at the top, words without numbers, and height step of each line near an edge, or set askew."""
    if not page.height:
        return
    near, askew = [], []
    for place, line in enumerate(page.lines):
        if not line.height or len(line.text) > _MAX_CHARS:
            continue
        depth = (line.bottom + line.height / 2 - page.floor) / page.height
        if line.is_askew:
            askew.append((place, depth >= 0.5, line))
        elif depth >= 1 - _EDGE or depth <= _EDGE:
            near.append((place, depth >= 0.5, line))
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
    number_at: int | None,
) -> Page:
    head: set[int] = set()
    foot: set[int] = set()
    for place, at_top, words, step in edge:
        if (words, step) not in repeated:
            continue
        text = page.lines[place].text.casefold()
        reads_the_same = "#" not in words or text in fixed
        if text not in seen and reads_the_same and any(character.isalpha() for character in words):
            seen.add(text)
            continue
        (head if at_top else foot).add(place)
    if number_at is not None and number_at not in head:
        foot.add(number_at)
    if not head and not foot:
        return page
    parts: tuple[list[Line], list[Line], list[Line]] = ([], [], [])
    for place, line in enumerate(page.lines):
        parts[0 if place in head else 2 if place in foot else 1].append(line)
    return replace(page, head=parts[0], lines=parts[1], foot=parts[2])
