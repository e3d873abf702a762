"""What functions tell of the texts of chunks, remembered: chunks come back from question to question."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

MOST_TEXTS = 1 << 14
"""Texts that something is remembered of: a hundred questions to a folder meet some 6,000 chunks."""
LONGEST_TEXT = 4_000
"""Characters up to which it is: some give whole books for chunks, and thousands of them take much memory."""

_More = ParamSpec("_More")
_Told = TypeVar("_Told")


def remembered(tell: Callable[Concatenate[str, _More], _Told]) -> Callable[Concatenate[str, _More], _Told]:
    """A function of the text of a chunk, and perhaps of more, as one that is asked once for each, unless the text is long."""
    known = cast("Callable[Concatenate[str, _More], _Told]", lru_cache(maxsize=MOST_TEXTS)(tell))

    @wraps(tell)
    def look_up(text: str, /, *more: _More.args, **named: _More.kwargs) -> _Told:
        return known(text, *more, **named) if len(text) <= LONGEST_TEXT else tell(text, *more, **named)

    return look_up
