"""The numbers of lines beside code and drafts, told by being smaller than the lines and counting on with them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from secondhop.loading.pdf.page import Line, Page

_SMALLER = 0.9
_LEAST = 30
"""Numbers of a run: items of a list may have small numbers, too."""
_STEPS = frozenset({1, 2, 5, 10})
"""Every line is numbered, or one of so many."""
_LEAST_IN_STEP = 0.5
"""Of the numbers of a run: those that stand as many lines below the one before as they are higher."""
LEADING_NUMBER = re.compile(r"([0-9]{1,5})(?: |\Z)")


class _Number(NamedTuple):
    page: int
    place: int
    """Of its line on the page."""
    value: int


def set_apart_line_numbers(pages: Sequence[Page]) -> Sequence[Page]:
    """The pages with the numbers of their lines in `foot`, as one line."""
    runs: list[list[_Number]] = []
    current: dict[float, list[_Number]] = {}
    for number, page in enumerate(pages):
        for place, line in enumerate(page.lines):
            if not line.number_size:
                continue
            match = LEADING_NUMBER.match(line.text)
            if match is None or not int(match[1]):
                continue
            size, entry = round(2 * line.number_size) / 2, _Number(number, place, int(match[1]))
            run = current.get(size)
            step = run[1].value - run[0].value if run and len(run) > 1 else 0
            if run and entry.value - run[-1].value in ({step} if step else _STEPS):
                run.append(entry)
            else:
                runs.append([entry])
                current[size] = runs[-1]
    found: dict[int, set[int]] = defaultdict(set)
    for run in runs:
        if len(run) >= _LEAST and _are_beside_lines(run, pages):
            for entry in run:
                found[entry.page].add(entry.place)
    return [_without(page, found[number]) if number in found else page for number, page in enumerate(pages)]


def _are_beside_lines(run: Sequence[_Number], pages: Sequence[Page]) -> bool:
    """Whether the numbers of a run are smaller than their lines and, mostly, go up from line to line."""
    lines = [pages[entry.page].lines[entry.place] for entry in run]
    in_step = sum(
        entry.page == above.page and entry.place - above.place == entry.value - above.value
        for above, entry in pairwise(run)
    )
    is_small = lines[0].number_size < _SMALLER * max(line.size for line in lines)
    return is_small and in_step >= _LEAST_IN_STEP * (len(run) - 1)


def _without(page: Page, places: set[int]) -> Page:
    """The page with the numbers of these lines in its `foot`."""
    lines: list[Line] = []
    numbers: list[str] = []
    for place, line in enumerate(page.lines):
        number, _, rest = line.text.partition(" ") if place in places else ("", "", line.text)
        numbers += [number] if number else []
        lines += [line._replace(text=rest)] if rest else []
    return replace(page, lines=lines, foot=[*page.foot, Line(" ".join(numbers))])
