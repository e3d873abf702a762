"""How likely it is that a context holds the evidence that its question needs.

Two things must be true: the documents hold the evidence at all, and the context shows it. Each gets a logistic model of
few signals that selection leaves behind anyway, and the confidence is the product. The coefficients were fitted once, on
one half of public question sets, and confirmed on the other; `docs/findings/confidence.md` has the curve, and this is
the command:

    python tests/benchmarks/confidence.py DATA --fit
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import is_any
from secondhop.types import Query, Ranking, Reason, Selection

if TYPE_CHECKING:
    from secondhop.types import Bools

IN_DOCUMENTS = (2.436, 3.600, 6.658)
"""Log-odds that the documents hold the evidence: constant, `match`, `link`."""
IN_CONTEXT = (0.887, 1.684, -0.505, -1.046)
"""Log-odds that the context shows evidence that the documents hold: constant, `held`, `crowd`, `squeeze`."""
LOW_CONFIDENCE = 0.35
"""Below this, six contexts in seven lacked evidence; see the curve in the findings."""

FULL_SATURATION = 2.2
"""What BM25 gives at most for a word, relative to its idf (k1 + 1)."""
MISSING_NAME = 1.5
"""How much more a capitalised word or a number counts than others if the documents lack it."""
LEAST_RARITY = 3.0
"""Idf of a word that no chunk holds, at least: in an index of a few chunks all words look common."""
LENGTH_POWER = 0.2
"""How much more a match of many words says than the same share of few."""
TYPICAL_LINK = 0.2
"""`link` where links tell nothing: between what texts have that hold the evidence together (0.35), and others (0.08)."""
_SHORT = 0.75
"""Candidates are of short texts where their texts are at least this share of their number. A long text names much that has
no bearing on the question."""
_N_BEST = 2
"""Of so many candidates `held` is: the second hop is one of them, or the rest of an answer in two places."""
_MATCH_FLOOR = 0.05
_MOST_SHARE = 1.5
_AMPLE_WORDS = 7.0
"""Logarithm of the number of shown words (1,100) from which a context counts as ample."""
_DUPLICATE = Reason.DROPPED_DUPLICATE
"""By a name of its own: before Python 3.12 a member is looked up by a call."""
_STRONG = 0.5
"""Score, relative to the best, from which a chunk is a strong candidate."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the confidence is made of."""

    match: float
    """Logarithm: how near the best chunk comes to the score of one that holds every content word of the question,
    those that the index lacks included; about -3 (hardly) to 1. What a home of one of its names gets counts."""
    link: float
    """How strongly names link some candidate to the best ones, 0 to 1, times that nearness: short texts that answer
    together name one another. `TYPICAL_LINK` where texts are long, where nothing is linked, or no links were looked for."""
    held: float
    """Share of the question's content words, less of those that it stresses less, that the two best candidates hold between
    them, 0 to 1."""
    crowd: float
    """Logarithm of one plus the number of strong candidates left out, each as far as it is; 0 where all are shown."""
    squeeze: float
    """Score of the best sentence left out, relative to the best of all, times what the logarithm of the shown words lacks
    to an ample context, 0 to 7; 0 where everything is shown."""


def confidence(hits: Ranking, selection: Selection, shown: Bools, n_chunks: int) -> float:
    """Probability, 0 to 1, that the context shows all the evidence that the question needs.

    0 where nothing is shown or the question has no content words.

    Args:
        hits: all candidates.
        selection: what was kept of them.
        shown: [sentences] whether that shows each sentence of the candidates.
        n_chunks: chunks in the index.
    """
    query = hits.query
    if not selection.passages or not (query.terms or query.unmatched):
        return 0.0
    found = signals(hits, selection, shown, n_chunks)
    in_documents = _logistic(IN_DOCUMENTS, (found.match, found.link))
    in_context = _logistic(IN_CONTEXT, (found.held, found.crowd, found.squeeze))
    return round(in_documents * in_context, 4)


def signals(hits: Ranking, selection: Selection, shown: Bools, n_chunks: int) -> Signals:
    """The signals of a selection from at least one hit."""
    query, sentences = hits.query, hits.sentences
    share = _share(query, hits, n_chunks)
    stress = np.minimum(query.weights, 1.0)
    asked = float(stress.sum() + np.minimum(query.unmatched_weights, 1.0).sum())
    held = float(stress @ hits.term_scores[:, :_N_BEST].any(axis=1))
    n_words = sentences.words.astype(float)
    ample = max(0.0, _AMPLE_WORDS - math.log1p(float(n_words[shown].sum())))
    shown = shown | _repeated(hits, selection, shown)
    best = float(sentences.direct.max(initial=0.0))
    rival = float(sentences.direct[~shown].max(initial=0.0)) / best if best > 0 else 0.0
    words = np.bincount(sentences.hit, n_words, len(hits))
    hidden = np.bincount(sentences.hit, n_words * ~shown, len(hits)) / np.maximum(words, 1.0)
    return Signals(
        match=math.log(share + _MATCH_FLOOR)
        + LENGTH_POWER * math.log1p(np.count_nonzero(stress) + len(query.unmatched)),
        link=_link(hits, share),
        held=held / asked if asked > 0 else 0.0,
        crowd=math.log1p(float(hidden[hits.scores > _STRONG * hits.scores.max()].sum())),
        squeeze=rival * ample,
    )


def _share(query: Query, hits: Ranking, n_chunks: int) -> float:
    """Score of the best chunk as a share of what one with every content word of the question would get."""
    idf = np.array(query.idf)
    rarest = math.log1p((n_chunks + 0.5) / 0.5)
    more = max(0.0, LEAST_RARITY - rarest)
    missing = sum(
        weight * (MISSING_NAME if word[:1].isupper() or word[:1].isdigit() else 1.0)
        for word, weight in zip(query.unmatched, query.unmatched_weights, strict=True)
    )
    ideal = float(np.array(query.weights) @ (idf + more)) + missing * (rarest + more)
    top = hits.lexical
    if more > 0:
        top = top + np.divide(more, idf, out=np.zeros(len(idf)), where=idf > 0) @ hits.term_scores
    return min(max(0.0, float(top.max())) / (FULL_SATURATION * ideal), _MOST_SHARE) if ideal > 0 else 0.0


def _link(hits: Ranking, share: float) -> float:
    """The signal `link`, where the best chunk has that share of the full score."""
    strongest, best = max(hit.scores.get("bridge", 0.0) for hit in hits.hits), float(hits.direct.max())
    are_short = len({hit.chunk.source for hit in hits.hits}) >= _SHORT * len(hits)
    return share * min(strongest / best, 1.0) if strongest > 0 and best > 0 and are_short else TYPICAL_LINK


def _repeated(hits: Ranking, selection: Selection, shown: Bools) -> Bools:
    """[sentences] whether a shown one says the same, or the hit was left out because a kept one does."""
    of_hit, keys = hits.sentences.hit, hits.sentences.key
    copies = {decision.chunk_id for decision in selection.decisions if decision.reason is _DUPLICATE}
    repeated: Bools = is_any(keys, np.sort(keys[shown])) & (keys != 0)
    if copies:
        repeated |= np.array([hit.chunk.id in copies for hit in hits])[of_hit]
    return repeated


def _logistic(coefficients: tuple[float, ...], values: tuple[float, ...]) -> float:
    odds = coefficients[0] + sum(a * b for a, b in zip(coefficients[1:], values, strict=True))
    return 1.0 / (1.0 + math.exp(-odds))
