"""The second hop: passages that share words not with the question but with a passage that does.

The best direct hits are seeds. Each seed names things that the question does not (capitalised words and numbers; all
words where the script has no capitals); a chunk is linked to a seed as far as it answers to a query made of those.
The strength is absolute: four unique names make a full link, so that weak links stay weak.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, is_any, run_starts, sum_by
from secondhop.retrieval.lexical import MOST_COPIES, distinct, top
from secondhop.retrieval.query import ParsedQuery
from secondhop.retrieval.referred import NONE_REFERRED, Referred, parts_of_seeds
from secondhop.retrieval.sentence_scores import SentenceWords
from secondhop.text.analysis import is_of_letters, is_piece
from secondhop.types import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

N_SEEDS = 3
FULL_LINK_NAMES = 4.0
LEAD_WEIGHT = 0.5
NUMBER_WEIGHT = 0.5
PLACE_WEIGHT = 0.7
"""How much a name's weight follows the direct score of its sentence in the seed."""
MAX_DF_SHARE = 0.5
MANY_CHUNKS = 50
MANY_SHARE = 0.01
"""A name that more chunks hold than half of them, or in large collections than these say, introduces nothing."""
REFERRED = 0.5
"""Link of a seed to the chunk of a part that its best sentence refers to by number, relative to a full link."""
DEEP_LINK = 0.3
"""What a link within one text is worth to a chunk deep inside it, and to its sentences, relative to where the text opens."""
CODE = KINDS.index("code")
NO_SEED = -1


@dataclass(frozen=True, slots=True)
class Names:
    """The names that the seeds introduce: parallel arrays, seed by seed in order of first use."""

    seed: Ints
    """Which seed."""
    term: Ints
    weight: Floats
    form: Ints
    """Number of the form in which the name first stands in the seed."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the second hop adds to the chunks that hold a name that a seed introduces."""

    chunks: Ints
    """[linked] their ordinals, ascending."""
    scores: Floats
    """[linked] on the scale of the direct scores."""
    links: Floats
    """[seeds, linked] how strongly each is linked to each seed."""
    seeds: Ints
    """Ordinals of the seeds."""
    deep: Ints
    """[seeds, 2] from which ordinal to before which each seed's text goes on after its first two chunks."""
    names: Names
    factors: Floats
    """[names] weight times idf times the seed's confidence, on the scale of what the chunks are ordered by."""
    parts: Mapping[int, str]
    """Names of the parts that seeds refer to by number, by the ordinals of the chunks in which they begin."""
    referred: Referred
    """The sentences of these parts."""

    @classmethod
    def none(cls) -> Bridge:
        """No bridge at all."""
        nothing, no_scores = np.empty(0, np.int64), np.empty(0)
        names = Names(nothing, nothing, no_scores, nothing)
        no_places = np.empty((0, 2), np.int64)
        return cls(nothing, no_scores, np.empty((0, 0)), nothing, no_places, names, no_scores, {}, NONE_REFERRED)

    def best(self, direct: Floats, first: Ints, k: int) -> Ints:
        """Ordinals of the `k` chunks whose direct score and link together are highest, best first.

        Args:
            direct: [C] direct scores.
            first: ordinals of the chunks with the highest of them, at least `k` if so many have any. A chunk without a
                link that is not among them is not among the best either.
            k: how many.
        """
        linked = self.chunks[top(direct[self.chunks] + self.scores, k)]
        ordinals = distinct_values(np.concatenate((linked, first)))
        total, _ = self.at(ordinals)
        total += direct[ordinals]
        best: Ints = ordinals[top(total, k)]
        return best

    def at(self, ordinals: Ints) -> tuple[Floats, Ints]:
        """Of each of these chunks what the bridge adds to it, and the seed that it is linked to most; `NO_SEED` for none."""
        scores, nearest = np.zeros(len(ordinals)), np.full(len(ordinals), NO_SEED)
        places = self.chunks.searchsorted(ordinals)
        held = (places < len(self.chunks)).nonzero()[0]
        held = held[self.chunks[places[held]] == ordinals[held]]
        scores[held] = self.scores[places[held]]
        held = held[scores[held] > 0]
        if len(held):
            nearest[held] = self.links[:, places[held]].argmax(axis=0)
        return scores, nearest

    def factors_at(self, ordinals: Ints, terms: Ints) -> Floats:
        """[chunks, terms] what each of these names, ascending, adds where a sentence of each chunk holds it."""
        factors = np.zeros((len(self.seeds), 1, len(terms)))
        factors[self.names.seed, 0, terms.searchsorted(self.names.term)] = self.factors
        inside = (ordinals >= self.deep[:, :1]) & (ordinals < self.deep[:, 1:])
        most: Floats = (factors * np.where(inside, DEEP_LINK, 1.0)[:, :, None]).max(axis=0, initial=0.0)
        return most


def build_bridge(
    snapshot: Snapshot,
    query: ParsedQuery,
    direct: Floats,
    best: Ints,
    allowed: Bools | None = None,
    *,
    full_link: float,
) -> Bridge:
    """Links chunks to the seeds among the direct hits.

    Args:
        snapshot: the index.
        query: the question.
        direct: [C] direct scores.
        best: ordinals of the chunks with the highest of them, best first.
        allowed: [C] chunks that may be linked; None for all.
        full_link: what a full link adds, on the scale of what the chunks are ordered by.
    """
    seeds = _seeds(snapshot, best)
    if not len(seeds):
        return Bridge.none()
    highest = float(direct[best[0]])
    confidence = direct[seeds] / highest
    text = SentenceWords.of(snapshot, seeds)
    found = text.count(text.find(query.terms), len(query.terms))
    said = text.score(found, (query.weights * snapshot.idf[query.terms])[found.column])
    names = _names(snapshot, text, query.terms, said)
    factors = confidence[names.seed] * names.weight * snapshot.idf[names.term]
    parts = list(parts_of_seeds(snapshot, seeds, text, said, allowed))
    begun = np.array([part.chunk for part in parts], np.int32)
    deep = _deep(snapshot, seeds)
    chunks, links = _linked_by_names(snapshot, seeds, deep, names, factors, begun)
    full = FULL_LINK_NAMES * math.log1p((len(snapshot) - 0.5) / 1.5)
    for part, place in zip(parts, chunks.searchsorted(begun).tolist(), strict=True):
        strength = full * REFERRED * part.near * float(confidence[part.seed])
        links[part.seed, place] = max(links[part.seed, place], strength)
    scores = full_link * np.minimum(links.max(axis=0) / full, 1.0)
    if allowed is not None:
        scores[~allowed[chunks]] = 0.0
    names_of_parts = {part.chunk: part.name for part in reversed(parts)}
    scale = full_link / highest
    referred = Referred.of(snapshot, ((part.opening, scale * part.link) for part in parts))
    return Bridge(chunks, scores, links, seeds, deep, names, scale * factors, names_of_parts, referred)


def _linked_by_names(
    snapshot: Snapshot, seeds: Ints, deep: Ints, names: Names, factors: Floats, others: NDArray[np.int32]
) -> tuple[Ints, Floats]:
    """The chunks that hold some name, and some others, ascending; [seeds, chunks] how strongly names link each to each seed."""
    body = snapshot.body.gather(names.term, factors)
    lead = snapshot.lead.gather(names.term, LEAD_WEIGHT * factors)
    chunks, places = _distinct_places(np.concatenate((body.chunks, lead.chunks, others)), len(snapshot))
    places = places[: len(places) - len(others)]
    places += len(chunks) * np.concatenate((names.seed.repeat(body.counts), names.seed.repeat(lead.counts)))
    links = sum_by(places, np.concatenate((body.weights, lead.weights)), len(seeds) * len(chunks))
    links = links.reshape(len(seeds), len(chunks))
    keys = snapshot.chunk_key[chunks]
    for link, seed, inside in zip(links, seeds.tolist(), chunks.searchsorted(deep).tolist(), strict=True):
        link[keys == snapshot.chunk_key[seed]] = 0.0  # the seed and its copies
        link[slice(*inside)] *= DEEP_LINK
    return chunks, links


def _distinct_places(numbers: NDArray[np.int32], n: int) -> tuple[Ints, Ints]:
    """The distinct ones of some numbers below `n`, ascending, and for each number its place among these."""
    occurs = np.zeros(n, bool)
    occurs[numbers] = True
    distinct = occurs.nonzero()[0]
    place = np.empty(n, np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[numbers]


def _deep(snapshot: Snapshot, seeds: Ints) -> Ints:
    """[seeds, 2] from where to where the seeds' texts go on after the two chunks that say what they are about.

    The others repeat their names.
    """
    source = snapshot.chunk_source[seeds]
    places: Ints = snapshot.chunk_source.searchsorted(np.stack((source, source + 1), axis=1))
    places[:, 0] += 2
    return places


def _seeds(snapshot: Snapshot, best: Ints) -> Ints:
    """The first chunks with different words. Identifiers link almost all code to all other code: code is no seed."""
    ordinals = distinct(snapshot, best[: MOST_COPIES * N_SEEDS], N_SEEDS)
    first = np.sort(np.unique(snapshot.chunk_key[ordinals], return_index=True)[1])
    seeds: Ints = ordinals[first]
    seeds = seeds[snapshot.chunk_kind[seeds] != CODE]
    return seeds


def _most_holders(n_chunks: int) -> float:
    return max(2.0, min(MAX_DF_SHARE * n_chunks, max(MANY_CHUNKS, MANY_SHARE * n_chunks)))


def _names(snapshot: Snapshot, text: SentenceWords, asked: Ints, said: Floats) -> Names:
    """The names in the seeds that the query lacks, each with its weight and the form it first stands in."""
    lexicon = snapshot.lexicon
    seed_of = np.arange(len(text.n_sentences)).repeat(text.n_sentences)
    highest = np.maximum.reduceat(said, text.opening)[seed_of]
    near = 1 - PLACE_WEIGHT + PLACE_WEIGHT * np.divide(said, highest, out=np.ones(len(said)), where=highest > 0)
    terms, word = lexicon.expand(text.words)
    words, sentence = text.words[word], text.sentence_of(word)
    df = snapshot.body.df_of(terms)
    usable = (df >= 2) & (df <= _most_holders(len(snapshot)))
    if snapshot.has_case:
        usable &= lexicon.form_is_name[words]
        opening = run_starts(sentence)
        usable[opening[snapshot.term_is_ordinary[terms[opening]]]] = False
    usable &= ~is_any(terms, np.sort(asked))
    at = usable.nonzero()[0]
    if lexicon.analyzer.char_ngrams or not snapshot.has_case:
        whole = [not (is_piece(term) or is_of_letters(term)) for term in lexicon.terms.strings.several(terms[at])]
        at = at[np.array(whole, bool)]
    terms, seed = terms[at], seed_of[sentence[at]]
    weight = near[sentence[at]] * np.where(lexicon.term_is_number[terms], NUMBER_WEIGHT, 1.0)
    _, first, place = np.unique(seed * len(snapshot.idf) + terms, return_index=True, return_inverse=True)
    strongest = np.zeros(len(first))
    np.maximum.at(strongest, place, weight)
    order = first.argsort()
    first = first[order]
    return Names(seed[first], terms[first], strongest[order], words[at[first]])
