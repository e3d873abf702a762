"""3. Chunks to a searchable snapshot: tables of chunks and sentences, a lexicon, postings and a forward index.

Everything is numpy arrays and tuples, made once and never changed: a snapshot can be shared between threads, forked and
pickled.
"""

from __future__ import annotations

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

__all__ = [
    "BM25",
    "Lexicon",
    "Postings",
    "Segment",
    "Snapshot",
    "TokenCosts",
    "build_segment",
    "combine",
    "merge",
    "suspects_among",
]
