"""What a question asks for by name comes first: files and pages, parts of a text by number, definitions in code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values
from secondhop.retrieval.lexical import top
from secondhop.retrieval.named.definitions import DEFINED, frames
from secondhop.retrieval.named.referred import ASKED_FOR, Referred, parts_asked

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.retrieval.named.sources import NamedSources
    from secondhop.retrieval.sentence_scores import SentenceWords
    from secondhop.retrieval.tiers import Direct
    from secondhop.types import Floats, Ints

_NONE: Ints = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a question asks for by name."""

    sources: NamedSources | None
    """The files and pages."""
    openings: Ints
    """Numbers of the sentences that open the parts and definitions."""

    @classmethod
    def none(cls) -> AskedFor:
        """Nothing."""
        return cls(None, _NONE)

    def named(self, ordinals: Ints) -> Ints:
        """Places of those of the chunks that are of the files, or on the pages."""
        return _NONE if self.sources is None else self.sources.holds(ordinals).nonzero()[0]

    def raised(self, snapshot: Snapshot, text: SentenceWords, direct: Floats, ordinals: Ints) -> Floats:
        """[sentences] direct scores of the sentences of chunks with those ordinals, with what they get for being asked for."""
        if len(self.openings):
            opens = np.isin(text.sentences, self.openings)
            values = direct[opens] + ASKED_FOR * float(direct.max(initial=0.0))
            parts = Referred.of(snapshot, list(zip(text.sentences[opens].tolist(), values.tolist(), strict=True)))
            direct = np.maximum(direct, parts.at(text.sentences))
        if self.sources is not None:
            direct = self.sources.sentences_raised(direct, ordinals.repeat(text.n_sentences))
        return direct


def raise_asked_for(
    snapshot: Snapshot,
    question: str,
    direct: Direct,
    first: Ints,
    k: int,
    *,
    sources: NamedSources | None,
    defined: Ints = _NONE,
) -> tuple[Direct, Ints, AskedFor]:
    """Direct scores with what chunks get for being asked for, the ordinals of the best of them, and what is asked for.

    Args:
        snapshot: the index.
        question: what asks.
        direct: scores by its words.
        first: ordinals of the chunks with the highest of them, best first: among these numbered parts are looked for.
        k: how many of the best to tell.
        sources: the files and pages that it names.
        defined: numbers of the sentences that open definitions which it names.
    """
    if sources is not None:
        direct = direct.with_lexical(sources.raised(direct.lexical, direct.scores))
        first = top(direct.scores, k)
    parts = parts_asked(snapshot, question, first)
    if sources is not None:
        parts, defined = sources.of_files(snapshot, parts), sources.of_files(snapshot, defined)
    for openings, share in ((parts, ASKED_FOR), (defined, DEFINED)):
        if len(openings):
            lexical = direct.lexical.copy()
            lexical[snapshot.chunk_of(openings)] += share * float(direct.scores.max())  # once for each chunk
            direct = direct.with_lexical(lexical)
            first = top(direct.scores, k)
    if len(defined) and not frames(question):  # what failed is not the first line
        parts = distinct_values(np.concatenate((parts, defined)))
    return direct, first, AskedFor(sources, parts)
