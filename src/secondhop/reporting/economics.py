"""What the budget bought: how much of what is shown is evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from secondhop.types import Ranking, Selection

if TYPE_CHECKING:
    from secondhop.types import Bools


@dataclass(frozen=True, slots=True)
class Economics:
    """Figures over a selection; shares are from 0 to 1 and 0 where there is nothing to share."""

    evidence_density: float
    distractor_ratio: float
    input_distractor_ratio: float
    retained_evidence_ratio: float
    estimated_waste_tokens: int
    redundancy: float
    """Share of the candidates that nearly repeat a better one."""


def economics(
    hits: Ranking,
    selection: Selection,
    shown: Bools,
    min_grounding: float,
    count_words: Callable[[str], tuple[int, int]],
) -> Economics:
    """Figures over what a strategy chose.

    Args:
        hits: all candidates.
        selection: kept passages and decisions.
        shown: [sentences] whether the selection shows each sentence of the candidates.
        min_grounding: grounding (share of the query's content words, weighted by rarity) from which a hit is evidence.
        count_words: words of a text, and how many of them are query terms; asked for passages that are no candidates.
    """
    kept = {decision.chunk_id: decision.tokens for decision in selection.decisions if decision.fate == "kept"}
    ids = [hit.chunk.id for hit in hits.hits]
    known, n_kept = set(ids), sum(map(kept.__contains__, ids))
    words, matched = int(hits.sentences.words[shown].sum()), int(hits.sentences.matched[shown].sum())
    for passage in selection.passages:
        if passage.chunk.id not in known:
            more_words, more_matched = count_words(" ".join(passage.pieces))
            words, matched = words + more_words, matched + more_matched
    evidence = [hit.chunk.id in kept for hit in hits.hits if hit.grounding >= min_grounding]
    distractors = [kept.get(hit.chunk.id) for hit in hits.hits if hit.grounding < min_grounding and hit.via is None]
    waste = [tokens for tokens in distractors if tokens is not None]
    return Economics(
        evidence_density=matched / words if words else 0.0,
        distractor_ratio=len(waste) / n_kept if n_kept else 0.0,
        input_distractor_ratio=len(distractors) / len(hits) if hits else 0.0,
        retained_evidence_ratio=sum(evidence) / len(evidence) if evidence else 0.0,
        estimated_waste_tokens=sum(waste),
        redundancy=len({later for later, _, _ in hits.duplicates}) / len(hits) if hits else 0.0,
    )
