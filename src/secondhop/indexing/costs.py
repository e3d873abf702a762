"""What the sentences and chunks of a snapshot cost in one kind of tokens, counted when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.counting import CachedCounter

if TYPE_CHECKING:
    from secondhop.indexing.snapshot import Snapshot
    from secondhop.types import Ints


class TokenCosts:
    """Remembers each count. Counting twice is harmless, so it needs no lock; what is remembered is not pickled."""

    __slots__ = ("_chunks", "_sentences", "_snapshot", "count")

    def __init__(self, snapshot: Snapshot, count: CachedCounter) -> None:
        """Starts with nothing counted; parts of the tables that are never asked for take no memory."""
        self.count = count
        self._snapshot = snapshot
        self._chunks = np.zeros(len(snapshot), np.int32)
        self._sentences = np.zeros(len(snapshot.sentence_start), np.int32)

    def __reduce__(self) -> tuple[type[TokenCosts], tuple[Snapshot, CachedCounter]]:
        return type(self), (self._snapshot, self.count)

    def of(self, ordinals: Ints, texts: Sequence[str]) -> Ints:
        """[ordinals] tokens of these chunks, whose texts are given.

        After this those of their sentences are known: `of_sentences`.
        """
        unknown = (self._chunks[ordinals] == 0).nonzero()[0]
        if len(unknown):
            self._count(ordinals[unknown], [texts[place] for place in unknown.tolist()])
        return self._chunks[ordinals].astype(np.int64)

    def of_sentences(self, sentences: Ints) -> Ints:
        """[sentences] tokens of these sentences, of chunks that were asked for before."""
        return self._sentences[sentences].astype(np.int64)

    def _count(self, ordinals: Ints, texts: Sequence[str]) -> None:
        snapshot = self._snapshot
        sentences, n_sentences = snapshot.sentences_of(ordinals)
        # A text that was cut here begins with its first sentence, one that was given may begin with blanks.
        opening = (
            0 if snapshot.given else snapshot.sentence_start[snapshot.chunk_sentences[ordinals]].repeat(n_sentences)
        )
        of_chunks, of_sentences = self.count.with_parts(
            texts,
            np.arange(len(ordinals)).repeat(n_sentences),
            snapshot.sentence_start[sentences] - opening,
            snapshot.sentence_end[sentences] - opening,
        )
        self._sentences[sentences] = of_sentences  # first, so that a chunk that is known has known sentences
        self._chunks[ordinals] = of_chunks
