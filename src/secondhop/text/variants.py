"""Words that a stemmer takes for different ones and readers for one: `colour` and `color`, `bought` and `buy`.

`variant_lists` has a file for each language. A line begins with the word that the others are indexed as; behind a colon stand
prefixes with which all of them are words as well. A line of endings (`-ão -ões`) says the same of words that end so. A form
that is another word as well, as `left` is, stays out, and so does one with the stem of another word: `indices` has that of
`indicate`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_TAIL = 3
"""So many last letters of a word tell whether it may have one of the endings; none is shorter."""
_LEAST_BEFORE = 2


def endings_alike(language: str) -> dict[str, list[tuple[str, str]]]:
    """Endings and what each is read as (Portuguese `ões` as `ão`), long ones first, by their last three letters."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for usual, *others in _endings(language):
        for ending in others:
            alike.setdefault(ending[-_TAIL:], []).append((ending, usual))
    for found in alike.values():
        found.sort(key=lambda pair: -len(pair[0]))
    return alike


def with_usual_ending(word: str, endings: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The word with the longest of the endings that it has replaced by the one it is read as; `endings_alike` gives them."""
    for ending, usual in endings.get(word[-_TAIL:], ()):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_BEFORE:
            return word[: -len(ending)] + usual
    return word


def stems_alike(language: str, stem: Callable[[str], str]) -> dict[str, str]:
    """The stem that each stem of a variant is indexed as; empty for languages without a list.

    Args:
        language: its name in `languages.LANGUAGES`.
        stem: takes a word in small letters to its stem.
    """
    alike = ((stem(variant), stem(first)) for first, *variants in _groups(language) for variant in variants)
    return {variant: first for variant, first in alike if variant != first}


def _groups(language: str) -> Iterator[list[str]]:
    """The words of each line, the one that the others are indexed as first."""
    for line in _lines(language):
        if not line.startswith("-"):
            words, _, prefixes = line.partition(":")
            yield from ([prefix + word for word in words.split()] for prefix in ("", *prefixes.split()))


def _endings(language: str) -> Iterator[list[str]]:
    """The endings of each line that holds some, the usual one first."""
    for line in _lines(language):
        if line.startswith("-"):
            yield [ending.removeprefix("-") for ending in line.split()]


def _lines(language: str) -> list[str]:
    file = Path(__file__).with_name("variant_lists") / f"{language}.txt"
    return file.read_text("utf-8").splitlines() if file.is_file() else []
