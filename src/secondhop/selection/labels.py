"""Labels: sentences that name what those behind them are about, such as a heading, a subject line, "Bill to: …"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.selection.lists import ENDS, ITEM
from secondhop.selection.paragraphs import EMPTY_LINE
from secondhop.text.sentences import THAI_AND_LAO
from secondhop.types import Ranking, Span

if TYPE_CHECKING:
    from secondhop.types import Bools, Floats

CARRIED = 0.8
"""Share of a label's value that the sentence behind it has, the next one the same share of that, and so on."""
FURTHEST = 5
"""How many sentences behind a label are about it."""
_ITEM = re.compile(ITEM)
_WITHOUT_STOPS = re.compile(f"[{THAI_AND_LAO}]")


def carried(hits: Ranking, values: Floats, labels: Bools, lines: Bools) -> Floats:
    """[sentences] what each is worth for the labels before it in its chunk: "Total due: 90" for "INVOICE No 7".

    Args:
        hits: the candidates.
        values: of their sentences.
        labels: which of them are labels.
        lines: [hits] whether each is a chunk of lines, whose lists lend all items what the first one is worth.
    """
    hit, worth = hits.sentences.hit, np.zeros(len(values))
    if not labels.any():
        return worth
    named = np.where(labels, values, 0.0)
    for step in range(1, FURTHEST + 1):
        same = hit[step:] == hit[:-step]
        np.maximum(worth[step:], CARRIED**step * named[:-step] * same, out=worth[step:])
    if lines.any():
        _carry_to_items(hits, ((worth > 0) & lines[hit]).nonzero()[0].tolist(), worth)
    return worth


def _carry_to_items(hits: Ranking, named: list[int], worth: Floats) -> None:
    """Makes the other items of a list worth what the one below the label is."""
    hit, start = hits.sentences.hit.tolist(), hits.sentences.start.tolist()
    done = -1
    for number in named:
        if number < done:
            continue
        chunk, following, most = hits.hits[hit[number]].chunk, number, 0.0
        while (
            following < len(hit)
            and hit[following] == hit[number]
            and _ITEM.match(chunk.text, start[following] - chunk.start)
        ):
            most = worth[following] = max(most, worth[following])
            following += 1
        done = following


def find_labels(text: str, spans: Sequence[Span]) -> tuple[bool, ...]:
    """Of each sentence of a chunk of prose: whether it ends in no stop, or begins with a title, which an empty line follows.

    An item of a list says nothing about the next one.
    """
    has_titles = EMPTY_LINE.search(text) is not None
    return tuple(
        [
            (text[end - 1] not in ENDS and not (_ITEM.match(text, start) or _WITHOUT_STOPS.match(text, end - 1)))
            or (has_titles and EMPTY_LINE.search(text, start, end) is not None)
            for start, end in spans
        ]
    )
