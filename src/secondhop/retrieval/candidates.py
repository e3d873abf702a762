"""Candidates as a `Ranking`: hits with their reasons, and their sentences as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.bridge import Bridge
from secondhop.retrieval.lexical import top
from secondhop.retrieval.query import ParsedQuery
from secondhop.retrieval.sentence_scores import SentenceWords
from secondhop.types import Hit, Ranking, Sentences, Via

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

MAX_RANK = 200
"""Places in the direct order are told up to here."""
DUPLICATE_JACCARD = 0.9
_ALIKE_HASHES = 6
"""Of eight: 96 % of the pairs with Jaccard similarity 0.9 agree in at least so many, and 0.002 % of those with 0.1."""
_VIA_TERMS = 3


def make_ranking(
    snapshot: Snapshot, query: ParsedQuery, direct: Floats, total: Floats, bridge: Bridge, ordinals: Ints
) -> Ranking:
    """The chunks with those ordinals, in that order, as hits."""
    text = SentenceWords.of(snapshot, ordinals)
    n_sentences = snapshot.chunk_sentences[ordinals + 1] - snapshot.chunk_sentences[ordinals]
    opening = np.cumsum(n_sentences) - n_sentences
    factors = query.weights * snapshot.idf[query.terms]
    bridge_terms = np.array(list(bridge.term_weights), np.int64)
    bridge_factors = np.array(list(bridge.term_weights.values())) * snapshot.idf[bridge_terms]
    counts, bridge_counts = text.count(query.terms), text.count(bridge_terms)

    tf = np.add.reduceat(counts, opening) if len(ordinals) else counts
    length = snapshot.chunk_length[ordinals].astype(float)
    contributions = factors[:, None] * (snapshot.scoring.saturation(tf.T, length, snapshot.average_length) * (tf.T > 0))
    held = np.minimum(query.weights, 1.0) * snapshot.idf[query.terms]
    grounding = held @ (contributions > 0) / query.total_idf if query.total_idf > 0 else np.zeros(len(ordinals))
    shared = np.add.reduceat(bridge_counts, opening) > 0 if len(ordinals) else bridge_counts > 0
    via = _via(snapshot, bridge, bridge_terms, shared, ordinals)
    ranks = {ordinal: rank for rank, ordinal in enumerate(top(direct, MAX_RANK).tolist(), 1)}
    hits = tuple(
        Hit(
            chunk=snapshot.chunk(ordinal),
            ordinal=ordinal,
            score=float(total[ordinal]),
            rank=ranks.get(ordinal),
            scores={"lexical": float(direct[ordinal]), "bridge": float(bridge.scores[ordinal])},
            grounding=float(grounding[place]),
            via=via[place],
        )
        for place, ordinal in enumerate(ordinals.tolist())
    )
    hit = np.repeat(np.arange(len(ordinals)), n_sentences)
    first = np.zeros(len(hit), bool)
    first[opening[snapshot.chunk_opens[ordinals]]] = True
    base = snapshot.source_base[snapshot.chunk_source[ordinals]][hit]
    sentences = Sentences(
        hit=hit,
        start=snapshot.sentence_start[text.sentences] + base,
        end=snapshot.sentence_end[text.sentences] + base,
        first=first,
        direct=text.score(snapshot, counts, factors),
        bridge=text.score(snapshot, bridge_counts, bridge_factors),
        key=snapshot.sentence_key[text.sentences],
        words=text.n_words,
        matched=text.matching(query.terms),
    )
    duplicates = _duplicates(snapshot, ordinals)
    return Ranking(query.query, hits, sentences, contributions, duplicates, int(np.count_nonzero(direct > 0)))


def _via(snapshot: Snapshot, bridge: Bridge, terms: Ints, shared: Bools, ordinals: Ints) -> list[Via | None]:
    """For each hit its seed and the words that link them, strongest first.

    `shared` is [hits, terms]: which bridge terms each hit holds.
    """
    via: list[Via | None] = [None] * len(ordinals)
    column = {term: place for place, term in enumerate(terms.tolist())}
    for number, seed in enumerate(bridge.seeds):
        places = np.flatnonzero((bridge.seed_of[ordinals] == number) & (bridge.scores[ordinals] > 0))
        if not len(places) or not len(seed.terms):
            continue
        strongest_first = np.argsort(-seed.factors, kind="stable")
        columns = np.array([column[term] for term in seed.terms.tolist()])[strongest_first]
        forms = [seed.forms[place] for place in strongest_first.tolist()]
        seed_id = snapshot.chunk(seed.ordinal).id
        for place, row in zip(places.tolist(), shared[places][:, columns], strict=True):
            held = np.flatnonzero(row)[:_VIA_TERMS].tolist()
            via[place] = Via(seed_id, tuple(forms[term] for term in held))
    return via


def _duplicates(snapshot: Snapshot, ordinals: Ints) -> tuple[tuple[int, int, float], ...]:
    """Pairs of hits with nearly the same words. MinHash proposes, exact Jaccard similarity decides."""
    signatures = snapshot.chunk_signature[ordinals]
    alike = (signatures[:, None, :] == signatures[None, :, :]).sum(axis=2) >= _ALIKE_HASHES
    pairs: list[tuple[int, int, float]] = []
    terms: dict[int, frozenset[int]] = {}
    for later, earlier in zip(*(side.tolist() for side in np.nonzero(np.tril(alike, -1))), strict=True):
        for place in (later, earlier):
            if place not in terms:
                terms[place] = frozenset(SentenceWords.of(snapshot, ordinals[place : place + 1]).terms.tolist())
        a, b = terms[later], terms[earlier]
        similarity = len(a & b) / len(a | b) if a or b else 0.0
        if similarity >= DUPLICATE_JACCARD:
            pairs.append((later, earlier, similarity))
    return tuple(pairs)
