"""What chunks and sentences are compared by: digests of their words, whatever else is indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import counts_of
from secondhop.text.bulk.characters import windows
from secondhop.text.bulk.hashing import digests_of_slices, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing.lexicon import Lexicon
    from secondhop.types import Ints

SIGNATURE_HASHES = 8
_MIN_KEY_WORDS = 4


def chunk_signatures(lexicon: Lexicon, words: NDArray[np.int32], bounds: Ints) -> NDArray[np.uint32]:
    """[C, 8] MinHash of each chunk's terms; chunk c has the words from bounds[c] to bounds[c + 1]."""
    of_chunks = np.full((len(bounds) - 1, SIGNATURE_HASHES), 0xFFFFFFFF, np.uint32)
    counts = counts_of(lexicon.form_offsets)
    is_held = counts > 0
    held, several = is_held.nonzero()[0], (counts > 1).nonzero()[0]
    if not len(held):
        return of_chunks
    seeds = np.arange(SIGNATURE_HASHES, dtype=np.uint64) << np.uint64(40)
    hashes = (mix(lexicon.terms.digests[:, np.newaxis] + seeds) >> np.uint64(32)).astype(np.uint32)
    of_forms = np.zeros((len(lexicon.forms), SIGNATURE_HASHES), np.uint32)
    of_forms[held] = hashes[lexicon.form_terms[lexicon.form_offsets[held]]]
    if len(several):
        terms, _ = lexicon.expand(several)
        of_forms[several] = np.minimum.reduceat(hashes[terms], counts[several].cumsum() - counts[several])
    for window in windows(bounds[:-1], bounds[1:]):
        edges = bounds[window.start : window.stop + 1]
        part = words[edges[0] : edges[-1]].astype(np.intp)
        content = is_held[part].nonzero()[0]
        part = part[content]
        edges = content.searchsorted(edges - edges[0])
        filled = counts_of(edges).nonzero()[0]
        if len(filled):
            of_chunks[window.start + filled] = np.minimum.reduceat(of_forms.take(part, axis=0), edges[filled])
    return of_chunks


def sentence_keys(lexicon: Lexicon, words: NDArray[np.int32], bounds: Ints) -> Ints:
    """[S] digest of each sentence's words without regard to case; 0 for the short ones.

    Sentence s has the words from bounds[s] to bounds[s + 1].
    """
    keys = np.zeros(len(bounds) - 1, np.int64)
    for window in windows(bounds[:-1], bounds[1:]):
        starts, ends = bounds[:-1][window], bounds[1:][window]
        base, end = int(starts[0]), int(ends[-1])
        values = np.empty(end - base + 1, np.uint64)
        values[1:] = lexicon.form_fold[words[base:end]]
        part = digests_of_slices(values, starts - base, ends - base).view(np.int64)
        keys[window] = np.where(ends - starts > _MIN_KEY_WORDS, part, 0)
    return keys
