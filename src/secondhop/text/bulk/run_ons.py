"""`sentences.split_run_on` for many spans at once that are known to be too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import ranges
from secondhop.text.bulk.characters import CharacterClasses, Characters
from secondhop.text.bulk.stops import BLANK, STOP, Ends, accepted, skip, skip_back
from secondhop.text.sentences import COMMAS, SEMICOLONS, THAI_AND_LAO, WEAKER, cut_hard

if TYPE_CHECKING:
    from secondhop.text.bulk.characters import Classes
    from secondhop.types import Bools, Ints

_THAI, _SEMICOLON, _COMMA, _SPACE = (1 << bit for bit in range(4))
_WEAK = CharacterClasses((f"[{THAI_AND_LAO}]", f"[{SEMICOLONS}]", f"[{COMMAS}]", r"\s"))
_LIMITS = (*(limit for _, limit, _ in WEAKER), WEAKER[-1][1])
_SENTENCE_END, _OUTERMOST_LINE, _LINE_END, _CLAUSE, _AFTER_SEMICOLON, _AFTER_COMMA, _AT_BLANK = range(len(WEAKER))


def split_long(
    text: str, characters: Characters, classes: Classes, stops: Ints, starts: Ints, ends: Ints
) -> tuple[Ints, Ints]:
    """The pieces of spans that are too long to be one sentence each, in order.

    Args:
        text: the text.
        characters: the same as an array.
        classes: their kinds, as `stops.CLASSES` has them, and one place more.
        stops: where the stops are that may end sentences.
        starts: where the spans begin, which have no blanks at their ends and do not overlap.
        ends: where they end.
    """
    done: list[tuple[Ints, Ints]] = []
    newlines = (characters.codes == ord("\n")).nonzero()[0]
    for level, (_, _, wanted) in enumerate(WEAKER):
        if level == _SENTENCE_END:
            cuts = _sentence_ends(text, characters, classes, stops, starts, ends)
        elif level in (_OUTERMOST_LINE, _LINE_END):
            cuts = _line_ends(newlines, classes, starts, ends, outermost=level == _OUTERMOST_LINE)
        else:
            cuts = _weak_stops(characters, level, starts, ends)
        if len(cuts):
            if wanted:
                cuts = _packed(characters, starts, ends, cuts, wanted)
            starts, ends = np.sort(np.concatenate((starts, cuts))), np.sort(np.concatenate((cuts, ends)))
            starts, ends = _stripped(classes, starts, ends)
        small = characters.sizes(starts, ends) <= _LIMITS[level + 1]
        done.append((starts[small], ends[small]))
        starts, ends = starts[~small], ends[~small]
        if not len(starts):
            break
    else:
        pieces = [piece for span in zip(starts.tolist(), ends.tolist(), strict=True) for piece in cut_hard(text, span)]
        done.append((np.array([start for start, _ in pieces]), np.array([end for _, end in pieces])))
    starts, ends = map(np.concatenate, zip(*done, strict=True))
    return np.sort(starts), np.sort(ends)


def _stripped(classes: Classes, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The spans without the blanks at their ends, but for those of blanks alone."""
    starts = skip(classes, starts, BLANK)
    some = starts < ends
    return starts[some], skip_back(classes, ends[some], BLANK)


def _within(places: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Those of the places that lie inside a span, not at its ends, and the spans' numbers."""
    span = starts.searchsorted(places) - 1  # of the last one that begins before
    inside = (span >= 0) & (places < ends[span])
    return places[inside], span[inside]


def _sentence_ends(text: str, characters: Characters, classes: Classes, stops: Ints, starts: Ints, ends: Ints) -> Ints:
    """Behind stops that blanks follow."""
    places = stops[(classes[stops] & STOP != 0) & (classes[stops + 1] & BLANK != 0)] + 1
    places, span = _within(places, starts, ends)
    if not len(places):
        return places
    return accepted(text, characters.codes, classes, starts, ends, Ends(span, places, places, places)).following


def _line_ends(newlines: Ints, classes: Classes, starts: Ints, ends: Ints, *, outermost: bool) -> Ints:
    """Before blanks with a line end among them; with `outermost`, before the lines of each span that are indented least."""
    places, span = _within(newlines, starts, ends)
    if outermost and len(places):
        indents = skip(classes, places, BLANK) - places  # of several line ends in a row the last has the least
        least = np.full(len(starts), len(classes), np.int64)
        np.minimum.at(least, span, indents)
        places = places[indents == least[span]]
    return skip_back(classes, places, BLANK)


def _weak_stops(characters: Characters, level: int, starts: Ints, ends: Ints) -> Ints:
    """Behind the stops of a level, or before blanks at the last one."""
    lengths = ends - starts
    places = ranges(starts, lengths)
    classes = _WEAK.of(Characters.of_codes(characters.codes[places]))
    if level == _AT_BLANK:
        blank: Bools = classes & _SPACE != 0
        blank[1:] &= ~blank[:-1]
        return places[blank]
    if level == _CLAUSE:
        stops = ((classes[:-1] & _THAI != 0) & (classes[1:] & _SPACE != 0)).nonzero()[0]
    else:
        kind = _SEMICOLON if level == _AFTER_SEMICOLON else _COMMA
        stops = (classes & kind != 0).nonzero()[0]
    return _within(places[stops] + 1, starts, ends)[0]


def _packed(characters: Characters, starts: Ints, ends: Ints, cuts: Ints, wanted: int) -> Ints:
    """Those of the cuts that make pieces of up to the wanted size, or of one part that is larger."""
    n_cuts = cuts.searchsorted(ends) - cuts.searchsorted(starts)
    last = (n_cuts + 2).cumsum() - 1
    first = last - n_cuts - 1
    is_cut = np.ones(last[-1] + 1, bool)
    is_cut[first] = is_cut[last] = False
    edges = np.empty(len(is_cut), np.int64)
    edges[is_cut], edges[first], edges[last] = cuts, starts, ends
    totals = np.zeros(len(edges), np.int64)
    (np.diff(characters.utf8_offsets(edges)) // 5).cumsum(out=totals[1:])
    # A piece that begins at an edge ends where one part more would be too much, but not where it begins.
    enough = totals.searchsorted(totals + wanted, "right") - 1
    following = np.maximum(enough, edges.searchsorted(edges, "right")).tolist()
    chosen: list[int] = []
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        edge = following[begin]
        while edge < end:
            chosen.append(edge)
            edge = following[edge]
    return edges[chosen]
