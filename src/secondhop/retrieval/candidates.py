"""Candidates as a `Ranking`: hits with their reasons, and their sentences as arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, numbered, offsets_of, ranges, sum_by
from secondhop.frozen import quickly
from secondhop.retrieval.alternatives import only_best
from secondhop.retrieval.bridge import NO_SEED, Bridge
from secondhop.retrieval.named_sources import NamedSources
from secondhop.retrieval.query import ParsedQuery
from secondhop.retrieval.referred import ASKED_FOR, Referred
from secondhop.retrieval.sentence_scores import Occurrences, SentenceWords, saturations
from secondhop.retrieval.signatures import signatures
from secondhop.retrieval.tiers import Direct
from secondhop.types import Hit, Passage, Ranking, Sentences, Via

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.types import Bools, Floats, Ints

DUPLICATE_JACCARD = 0.9
_ALIKE_HASHES = 6
"""Of eight: 96 % of the pairs with Jaccard similarity 0.9 agree in at least so many, and 0.002 % of those with 0.1."""
_VIA_TERMS = 3
_make_hit, _make_via = quickly(Hit), quickly(Via)
_BITS_SET = np.array([number.bit_count() for number in range(256)], np.int64)
"""[bytes] how many bits of each are set."""


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
    named: Ints,
    sources: NamedSources | None,
    heads: bool = False,
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
        named: numbers of the sentences that open parts which the question names.
        sources: the files and pages that it names.
        heads: also give the headers of the tables and the signatures of the definitions that they are of.
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
    if sources is not None:
        for place in sources.holds(ordinals).nonzero()[0].tolist():
            parts[place]["named"] = 1.0
    from_bridges = bridge.at(ordinals)
    scores = direct.scores[ordinals] + from_bridges if total is None else total
    for part, from_bridge in zip(parts, from_bridges.tolist(), strict=True):
        part["bridge"] = from_bridge
    by_words = _with_named(snapshot, text, said, named)
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
            direct=by_words if sources is None else sources.sentences_raised(by_words, ordinals[hit]),
            bridge=np.maximum(linked, bridge.referred.at(text.sentences)),
            matched=text.matching(words, n_asked),
        ),
        term_scores=contributions,
        duplicates=_duplicates(snapshot, text, ordinals),
        n_matching=int(np.count_nonzero(direct.lexical > 0)),
        heads=_heads(snapshot, ordinals) | signatures(snapshot, ordinals, chunks) if heads else {},
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


def _with_named(snapshot: Snapshot, text: SentenceWords, direct: Floats, named: Ints) -> Floats:
    """[sentences] direct scores, with what those get that a part begins with which the question names."""
    if not len(named):
        return direct
    opens = np.isin(text.sentences, named)
    values = direct[opens] + ASKED_FOR * float(direct.max(initial=0.0))
    parts = Referred.of(snapshot, list(zip(text.sentences[opens].tolist(), values.tolist(), strict=True)))
    return np.maximum(direct, parts.at(text.sentences))


def _heads(snapshot: Snapshot, ordinals: Ints) -> dict[int, Passage]:
    """The headers of the tables that hits are of, by the places of the hits."""
    heads = snapshot.table_heads(ordinals)
    places = (heads >= 0).nonzero()[0]
    if not len(places):
        return {}
    distinct, number = numbered(heads[places])
    first = snapshot.chunk_sentences[distinct]
    spans = zip(snapshot.sentence_start[first].tolist(), snapshot.sentence_end[first].tolist(), strict=True)
    passages = [
        Passage(chunk, (span,), "heading", order=order)
        for chunk, span, order in zip(snapshot.chunks(distinct), spans, distinct.tolist(), strict=True)
    ]
    return {place: passages[each] for place, each in zip(places.tolist(), number.tolist(), strict=True)}


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


def _duplicates(snapshot: Snapshot, text: SentenceWords, ordinals: Ints) -> tuple[tuple[int, int, float], ...]:
    """Pairs of hits with nearly the same words, and no other names and numbers. MinHash proposes, the words decide.

    What one clause says of the licensor and the next of the licensee is not said twice.
    """
    later, earlier = _agreeing(snapshot.chunk_signature[ordinals])
    if not len(later):
        return ()
    members, place = numbered(np.concatenate((later, earlier)))
    bounds = offsets_of(text.n_words)[np.append(text.opening, len(text.sentences))]
    n_words = bounds[members + 1] - bounds[members]
    words = text.words[ranges(bounds[members], n_words)]
    held, word = snapshot.lexicon.expand(words)
    is_fact = snapshot.lexicon.form_is_name[words[word]] | snapshot.lexicon.term_is_number[held]
    bounds = word.searchsorted(offsets_of(n_words))
    similarity = _jaccard(held, bounds, *place.reshape(2, -1))
    spans = [slice(start, end) for start, end in pairwise(bounds.tolist())]
    terms, facts = [held[span] for span in spans], [held[span][is_fact[span]].tolist() for span in spans]
    alike = (similarity >= DUPLICATE_JACCARD).nonzero()[0]
    columns = (later, earlier, *place.reshape(2, -1), similarity)
    return tuple(
        (late, early, share)
        for late, early, one, other, share in zip(*(column[alike].tolist() for column in columns), strict=True)
        if np.array_equal(terms[one], terms[other]) or _same_facts(facts[one], facts[other])
    )


def _jaccard(terms: Ints, bounds: Ints, one: Ints, other: Ints) -> Floats:
    """[pairs] the share of the different terms of two spans that both have; 0 if neither has any.

    Args:
        terms: those of all spans, one span after the other.
        bounds: [spans + 1] where each begins, and the last one ends.
        one: [pairs] number of a span.
        other: [pairs] that of the span to compare it with.
    """
    lengths = bounds[1:] - bounds[:-1]
    distinct, column = numbered(terms)
    held = np.zeros((len(lengths), len(distinct)), bool)
    held[np.arange(len(lengths)).repeat(lengths), column] = True
    bits = np.packbits(held, axis=1)  # a product of matrices would wake the threads of the algebra library
    common = _BITS_SET[bits[one] & bits[other]].sum(axis=1)
    sizes = held.sum(axis=1)
    similarity: Floats = common / np.maximum(sizes[one] + sizes[other] - common, 1)
    return similarity


def _same_facts(one: list[int], other: list[int]) -> bool:
    """Whether two lists of names and numbers are the same, in the same order, but for some that one of them lacks."""
    shorter, longer = sorted((one, other), key=len)
    rest = iter(longer)
    return all(fact in rest for fact in shorter)


def _agreeing(signatures: NDArray[np.uint32]) -> tuple[Ints, Ints]:
    """Pairs of rows that agree in nearly all columns, ascending: places of the later ones and of the earlier ones.

    Rows that agree in six of eight columns agree in one of any three pairs of columns.
    """
    n = signatures.shape[1] - _ALIKE_HASHES + 1
    values = signatures.view(np.uint64)[:, :n].ravel()
    order = values.argsort()
    ordered, row = values[order], order // n
    ones, others = [], []
    for step in range(1, len(row)):
        same = (ordered[step:] == ordered[:-step]).nonzero()[0]
        if not len(same):
            break
        ones.append(same)
        others.append(same + step)
    if not ones:
        return row[:0], row[:0]
    one, other = row[np.concatenate(ones)], row[np.concatenate(others)]
    alike = (one != other) & ((signatures[one] == signatures[other]).sum(axis=1) >= _ALIKE_HASHES)
    if not alike.any():
        return row[:0], row[:0]
    one, other = one[alike], other[alike]
    later, earlier = np.divmod(
        distinct_values(np.maximum(one, other) * len(signatures) + np.minimum(one, other)), len(signatures)
    )
    return later, earlier
