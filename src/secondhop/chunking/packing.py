"""Packs blocks into chunks: small neighbours together, large ones divided evenly at sentence boundaries."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from secondhop.text.sentences import size
from secondhop.types import Span

Part = tuple[int, bool]
"""How many of the following sentences make up a chunk, and whether a paragraph begins with it."""

# A block is divided when it is larger than this share of the wanted size.
_SLACK = 1.25


def pack(
    sizes: Sequence[int], counts: Sequence[int], chunk_size: int, divide: Callable[[int, int], Iterator[Part]]
) -> Iterator[Part]:
    """Chunks of about `chunk_size`, each of whole consecutive sentences.

    Args:
        sizes: of each block (paragraph, list item, code fence, row), in tokens of five bytes.
        counts: how many sentences each has.
        chunk_size: wanted size.
        divide: the parts of a block that is too large, given its number and its size.
    """
    waiting = waiting_size = 0
    for number, (block_size, count) in enumerate(zip(sizes, counts, strict=True)):
        if waiting and waiting_size + block_size > chunk_size:
            yield waiting, True
            waiting = waiting_size = 0
        if block_size > _SLACK * chunk_size:
            yield from divide(number, block_size)
        else:
            waiting += count
            waiting_size += block_size
    if waiting:
        yield waiting, True


def divided(text: str, sentences: Sequence[Span], block_size: int, chunk_size: int) -> Iterator[Part]:
    """A block in even parts, so that no part is a leftover of a few words."""
    wanted = block_size / math.ceil(block_size / (_SLACK * chunk_size))
    opens = True
    part = part_size = 0
    for start, end in sentences:
        sentence_size = size(text[start:end])
        if part and part_size + sentence_size / 2 > wanted:
            yield part, opens
            opens = False
            part = part_size = 0
        part += 1
        part_size += sentence_size
    yield part, opens
