"""What the sentences and chunks of a snapshot cost in one kind of tokens, counted when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.counting import CachedCounter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.snapshot import Snapshot
    from secondhop.types import Ints

    TextsAt = Callable[[Ints], list[str]]


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

    def of_chunks(self, ordinals: Ints, texts_at: TextsAt) -> Ints:
        """Tokens of these chunks; `texts_at` gives the texts at some places in `ordinals`."""
        return self._look_up(self._chunks, ordinals, texts_at)

    def of_sentences(self, sentences: Ints, texts_at: TextsAt) -> Ints:
        """Tokens of these sentences; `texts_at` gives the texts at some places in `sentences`."""
        return self._look_up(self._sentences, sentences, texts_at)

    def _look_up(self, table: NDArray[np.int32], numbers: Ints, texts_at: TextsAt) -> Ints:
        tokens = table[numbers]
        unknown = np.flatnonzero(tokens == 0)
        if len(unknown):
            tokens[unknown] = self.count.each(texts_at(unknown))
            table[numbers] = tokens
        return tokens.astype(np.int64)
