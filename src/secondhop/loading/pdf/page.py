"""What the readers of a PDF hand on: pages of lines, with the place of each line where the reader knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from secondhop.types import Span

State = Literal["text", "empty", "no_text_layer", "limit_hit", "damaged"]
"""Why a page has no text: nothing is drawn on it, only pictures are, or its content could not be unpacked or read."""

Weight = Literal[0, 1, 2]
"""2 for bold letters, 1 for such as are slanted, too, 0 for others."""


class Line(NamedTuple):
    """One line as drawn, in points from the page's lower left corner. All numbers are 0 where they are not known."""

    text: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    height: float = 0.0
    """From descent to ascent of its letters."""
    size: float = 0.0
    """Of its font, which is told even where the font does not say how high its letters are."""
    is_askew: bool = False
    """Whether it runs neither along nor across the page, as words do that are laid over all pages."""
    weight: Weight = 0
    """How bold its letters are from end to end."""
    is_row: bool = False
    """Whether it consists of cells; told only of what is bold."""
    number_size: float = 0.0
    """Of the letters of the number that it begins with, apart from other words; 0 if it begins with none."""


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page, those of repeated headers and footers apart."""

    lines: Sequence[Line] = ()
    head: Sequence[Line] = ()
    foot: Sequence[Line] = ()
    floor: float = 0.0
    height: float = 0.0
    """Lower edge and height of the page, in points; 0 where they are not known."""
    quarters: int = 0
    """By how many quarters it is turned clockwise to be shown."""
    state: State = "text"
    has_unread_fields: bool = False
    """Whether something was filled in that is no text, or more than is read."""
    n_comments: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the outline."""

    page: int
    heading_path: tuple[str, ...]
    left: float = 0.0
    top: float | None = None
    """Where on the page it leads to; None where it names the page alone."""


@dataclass(frozen=True, slots=True)
class Titles:
    """The headings of one page."""

    before: tuple[str, ...] = ()
    """The heading path at the top of the page."""
    found: Sequence[tuple[int, Span | None, tuple[str, ...]]] = ()
    """Where what each heading heads begins in the page's text, where its words stand there, if they do, and its path."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What a reader found in the file."""

    pages: Sequence[Page]
    labels: Sequence[str] = ()
    title: str = ""
    author: str = ""
    outline: Sequence[Entry] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def has_text(self) -> bool:
        """Whether any page has."""
        return any(page.lines for page in self.pages)


def turn(box: Any, quarters: int) -> None:
    """Make the box one of the page as it is shown, turned clockwise by this many quarters."""
    for _ in range(quarters):
        box.left, box.bottom, box.right, box.top = box.bottom, -box.right, box.top, -box.left


def count(number: int, singular: str, plural: str | None = None) -> str:
    """The number with its noun."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as people write them: "3, 7-9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
