"""Which sentences of the candidates a selection shows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from secondhop.types import Ranking, Selection

if TYPE_CHECKING:
    from secondhop.types import Bools


def shown_sentences(hits: Ranking, selection: Selection) -> Bools:
    """[sentences] whether each begins inside a kept span."""
    sentences = hits.sentences
    kept = {decision.chunk_id: decision.spans for decision in selection.decisions if decision.fate == "kept"}
    spans = [(place, *span) for place, hit in enumerate(hits.hits) for span in kept.get(hit.chunk.id, ())]
    hit, start, end = np.fromiter(chain.from_iterable(spans), np.int64, 3 * len(spans)).reshape(-1, 3).T
    beyond = int(max(sentences.end.max(initial=0), end.max(initial=0))) + 1  # longer than any text, so hits stay apart
    begins = sentences.hit * beyond + sentences.start
    first, last = begins.searchsorted(hit * beyond + np.stack((start, end)))
    n = len(begins) + 1
    shown: Bools = (np.bincount(first, minlength=n) - np.bincount(last, minlength=n)).cumsum()[:-1] > 0
    return shown
