"""Packs blocks into chunks: small neighbours together, large ones divided evenly at sentence boundaries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from secondhop.text.sentences import size
from secondhop.types import Section, Span


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, code fence or group of rows: sentences that belong together."""

    sentences: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """From the first sentence to the end of the last."""
        return self.sentences[0][0], self.sentences[-1][1]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where one chunk lies: the spans of its sentences, in order."""

    section: Section
    sentences: tuple[Span, ...]
    opens: bool
    """True if a paragraph or definition begins here, False if the chunk goes on with one."""

    @property
    def span(self) -> Span:
        """The chunk's own span."""
        return self.sentences[0][0], self.sentences[-1][1]


# A block is divided when it is larger than this share of the wanted size.
_SLACK = 1.25


def pack(text: str, section: Section, blocks: Iterable[Block], chunk_size: int) -> list[Cut]:
    """Chunks of about `chunk_size`, each of whole consecutive sentences of the section."""
    cuts: list[Cut] = []
    waiting: list[Span] = []
    waiting_size = 0

    def flush() -> None:
        nonlocal waiting_size
        if waiting:
            cuts.append(Cut(section, tuple(waiting), opens=True))
            waiting.clear()
            waiting_size = 0

    for block in blocks:
        block_size = size(text[block.span[0] : block.span[1]])
        if waiting and waiting_size + block_size > chunk_size:
            flush()
        if block_size > _SLACK * chunk_size:
            cuts.extend(_divide(text, section, block, block_size, chunk_size))
        else:
            waiting.extend(block.sentences)
            waiting_size += block_size
    flush()
    return cuts


def _divide(text: str, section: Section, block: Block, block_size: int, chunk_size: int) -> list[Cut]:
    """The block in even parts, so that no part is a leftover of a few words."""
    wanted = block_size / math.ceil(block_size / (_SLACK * chunk_size))
    cuts: list[Cut] = []
    part: list[Span] = []
    part_size = 0
    for start, end in block.sentences:
        sentence_size = size(text[start:end])
        if part and part_size + sentence_size / 2 > wanted:
            cuts.append(Cut(section, tuple(part), opens=not cuts))
            part, part_size = [], 0
        part.append((start, end))
        part_size += sentence_size
    cuts.append(Cut(section, tuple(part), opens=not cuts))
    return cuts
