"""Words that a stemmer takes for different ones and readers for one: `colour` and `color`, `bought` and `buy`.

Each line begins with the word that the others are indexed as. A form that is another word as well, as `left` is, stays out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LISTS: Mapping[str, str] = {
    "english": """
        buy bought
        child children
        color colour
        """,
}


def stems_alike(language: str, stem: Callable[[str], str]) -> dict[str, str]:
    """The stem that each stem of a variant is indexed as; empty for languages without a list.

    Args:
        language: its name in `languages.LANGUAGES`.
        stem: takes a word in small letters to its stem.
    """
    groups = map(str.split, _LISTS.get(language, "").strip().splitlines())
    alike = ((stem(variant), stem(first)) for first, *variants in groups for variant in variants)
    return {variant: first for variant, first in alike if variant != first}
