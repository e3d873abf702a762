"""Candidates as a `Ranking`: hits with their reasons, and their sentences as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, sum_by
from secondhop.frozen import quickly
from secondhop.retrieval.bridge import NO_SEED, Bridge
from secondhop.retrieval.duplicates import near_duplicates
from secondhop.retrieval.heads import heads
from secondhop.retrieval.question.alternatives import only_best
from secondhop.retrieval.question.query import ParsedQuery
from secondhop.retrieval.sentence_scores import Occurrences, SentenceWords, saturations
from secondhop.retrieval.tiers import Direct
from secondhop.types import Hit, Ranking, Sentences, Via

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.retrieval.named.asked_for import AskedFor
    from secondhop.types import Bools, Floats, Ints

_VIA_TERMS = 3
_make_hit, _make_via = quickly(Hit), quickly(Via)


def make_ranking(
    snapshot: Snapshot,
    query: ParsedQuery,
    direct: Direct,
    bridge: Bridge,
    ordinals: Ints,
    ranked: Ints,
    costs: TokenCosts,
    total: Floats | None = None,
    *,
    asked: AskedFor,
    with_heads: bool = False,
) -> Ranking:
    """The chunks with those ordinals, in that order, as hits.

    Args:
        snapshot: the index.
        query: the question.
        direct: scores by the question itself.
        bridge: what links them.
        ordinals: which chunks.
        ranked: ordinals of the best chunks in direct order: what plain top-k would use.
        costs: counts tokens.
        total: [hits] what they are ordered by; None for direct score and link together.
        asked: what the question asks for by name.
        with_heads: also give the headers of the tables and the signatures of the definitions that they are of.
    """
    text = SentenceWords.of(snapshot, ordinals)
    hit = np.arange(len(ordinals)).repeat(text.n_sentences)
    chunks = snapshot.chunks(ordinals)
    names = distinct_values(bridge.names.term)
    n_asked, n_terms = len(query.terms), len(query.terms) + len(names)
    words = text.find(np.concatenate((query.terms, names)))
    found = text.count(words, n_terms)
    holder = hit[found.sentence]
    tf = sum_by(holder * n_terms + found.column, found.counts.astype(float), len(ordinals) * n_terms)
    tf = tf.reshape(len(ordinals), n_terms)
    factors = query.weights * snapshot.idf[query.terms]
    contributions = _contributions(snapshot, query, tf[:, :n_asked].T, ordinals, factors)
    grounding = np.zeros(len(ordinals))
    if query.total_idf > 0:  # what stands for several phrases with a word in common says that word more than once
        grounding = np.minimum(query.worth @ (contributions > 0) / query.total_idf, 1.0)
    said, linked = _sentence_scores(snapshot, query, text, found, ordinals[holder], factors, direct, bridge, names)
    parts = direct.parts(ordinals)
    for place in asked.named(ordinals).tolist():
        parts[place]["named"] = 1.0
    from_bridges = bridge.at(ordinals)
    scores = direct.scores[ordinals] + from_bridges if total is None else total
    for part, from_bridge in zip(parts, from_bridges.tolist(), strict=True):
        part["bridge"] = from_bridge
    rank_of = dict(zip(ranked.tolist(), range(1, len(ranked) + 1), strict=True))
    hits = tuple(
        _make_hit(chunk, ordinal, score, rank_of.get(ordinal), part, share, via)
        for chunk, ordinal, score, part, share, via in zip(
            chunks,
            ordinals.tolist(),
            scores.tolist(),
            parts,
            grounding.tolist(),
            _via(bridge, names, tf[:, n_asked:] > 0, bridge.nearest(ordinals, from_bridges), ordinals),
            strict=True,
        )
    )
    return Ranking(
        query=query.query,
        hits=hits,
        scores=scores,
        lexical=direct.lexical[ordinals],
        direct=direct.scores[ordinals],
        tokens=costs.of(ordinals, [chunk.text for chunk in chunks]),
        sentences=_sentences(
            snapshot,
            text,
            hit,
            ordinals,
            costs,
            direct=asked.raised(snapshot, text, said, ordinals),
            bridge=np.maximum(linked, bridge.referred.at(text.sentences)),
            matched=text.matching(words, n_asked),
        ),
        term_scores=contributions,
        duplicates=near_duplicates(snapshot, text, ordinals),
        n_matching=int(np.count_nonzero(direct.lexical > 0)),
        heads=heads(snapshot, ordinals, chunks) if with_heads else {},
        timings=direct.timings,
    )


def _sentence_scores(
    snapshot: Snapshot,
    query: ParsedQuery,
    text: SentenceWords,
    found: Occurrences,
    ordinals: Ints,
    factors: Floats,
    direct: Direct,
    bridge: Bridge,
    names: Ints,
) -> Floats:
    """[2, sentences] scores by terms of the question, which come first in what was found in the chunks, and by names."""
    is_name = found.column >= len(factors)
    asked, named = (~is_name).nonzero()[0], is_name.nonzero()[0]
    column = found.column[asked]
    worth = np.empty(len(is_name))
    worth[asked] = factors[column]
    if direct.texts is not None:
        worth[asked] += direct.texts.on_top(snapshot.chunk_source[ordinals[asked]], column)
    worth[named] = bridge.factors_at(ordinals[named], names, found.column[named] - len(factors))
    n = len(text.sentences)
    worth *= saturations(snapshot, found.counts, text.n_words[found.sentence])
    if query.alternatives:
        worth[asked] = only_best(query.alternatives, column, found.sentence[asked], worth[asked], n)
    return sum_by(found.sentence + n * is_name, worth, 2 * n).reshape(2, n)


def _sentences(
    snapshot: Snapshot,
    text: SentenceWords,
    hit: Ints,
    ordinals: Ints,
    costs: TokenCosts,
    *,
    direct: Floats,
    bridge: Floats,
    matched: Ints,
) -> Sentences:
    """The sentences of the hits, with their scores and how many of their words are query terms."""
    start, end = snapshot.sentence_start[text.sentences], snapshot.sentence_end[text.sentences]
    first = np.zeros(len(hit), bool)
    first[text.opening[snapshot.chunk_opens[ordinals]]] = True
    base = snapshot.source_base[snapshot.chunk_source[ordinals]][hit]
    return Sentences(
        hit=hit,
        start=start + base,
        end=end + base,
        first=first,
        direct=direct,
        bridge=bridge,
        key=snapshot.sentence_key[text.sentences],
        tokens=costs.of_sentences(text.sentences),
        words=text.n_words,
        matched=matched,
    )


def _contributions(snapshot: Snapshot, query: ParsedQuery, tf: Floats, ordinals: Ints, factors: Floats) -> Floats:
    """[query terms, hits] what each term adds to each hit's score, by how often they hold it."""
    # At least one of each, so that nothing is divided by zero for terms that a hit lacks (k1=0) and hits without any (b=1).
    length = np.maximum(snapshot.chunk_length[ordinals], 1.0)
    saturation = snapshot.scoring.saturation(np.maximum(tf, 1.0), length, snapshot.average_length)
    contributions: Floats = factors[:, None] * (saturation * (tf > 0))
    if query.alternatives:
        terms, hits = contributions.nonzero()
        contributions[terms, hits] = only_best(
            query.alternatives, terms, hits, contributions[terms, hits], len(ordinals)
        )
    return contributions


def _via(bridge: Bridge, terms: Ints, held: Bools, nearest: Ints, ordinals: Ints) -> list[Via | None]:
    """For each hit its seed (`nearest`) and what links them: the part it is, if the seed names it, and words, strongest first.

    Args:
        bridge: the links.
        terms: the names, ascending.
        held: [hits, names] which each holds.
        nearest: [hits]
        ordinals: [hits]
    """
    names = bridge.names
    strongest = (-bridge.factors).argsort(kind="stable")
    links = held[:, terms.searchsorted(names.term[strongest])]
    links &= names.seed[strongest] == nearest[:, None]
    forms = [names.forms[name] for name in strongest.tolist()]
    words: dict[int, dict[str, None]] = {}  # as keys, since `AuthName` links by its parts, and is one word
    if bridge.parts:
        words = {n: {bridge.parts[each]: None} for n, each in enumerate(ordinals.tolist()) if each in bridge.parts}
    for place, name in zip(*map(np.ndarray.tolist, links.nonzero()), strict=True):
        words.setdefault(place, {})[forms[name]] = None
    via: list[Via | None] = [None] * len(ordinals)
    seeds = nearest.tolist()
    for place, linking in words.items():
        if seeds[place] != NO_SEED:
            via[place] = _make_via(bridge.seeds[seeds[place]].id, tuple(linking)[:_VIA_TERMS])
    return via
