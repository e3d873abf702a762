"""The second hop: passages that share words not with the question but with a passage that does.

The best direct hits are seeds. Each seed names things that the question does not (capitalised words and numbers; all
words where the script has no capitals); a chunk is linked to a seed as far as it answers to a query made of those.
The strength is absolute: four unique names make a full link, so that weak links stay weak.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, sum_by
from secondhop.retrieval.lexical import MOST_COPIES, top
from secondhop.retrieval.named.referred import NONE_REFERRED, Referred, parts_of_seeds
from secondhop.retrieval.question.query import ParsedQuery
from secondhop.retrieval.seeds import Seed
from secondhop.types import CODE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing import Snapshot
    from secondhop.retrieval.tiers import Direct
    from secondhop.types import Bools, Floats, Ints

N_SEEDS = 3
FULL_LINK_NAMES = 4.0
LEAD_WEIGHT = 0.5
REFERRED = 0.5
"""Link of a seed to the chunk of a part that its best sentence refers to by number, relative to a full link."""
DEEP_LINK = 0.3
"""What a link within one text is worth to a chunk deep inside it, and to its sentences, relative to where the text opens."""
NO_SEED = -1


@dataclass(frozen=True, slots=True)
class Names:
    """The names that the seeds introduce: parallel columns, seed by seed in order of first use."""

    seed: Ints
    """Which seed."""
    term: Ints
    weight: Floats
    forms: Sequence[str]
    """How each first stands in the seed."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the second hop adds to the chunks that hold a name that a seed introduces."""

    chunks: Ints
    """[linked] their ordinals, ascending."""
    scores: Floats
    """[linked] on the scale of the direct scores."""
    links: Floats
    """[seeds, linked] how strongly each is linked to each seed."""
    seeds: Sequence[Seed]
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
        names = Names(nothing, nothing, no_scores, ())
        return cls(nothing, no_scores, np.empty((0, 0)), (), names, no_scores, {}, NONE_REFERRED)

    def best(self, direct: Floats, first: Ints, k: int) -> Ints:
        """Ordinals of the `k` chunks whose direct score and link together are highest, best first.

        Args:
            direct: [C] direct scores.
            first: ordinals of the chunks with the highest of them, at least `k` if so many have any. A chunk without a
                link that is not among them is not among the best either.
            k: how many.
        """
        linked = self.chunks
        if len(linked) > k:
            linked = linked[top(direct[linked] + self.scores, k)]
        ordinals = distinct_values(np.concatenate((linked, first)))
        total = direct[ordinals] + self.at(ordinals)
        best: Ints = ordinals[top(total, k)]
        return best

    def at(self, ordinals: Ints) -> Floats:
        """Of each of these chunks what the bridge adds to it."""
        if not len(self.chunks):
            return np.zeros(len(ordinals))
        places = self.chunks.searchsorted(ordinals)
        scores: Floats = self.scores.take(places, mode="clip")
        scores *= self.chunks.take(places, mode="clip") == ordinals
        return scores

    def nearest(self, ordinals: Ints, scores: Floats) -> Ints:
        """Of each of these chunks, to which it adds this, the seed that it is linked to most; `NO_SEED` for none."""
        nearest = np.full(len(ordinals), NO_SEED)
        linked = (scores > 0).nonzero()[0]
        if len(linked):
            nearest[linked] = self.links[:, self.chunks.searchsorted(ordinals[linked])].argmax(axis=0)
        return nearest

    def factors_at(self, ordinals: Ints, terms: Ints, columns: Ints) -> Floats:
        """What names add where sentences of chunks hold them: each name as a place in `terms`, ascending, beside its chunk."""
        factors = np.zeros((len(self.seeds), len(terms)))
        factors[self.names.seed, terms.searchsorted(self.names.term)] = self.factors
        found = factors[:, columns]
        first, end = np.array([seed.deep for seed in self.seeds], np.int64).reshape(-1, 2, 1).swapaxes(0, 1)
        found[(ordinals >= first) & (ordinals < end)] *= DEEP_LINK
        most: Floats = found.max(axis=0, initial=0.0)
        return most


def build_bridge(
    snapshot: Snapshot, query: ParsedQuery, direct: Direct, first: Ints, allowed: Bools | None = None
) -> Bridge:
    """Links chunks to the seeds among the direct hits.

    Args:
        snapshot: the index.
        query: the question.
        direct: direct scores.
        first: ordinals of the chunks with the highest of them, best first.
        allowed: [C] chunks that may be linked; None for all.
    """
    # The seeds are what the question itself finds: three chunks of one text would lead nowhere else.
    alone = direct.alone
    best = first if direct.texts is None else top(alone, MOST_COPIES * N_SEEDS)
    seeds = [snapshot.facts(ordinal, Seed.of) for ordinal in _seeds(snapshot, best)]
    if not seeds:
        return Bridge.none()
    highest, full_link = float(alone[best[0]]), float(direct.scores.max())
    confidence = [float(alone[seed.ordinal]) / highest for seed in seeds]
    asked = dict(zip(query.terms.tolist(), (query.weights * snapshot.idf[query.terms]).tolist(), strict=True))
    said = [seed.said(asked) for seed in seeds]
    names = _names(seeds, asked, said)
    factors = np.array(confidence)[names.seed] * names.weight * snapshot.idf[names.term]
    parts = list(parts_of_seeds(snapshot, seeds, said, allowed))
    begun = np.array([part.chunk for part in parts], np.int32)
    chunks, links = _linked_by_names(snapshot, seeds, names, factors, begun)
    full = FULL_LINK_NAMES * math.log1p((len(snapshot) - 0.5) / 1.5)
    for part, place in zip(parts, chunks.searchsorted(begun).tolist(), strict=True):
        strength = full * REFERRED * part.near * confidence[part.seed]
        links[part.seed, place] = max(links[part.seed, place], strength)
    scores = full_link * np.minimum(links.max(axis=0) / full, 1.0)
    if allowed is not None:
        scores[~allowed[chunks]] = 0.0
    names_of_parts = {part.chunk: part.name for part in reversed(parts)}
    scale = full_link / highest
    referred = Referred.of(snapshot, [(part.opening, scale * part.link) for part in parts])
    return Bridge(chunks, scores, links, seeds, names, scale * factors, names_of_parts, referred)


def _linked_by_names(
    snapshot: Snapshot, seeds: Sequence[Seed], names: Names, factors: Floats, others: NDArray[np.int32]
) -> tuple[Ints, Floats]:
    """The chunks that hold some name, and some others, ascending; [seeds, chunks] how strongly names link each to each seed."""
    held = snapshot.gather(names.term, factors, LEAD_WEIGHT)
    chunks, places = _distinct_places(np.concatenate((held.chunks, others)), len(snapshot))
    places = places[: len(held.chunks)]
    places += (len(chunks) * np.concatenate((names.seed, names.seed))).repeat(held.counts)
    links = sum_by(places, held.weights, len(seeds) * len(chunks)).reshape(len(seeds), len(chunks))
    keys = snapshot.chunk_key[chunks]
    for link, seed in zip(links, seeds, strict=True):
        link[keys == seed.key] = 0.0  # the seed and its copies
        first, end = chunks.searchsorted(seed.deep).tolist()
        link[first:end] *= DEEP_LINK
    return chunks, links


def _distinct_places(numbers: NDArray[np.int32], n: int) -> tuple[Ints, Ints]:
    """The distinct ones of some numbers below `n`, ascending, and for each number its place among these."""
    occurs = np.zeros(n, bool)
    occurs[numbers] = True
    distinct = occurs.nonzero()[0]
    place = np.empty(n, np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[numbers]


def _seeds(snapshot: Snapshot, best: Ints) -> list[int]:
    """The first chunks with different words. Identifiers link almost all code to all other code: code is no seed."""
    best = best[: MOST_COPIES * N_SEEDS]
    first: dict[int, int] = {}
    for ordinal, key in zip(best.tolist(), snapshot.chunk_key[best].tolist(), strict=True):
        first.setdefault(key, ordinal)
    return [ordinal for ordinal in list(first.values())[:N_SEEDS] if snapshot.chunk_kind[ordinal] != CODE]


def _names(seeds: Sequence[Seed], asked: Collection[int], said: Sequence[list[float]]) -> Names:
    """The names in the seeds that the query lacks, each with its weight and the form it first stands in."""
    told = [seed.named(asked, each) for seed, each in zip(seeds, said, strict=True)]
    named = [(place, *name) for place, names in enumerate(told) for name in names]
    places, terms, weights, forms = zip(*named, strict=True) if named else ((), (), (), ())
    return Names(np.array(places, np.int64), np.array(terms, np.int64), np.array(weights, float), forms)
