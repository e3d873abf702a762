"""Reranking: the best of the direct order, put into the order of a model that reads question and chunk together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from secondhop.types import Floats, Ints


def rerank(direct: Floats, pool: Ints, scores: Floats) -> Floats:
    """[C] direct scores in which the chunks of the pool stand in the order of `scores`.

    The values stay what they were, and only change hands: the best reranked chunk gets the best direct score of the
    pool, and so on. So the scores still say how far apart the places are, on the scale that the bridge adds to.

    Args:
        direct: [C] scores to be reordered.
        pool: ordinals of the chunks that were scored.
        scores: the cross-encoder's scores of these; equal ones keep their order.
    """
    reranked = direct.copy()
    before = pool[np.lexsort((pool, -direct[pool]))]
    place = {ordinal: number for number, ordinal in enumerate(before.tolist())}
    earlier = np.array([place[ordinal] for ordinal in pool.tolist()], np.int64)
    reranked[pool[np.lexsort((earlier, -scores))]] = direct[before]
    return reranked
