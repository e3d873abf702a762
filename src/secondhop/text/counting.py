"""A token counter that remembers what it has counted."""

from __future__ import annotations

from functools import lru_cache

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

    def __reduce__(self) -> tuple[type[CachedCounter], tuple[TokenCounter]]:
        return type(self), (self.counter,)
