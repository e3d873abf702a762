"""Labels: sentences that name what those behind them are about, such as a heading, a subject line, "Bill to: …"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from secondhop.selection.lists import EMPTY_LINE, ENDS, ITEM
from secondhop.text.sentences import THAI_AND_LAO
from secondhop.types import Ranking

if TYPE_CHECKING:
    from secondhop.types import Bools, Floats

CARRIED = 0.8
"""Share of a label's value that the sentence behind it has, the next one the same share of that, and so on."""
FURTHEST = 5
"""How many sentences behind a label are about it."""
_ITEM = re.compile(ITEM)
_WITHOUT_STOPS = re.compile(f"[{THAI_AND_LAO}]")


def carried(hits: Ranking, values: Floats, lines: Bools) -> Floats:
    """[sentences] what each is worth for the labels before it in its chunk: "Total due: 90" for "INVOICE No 7".

    Args:
        hits: the candidates.
        values: of their sentences.
        lines: [hits] whether each is a text of lines.
    """
    are, hit, worth = _are_labels(hits, values), hits.sentences.hit, np.zeros(len(values))
    if not are.any():
        return worth
    labels = np.where(are, values, 0.0)
    for step in range(1, min(FURTHEST, len(values) - 1) + 1):
        same = hit[step:] == hit[:-step]
        np.maximum(worth[step:], CARRIED**step * labels[:-step] * same, out=worth[step:])
    for number in np.flatnonzero(np.diff(hit, prepend=-1) != 0 & lines[hit]).tolist():
        _carry_to_items(hits, number, labels, worth)
    return worth


def _carry_to_items(hits: Ranking, first: int, labels: Floats, worth: Floats) -> None:
    """Makes all items of a list worth what the first one is for the label above it."""
    place = int(hits.sentences.hit[first])
    text, base = hits.hits[place].chunk.text, hits.hits[place].chunk.start
    above = 0.0
    starts = hits.sentences.start[hits.sentences.hit == place].tolist()
    for number, start in enumerate(starts, first):
        if _ITEM.match(text, start - base):
            above = worth[number] = max(above, worth[number])
        else:
            above = 0.0


def _are_labels(hits: Ranking, values: Floats) -> Bools:
    """Whether each sentence of any value ends in no stop, or begins with a title, which an empty line follows.

    An item of a list says nothing about the next one.
    """
    sentences = hits.sentences
    texts = [(hit.chunk.text, hit.chunk.start) if hit.chunk.kind == "prose" else None for hit in hits.hits]
    valued = np.flatnonzero(values > 0)
    columns = (valued, sentences.hit[valued], sentences.start[valued], sentences.end[valued])
    labels: list[int] = []
    for number, hit, start, end in zip(*[column.tolist() for column in columns], strict=True):
        if (found := texts[hit]) is not None and _is_label(found[0], start - found[1], end - found[1]):
            labels.append(number)
    are = np.zeros(len(values), bool)
    are[labels] = True
    return are


def _is_label(text: str, start: int, end: int) -> bool:
    if text[end - 1] not in ENDS and not (_ITEM.match(text, start) or _WITHOUT_STOPS.match(text, end - 1)):
        return True
    return text.find("\n", start, end) >= 0 and EMPTY_LINE.search(text, start, end) is not None
