"""Some of the hits of a ranking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from secondhop.types import Ranking, Sentences

if TYPE_CHECKING:
    from secondhop.types import Bools


def part(hits: Ranking, kept: Bools) -> Ranking:
    """The ranking of these hits alone, in the same order.

    Args:
        hits: the ranking.
        kept: [hits] which are to stay.
    """
    if kept.all():
        return hits
    places, here = kept.nonzero()[0], kept.cumsum() - 1
    held = kept[hits.sentences.hit]
    sentences = {name: getattr(hits.sentences, name)[held] for name in Sentences.__slots__}
    return replace(
        hits,
        hits=tuple([hits.hits[place] for place in places.tolist()]),
        scores=hits.scores[kept],
        lexical=hits.lexical[kept],
        direct=hits.direct[kept],
        tokens=hits.tokens[kept],
        sentences=Sentences(**{**sentences, "hit": here[sentences["hit"]]}),
        term_scores=hits.term_scores[:, kept],
        duplicates=tuple(
            (int(here[later]), int(here[earlier]), similarity)
            for later, earlier, similarity in hits.duplicates
            if kept[later] and kept[earlier]
        ),
        heads={int(here[place]): head for place, head in hits.heads.items() if kept[place]},
    )
