"""Two rankings to one: by words and by meaning.

Both functions have one shape: [C] lexical scores and the nearest chunks by vectors in, [C] fused scores out, on the
scale of the lexical ones, so that the bridge and selection can go on from there. A chunk that either side has found
has a fused score above zero: nothing that words alone would find is lost. `docs/findings/semantic.md` has the measurements
that chose the default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.lexical import top
from secondhop.retrieval.semantic.dense import DenseHits

if TYPE_CHECKING:
    from secondhop.types import Floats

Fusion = Callable[["Floats", DenseHits], "Floats"]

DENSE_WEIGHT = 5 / 6
"""Share of the dense side in `weighted`, where no chunk stands out by its words."""
STANDING_OUT = 7.5
"""How much more words weigh where the best chunk by words is all alone."""
_AMONG = 10
_RANGE = 4.0
"""Fused scores of chunks that lead on both sides, as a multiple of the best lexical one: what the bridge is added to."""
RRF_K = 10
"""Flattens the gap between rank 1 and rank 2. Cormack et al. 2009 have 60, which measured worse on every set."""
_SCALE_WITHOUT_WORDS = 10.0
"""The best fused score where no chunk shares a word with the query: about what a good lexical match gets."""
_LEAST = 1e-3
"""What the last of the dense hits gets, so that being found counts for something."""


def weighted(lexical: Floats, dense: DenseHits, *, weight: float = DENSE_WEIGHT) -> Floats:
    """The weighted sum of both sides, each brought to 0 to 1 and then back to the scale of the lexical scores.

    A lexical score counts by the cube of its share of the best one: 0 means "shares no word" and must stay what it is,
    and the many chunks that hold some of the words must not climb over those that are near in meaning. It counts more
    the further the best one stands out, because then the words name what is asked for. Cosines have no such zero, so
    they run from the last of the hits to the best.

    Args:
        lexical: [C] lexical scores.
        dense: the nearest chunks by vectors.
        weight: share of the dense side where no chunk stands out by its words, 0 to less than 1.
    """
    scale = _scale(lexical)
    fused = _RANGE * (1 - weight) * (1 + STANDING_OUT * _lead(lexical) ** 2) * lexical * (lexical / scale) ** 2
    fused[dense.ordinals] += _RANGE * weight * scale * _shares(dense)
    return fused


def reciprocal_rank(lexical: Floats, dense: DenseHits, *, k: int = RRF_K) -> Floats:
    """The sum of 1 / (k + rank) over both sides: for scores that cannot be compared."""
    fused = np.zeros(len(lexical))
    for ordinals in (top(lexical, len(lexical)), dense.ordinals):
        fused[ordinals] += 1.0 / (k + 1.0 + np.arange(len(ordinals)))
    best = float(fused.max(initial=0.0))
    return fused * (_scale(lexical) / best) if best > 0 else fused


def by_meaning(lexical: Floats, dense: DenseHits) -> Floats:
    """The dense side alone, on the scale of the lexical scores."""
    scores = np.zeros(len(lexical))
    scores[dense.ordinals] = _scale(lexical) * _shares(dense)
    return scores


def _shares(dense: DenseHits) -> Floats:
    """[hits] cosines from just above 0 (the last) to 1 (the best)."""
    if not len(dense.cosines):
        return dense.cosines
    lowest, highest = float(dense.cosines.min()), float(dense.cosines.max())
    if lowest == highest:
        return np.ones(len(dense.cosines))
    return np.maximum((dense.cosines - lowest) / (highest - lowest), _LEAST)


def _lead(lexical: Floats) -> float:
    """How far the best score stands above the tenth best, as a share of the best; above the best tenth of few chunks."""
    best = float(lexical.max(initial=0.0))
    place = min(_AMONG, len(lexical), 1 + -(-len(lexical) // _AMONG))
    return 1 - float(np.partition(lexical, -place)[-place]) / best if best > 0 else 0.0


def _scale(lexical: Floats) -> float:
    best = float(lexical.max(initial=0.0))
    return best if best > 0 else _SCALE_WITHOUT_WORDS


FUSIONS: dict[str, Fusion] = {"weighted": weighted, "rrf": reciprocal_rank}
