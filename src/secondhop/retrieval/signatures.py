"""Signatures: the lines that name the definitions which chunks of code are parts of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from secondhop.retrieval.bridge import CODE
from secondhop.types import Chunk, Passage, Span

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Ints

_LONGEST = 150
"""Characters. A longer line costs more than it says."""
_NO_COMMENT = r"""^[ \t]*(?!//|/?\*|#|--|@|;|%|"")(?=\S)"""


def signatures(snapshot: Snapshot, ordinals: Ints, chunks: Sequence[Chunk]) -> dict[int, Passage]:
    """The signatures of hits of code, by the places of the hits."""
    found: dict[int, Passage] = {}
    for place in (snapshot.chunk_kind[ordinals] == CODE).nonzero()[0].tolist():
        name = (chunks[place].heading or "").rpartition(" ")[2]
        if not name:
            continue
        order = _opening(snapshot, int(ordinals[place]))
        chunk = snapshot.chunk(order)
        if (line := _line_with(name, chunk.text)) is not None:
            found[place] = Passage(chunk, ((chunk.start + line[0], chunk.start + line[1]),), "heading", order=order)
    return found


def _opening(snapshot: Snapshot, ordinal: int) -> int:
    """Ordinal of the chunk in which the definition begins that a chunk may go on with."""
    if snapshot.chunk_opens[ordinal]:
        return ordinal
    first = int(snapshot.chunk_source.searchsorted(snapshot.chunk_source[ordinal]))
    paths = snapshot.section_path[snapshot.chunk_section[first : ordinal + 1]]
    openings = ((paths == paths[-1]) & snapshot.chunk_opens[first : ordinal + 1]).nonzero()[0]
    return first + int(openings[-1]) if len(openings) else ordinal


@lru_cache(maxsize=1 << 10)
def _line_with(name: str, text: str) -> Span | None:
    """The first line with the name that is no comment; None if it is long."""
    line = re.search(rf"{_NO_COMMENT}[^\n]*?(?<!\w){re.escape(name)}(?!\w)[^\n]*", text, re.MULTILINE)
    return line.span() if line is not None and len(line[0].strip()) <= _LONGEST else None
