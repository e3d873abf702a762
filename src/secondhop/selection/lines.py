"""Chunks of lines, from logs, chats, lists, minutes, tables: rows of entries that need not have to do with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.types import Ranking

if TYPE_CHECKING:
    from secondhop.types import Bools

_LEAST_SENTENCES = 5
_LEAST_SHARE = 0.8
"""Of the sentences, that begin in a line of their own, no empty one above it."""


def of_lines(hits: Ranking) -> Bools:
    """[hits] whether the sentences of each chunk are many and stand one right below the other."""
    bounds = np.searchsorted(hits.sentences.hit, np.arange(len(hits) + 1)).tolist()
    starts, ends = hits.sentences.start.tolist(), hits.sentences.end.tolist()
    found = np.zeros(len(hits), bool)
    for place, hit in enumerate(hits.hits):
        text, base = hit.chunk.text, hit.chunk.start
        first, last = bounds[place], bounds[place + 1]
        least = _LEAST_SHARE * (last - first - 1)
        if last - first < _LEAST_SENTENCES or hit.chunk.kind == "code" or text.count("\n") < least:
            continue
        gaps = [text[ends[number] - base : starts[number + 1] - base] for number in range(first, last - 1)]
        found[place] = sum(gap == "\n" or gap.strip(" \t\r") == "\n" for gap in gaps) >= least
    return found
