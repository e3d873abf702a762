"""Where chunks lie: the table that chunking hands to indexing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from secondhop.types import Section

if TYPE_CHECKING:
    from secondhop.types import Ints


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
