"""Several snapshots to one. Where most of its chunks are those of one of them, only the others are counted.

What is known of the words of a chunk are postings here and there. Those of chunks that are gone are taken out, those of
other chunks put in, and all that stand between them are copied as they are, with new numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from secondhop.arrays import counts_of, narrowest, offsets_of, ranges
from secondhop.indexing.merge import merge
from secondhop.indexing.postings import Postings
from secondhop.indexing.snapshot import Snapshot
from secondhop.indexing.statistics import Statistics, TermCounts, count_terms, lead_postings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.scoring import BM25
    from secondhop.indexing.segment import Segment
    from secondhop.types import Ints

_Scalar = TypeVar("_Scalar", bound=np.generic)

GONE = -1
_MOST_CHANGED = 1 / 32
"""Share of the words: with more of them in other chunks, counting all again takes no longer."""


class _Numbers(NamedTuple):
    """How rows of one table are numbered in another one. Those that both have stand in the same order."""

    new: NDArray[np.int32]
    """[rows] the new number of each; -1 if it is gone."""
    kept: Ints
    """The rows that are not."""

    def begin(self, numbers: Ints) -> tuple[Ints, Ints]:
        """The first row that is kept and has at least that new number, and the new number it has, for each of these."""
        places = self.new[self.kept].searchsorted(numbers)
        return np.append(self.kept, len(self.new))[places], np.append(self.new[self.kept], GONE)[places]


class _Rows(NamedTuple):
    """Postings with any values. Parallel arrays, in the order of terms, then chunks."""

    offsets: NDArray[np.int64]
    chunks: NDArray[np.int32]
    values: NDArray[Any]


def combine(snapshots: Sequence[Snapshot], order: Sequence[tuple[int, int]], scoring: BM25) -> Snapshot:
    """The snapshot of sources of several ones, equal to the one that building from these sources in this order gives.

    Args:
        snapshots: in any order; all must be of the same language.
        order: the sources that it is to hold, as `merge` takes them.
        scoring: what its words are weighed with.
    """
    first, n_sources = snapshots[0], [0] * len(snapshots)
    for number, _ in order:
        n_sources[number] += 1
    if len(snapshots) == 1 and order == [(0, source) for source in range(len(first.sources))]:
        return first if first.scoring == scoring else Snapshot.of(first, scoring, known=first.statistics)
    segment = merge(snapshots, order)
    largest = n_sources.index(max(n_sources))
    return Snapshot.of(segment, scoring, known=_revised(snapshots[largest], largest, order, segment))


def _revised(base: Snapshot, number: int, order: Sequence[tuple[int, int]], segment: Segment) -> Statistics | None:
    """The statistics of a segment, if that takes less time than to count its words.

    Args:
        base: a snapshot of sources that were merged.
        number: that of its segment among those that were merged.
        order: in which that was done.
        segment: what came out.
    """
    chunks = _chunks(base, number, order, segment)
    is_fresh = np.ones(len(segment), bool)
    is_fresh[chunks.new[chunks.kept]] = False
    fresh, is_gone = is_fresh.nonzero()[0], chunks.new == GONE
    n_changed = _n_words(base)[is_gone].sum() + _n_words(segment)[fresh].sum()
    if n_changed > _MOST_CHANGED * len(base.words) or (np.diff(chunks.new[chunks.kept]) < 0).any():
        return None
    terms = _terms(base.lexicon.terms.digests, segment.lexicon.terms.digests)
    counted, lead = count_terms(segment, fresh), lead_postings(segment, fresh)
    counts, known_lead = base.statistics
    body = _spliced(_Rows(*counts[:3]), _Rows(*counted[:3]), terms, chunks)
    leads = _spliced(_rows_of(known_lead), _rows_of(lead), terms, chunks)
    length = counted.length
    length[chunks.new[chunks.kept]] = base.chunk_length[chunks.kept]
    return Statistics(
        TermCounts(body.offsets, body.chunks, narrowest(body.values), length), Postings(*leads, len(segment))
    )


def _rows_of(postings: Postings) -> _Rows:
    return _Rows(postings.offsets, postings.chunks, postings.weights)


def _chunks(base: Snapshot, number: int, order: Sequence[tuple[int, int]], segment: Segment) -> _Numbers:
    """The chunks of the base in the segment."""
    of_segment, source = np.array(order, np.int64).reshape(-1, 2).T
    places = (of_segment == number).nonzero()[0]
    first = base.chunk_source.searchsorted(np.arange(len(base.sources) + 1))
    n_chunks = counts_of(first)[source[places]]
    old = ranges(first[source[places]], n_chunks)
    new = np.full(len(base), GONE, np.int32)
    new[old] = ranges(segment.chunk_source.searchsorted(places), n_chunks)
    return _Numbers(new, (new != GONE).nonzero()[0])


def _terms(old: NDArray[np.uint64], new: NDArray[np.uint64]) -> _Numbers:
    """Terms by their digests, which ascend."""
    places = new.searchsorted(old)
    found = (new.searchsorted(old, "right") > places).nonzero()[0]
    numbers = np.full(len(old), GONE, np.int32)
    numbers[found] = places[found]
    return _Numbers(numbers, found)


def _n_words(segment: Segment) -> Ints:
    """[C] how many words each chunk has."""
    return counts_of(segment.sentence_words[segment.chunk_sentences])


def _spliced(base: _Rows, fresh: _Rows, terms: _Numbers, chunks: _Numbers) -> _Rows:
    """The rows of the base that are kept, with new numbers, and the fresh ones, which have such numbers."""
    renumbered = chunks.new[base.chunks]
    gone = (renumbered == GONE).nonzero()[0]
    n_kept = counts_of(base.offsets)
    n_kept -= np.bincount(base.offsets.searchsorted(gone, "right") - 1, minlength=len(n_kept))
    n_rows = counts_of(fresh.offsets)
    fresh_terms = np.arange(len(n_rows)).repeat(n_rows)
    n_rows[terms.new[terms.kept]] += n_kept[terms.kept]
    term, number = terms.begin(fresh_terms)
    starts = base.offsets[term]
    ends = np.where(number == fresh_terms, np.append(base.offsets, 0)[term + 1], starts)
    places = _first_from(base.chunks, starts, ends, chunks.begin(fresh.chunks)[0])
    return _Rows(
        offsets_of(n_rows),
        _edited(renumbered, gone, places, fresh.chunks),
        _edited(base.values, gone, places, fresh.values),
    )


def _first_from(values: NDArray[np.int32], starts: Ints, ends: Ints, least: Ints) -> Ints:
    """For each range of ascending values the place of the first that is not below `least`, or else the end."""
    starts, ends = starts.copy(), ends.copy()
    while (is_open := starts < ends).any():
        middle = (starts + ends) // 2
        below = is_open & (values.take(middle, mode="clip") < least)
        starts = np.where(below, middle + 1, starts)
        ends = np.where(is_open & ~below, middle, ends)
    return starts


def _edited(array: NDArray[_Scalar], gone: Ints, places: Ints, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """The array without the elements at `gone`, with values put before those at `places`; both ascend.

    Between two such edits it is copied as one piece: few edits take hardly longer than a copy.
    """
    where = np.concatenate((places, gone))
    order = where.argsort(kind="stable")
    starts = [0, *(where[order] + (order >= len(places))).tolist()]
    ends = [*where[order].tolist(), len(array)]
    pieces = [array[: ends[0]]]
    for start, end, edit in zip(starts[1:], ends[1:], order.tolist(), strict=True):
        pieces += (values[edit : edit + 1], array[start:end])  # no value, if the edit is of an element that is gone
    return np.concatenate(pieces)
