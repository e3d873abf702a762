"""Lines in bold letters at about the size of the text: which of them head what follows.

Those that stand alone do. Bold are also words that a sentence stresses, cells of tables, names below signatures and
running heads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from secondhop.loading.pdf.page import Line, Page

_ALONE = 1.3
"""Of the usual way from line to line: a heading stands at least so far below what is above it."""
_BESIDE = 0.3  # of a line's height: what stands less far below it is in its row
_LEAST_RUNNING = 3  # pages that a line opens, but for its numbers, before it is a running head
_DIGITS = re.compile(r"\d+")
_FIGURE = re.compile(r"[($€£–—-]*[0-9][0-9.,]*[%)]*|[–—-]")
_YEAR = re.compile("(?:19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What bold lines are compared with."""

    pitch: float
    """The usual way from one line to the next, in points."""
    openings: Container[str]
    """Lines that open several pages, without their numbers."""

    @classmethod
    def of(cls, pages: Sequence[Page], size: float) -> Surroundings:
        """Those of a document whose text is set in letters of this size."""
        ways: Counter[int] = Counter()
        for page in pages:
            for above, line in pairwise(page.lines):
                way = above.bottom - line.bottom
                if 0 < way < 3 * line.height and abs(line.size - size) < 0.5 and not line.weight:
                    ways[round(2 * way)] += 1
        opening = Counter(_DIGITS.sub("#", page.lines[0].text) for page in pages if page.lines)
        return cls(
            max(ways, key=lambda way: (ways[way], -way), default=0) / 2,
            {text for text, number in opening.items() if number >= _LEAST_RUNNING},
        )

    def are_elsewhere(self, lines: Sequence[Line], first: int, end: int) -> bool:
        """Whether bold lines are cells, a running head, or stand where nothing is below them or nothing right above."""
        if end == len(lines) or any(line.is_row for line in lines[first:end]):
            return True
        if not first:
            return _DIGITS.sub("#", lines[0].text) in self.openings or not _is_above(lines[end - 1], lines[end])
        above, below = lines[first - 1], lines[end]
        if not _is_above(above, lines[first]) or not _is_above(lines[end - 1], below):
            return True
        return _ends_in_figures(above.text) and _ends_in_figures(below.text)

    def stand_alone(self, lines: Sequence[Line], first: int) -> bool:
        """Whether bold lines stand apart from what is above them."""
        return not first or lines[first - 1].bottom - lines[first].bottom >= _ALONE * self.pitch


def _is_above(upper: Line, lower: Line) -> bool:
    return upper.bottom - lower.bottom >= _BESIDE * lower.height


def _ends_in_figures(text: str) -> bool:
    """Whether it is a row of figures; years stand in the header of one."""
    last = text.split()[-2:]
    return len(last) == 2 and all(map(_FIGURE.fullmatch, last)) and not all(map(_YEAR.fullmatch, last))
