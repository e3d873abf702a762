"""Labels: sentences that name what those behind them are about, such as a heading, a subject line, "Bill to: …"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from secondhop.selection.lists import EMPTY_LINE, ITEM
from secondhop.text.sentences import STOPS, THAI_AND_LAO, WIDE_STOPS
from secondhop.types import Ranking

if TYPE_CHECKING:
    from secondhop.types import Bools, Floats

CARRIED = 0.8
"""Share of a label's value that the sentence behind it has, the next one the same share of that, and so on."""
FURTHEST = 5
"""How many sentences behind a label are about it."""
_ITEM = re.compile(ITEM)
_ENDS = frozenset(f"{STOPS}{WIDE_STOPS};；\"')]”’»」』）|`")
"""What whole sentences end with, clauses of a list, rows and snippets."""
_WITHOUT_STOPS = re.compile(f"[{THAI_AND_LAO}]")


def carried(hits: Ranking, values: Floats) -> Floats:
    """[sentences] what each is worth for the labels before it in its chunk: "Total due: 90" for "INVOICE No 7"."""
    are, hit, worth = _are_labels(hits, values), hits.sentences.hit, np.zeros(len(values))
    if not are.any():
        return worth
    labels = np.where(are, values, 0.0)
    for step in range(1, min(FURTHEST, len(values) - 1) + 1):
        same = hit[step:] == hit[:-step]
        np.maximum(worth[step:], CARRIED**step * labels[:-step] * same, out=worth[step:])
    return worth


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
    if text[end - 1] not in _ENDS and not (_ITEM.match(text, start) or _WITHOUT_STOPS.match(text, end - 1)):
        return True
    return text.find("\n", start, end) >= 0 and EMPTY_LINE.search(text, start, end) is not None
