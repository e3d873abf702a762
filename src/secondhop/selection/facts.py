"""What can be told of hits and their sentences by their text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.selection.labels import find_labels
from secondhop.selection.lines import is_of_lines
from secondhop.selection.lists import ITEM, TIME
from secondhop.selection.openers import count_openers
from secondhop.selection.paragraphs import may_open
from secondhop.selection.tables import count_rows
from secondhop.text.remembered import Remembered
from secondhop.types import Kind, Ranking

if TYPE_CHECKING:
    from secondhop.types import Bools, Ints

_SPAN = Struct("=qq")
_REFERS = (
    "He|She|It|They|His|Her|Hers|Its|Their|Theirs|This|That|These|Those|Such|Both|Another|However|Also|Thus|Therefore"
)
_HANGS = re.compile(rf"(?P<refers>{_REFERS})\b|{ITEM}|{TIME}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so of each hit, and of each sentence, in which a byte is a number or a truth."""

    hangs: bytes
    """[sentences] whether each begins as those do that hang on what stands before them."""
    refers: bytes
    """[sentences] whether they do so by a pronoun or a connective."""
    openers: bytes
    """[sentences] how many from each on say nothing without what follows them."""
    rows: bytes
    """[sentences] which row of a table each is, counted from the header in its chunk; 0 for what is none."""
    headers: Ints
    """[sentences] number of the header of the table that each is a row of, in whichever hit it stands; -1 for others."""
    labels: Bools
    """[sentences] whether each names what those behind it are about."""
    lines: Bools
    """[hits] whether each is a chunk of lines."""
    may_open: list[bool]
    """[hits] whether any paragraph of each begins with who speaks, what is asked or what is explained."""


class _OfChunk(NamedTuple):
    """The same of one."""

    hangs: bytes
    refers: bytes
    openers: bytes
    rows: bytes
    labels: bytes
    is_of_lines: bool
    may_open: bool


def facts_of(hits: Ranking) -> Facts:
    """The facts of all hits, one at least. Code is taken whole: nothing is told of its lines."""
    sentences, chunks = hits.sentences, [hit.chunk for hit in hits.hits]
    base = np.array([chunk.start for chunk in chunks])[sentences.hit]
    spans = np.stack((sentences.start - base, sentences.end - base), axis=1).astype(np.int64)
    data, size = spans.tobytes(), spans.itemsize * 2
    first_of: Ints = sentences.hit.searchsorted(np.arange(len(chunks) + 1))
    bounds = (first_of * size).tolist()
    told = [
        _of_chunks[chunk.text, chunk.kind, chunk.page, chunk.heading, data[first:last]]
        for chunk, (first, last) in zip(chunks, pairwise(bounds), strict=True)
    ]
    hangs, refers, openers, rows, labels, lines, may_open = zip(*told, strict=True)
    return Facts(
        b"".join(hangs),
        b"".join(refers),
        b"".join(openers),
        below := b"".join(rows),
        _headers(hits, below, first_of),
        np.frombuffer(b"".join(labels), bool),
        np.array(lines, bool),
        list(may_open),
    )


def _of_chunk(text: str, kind: Kind, page: int | None, heading: str | None, data: bytes) -> _OfChunk:
    """Those of a chunk, whose sentences' spans in it are told as the bytes of an array: as a key they cost least."""
    spans = list(_SPAN.iter_unpack(data))
    none = bytes(len(spans))
    if kind == "code":
        return _OfChunk(none, none, none, none, none, is_of_lines=False, may_open=False)
    begins = [_HANGS.match(text, start) for start, _ in spans]
    return _OfChunk(
        bytes([match is not None for match in begins]),
        bytes([match is not None and match.lastgroup == "refers" for match in begins]),
        bytes(count_openers(text, spans, heading)),
        bytes(count_rows(text, spans)),
        bytes(find_labels(text, spans)) if kind == "prose" else none,
        not page and is_of_lines(text, spans),
        kind == "prose" and page is None and may_open(text),
    )


_of_chunks = Remembered(_of_chunk)


def _headers(hits: Ranking, rows: bytes, first_of: Ints) -> Ints:
    headers: Ints = np.full(len(rows), -1)
    if any(rows):
        below = np.frombuffer(rows, np.uint8)
        headers = np.where(below > 0, np.arange(len(below)) - below, -1)
    if hits.heads:
        place_of = {hit.ordinal: place for place, hit in enumerate(hits.hits)}
        for place, head in hits.heads.items():
            if head.chunk.kind != "code" and (holder := place_of.get(head.order)) is not None:
                headers[first_of[place] : first_of[place + 1]] = first_of[holder]
                headers[first_of[holder]] = -1
    return headers
