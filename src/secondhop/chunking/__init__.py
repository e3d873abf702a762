"""2. Source texts to chunks: exact slices of about `chunk_size` tokens, cut at sentences, definitions, lines or rows.

`chunk` takes a `SourceText` and returns `Cut`s: the sentence spans of each chunk, from which its own span follows.
`chunk_tables` does the same for many sources at once and is what indexes are made from. Chunks never overlap and never
cross a section (a heading, a page, a definition).
"""

from __future__ import annotations

from secondhop.chunking.batch import chunk_tables, whole_tables
from secondhop.chunking.table import Cut, CutTable
from secondhop.types import SourceText

__all__ = ["Cut", "CutTable", "chunk", "chunk_tables", "whole_tables"]


def chunk(source: SourceText, *, chunk_size: int = 200) -> list[Cut]:
    """The chunks of a source text, in reading order.

    Args:
        source: text and sections, as a loader made them.
        chunk_size: wanted size in tokens of five UTF-8 bytes. Prose chunks hold up to a quarter more; a definition is
            kept whole up to three times that.
    """
    return [cut for table in chunk_tables([source], chunk_size) for cut in table.cuts()]
