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
    """[hits] whether the sentences of each chunk are many and stand one right below the other, not on a page laid out."""
    bounds = hits.sentences.hit.searchsorted(np.arange(len(hits) + 1)).tolist()
    ends = hits.sentences.end.tolist()
    found = np.zeros(len(hits), bool)
    for place, hit in enumerate(hits.hits):
        text, base = hit.chunk.text, hit.chunk.start
        first, last = bounds[place], bounds[place + 1] - 1
        least = _LEAST_SHARE * (last - first)
        if (
            last - first < _LEAST_SENTENCES - 1
            or hit.chunk.kind == "code"
            or hit.chunk.page
            or text.count("\n") < least
        ):
            continue
        behind = [text[end - base] for end in ends[first:last]]
        empty = text.count("\n\n") + text.count("\n\r\n")
        found[place] = behind.count("\n") + behind.count("\r") - empty >= least
    return found
