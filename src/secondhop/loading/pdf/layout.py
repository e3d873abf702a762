"""From lines as they were drawn to lines as they are read: reading order, and the parts of one row put together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from secondhop.loading.pdf.fonts import is_number
from secondhop.loading.pdf.page import Line

_MAX_BLOCKS = 150
_SAME_ROW = 0.3  # of a line's height: how far apart the feet of one row's cells may be
_MARKER = re.compile(r"[•◦▪‣–]|(?:[0-9]{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]")
_MARKER_GAP = 2  # heights between the number of an item and its text
_BLOCK_GAP = 1.2  # heights between the lines of one paragraph


def in_reading_order(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines with the cells of each row joined; blocks that were drawn out of order are put where they stand.

    The order of drawing is kept wherever it can be read: only a block that stands above one drawn before it, in the
    same column, is moved.
    """
    if not all(line.height for line in lines):
        return lines
    rows = _rows(_with_markers(lines))
    blocks = _blocks(rows)
    if len(blocks) < 2 or len(blocks) > _MAX_BLOCKS or not _is_out_of_order(blocks):
        return rows
    return [line for block in _sorted(blocks) for line in block]


def _with_markers(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines with each number or bullet of a list that is drawn after its item put before it."""
    markers = [place for place, line in enumerate(lines) if place and _MARKER.fullmatch(line.text)]
    item_of: dict[int, int] = {}
    for place in markers[:_MAX_BLOCKS]:
        marker = lines[place]
        for number, line in enumerate(lines[:place]):
            is_beside = 0 <= line.left - marker.right <= _MARKER_GAP * line.height
            if is_beside and abs(line.bottom - marker.bottom) <= _SAME_ROW * line.height:
                item_of[place] = number
    if not item_of:
        return lines
    # What is no item's marker keeps its place.
    return [lines[place] for place in sorted(range(len(lines)), key=lambda place: item_of.get(place, place + 0.5))]


def _rows(lines: Sequence[Line]) -> list[Line]:
    """Put together neighbours that stand on one line, left to right."""
    rows: list[Line] = []
    for line in lines:
        last = rows[-1] if rows else None
        if (
            last is not None
            and abs(line.bottom - last.bottom) <= _SAME_ROW * min(last.height, line.height)
            and line.left >= last.right
        ):
            height, size = max(last.height, line.height), max(last.size, line.size)
            weight = min(last.weight, line.weight)
            is_row = weight > 0 and (last.is_row or line.is_row or not is_number(last.text))
            text = f"{last.text} {line.text}"
            rows[-1] = Line(
                text, last.left, line.right, last.bottom, height, size, False, weight, is_row, last.number_size
            )
        else:
            rows.append(line)
    return rows


def _blocks(rows: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines that go on one under the other."""
    blocks: list[list[Line]] = []
    for line in rows:
        above = blocks[-1][-1] if blocks else None
        if above is not None:
            gap = above.bottom - (line.bottom + line.height)
            goes_on = -0.5 * line.height <= gap <= _BLOCK_GAP * max(line.height, above.height)
            if goes_on and line.left < above.right and above.left < line.right:
                blocks[-1].append(line)
                continue
        blocks.append([line])
    return blocks


_Box = tuple[float, float, float, float]


def _box(block: Sequence[Line]) -> _Box:
    """Left, right, bottom, top."""
    return (
        min(line.left for line in block),
        max(line.right for line in block),
        min(line.bottom for line in block),
        max(line.bottom + line.height for line in block),
    )


def _is_above(upper: _Box, lower: _Box) -> bool:
    """Whether the one stands wholly above the other, in the same column."""
    shared = min(upper[1], lower[1]) - max(upper[0], lower[0])
    narrower = min(upper[1] - upper[0], lower[1] - lower[0])
    slack = 0.25 * min(upper[3] - upper[2], lower[3] - lower[2], 12.0)
    return shared > 0.2 * narrower and upper[2] >= lower[3] - slack


def _is_out_of_order(blocks: Sequence[Sequence[Line]]) -> bool:
    boxes = [_box(block) for block in blocks]
    return any(
        _is_above(later, earlier)
        for place, later in enumerate(boxes)
        for earlier in boxes[:place]
        if later[3] > earlier[3]
    )


def _sorted(blocks: Sequence[list[Line]]) -> list[list[Line]]:
    """The blocks as they were drawn, each after those that stand above it."""
    boxes = [_box(block) for block in blocks]
    above = [[place for place, other in enumerate(boxes) if _is_above(other, box)] for box in boxes]
    order: dict[int, None] = {}
    waiting: list[int] = []
    for number in range(len(blocks)):
        waiting.append(number)
        while waiting:
            first = next((place for place in above[waiting[-1]] if place not in order and place not in waiting), None)
            if first is None:
                order[waiting.pop()] = None
            else:
                waiting.append(first)
    return [blocks[number] for number in order]
