"""The second hop: passages that share words not with the question but with a passage that does.

The best direct hits are seeds. Each seed names things that the question does not (capitalised words and numbers; all
words where the script has no capitals); a chunk is linked to a seed as far as it answers to a query made of those.
The strength is absolute: four unique names make a full link, so that weak links stay weak.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.lexical import top_distinct
from secondhop.retrieval.query import ParsedQuery
from secondhop.retrieval.sentence_scores import SentenceWords
from secondhop.types import KINDS

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

N_SEEDS = 3
FULL_LINK_NAMES = 4.0
LEAD_WEIGHT = 0.5
NUMBER_WEIGHT = 0.5
PLACE_WEIGHT = 0.7
"""How much a name's weight follows the direct score of its sentence in the seed."""
MAX_DF_SHARE = 0.5
CODE = KINDS.index("code")


@dataclass(frozen=True, slots=True)
class SeedLinks:
    """The names that one seed introduces."""

    ordinal: int
    terms: Ints
    factors: Floats
    """Weight times idf times the seed's confidence."""
    forms: tuple[str, ...]
    """The names as they stand in the seed."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the second hop adds to each chunk."""

    scores: Floats
    """[C] on the scale of the direct scores."""
    seed_of: Ints
    """[C] which of `seeds` is linked most strongly, -1 for none."""
    seeds: tuple[SeedLinks, ...] = ()
    term_weights: dict[int, float] = field(default_factory=dict)
    """All bridge terms, with the largest weight that a seed gives them: for scoring sentences."""

    @classmethod
    def none(cls, n_chunks: int) -> Bridge:
        """No bridge at all."""
        return cls(np.zeros(n_chunks), np.full(n_chunks, -1))


def build_bridge(snapshot: Snapshot, query: ParsedQuery, direct: Floats, allowed: Bools | None = None) -> Bridge:
    """Links every chunk to the seeds among the direct hits."""
    ordinals = top_distinct(snapshot, direct, N_SEEDS)
    ordinals = ordinals[np.sort(np.unique(snapshot.chunk_key[ordinals], return_index=True)[1])]
    # Identifiers link almost all code to all other code: from code there is no bridge.
    ordinals = ordinals[snapshot.chunk_kind[ordinals] != CODE]
    if not len(ordinals):
        return Bridge.none(len(snapshot))
    if not len(ordinals):
        return Bridge.none(len(snapshot))
    best = float(direct.max())
    strength = np.zeros(len(snapshot))
    seed_of = np.full(len(snapshot), -1)
    seeds: list[SeedLinks] = []
    term_weights: dict[int, float] = {}
    for ordinal in ordinals.tolist():
        confidence = float(direct[ordinal]) / best
        weights, forms = seed_names(snapshot, query, ordinal)
        terms = np.array(list(weights), np.int64)
        factors = confidence * np.array(list(weights.values())) * snapshot.idf[terms] if weights else np.empty(0)
        pairs = list(zip(terms.tolist(), factors.tolist(), strict=True))
        link = snapshot.body.accumulate(pairs) + LEAD_WEIGHT * snapshot.lead.accumulate(pairs)
        link[snapshot.chunk_key == snapshot.chunk_key[ordinal]] = 0.0  # the seed and its copies
        stronger = link > strength
        strength[stronger] = link[stronger]
        seed_of[stronger] = len(seeds)
        seeds.append(SeedLinks(ordinal, terms, factors, forms))
        for term, weight in weights.items():
            term_weights[term] = max(term_weights.get(term, 0.0), confidence * weight)
    unique_name = math.log1p((len(snapshot) - 0.5) / 1.5)
    scores = best * np.minimum(1.0, strength / (FULL_LINK_NAMES * unique_name))
    if allowed is not None:
        scores[~allowed] = 0.0
    return Bridge(scores, seed_of, tuple(seeds), term_weights)


def seed_names(snapshot: Snapshot, query: ParsedQuery, ordinal: int) -> tuple[dict[int, float], tuple[str, ...]]:
    """The names in a chunk that the query lacks, each with its weight and the form it first stands in."""
    lexicon = snapshot.lexicon
    text = SentenceWords.of(snapshot, np.array([ordinal]))
    direct = text.score(snapshot, text.count(query.terms), query.weights * snapshot.idf[query.terms])
    highest = float(direct.max()) if len(direct) else 0.0
    near = 1 - PLACE_WEIGHT + PLACE_WEIGHT * (direct / highest if highest > 0 else np.ones(len(direct)))
    terms, words = text.terms, text.words[text.word_of_term]
    df = snapshot.body.df_of(terms)
    asked = (terms[:, None] == query.terms).any(axis=1)
    usable = (df >= 2) & (df <= max(2.0, MAX_DF_SHARE * len(snapshot))) & ~asked
    if snapshot.has_case:
        opens = np.diff(text.sentence[text.word_of_term], prepend=-1) > 0
        usable &= lexicon.form_is_name[words] & ~(opens & snapshot.term_is_ordinary[terms])
    weight = near[text.sentence[text.word_of_term]] * np.where(lexicon.term_is_number[terms], NUMBER_WEIGHT, 1.0)
    weights: dict[int, float] = {}
    forms: dict[int, str] = {}
    for at in np.flatnonzero(usable).tolist():
        term = int(terms[at])
        weights[term] = max(weights.get(term, 0.0), float(weight[at]))
        forms.setdefault(term, lexicon.forms[words[at]])
    return weights, tuple(forms.values())
