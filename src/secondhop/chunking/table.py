"""Where chunks lie: the table that chunking hands to indexing, and one row of it as an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from secondhop.types import Section, Span

if TYPE_CHECKING:
    from secondhop.types import Ints


@dataclass(frozen=True, slots=True)
class Cut:
    """Where one chunk lies: the spans of its sentences, in order."""

    section: Section
    sentences: tuple[Span, ...]
    opens: bool
    """True if a paragraph or definition begins here, False if the chunk goes on with one."""

    @property
    def span(self) -> Span:
        """The chunk's own span."""
        return self.sentences[0][0], self.sentences[-1][1]


@dataclass(frozen=True, slots=True)
class CutTable:
    """The chunks of a run of sources, in reading order. Lists and arrays are parallel, one entry for each chunk."""

    n_sources: int
    source: list[int]
    """Which of the sources, from 0."""
    section: list[int]
    """Which of `sections`."""
    opens: list[bool]
    """Whether a paragraph or definition begins with it."""
    n_sentences: list[int]
    sections: list[Section]
    """Those that chunks are in. One comes up again where chunks of another stand between."""
    sentence_start: Ints
    """One entry for each sentence: spans in the text of its source."""
    sentence_end: Ints

    def cuts(self) -> Iterator[Cut]:
        """The rows as objects."""
        spans = list(zip(self.sentence_start.tolist(), self.sentence_end.tolist(), strict=True))
        first = 0
        for section, opens, n in zip(self.section, self.opens, self.n_sentences, strict=True):
            yield Cut(self.sections[section], tuple(spans[first : first + n]), opens)
            first += n
