"""A token counter that remembers what it has counted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from secondhop.text.estimate import estimate_each, estimate_tokens
from secondhop.types import TokenCounter

_REMEMBERED = 16_384


class CachedCounter:
    """Counts each distinct text once. Safe between threads; pickles as the counter alone, without its memory."""

    __slots__ = ("_cached", "counter")

    def __init__(self, counter: TokenCounter) -> None:
        """Wraps any counter."""
        self.counter = counter
        self._cached = lru_cache(maxsize=_REMEMBERED)(counter)

    def __call__(self, text: str) -> int:
        """Tokens of the text. The empty text has none."""
        return self._cached(text) if text else 0

    def each(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, in one go where the counter can; nothing is remembered."""
        if self.counter is estimate_tokens:
            return estimate_each(texts)
        return [self.counter(text) if text else 0 for text in texts]

    def __reduce__(self) -> tuple[type[CachedCounter], tuple[TokenCounter]]:
        return type(self), (self.counter,)
