"""What functions tell of texts, remembered: chunks come back from question to question, words from chunk to chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

MOST_TEXTS = 1 << 14
"""Texts that something is remembered of: a hundred questions to a folder meet some 6,000 chunks."""
LONGEST_TEXT = 4_000
"""Characters up to which it is: some give whole books for chunks, and thousands of them take much memory."""

_Told = TypeVar("_Told")


class Remembered(dict[Any, _Told]):
    """What a function tells of a text, or of that and more: `told[text]`, `told[text, more]`.

    It is asked when that is first looked up, and again if the text is long. Filling the table needs no lock.
    """

    def __init__(self, tell: Callable[..., _Told], *, most: int = MOST_TEXTS, longest: int = LONGEST_TEXT) -> None:
        """Of this function nothing is known yet.

        Args:
            tell: the function.
            most: texts of which something is remembered.
            longest: characters up to which it is.
        """
        super().__init__()
        self._tell, self._most, self._longest = tell, most, longest

    def __missing__(self, key: Any) -> _Told:
        arguments = key if isinstance(key, tuple) else (key,)
        told = self._tell(*arguments)
        if len(arguments[0]) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[key] = told
        return told
