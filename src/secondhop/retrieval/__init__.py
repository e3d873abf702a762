"""4. A query to ranked hits: direct score by the query's words, and the bridge to passages that only a seed names.

`retrieve` is what selection works on. `search` is a plain ranked list in direct order: the bridge serves assembly, not
ranking (measured: it lowers nDCG on single-hop sets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import counts_of
from secondhop.retrieval.bridge import Bridge, build_bridge
from secondhop.retrieval.candidates import make_ranking
from secondhop.retrieval.given import rank_given
from secondhop.retrieval.home import add_homes
from secondhop.retrieval.lexical import MAX_RANK, MOST_COPIES, direct_scores, distinct, top
from secondhop.retrieval.named.asked_for import AskedFor, raise_asked_for
from secondhop.retrieval.named.definitions import definitions_asked
from secondhop.retrieval.named.sources import named_in
from secondhop.retrieval.question.query import ParsedQuery, parse_query
from secondhop.retrieval.question.synonyms import Synonyms
from secondhop.retrieval.tiers import Direct, Tiers, direct_by
from secondhop.retrieval.whole_text import whole_texts
from secondhop.types import Hit, Ranking

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.types import Bools, Ints

__all__ = ["Synonyms", "Tiers", "rank_given", "retrieve", "search"]

MOST = 0.8
"""Share of all words from which the candidates are as good as all of the index: showing the rest costs little."""


def retrieve(
    snapshot: Snapshot,
    text: str,
    *,
    costs: TokenCosts,
    candidate_k: int,
    bridge: bool,
    room: int = 0,
    allowed: Bools | None = None,
    tiers: Tiers | None = None,
    synonyms: Synonyms | None = None,
) -> Ranking:
    """The candidates for a context, best first.

    Args:
        snapshot: the index.
        text: any string.
        costs: counts the tokens of its chunks.
        candidate_k: how many candidates with different words at most.
        bridge: also reach passages through the names that the best hits introduce, and give the headers of tables and the
            signatures of definitions.
        room: where all chunks fit so many tokens and the candidates are most of them, the others are candidates too.
        allowed: [C] chunks that may be returned; None for all.
        tiers: what ranks besides words; None for words alone.
        synonyms: what else words of the question mean.
    """
    sources = named_in(snapshot, text, allowed) if bridge else None
    query = parse_query(snapshot, text, sources, synonyms)
    found = direct_by(tiers, snapshot, text, direct_scores(snapshot, query, allowed), candidate_k, allowed)
    wanted = candidate_k if tiers is None else max(candidate_k, tiers.min_candidates)
    most = MOST_COPIES * wanted
    enough = max(MAX_RANK, most)
    ranked = top(found.scores, enough)
    direct, first, link, asked = found, ranked, Bridge.none(), AskedFor.none()
    if bridge:
        direct = found.with_lexical(add_homes(snapshot, query, found.lexical, allowed))
        direct = _with_texts(direct, snapshot, query, allowed, tiers)
        if direct is not found:
            first = top(direct.scores, enough)
        defined = definitions_asked(snapshot, text, allowed)
        direct, first, asked = raise_asked_for(snapshot, text, direct, first, enough, sources=sources, defined=defined)
        link = build_bridge(snapshot, query, direct, first, allowed)
    best = distinct(snapshot, link.best(direct.scores, first, most), wanted)
    if 0 < len(best) < len(snapshot) <= wanted:
        best = _with_rest(snapshot, best, costs, room, allowed)
    return make_ranking(snapshot, query, direct, link, best, ranked[:MAX_RANK], costs, asked=asked, with_heads=bridge)


def _with_texts(
    direct: Direct, snapshot: Snapshot, query: ParsedQuery, allowed: Bools | None, tiers: Tiers | None
) -> Direct:
    """Direct scores with what chunks get for the texts they are of."""
    texts = whole_texts(snapshot, query, allowed) if tiers is None or tiers.counts_texts else None
    return direct if texts is None else direct.with_texts(texts)


def _with_rest(snapshot: Snapshot, best: Ints, costs: TokenCosts, room: int, allowed: Bools | None) -> Ints:
    """The best chunks, and behind them the others in reading order, where all fit the room and the others are few.

    What shares no word with the question may still be what it asks for.
    """
    rest = np.ones(len(snapshot), bool) if allowed is None else allowed.copy()
    rest[best] = False
    every = np.concatenate((best, rest.nonzero()[0]))
    words = counts_of(snapshot.sentence_words[snapshot.chunk_sentences])[every]
    if words[: len(best)].sum() < MOST * words.sum() or words.sum() > room:
        return best
    tokens = costs.of(every, [chunk.text for chunk in snapshot.chunks(every)])
    return every if tokens.sum() + len(every) <= room else best  # with a blank line between two


def search(
    snapshot: Snapshot,
    text: str,
    *,
    top_k: int,
    allowed: Bools | None = None,
    tiers: Tiers | None = None,
    synonyms: Synonyms | None = None,
) -> list[Hit]:
    """The `top_k` chunks that answer best to the query itself, best first."""
    query = parse_query(snapshot, text, synonyms=synonyms)
    direct = direct_by(tiers, snapshot, text, direct_scores(snapshot, query, allowed), top_k, allowed)
    direct = _with_texts(direct, snapshot, query, allowed, tiers)
    order = top(direct.scores, top_k)
    columns = (snapshot.chunks(order), order.tolist(), direct.scores[order].tolist(), direct.parts(order))
    return [
        Hit(chunk, ordinal, score, rank, part)
        for rank, (chunk, ordinal, score, part) in enumerate(zip(*columns, strict=True), 1)
    ]
