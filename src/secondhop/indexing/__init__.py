"""3. Chunks to a searchable snapshot: tables of chunks and sentences, a lexicon, postings and a forward index.

Everything is numpy arrays and tuples, written once by `build` and never changed: a snapshot can be shared between
threads, forked and pickled.
"""

from __future__ import annotations

from secondhop.indexing.build import build
from secondhop.indexing.lexicon import Lexicon
from secondhop.indexing.postings import Postings
from secondhop.indexing.scoring import BM25
from secondhop.indexing.snapshot import Snapshot

__all__ = ["BM25", "Lexicon", "Postings", "Snapshot", "build"]
