"""3. Chunks to a searchable snapshot: tables of chunks and sentences, a lexicon, postings and a forward index.

Everything is numpy arrays and tuples, written once by `build` and never changed: a snapshot can be shared between
threads, forked and pickled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from secondhop.indexing.build import build_segment
from secondhop.indexing.costs import TokenCosts
from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.merge import merge
from secondhop.indexing.postings import Postings
from secondhop.indexing.revision import combine
from secondhop.indexing.scoring import BM25
from secondhop.indexing.segment import Segment
from secondhop.indexing.snapshot import Snapshot
from secondhop.indexing.suspects import suspects_among
from secondhop.types import Chunk, SourceText

if TYPE_CHECKING:
    from secondhop.chunking import CutTable

__all__ = [
    "BM25",
    "Lexicon",
    "Postings",
    "Segment",
    "Snapshot",
    "TokenCosts",
    "build",
    "build_segment",
    "combine",
    "merge",
    "suspects_among",
]


def build(
    sources: Sequence[SourceText],
    tables: Iterable[CutTable],
    *,
    language: str = "auto",
    char_ngrams: int = 0,
    scoring: BM25 | None = None,
    given: tuple[Chunk, ...] | None = None,
) -> Snapshot:
    """Indexes the chunks of the sources.

    Args:
        sources: texts, in the order in which they are to be read.
        tables: their chunks, in tables of some sources each, as chunking makes them.
        language: a language of `text.languages.LANGUAGES`, or `auto`.
        char_ngrams: length of the pieces of words that are terms besides; 0 for none.
        scoring: BM25 variant and constants.
        given: the caller's own chunks, if each source is one of them.
    """
    segment = build_segment(sources, tables, language=language, char_ngrams=char_ngrams)
    return Snapshot.of(segment, scoring or BM25(), given)
