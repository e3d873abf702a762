"""Two rankings to one: by words and by meaning.

Both functions have one shape: [C] lexical scores and the nearest chunks by vectors in, [C] fused scores out, on the
scale of the lexical ones, so that the bridge and selection can go on from there. A chunk that either side has found
has a fused score above zero: nothing that words alone would find is lost. `docs/semantic.md` has the measurements
that chose the default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.dense import DenseHits
from secondhop.retrieval.lexical import top

if TYPE_CHECKING:
    from secondhop.types import Floats

Fusion = Callable[["Floats", DenseHits], "Floats"]

DENSE_WEIGHT = 0.75
"""Share of the dense side in `weighted`."""
RRF_K = 10
"""Flattens the gap between rank 1 and rank 2. Cormack et al. 2009 have 60, which measured worse on every set."""
_SCALE_WITHOUT_WORDS = 10.0
"""The best fused score where no chunk shares a word with the query: about what a good lexical match gets."""
_LEAST = 1e-3
"""What the last of the dense hits gets, so that being found counts for something."""


def weighted(lexical: Floats, dense: DenseHits, *, weight: float = DENSE_WEIGHT) -> Floats:
    """The weighted sum of both sides, each brought to 0 to 1.

    A lexical score counts as a share of the best one: 0 means "shares no word" and must stay what it is. Cosines have no
    such zero, so they run from the last of the hits to the best. Lexical scores keep their scale and the dense part is
    added on top, as the bridge is, so that what single words are worth stays comparable.

    Args:
        lexical: [C] lexical scores.
        dense: the nearest chunks by vectors.
        weight: share of the dense side, 0 to less than 1.
    """
    odds = weight / (1.0 - weight)
    return lexical + odds * _scale(lexical) * dense_shares(len(lexical), dense)


def reciprocal_rank(lexical: Floats, dense: DenseHits, *, k: int = RRF_K) -> Floats:
    """The sum of 1 / (k + rank) over both sides: for scores that cannot be compared."""
    fused = np.zeros(len(lexical))
    for ordinals in (top(lexical, len(lexical)), dense.ordinals):
        fused[ordinals] += 1.0 / (k + 1.0 + np.arange(len(ordinals)))
    best = float(fused.max(initial=0.0))
    return fused * (_scale(lexical) / best) if best > 0 else fused


def dense_shares(n: int, dense: DenseHits) -> Floats:
    """[C] cosines of the hits from just above 0 (the last) to 1 (the best); 0 for all other chunks."""
    shares = np.zeros(n)
    if len(dense.cosines):
        lowest, highest = float(dense.cosines.min()), float(dense.cosines.max())
        spread = highest - lowest
        relative = (dense.cosines - lowest) / spread if spread > 0 else np.ones(len(dense.cosines))
        shares[dense.ordinals] = np.maximum(relative, _LEAST)
    return shares


def by_meaning(lexical: Floats, dense: DenseHits) -> Floats:
    """The dense side alone, on the scale of the lexical scores."""
    return _scale(lexical) * dense_shares(len(lexical), dense)


def _scale(lexical: Floats) -> float:
    best = float(lexical.max(initial=0.0))
    return best if best > 0 else _SCALE_WITHOUT_WORDS


FUSIONS: dict[str, Fusion] = {"weighted": weighted, "rrf": reciprocal_rank}
