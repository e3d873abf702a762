"""Candidates as a `Ranking`: hits with their reasons, and their sentences as arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, offsets_of, ranges, sum_by
from secondhop.retrieval.bridge import NO_SEED, Bridge
from secondhop.retrieval.named_sources import NamedSources
from secondhop.retrieval.query import ParsedQuery
from secondhop.retrieval.referred import ASKED_FOR, Referred
from secondhop.retrieval.sentence_scores import Occurrences, SentenceWords
from secondhop.retrieval.tiers import Direct
from secondhop.types import Hit, Passage, Ranking, Sentences, Via, quickly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing import Snapshot, TokenCosts
    from secondhop.types import Bools, Floats, Ints

DUPLICATE_JACCARD = 0.9
_ALIKE_HASHES = 6
"""Of eight: 96 % of the pairs with Jaccard similarity 0.9 agree in at least so many, and 0.002 % of those with 0.1."""
_VIA_TERMS = 3
_make_hit = quickly(Hit)
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
        heads: also give the headers of the tables that they are of.
    """
    text = SentenceWords.of(snapshot, ordinals)
    hit = np.arange(len(ordinals)).repeat(text.n_sentences)
    chunks = snapshot.chunks(ordinals)
    asked = text.find(query.terms)
    found = text.count(asked, len(query.terms))
    factors = query.weights * snapshot.idf[query.terms]
    contributions = _contributions(snapshot, found, hit, ordinals, factors)
    worth = np.minimum(query.weights, 1.0) * snapshot.idf[query.terms]
    grounding = worth @ (contributions > 0) / query.total_idf if query.total_idf > 0 else np.zeros(len(ordinals))
    terms = distinct_values(bridge.names.term)
    linked = text.count(text.find(terms), len(terms))
    named_by = bridge.factors_at(ordinals, terms)[hit[linked.sentence], linked.column]
    said = factors[found.column]
    if direct.texts is not None:
        said += direct.texts.on_top(snapshot.chunk_source[ordinals[hit[found.sentence]]], found.column)
    parts = direct.parts(ordinals)
    if sources is not None:
        for place in sources.holds(ordinals).nonzero()[0].tolist():
            parts[place]["named"] = 1.0
    from_bridges, nearest = bridge.at(ordinals)
    scores = direct.scores[ordinals] + from_bridges if total is None else total
    for part, from_bridge in zip(parts, from_bridges.tolist(), strict=True):
        part["bridge"] = from_bridge
    by_words = _with_named(snapshot, text, text.score(found, said), named)
    rank_of = dict(zip(ranked.tolist(), range(1, len(ranked) + 1), strict=True))
    hits = tuple(
        _make_hit(chunk, ordinal, score, rank_of.get(ordinal), part, share, via)
        for chunk, ordinal, score, part, share, via in zip(
            chunks,
            ordinals.tolist(),
            scores.tolist(),
            parts,
            grounding.tolist(),
            _via(snapshot, bridge, terms, linked, hit, nearest, ordinals),
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
            ordinals,
            costs,
            direct=by_words if sources is None else sources.sentences_raised(by_words, ordinals[hit]),
            bridge=np.maximum(text.score(linked, named_by), bridge.referred.at(text.sentences)),
            matched=text.matching(asked),
        ),
        term_scores=contributions,
        duplicates=_duplicates(snapshot, text, ordinals),
        n_matching=int(np.count_nonzero(direct.lexical > 0)),
        heads=_heads(snapshot, ordinals) if heads else {},
        timings=direct.timings,
    )


def _with_named(snapshot: Snapshot, text: SentenceWords, direct: Floats, named: Ints) -> Floats:
    """[sentences] direct scores, with what those get that a part begins with which the question names."""
    if not len(named):
        return direct
    opens = np.isin(text.sentences, named)
    values = direct[opens] + ASKED_FOR * float(direct.max(initial=0.0))
    parts = Referred.of(snapshot, zip(text.sentences[opens].tolist(), values.tolist(), strict=True))
    return np.maximum(direct, parts.at(text.sentences))


def _heads(snapshot: Snapshot, ordinals: Ints) -> dict[int, Passage]:
    """The headers of the tables that hits are of, by the places of the hits."""
    heads = snapshot.table_heads(ordinals)
    places = (heads >= 0).nonzero()[0]
    if not len(places):
        return {}
    distinct, number = np.unique(heads[places], return_inverse=True)
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
    ordinals: Ints,
    costs: TokenCosts,
    *,
    direct: Floats,
    bridge: Floats,
    matched: Ints,
) -> Sentences:
    """The sentences of the hits, with their scores and how many of their words are query terms."""
    hit = np.arange(len(ordinals)).repeat(text.n_sentences)
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


def _contributions(snapshot: Snapshot, found: Occurrences, hit: Ints, ordinals: Ints, factors: Floats) -> Floats:
    """[query terms, hits] what each term adds to each hit's score."""
    shape = (len(ordinals), len(factors))
    tf = (
        sum_by(hit[found.sentence] * shape[1] + found.column, found.count.astype(float), shape[0] * shape[1])
        .reshape(shape)
        .T
    )
    # At least one of each, so that nothing is divided by zero for terms that a hit lacks (k1=0) and hits without any (b=1).
    length = np.maximum(snapshot.chunk_length[ordinals], 1.0)
    saturation = snapshot.scoring.saturation(np.maximum(tf, 1.0), length, snapshot.average_length)
    contributions: Floats = factors[:, None] * (saturation * (tf > 0))
    return contributions


def _via(
    snapshot: Snapshot, bridge: Bridge, terms: Ints, linked: Occurrences, hit: Ints, nearest: Ints, ordinals: Ints
) -> list[Via | None]:
    """For each hit its seed (`nearest`) and what links them: the part it is, if the seed names it, and words, strongest first."""
    names = bridge.names
    held: Bools = np.zeros((len(nearest), len(terms)), bool)
    held[hit[linked.sentence], linked.column] = True
    strongest_first = np.lexsort((-bridge.factors, names.seed))
    links = held[:, terms.searchsorted(names.term[strongest_first])]
    links &= names.seed[strongest_first] == nearest[:, None]
    place, column = np.nonzero(links)
    form = snapshot.lexicon.forms.strings.several(names.form[strongest_first])
    words = [form[name] for name in column.tolist()]
    ends = place.searchsorted(np.arange(1, len(nearest) + 1)).tolist()
    ids = [chunk.id for chunk in snapshot.chunks(bridge.seeds)]
    via: list[Via | None] = []
    start = 0
    for seed, ordinal, end in zip(nearest.tolist(), ordinals.tolist(), ends, strict=True):
        part = (bridge.parts[ordinal],) if ordinal in bridge.parts else ()
        linking = tuple(dict.fromkeys((*part, *words[start:end])))  # `AuthName` links by its parts, and is one word
        via.append(Via(ids[seed], linking[:_VIA_TERMS]) if linking and seed != NO_SEED else None)
        start = end
    return via


def _duplicates(snapshot: Snapshot, text: SentenceWords, ordinals: Ints) -> tuple[tuple[int, int, float], ...]:
    """Pairs of hits with nearly the same words, and no other names and numbers. MinHash proposes, the words decide.

    What one clause says of the licensor and the next of the licensee is not said twice.
    """
    later, earlier = _agreeing(snapshot.chunk_signature[ordinals])
    if not len(later):
        return ()
    members, place = np.unique(np.concatenate((later, earlier)), return_inverse=True)
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
    distinct, column = np.unique(terms, return_inverse=True)
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
    pairs = []
    for step in range(1, len(row)):
        same = (ordered[step:] == ordered[:-step]).nonzero()[0]
        if not len(same):
            break
        one, other = row[same], row[same + step]
        pairs.append(np.maximum(one, other) * len(signatures) + np.minimum(one, other))
    if not pairs:
        return row[:0], row[:0]
    later, earlier = np.divmod(distinct_values(np.concatenate(pairs)), len(signatures))
    alike = (later > earlier) & ((signatures[later] == signatures[earlier]).sum(axis=1) >= _ALIKE_HASHES)
    return later[alike], earlier[alike]
