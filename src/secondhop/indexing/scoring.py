"""The BM25 family: how often a term occurs in a chunk, and how rare it is, as a weight.

`lucene` is Robertson's BM25 with the idf that cannot be negative (as in Lucene); the other variants are those of
rank-bm25, whose scores they equal on the same tokens: `okapi` (Robertson and Walker 1994, negative idf replaced by a
share of the mean, which stays above zero here), `l` and `plus` (Lv and Zhai 2011, "When Documents Are Very Long, BM25
Fails!" and "Lower-Bounding Term Frequency Normalization"). Notation: tf occurrences in the chunk, dl its length and avg
the mean length in terms, n chunks, df chunks that hold the term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from secondhop.errors import OptionError

Variant = Literal["lucene", "okapi", "l", "plus"]
_LEAST_IDF = 1e-6
"""Of words in half of all chunks or more, whose idf `okapi` has at nothing or below: what scores nothing is found nowhere."""
VARIANTS: tuple[Variant, ...] = get_args(Variant)


@dataclass(frozen=True, slots=True)
class BM25:
    """A variant and its constants: k1 >= 0 (saturation), 0 <= b <= 1 (length), delta and epsilon as in rank-bm25."""

    variant: Variant = "lucene"
    k1: float = 1.2
    b: float = 0.75
    delta: float = 1.0
    epsilon: float = 0.25

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise OptionError.choice("variant", self.variant, VARIANTS)
        if not self.k1 >= 0 or not 0 <= self.b <= 1:
            raise OptionError(f"BM25 needs k1 >= 0 and 0 <= b <= 1, not k1={self.k1!r}, b={self.b!r}")

    def idf(self, df: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        """Rarity of each term: natural logarithms; 0 where df is 0."""
        df = df.astype(np.float64)
        if self.variant == "lucene":
            idf = np.log1p((n - df + 0.5) / (df + 0.5))
        elif self.variant == "okapi":
            idf = np.log((n - df + 0.5) / (df + 0.5))
            mean = float(idf[df > 0].mean()) if (df > 0).any() else 0.0
            idf = np.maximum(np.where(idf < 0, self.epsilon * mean, idf), _LEAST_IDF)
        elif self.variant == "l":
            idf = np.log((n + 1) / (df + 0.5))
        else:
            idf = np.log((n + 1) / np.maximum(df, 1.0))
        return np.where(df > 0, idf, 0.0)

    def saturation(self, tf: NDArray[np.float64], dl: NDArray[np.float64], avg: float) -> NDArray[np.float64]:
        """What an occurrence count is worth in a chunk of that length, to be multiplied by the idf. 0 where tf is 0."""
        length = 1.0 - self.b + self.b * dl / avg
        if self.variant == "l":
            ctd = tf / length
            # The paper has no factor tf; rank-bm25 has, and equal scores are what this variant is for.
            return tf * (self.k1 + 1) * (ctd + self.delta) / (self.k1 + ctd + self.delta)
        value = tf * (self.k1 + 1) / (tf + self.k1 * length)
        return value + self.delta if self.variant == "plus" else value

    @property
    def floor(self) -> float:
        """The share of idf that a chunk without the term gets (rank-bm25's `plus` adds it to every chunk)."""
        return self.delta if self.variant == "plus" else 0.0
