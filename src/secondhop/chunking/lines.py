"""The lines of many spans of a text at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import ranges, true_runs
from secondhop.text.bulk.characters import CharacterClasses, Characters
from secondhop.text.sentences import LONG_LINE, split_run_on

if TYPE_CHECKING:
    from secondhop.types import Bools, Ints

_SPACE = CharacterClasses([r"\s"])


class Lines(NamedTuple):
    """Non-blank lines, indentation kept, overlong ones cut: what `text.sentences.split_lines` gives for each span."""

    starts: Ints
    ends: Ints
    counts: Ints
    """[spans] how many lines are in each."""
    opens: Bools
    """Whether an empty line stands directly above, or the span begins here."""
    characters: Characters
    """Of the text."""

    def sizes(self, starts: Ints, ends: Ints) -> Ints:
        """Of spans, in tokens of five UTF-8 bytes."""
        return self.characters.sizes(starts, ends)


def lines_of_spans(text: str, starts: Ints, ends: Ints) -> Lines:
    """The lines of the spans, none of which ends before it starts."""
    characters = Characters.of(text)
    units = characters.codes
    newlines = (units == ord("\n")).nonzero()[0]
    first = newlines.searchsorted(starts)
    counts = newlines.searchsorted(ends) - first + 1
    at_newline = newlines[ranges(first, counts - 1)]
    last = counts.cumsum() - 1
    begin, end = np.empty((2, int(counts.sum())), np.int64)
    is_edge = np.zeros(len(begin), bool)
    is_edge[last - counts + 1] = True
    begin[is_edge], begin[~is_edge] = starts, at_newline + 1
    is_edge[:] = False
    is_edge[last] = True
    end[is_edge], end[~is_edge] = ends, at_newline
    word_starts, word_ends = true_runs(_SPACE.of(characters) == 0)
    end = np.minimum(np.append(0, word_ends)[word_starts.searchsorted(end)], end)
    held = end > begin
    n_spans = len(starts)
    span: Ints = np.arange(n_spans).repeat(counts)
    starts, ends, span = _short(text, begin[held], end[held], span[held], characters)
    between = np.diff(newlines)
    empty = newlines[:-1][(between == 1) | ((between == 2) & (units[newlines[1:] - 1] == ord("\r")))]
    opens = np.ones(len(starts), bool)
    opens[1:] = (empty.searchsorted(starts[1:]) > empty.searchsorted(ends[:-1])) | (span[1:] > span[:-1])
    return Lines(starts, ends, np.bincount(span, minlength=n_spans), opens, characters)


def _short(text: str, begin: Ints, end: Ints, span: Ints, characters: Characters) -> tuple[Ints, Ints, Ints]:
    """The lines with overlong ones cut."""
    long = (characters.sizes(begin, end) > LONG_LINE).nonzero()[0]
    if not len(long):
        return begin, end, span
    pieces = [split_run_on(text, (int(begin[place]), int(end[place])), lines=True) for place in long.tolist()]
    n = np.ones(len(begin), np.int64)
    n[long] = [len(each) for each in pieces]
    begin, end, span = begin.repeat(n), end.repeat(n), span.repeat(n)
    cut = ranges((n.cumsum() - n)[long], n[long])
    begin[cut] = [start for each in pieces for start, _ in each]
    end[cut] = [stop for each in pieces for _, stop in each]
    return begin, end, span
