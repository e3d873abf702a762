"""Home passages: a text that opens with a name from the question is about what the name stands for.

BM25 takes a name apart ("The Lost Child" is three words), so that a text full of one of its words may come before the
one that the name is the title of. A home is told by order and place: its lead begins with the same content words that
stand in a row in the question. Names that open many texts ("The Company") tell nothing and have no home.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from secondhop.retrieval.question.query import ParsedQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondhop.indexing import Snapshot
    from secondhop.types import Bools, Floats, Ints

HOME_WEIGHT = 0.7
"""What a home gets, as a share of the idf of the words that it opens with."""
SIDE = 0.5
"""Where a question names several things that have homes, each home scores at least so much of the best: both sides of a
comparison, though the name of one may stand in so many texts that it weighs next to nothing."""
MOST_HOMES = 2
"""A name that opens more texts than this is no name of any of them."""
_LONGEST_NAME = 6


def add_homes(snapshot: Snapshot, query: ParsedQuery, direct: Floats, allowed: Bools | None = None) -> Floats:
    """[C] the direct scores, with what homes of the question's names get on top.

    One word counts as a name only where it is written like one; two words in a row may be in any case.
    """
    terms, scores = query.sequence.tolist(), direct
    lead = cache(partial(_lead, snapshot))  # a pasted page says the same words again and again
    homes_of: dict[tuple[int, ...], Ints] = {}
    start = 0
    while start < len(terms):
        homes, end = _homes(lead, terms, start)
        named = end > start + 1 or (end > start and bool(query.named[start]))
        if not named or len(homes) > MOST_HOMES:
            start += 1
            continue
        scores = scores.copy() if scores is direct else scores
        homes = homes if allowed is None else homes[allowed[homes]]
        scores[homes] += HOME_WEIGHT * float(snapshot.idf[terms[start:end]].sum())
        if len(homes):
            homes_of[tuple(terms[start:end])] = homes
        start = end
    if len(homes_of) > 1:
        sides = np.concatenate(list(homes_of.values()))
        scores[sides] = np.maximum(scores[sides], SIDE * float(scores.max()))
    return scores


def _homes(lead: Callable[[int, int], Ints], terms: list[int], start: int) -> tuple[Ints, int]:
    """First chunks of texts that open with the terms from `start` to the end that is returned, which is the furthest."""
    homes: Ints = np.empty(0, np.int64)
    end = start
    while end < min(len(terms), start + _LONGEST_NAME) and terms[end] >= 0:
        here = lead(terms[end], end - start)
        if end > start and len(here):
            here = homes[here.take(here.searchsorted(homes), mode="clip") == homes]
        if not len(here):
            break
        homes, end = here, end + 1
    return homes, end


def _lead(snapshot: Snapshot, term: int, place: int) -> Ints:
    """Chunks whose lead has the term at this place, ascending; those alone that open a text, if it is the first one."""
    chunks = snapshot.with_lead(term, place)
    if place or not len(chunks):
        return chunks
    source = snapshot.chunk_source
    opening: Ints = chunks[(chunks == 0) | (source[chunks] != source[chunks - 1])]
    return opening
