"""2. Source texts to chunks: exact slices of about `chunk_size` tokens, cut at sentences, definitions, lines or rows.

`chunk_tables` takes `SourceText`s, many at once, and returns the sentence spans of their chunks. Chunks never overlap and
never cross a section (a heading, a page, a definition).
"""

from __future__ import annotations

from secondhop.chunking.batch import CutTable, chunk_tables, whole_tables

__all__ = ["CutTable", "chunk_tables", "whole_tables"]
