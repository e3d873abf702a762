"""The words of many sentences in one pass: what `analysis.split_forms` gives for each, as places and digests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import ranges
from secondhop.text.analysis import _FORM, _MARKS, _UNSPACED, _split_unspaced
from secondhop.text.characters import CharacterClasses, Characters
from secondhop.text.hashing import digests

if TYPE_CHECKING:
    from secondhop.text.characters import Classes
    from secondhop.text.hashing import Digests
    from secondhop.types import Bools, Ints

_LETTER, _MARK, _DIGIT, _TAIL, _UNSPACED_SCRIPT, _SEPARATOR, _APOSTROPHE = (1 << bit for bit in range(7))
_CLASSES = CharacterClasses(
    (rf"[^\W_{_MARKS}]", f"[{_MARKS}]", r"\d", r"[^\W\d_]", _UNSPACED.pattern.removesuffix("+"), "[.,]", "['’]")
)
_IN_WORD = _LETTER | _MARK


class FoundForms(NamedTuple):
    """The words of a number of spans, in order. Parallel arrays but for `counts`."""

    starts: Ints
    ends: Ints
    digests: Digests
    counts: Ints
    """[spans] how many words each has."""


def find_forms(text: str, starts: Ints, ends: Ints) -> FoundForms:
    """The words in each of the spans, which are ascending and do not overlap."""
    characters = Characters.of(text)
    classes = _CLASSES.of(characters)
    edges = _run_edges(classes, starts, ends)
    first, last = edges[0::2], edges[1::2]
    opening, closing = np.searchsorted(first, starts), np.searchsorted(first, ends)
    if len(first) != int((closing - opening).sum()):  # words that no span holds
        inside = ranges(opening, closing - opening)
        first, last = first[inside], last[inside]
    joined = _joints(classes, starts, first, last)
    odd = (classes[first] & _MARK) != 0
    if len(joined) or odd.any():
        first, last = _join(text, classes, first, last, joined, odd)
    if len(characters.beyond):
        first, last = _in_pairs(text, classes, first, last)
    counts = np.searchsorted(first, ends) - np.searchsorted(first, starts)
    return FoundForms(first, last, digests(characters, first, last), counts)


def _run_edges(classes: Classes, starts: Ints, ends: Ints) -> Ints:
    """Where runs of letters, digits and marks begin and end, in turn. A run ends where a span does."""
    inside = np.zeros(len(classes) + 2, bool)
    np.not_equal(classes & _IN_WORD, 0, out=inside[1:-1])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    breaks = np.concatenate((starts, ends))
    breaks = breaks[inside[breaks] & inside[breaks + 1]]
    if len(breaks):
        breaks = np.unique(breaks)
        edges = np.sort(np.concatenate((edges, breaks, breaks)))
    return edges


def _joints(classes: Classes, starts: Ints, first: Ints, last: Ints) -> Ints:
    """The runs that the next one may belong to: after a point between digits, or an apostrophe before a letter."""
    near = np.flatnonzero(first[1:] - last[:-1] == 1)
    at = last[near]
    joint, after = classes[at], classes[at + 1]
    number = (joint & _SEPARATOR != 0) & (classes[at - 1] & after & _DIGIT != 0)
    held = number | ((joint & _APOSTROPHE != 0) & (after & _TAIL != 0))
    near, at = near[held], at[held]
    same_span = np.searchsorted(starts, at - 1, "right") == np.searchsorted(starts, at + 1, "right")
    joints: Ints = near[same_span]
    return joints


def _join(text: str, classes: Classes, first: Ints, last: Ints, joined: Ints, odd: Bools) -> tuple[Ints, Ints]:
    """Words from runs. Plain numbers (1,000.5) and tails (vendor's) are joined here, what is mixed by the pattern."""
    follows = np.zeros(len(first) + 1, bool)
    follows[joined + 1] = True
    head = np.flatnonzero(~follows[:-1] & (follows[1:] | odd))
    stop = np.flatnonzero(~follows[1:] & (follows[:-1] | odd))  # the last run of each group
    members = ranges(head, stop - head + 1)
    group = np.repeat(np.arange(len(head)), stop - head + 1)
    spans = np.empty(2 * len(members), np.int64)
    spans[0::2], spans[1::2] = first[members], last[members]
    padded = np.append(classes, np.uint8(0))
    common = np.bitwise_and.reduceat(padded, spans)[0::2]
    some = np.bitwise_or.reduceat(padded, spans)[0::2]
    is_head = follows[members] == 0
    joint = np.where(is_head, 0, padded[first[members] - 1])
    digits = (common & _DIGIT != 0) & (is_head | (joint & _SEPARATOR != 0))
    tails = is_head | ((common & _TAIL != 0) & (joint & _APOSTROPHE != 0))
    plain = some & _MARK == 0
    n = len(head)
    simple = (np.bincount(group[~(digits & plain)], minlength=n) == 0) | (
        np.bincount(group[~(tails & plain)], minlength=n) == 0
    )
    keep = np.ones(len(first), bool)
    keep[members[~is_head]] = False
    mixed = np.flatnonzero(~simple)
    keep[head[mixed]] = False
    last = last.copy()
    last[head] = last[stop]
    found = [
        match.span()
        for start, end in zip(first[head[mixed]].tolist(), last[head[mixed]].tolist(), strict=True)
        for match in _FORM.finditer(text, start, end)
    ]
    return _with(first[keep], last[keep], found)


def _in_pairs(text: str, classes: Classes, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Runs of unspaced scripts as pairs of characters."""
    places = np.flatnonzero(classes & _UNSPACED_SCRIPT)
    words = np.unique(np.searchsorted(first, places, "right") - 1)
    words = words[words >= 0]
    words = words[_counts_in(places, first[words], last[words]) > 0]
    if not len(words):
        return first, last
    pure = words[_counts_in(places, first[words], last[words]) == last[words] - first[words]]
    keep = np.ones(len(first), bool)
    keep[words] = False
    n_pairs = np.maximum(last[pure] - first[pure] - 1, 1)
    starts = ranges(first[pure], n_pairs)
    ends = np.minimum(starts + 2, np.repeat(last[pure], n_pairs))
    found = []
    for word in np.setdiff1d(words, pure).tolist():
        left, right = int(first[word]), int(last[word])
        place = left
        for piece in _split_unspaced(text[left:right]):
            place = text.index(piece, place, right)
            found.append((place, place + len(piece)))
            place += 1 if _UNSPACED.match(piece) else len(piece)
    first, last = np.concatenate((first[keep], starts)), np.concatenate((last[keep], ends))
    order = np.argsort(first, kind="stable")
    return _with(first[order], last[order], found)


def _counts_in(places: Ints, starts: Ints, ends: Ints) -> Ints:
    """How many of the ascending places lie in each span."""
    return np.searchsorted(places, ends) - np.searchsorted(places, starts)


def _with(first: Ints, last: Ints, found: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    """The spans and those found, in order."""
    if not found:
        return first, last
    spans = np.array(found, np.int64)
    at = np.searchsorted(first, spans[:, 0])
    return np.insert(first, at, spans[:, 0]), np.insert(last, at, spans[:, 1])
