"""A token counter that remembers what it has counted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.estimate import estimate_each, estimate_joined, estimate_tokens, estimate_with_parts
from secondhop.text.invisible import hides, visible
from secondhop.types import TokenCounter

if TYPE_CHECKING:
    from secondhop.types import Ints

_REMEMBERED = 16_384
_LONGEST = 2_000
"""Characters up to which a text is remembered: whole prompts come once, and thousands of them take much memory."""


class CachedCounter:
    """Counts each distinct short text once. Safe between threads; pickles as the counter alone, without its memory."""

    __slots__ = ("_cached", "counter", "name")

    def __init__(self, counter: TokenCounter, name: str = "") -> None:
        """Wraps any counter, which reports call by its name."""
        self.counter, self.name = counter, name
        self._cached = lru_cache(maxsize=_REMEMBERED)(counter)

    def __call__(self, text: str) -> int:
        """Tokens of the text. The empty text has none."""
        if len(text) > _LONGEST:
            return self.counter(text)
        return self._cached(text) if text else 0

    def joined(self, texts: Sequence[str]) -> int:
        """Tokens of texts with an empty line between."""
        return estimate_joined(texts) if self.counter is estimate_tokens else self("\n\n".join(texts))

    def with_parts(self, texts: Sequence[str], text_of: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Tokens of what is visible of each text, and of each part of one; nothing is remembered.

        Args:
            texts: any texts.
            text_of: [parts] which text each part is of.
            starts: [parts] where it begins in its text, in characters.
            ends: [parts] where it ends, after its beginning.
        """
        whole: Ints = np.zeros(len(texts), np.int64)
        parts: Ints = np.zeros(len(starts), np.int64)
        hide = any(map(hides, texts))
        if self.counter is estimate_tokens and not hide:
            whole, parts = estimate_with_parts(texts, text_of, starts, ends)
        rest = (whole == 0).nonzero()[0]
        whole[rest] = self._each([texts[number] for number in rest.tolist()], hide)
        rest = (parts == 0).nonzero()[0]
        places = zip(*(each[rest].tolist() for each in (text_of, starts, ends)), strict=True)
        parts[rest] = self._each([texts[number][start:end] for number, start, end in places], hide)
        return whole, parts

    def _each(self, texts: list[str], hide: bool) -> list[int]:
        texts = [visible(text) for text in texts] if hide else texts
        if self.counter is estimate_tokens:
            return estimate_each(texts)
        return [self.counter(text) if text else 0 for text in texts]

    def __eq__(self, other: object) -> bool:
        """Whether both count alike, so that equal contexts are equal, pickled or not."""
        return isinstance(other, CachedCounter) and self.counter == other.counter

    def __hash__(self) -> int:
        return hash(type(self))

    def __reduce__(self) -> tuple[type[CachedCounter], tuple[TokenCounter, str]]:
        return type(self), (self.counter, self.name)
