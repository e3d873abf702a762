"""Candidates as a `Ranking`: hits with their reasons, and their sentences as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.bridge import Bridge
from secondhop.retrieval.lexical import top
from secondhop.retrieval.query import ParsedQuery
from secondhop.retrieval.sentence_scores import count_terms, score_sentences, sentences_of, words_of
from secondhop.types import Hit, Ranking, Sentences, Via

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Floats, Ints

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
    contributions = _contributions(snapshot, query.terms, query.weights * snapshot.idf[query.terms], ordinals)
    idf = np.minimum(query.weights, 1.0) * snapshot.idf[query.terms]
    grounding = (idf @ (contributions > 0)) / query.total_idf if query.total_idf > 0 else np.zeros(len(ordinals))
    ranks = {int(ordinal): rank for rank, ordinal in enumerate(top(direct, MAX_RANK), 1)}
    via = _via(snapshot, bridge, ordinals)
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
    sentences = _sentences(snapshot, query, bridge, ordinals)
    return Ranking(
        query.query, hits, sentences, contributions, _duplicates(snapshot, ordinals), int(np.count_nonzero(direct > 0))
    )


def _contributions(snapshot: Snapshot, terms: Ints, factors: Floats, ordinals: Ints) -> Floats:
    """[terms, hits] what each term adds to the body score of each hit."""
    matrix = np.zeros((len(terms), len(ordinals)))
    for row, (term, factor) in enumerate(zip(terms.tolist(), factors.tolist(), strict=True)):
        chunks, weights = snapshot.body.of(term)
        if len(chunks):
            place = np.minimum(np.searchsorted(chunks, ordinals), len(chunks) - 1)
            matrix[row] = np.where(chunks[place] == ordinals, factor * weights[place], 0.0)
    return matrix


def _via(snapshot: Snapshot, bridge: Bridge, ordinals: Ints) -> list[Via | None]:
    """For each hit its seed and the words that link them, strongest first."""
    via: list[Via | None] = [None] * len(ordinals)
    for number, seed in enumerate(bridge.seeds):
        places = np.flatnonzero((bridge.seed_of[ordinals] == number) & (bridge.scores[ordinals] > 0))
        if not len(places) or not len(seed.terms):
            continue
        links = _contributions(snapshot, seed.terms, seed.factors, ordinals[places])
        seed_id = snapshot.chunk(seed.ordinal).id
        for column, place in enumerate(places.tolist()):
            strongest = np.argsort(-links[:, column], kind="stable")[:_VIA_TERMS]
            via[place] = Via(seed_id, tuple(seed.forms[term] for term in strongest if links[term, column] > 0))
    return via


def _sentences(snapshot: Snapshot, query: ParsedQuery, bridge: Bridge, ordinals: Ints) -> Sentences:
    numbers = sentences_of(snapshot, ordinals)
    n = len(numbers)
    words, sentence = words_of(snapshot, numbers)
    counts = snapshot.chunk_sentences[ordinals + 1] - snapshot.chunk_sentences[ordinals]
    hit = np.repeat(np.arange(len(ordinals)), counts)
    first = np.zeros(n, bool)
    opening = np.cumsum(counts) - counts
    first[opening[snapshot.chunk_opens[ordinals]]] = True
    base = snapshot.source_base[snapshot.chunk_source[ordinals]][hit]
    bridge_terms = np.array(list(bridge.term_weights), np.int64)
    matched = np.zeros(n, np.int64)
    if len(query.terms) and len(words):
        matched = count_terms(snapshot, words, sentence, n, query.terms)[0].sum(axis=1).astype(np.int64)
    return Sentences(
        hit=hit,
        start=snapshot.sentence_start[numbers] + base,
        end=snapshot.sentence_end[numbers] + base,
        first=first,
        direct=score_sentences(snapshot, words, sentence, n, query.terms, query.weights),
        bridge=score_sentences(
            snapshot, words, sentence, n, bridge_terms, np.array(list(bridge.term_weights.values()))
        ),
        key=snapshot.sentence_key[numbers],
        words=np.bincount(sentence, minlength=n),
        matched=matched,
    )


def _duplicates(snapshot: Snapshot, ordinals: Ints) -> tuple[tuple[int, int, float], ...]:
    """Pairs of hits with nearly the same words. MinHash proposes, exact Jaccard similarity decides."""
    signatures = snapshot.chunk_signature[ordinals]
    alike = (signatures[:, None, :] == signatures[None, :, :]).sum(axis=2) >= _ALIKE_HASHES
    pairs: list[tuple[int, int, float]] = []
    terms: dict[int, frozenset[int]] = {}
    for later, earlier in zip(*(side.tolist() for side in np.nonzero(np.tril(alike, -1))), strict=True):
        a, b = (terms.setdefault(place, _term_set(snapshot, int(ordinals[place]))) for place in (later, earlier))
        similarity = len(a & b) / len(a | b) if a or b else 0.0
        if similarity >= DUPLICATE_JACCARD:
            pairs.append((later, earlier, similarity))
    return tuple(pairs)


def _term_set(snapshot: Snapshot, ordinal: int) -> frozenset[int]:
    words, _ = words_of(snapshot, sentences_of(snapshot, np.array([ordinal])))
    return frozenset(snapshot.lexicon.expand(words)[0].tolist())
