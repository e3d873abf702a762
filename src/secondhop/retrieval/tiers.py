"""Direct scores: by words alone, by meaning, or by both; then perhaps in a reranker's order.

The bridge and selection go on from the direct scores, whichever tiers made them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop.retrieval.lexical import top
from secondhop.retrieval.semantic.dense import VectorIndex
from secondhop.retrieval.semantic.fusion import Fusion, by_meaning
from secondhop.retrieval.semantic.rerank import rerank
from secondhop.retrieval.whole_text import WholeTexts

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """The dense side of a document."""

    embed: Callable[[str], Any]
    """A question to its vector."""
    index: VectorIndex
    """Over the vectors of all chunks."""
    fuse: Fusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """What ranks besides words."""

    dense: Dense | None = None
    rerank: Callable[[str, Sequence[str]], Any] | None = None
    """Scores of texts for a question, higher is better."""
    candidate_pool: int = 100
    """How many of the nearest chunks are fused, and how many of the best fused ones are reranked."""
    min_candidates: int = 0
    """At least so many candidates, where there are so many chunks."""

    @property
    def counts_texts(self) -> bool:
        """Whether whole texts count: not where words do not, nor behind a reranker, which has read the chunks."""
        return self.rerank is None and (self.dense is None or self.dense.fuse is not by_meaning)


@dataclass(frozen=True, slots=True)
class Direct:
    """How well each chunk answers to the question itself."""

    scores: Floats
    """[C] what ranks; 0 for chunks that no tier has found."""
    lexical: Floats
    """[C] by words alone, and by names where a context is made."""
    more: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """Further scores of some chunks: `dense`, `rerank`."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds: `embed`, `rerank`."""
    texts: WholeTexts | None = None
    """What chunks get for the texts they are of, in `scores`; None where texts do not count."""
    _alone: Floats | None = None

    @classmethod
    def by_words(cls, lexical: Floats) -> Direct:
        """Words alone."""
        return cls(lexical, lexical)

    @property
    def alone(self) -> Floats:
        """[C] what ranks, without what chunks get for their texts."""
        return self.scores if self._alone is None else self._alone

    def with_lexical(self, lexical: Floats) -> Direct:
        """The same with other scores by words; what ranks moves by as much."""
        if lexical is self.lexical:
            return self
        alone = None if self._alone is None else self._moved(self._alone, lexical)
        return replace(self, scores=self._moved(self.scores, lexical), lexical=lexical, _alone=alone)

    def _moved(self, scores: Floats, lexical: Floats) -> Floats:
        return lexical if scores is self.lexical else scores + (lexical - self.lexical)

    def with_texts(self, texts: WholeTexts) -> Direct:
        """The same with what chunks get for their texts on top: as much beside what ranks as it is beside words."""
        best = float(self.lexical.max(initial=0.0))
        if self.scores is not self.lexical and best > 0:
            scale = float(self.scores.max()) / best
            texts = replace(texts, scores=scale * texts.scores)
        return replace(self, scores=self.scores + texts.scores, texts=texts, _alone=self.scores)

    def parts(self, ordinals: Ints) -> list[dict[str, float]]:
        """The scores of each of these chunks by name."""
        parts = [{"lexical": score} for score in self.lexical[ordinals].tolist()]
        if self.texts is not None:
            for part, score, text in zip(
                parts, self.scores[ordinals].tolist(), self.texts.scores[ordinals].tolist(), strict=True
            ):
                part["direct"], part["text"] = score, text
        if self.more:
            for part, ordinal, score in zip(parts, ordinals.tolist(), self.scores[ordinals].tolist(), strict=True):
                part["direct"] = score
                part.update((name, scores[ordinal]) for name, scores in self.more.items() if ordinal in scores)
        return parts


def direct_by(
    tiers: Tiers | None, snapshot: Snapshot, text: str, lexical: Floats, candidate_k: int, allowed: Bools | None
) -> Direct:
    """Direct scores of all chunks.

    Args:
        tiers: what ranks besides words; None for nothing.
        snapshot: the index.
        text: the question.
        lexical: [C] scores by words, 0 where not allowed. Those below 0 count as 0 beside meaning.
        candidate_k: how many candidates are wanted: the pool is at least as large.
        allowed: [C] chunks that may be returned; None for all.
    """
    if tiers is None or not text.strip():
        return Direct.by_words(lexical)
    direct, more, timings = lexical, {}, {}
    if tiers.dense is not None:
        began = perf_counter()
        vector = tiers.dense.embed(text)
        timings["embed"] = 1e3 * (perf_counter() - began)
        pool = max(tiers.candidate_pool, candidate_k, tiers.min_candidates)
        found = tiers.dense.index.search(vector, pool, allowed)
        direct = tiers.dense.fuse(np.maximum(lexical, 0.0), found)
        more["dense"] = dict(zip(found.ordinals.tolist(), found.cosines.tolist(), strict=True))
    if tiers.rerank is not None and len(best := top(direct, tiers.candidate_pool)):
        began = perf_counter()
        scores = np.asarray(tiers.rerank(text, [chunk.text for chunk in snapshot.chunks(best)]), float)
        direct = rerank(direct, best, scores)
        more["rerank"] = dict(zip(best.tolist(), scores.tolist(), strict=True))
        timings["rerank"] = 1e3 * (perf_counter() - began)
    return Direct(direct, lexical, more, timings)
