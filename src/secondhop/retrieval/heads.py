"""What is to be shown beside any part of a chunk: headers of tables, and the lines that name definitions (signatures)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from secondhop.arrays import numbered
from secondhop.text.remembered import Remembered
from secondhop.types import CODE, Chunk, Passage, Span

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Ints

_LONGEST = 150
"""Characters. A longer line costs more than it says."""
_COMMENT = ("//", "/*", "*", "#", "--", "@", ";", "%", '"""')
_IN_WORD = re.compile(r"\w")


def heads(snapshot: Snapshot, ordinals: Ints, chunks: Sequence[Chunk]) -> dict[int, Passage]:
    """The headers of the tables and the signatures of the definitions that hits are of, by the places of the hits."""
    return _headers(snapshot, ordinals) | _signatures(snapshot, ordinals, chunks)


def _headers(snapshot: Snapshot, ordinals: Ints) -> dict[int, Passage]:
    """The headers of the tables that hits are of, by the places of the hits."""
    heads = snapshot.table_heads(ordinals)
    places = (heads >= 0).nonzero()[0]
    if not len(places):
        return {}
    distinct, number = numbered(heads[places])
    first = snapshot.chunk_sentences[distinct]
    spans = zip(snapshot.sentence_start[first].tolist(), snapshot.sentence_end[first].tolist(), strict=True)
    passages = [
        Passage(chunk, (span,), "heading", order=order)
        for chunk, span, order in zip(snapshot.chunks(distinct), spans, distinct.tolist(), strict=True)
    ]
    return {place: passages[each] for place, each in zip(places.tolist(), number.tolist(), strict=True)}


def _signatures(snapshot: Snapshot, ordinals: Ints, chunks: Sequence[Chunk]) -> dict[int, Passage]:
    """The signatures of hits of code, by the places of the hits."""
    found: dict[int, Passage] = {}
    of_code = (snapshot.chunk_kind[ordinals] == CODE).nonzero()[0].tolist()
    names = {place: name for place in of_code if (name := (chunks[place].heading or "").rpartition(" ")[2])}
    orders = ordinals[list(names)]
    for goes_on in (~snapshot.chunk_opens[orders]).nonzero()[0].tolist():
        orders[goes_on] = _opening(snapshot, int(orders[goes_on]))
    for (place, name), order, chunk in zip(names.items(), orders.tolist(), snapshot.chunks(orders), strict=True):
        if (line := _lines[chunk.text, name]) is not None:
            found[place] = Passage(chunk, ((chunk.start + line[0], chunk.start + line[1]),), "heading", order=order)
    return found


def _opening(snapshot: Snapshot, ordinal: int) -> int:
    """Ordinal of the chunk in which the definition begins that a chunk goes on with."""
    first = int(snapshot.chunk_source.searchsorted(snapshot.chunk_source[ordinal]))
    paths = snapshot.section_path[snapshot.chunk_section[first : ordinal + 1]]
    openings = ((paths == paths[-1]) & snapshot.chunk_opens[first : ordinal + 1]).nonzero()[0]
    return first + int(openings[-1]) if len(openings) else ordinal


def _line_with(text: str, name: str) -> Span | None:
    """The first line with the name that is no comment; None if it is long."""
    at = text.find(name)
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        line, after = text[start : None if end < 0 else end].rstrip(), at + len(name)
        if not (line.lstrip().startswith(_COMMENT) or _IN_WORD.search(text[at - 1 : at] + text[after : after + 1])):
            return (start, start + len(line)) if len(line.strip()) <= _LONGEST else None
        at = text.find(name, after)
    return None


_lines = Remembered(_line_with)
