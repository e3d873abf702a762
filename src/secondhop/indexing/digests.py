"""What chunks and sentences are compared by: digests of their words, whatever else is indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.hashing import _powers, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.lexicon import Lexicon
    from secondhop.types import Ints

SIGNATURE_HASHES = 8
_MIN_KEY_WORDS = 4
_AT_ONCE = 1 << 18


def chunk_signatures(lexicon: Lexicon, words: NDArray[np.int32], bounds: Ints) -> NDArray[np.uint32]:
    """[C, 8] MinHash of each chunk's terms; chunk c has the words from bounds[c] to bounds[c + 1]."""
    of_chunks = np.full((len(bounds) - 1, SIGNATURE_HASHES), 0xFFFFFFFF, np.uint32)
    is_held = np.diff(lexicon.form_offsets) > 0
    held = is_held.nonzero()[0]
    if not len(held):
        return of_chunks
    seeds = np.arange(SIGNATURE_HASHES, dtype=np.uint64) << np.uint64(40)
    hashes = (mix(lexicon.terms.digests[:, np.newaxis] + seeds) >> np.uint64(32)).astype(np.uint32)
    of_forms = np.zeros((len(lexicon.forms), SIGNATURE_HASHES), np.uint32)
    of_forms[held] = np.minimum.reduceat(hashes[lexicon.form_terms], lexicon.form_offsets[held])
    first, n = 0, len(bounds) - 1
    while first < n:
        last = max(first + 1, int(bounds.searchsorted(bounds[first] + _AT_ONCE, "right")) - 1)
        part = words[bounds[first] : bounds[last]].astype(np.intp)
        content = is_held[part].nonzero()[0]
        part = part[content]
        edges = content.searchsorted(bounds[first : last + 1] - bounds[first])
        filled = np.diff(edges).nonzero()[0]
        if len(filled):
            of_chunks[first + filled] = np.minimum.reduceat(of_forms.take(part, axis=0), edges[filled])
        first = last
    return of_chunks


def sentence_keys(lexicon: Lexicon, words: NDArray[np.int32], bounds: Ints) -> Ints:
    """[S] digest of each sentence's words without regard to case; 0 for the short ones.

    Sentence s has the words from bounds[s] to bounds[s + 1].
    """
    n = len(bounds) - 1
    keys = np.zeros(n, np.int64)
    powers, inverses = _powers(_AT_ONCE * 2)
    first = 0
    while first < n:
        last = max(first + 1, int(bounds.searchsorted(bounds[first] + _AT_ONCE, "right")) - 1)
        base, end = int(bounds[first]), int(bounds[last])
        if end - base > len(powers):
            powers, inverses = _powers(1 << (end - base).bit_length())
        sums = np.zeros(end - base + 1, np.uint64)
        (lexicon.form_fold[words[base:end]] * powers[: end - base]).cumsum(out=sums[1:])
        starts, ends = bounds[first:last] - base, bounds[first + 1 : last + 1] - base
        part = mix((sums[ends] - sums[starts]) * inverses[np.minimum(starts, len(inverses) - 1)]).view(np.int64)
        keys[first:last] = np.where(ends - starts > _MIN_KEY_WORDS, part, 0)
        first = last
    return keys
