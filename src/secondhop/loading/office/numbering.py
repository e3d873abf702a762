"""The numbers that office programs show before clauses and list items and that stand nowhere in the text, as `9.1` or `(a)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from secondhop.loading.numerals import numeral

LEVELS = 9
_PLACEHOLDER = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts."""

    start: int = 1
    form: str = "decimal"
    """By the name that Word has for it."""
    template: str = ""
    """What stands before an item: `%2` for the number of the second level; the sign of a bullet."""
    legal: bool = False
    """All numbers in it are shown in decimal form."""


@dataclass(slots=True)
class Counters:
    """How far the lists of a document have counted. One for each reading of a document."""

    counts: dict[str, list[int | None]] = field(default_factory=dict)

    def label(self, key: str, levels: Mapping[int, Level], level: int, start: int | None = None) -> str | None:
        """Count one on, and return what stands before the paragraph: "" for nothing, None for a level that there is not.

        Args:
            key: what shares its counts.
            levels: how each level counts, from 0.
            level: of the paragraph.
            start: the number of the paragraph, where it does not count on.
        """
        if not 0 <= level < LEVELS:
            return None
        counts = self.counts.setdefault(key, [None] * LEVELS)
        own = levels.get(level, Level())
        before = counts[level]
        counts[level] = start if start is not None else own.start if before is None else before + 1
        counts[level + 1 :] = [None] * (LEVELS - level - 1)
        if own.form == "bullet":
            return "" if own.template.isspace() else "-"  # a blank one goes on with an item
        if own.form == "none":
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            other = levels.get(place, Level())
            count = counts[place]
            return numeral(other.start if count is None else count, "decimal" if own.legal else other.form)

        return " ".join(_PLACEHOLDER.sub(shown, own.template).split())
