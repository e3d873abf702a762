"""The words of many sentences in one pass: what `analysis.split_forms` gives for each, as places and digests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.arrays import distinct_values, ranges, run_lengths, run_starts
from secondhop.text.analysis import (
    FORM,
    LETTERS_A_PIECE,
    MARKS,
    SYLLABLES_A_PIECE,
    UNSPACED_LETTERS,
    UNSPACED_SYLLABLES,
)
from secondhop.text.bulk.characters import CharacterClasses, Characters
from secondhop.text.bulk.hashing import digests

if TYPE_CHECKING:
    from secondhop.text.bulk.characters import Classes
    from secondhop.text.bulk.hashing import Digests
    from secondhop.types import Ints

_LETTER, _MARK, _DIGIT, _TAIL, _SYLLABLES, _LETTERS, _SEPARATOR, _APOSTROPHE = (1 << bit for bit in range(8))
_CLASSES = CharacterClasses(
    (
        *(rf"[^\W_{MARKS}]", f"[{MARKS}]", r"\d", r"[^\W\d_]"),
        *(f"[{UNSPACED_SYLLABLES}]", f"[{UNSPACED_LETTERS}]", "[.,]", "['’]"),
    )
)
_UNSPACED = _SYLLABLES | _LETTERS
_IN_WORD = _LETTER | _MARK


class FoundForms(NamedTuple):
    """The words of a number of spans, in order. Parallel arrays but for `counts`."""

    starts: Ints
    ends: Ints
    digests: Digests
    counts: Ints
    """[spans] how many words each has."""


def find_forms(text: str, characters: Characters, starts: Ints, ends: Ints) -> FoundForms:
    """The words in each of the spans, which are ascending and do not overlap. `characters` are those of the text."""
    if not len(starts):
        return FoundForms(starts, ends, np.empty(0, np.uint64), starts)
    classes = _CLASSES.of(characters)
    edges = _run_edges(classes, starts, ends)
    beyond = classes[characters.beyond]
    joined = _joints(classes, starts, ends, edges[0::2])
    # Runs that begin with a mark; most texts have none.
    odd = (classes[edges[0::2]] & _MARK != 0).nonzero()[0] if (beyond & _MARK).any() else edges[:0]
    if len(joined) or len(odd):
        edges = _join(text, classes, edges, joined, odd)
    unspaced = characters.beyond[beyond & _UNSPACED != 0]
    if len(unspaced) and len(edges):
        edges = _in_pieces(classes, unspaced, edges)
    first, last = edges[0::2], edges[1::2]
    counts = run_lengths(first.searchsorted(starts), len(first))
    return FoundForms(first, last, digests(characters, first, last), counts)


def _run_edges(classes: Classes, starts: Ints, ends: Ints) -> Ints:
    """Where runs of letters, digits and marks in the spans begin and end, in turn. A run ends where a span does."""
    inside = np.zeros(len(classes) + 2, bool)
    np.not_equal(classes & _IN_WORD, 0, out=inside[1:-1])
    edges: Ints = (inside[1:] != inside[:-1]).nonzero()[0]
    breaks = np.concatenate((starts, ends))
    breaks = breaks[inside[breaks] & inside[breaks + 1]]
    if len(breaks):
        breaks = distinct_values(breaks)
        edges = np.sort(np.concatenate((edges, breaks, breaks)))
    opening = edges[0::2].searchsorted(starts)
    closing = np.append(opening[1:], len(edges) // 2)
    some = (closing > opening).nonzero()[0]
    if opening[0] or (edges[2 * closing[some] - 2] >= ends[some]).any():  # words that no span holds
        closing = edges[0::2].searchsorted(ends)
        edges = edges[ranges(2 * opening, 2 * (closing - opening))]
    return edges


def _joints(classes: Classes, starts: Ints, ends: Ints, first: Ints) -> Ints:
    """The runs that belong to the one before: after a point between digits, or an apostrophe before a letter."""
    at = (classes & (_SEPARATOR | _APOSTROPHE) != 0).nonzero()[0]
    if len(at) and at[-1] == len(classes) - 1:
        at = at[:-1]
    joint, before, after = classes[at], classes[at - 1], classes[at + 1]
    number = (joint & _SEPARATOR != 0) & (before & after & _DIGIT != 0)
    held = number | ((joint & _APOSTROPHE != 0) & (before & _IN_WORD != 0) & (after & _TAIL != 0))
    at = at[held]
    span = starts.searchsorted(at) - 1  # the last one that begins before
    at = at[(span >= 0) & (at + 1 < ends[span])]
    joints: Ints = first.searchsorted(at + 1)
    return joints


def _join(text: str, classes: Classes, edges: Ints, joined: Ints, odd: Ints) -> Ints:
    """Words from runs. Plain numbers (1,000.5) and tails (vendor's) are joined here, what is mixed by the pattern."""
    first, last = edges[0::2], edges[1::2]
    follows = np.zeros(len(first) + 1, bool)
    follows[joined] = True
    heads = np.zeros(len(first) + 1, bool)
    heads[joined - 1] = heads[odd] = True
    heads &= ~follows
    head = heads.nonzero()[0]
    open_ = (~follows[joined + 1]).nonzero()[0]  # the last run of each group
    stop = head.copy()
    stop[follows[head + 1]] = joined[open_]
    members = ranges(head, stop - head + 1)
    group = np.arange(len(head)).repeat(stop - head + 1)
    spans = np.empty(2 * len(members), np.int64)
    spans[0::2], spans[1::2] = first[members], last[members]
    padded = np.append(classes, np.uint8(0))
    common = np.bitwise_and.reduceat(padded, spans)[0::2]
    some = np.bitwise_or.reduceat(padded, spans)[0::2]
    is_head = ~follows[members]
    joint = np.where(is_head, 0, padded[first[members] - 1])
    digits = (common & _DIGIT != 0) & (is_head | (joint & _SEPARATOR != 0))
    tails = is_head | ((common & _TAIL != 0) & (joint & _APOSTROPHE != 0))
    plain = some & _MARK == 0
    n = len(head)
    simple = (np.bincount(group[~(digits & plain)], minlength=n) == 0) | (
        np.bincount(group[~(tails & plain)], minlength=n) == 0
    )
    mixed = (~simple).nonzero()[0]
    keep = np.ones(len(edges), bool)
    keep[2 * joined - 1] = keep[2 * joined] = False
    keep[2 * head[mixed]] = keep[2 * stop[mixed] + 1] = False
    found = [
        match.span()
        for start, end in zip(first[head[mixed]].tolist(), last[stop[mixed]].tolist(), strict=True)
        for match in FORM.finditer(text, start, end)
    ]
    return _merged(edges[keep], np.array(found, np.int64).reshape(-1, 2))


def _in_pieces(classes: Classes, places: Ints, edges: Ints) -> Ints:
    """Words with characters of unspaced scripts, which are at the places: runs of these in pieces, what is left whole."""
    first, last = edges[0::2], edges[1::2]
    words = first.searchsorted(places, "right") - 1
    words = words[(words >= 0) & (places < last[words])]
    if not len(words):
        return edges
    words = words[run_starts(words)]
    keep = np.ones(len(edges), bool)
    keep[2 * words] = keep[2 * words + 1] = False
    lengths: Ints = last[words] - first[words]
    characters = ranges(first[words], lengths)
    script = classes[characters] & _UNSPACED
    begins = np.ones(len(characters), bool)
    np.not_equal(script[1:], script[:-1], out=begins[1:])
    begins[lengths.cumsum() - lengths] = True
    runs = begins.nonzero()[0]
    lengths, script = run_lengths(runs, len(characters)), script[runs]
    n_pieces = np.where(script != 0, np.maximum(lengths - 1, 1), 1)
    sizes = np.where(script == _LETTERS, LETTERS_A_PIECE, np.where(script != 0, SYLLABLES_A_PIECE, lengths))
    starts = ranges(characters[runs], n_pieces)
    ends = np.minimum(starts + sizes.repeat(n_pieces), (characters[runs] + lengths).repeat(n_pieces))
    return _merged(edges[keep], np.stack((starts, ends), axis=1))


def _merged(edges: Ints, spans: Ints) -> Ints:
    """The edges with those of the ascending spans, given as rows, in order of where the words begin."""
    at = 2 * (edges[0::2].searchsorted(spans[:, 0]) + np.arange(len(spans)))
    own = np.ones(len(edges) + spans.size, bool)
    own[at] = own[at + 1] = False
    merged = np.empty(len(own), np.int64)
    merged[own] = edges
    merged[at], merged[at + 1] = spans[:, 0], spans[:, 1]
    return merged
