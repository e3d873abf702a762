"""Near-duplicates among candidates. MinHash proposes, the words decide."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import distinct_values, numbered, offsets_of, ranges
from secondhop.retrieval.sentence_scores import SentenceWords

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.indexing import Snapshot
    from secondhop.types import Floats, Ints

DUPLICATE_JACCARD = 0.9
_ALIKE_HASHES = 6
"""Of eight: 96 % of the pairs with Jaccard similarity 0.9 agree in at least so many, and 0.002 % of those with 0.1."""
_BITS_SET = np.array([number.bit_count() for number in range(256)], np.int64)
"""[bytes] how many bits of each are set."""


def near_duplicates(snapshot: Snapshot, text: SentenceWords, ordinals: Ints) -> tuple[tuple[int, int, float], ...]:
    """Pairs of hits with nearly the same words, and no other names and numbers.

    What one clause says of the licensor and the next of the licensee is not said twice.
    """
    later, earlier = _agreeing(snapshot.chunk_signature[ordinals])
    if not len(later):
        return ()
    members, place = numbered(np.concatenate((later, earlier)))
    bounds = offsets_of(text.n_words)[np.append(text.opening, len(text.sentences))]
    n_words = bounds[members + 1] - bounds[members]
    words = text.words[ranges(bounds[members], n_words)]
    held, word = snapshot.lexicon.expand(words)
    is_fact = snapshot.lexicon.form_is_name[words[word]] | snapshot.lexicon.term_is_number[held]
    bounds = word.searchsorted(offsets_of(n_words))
    similarity = _jaccard(held, bounds, *place.reshape(2, -1))
    spans = [slice(start, end) for start, end in pairwise(bounds.tolist())]
    terms, facts = [held[span] for span in spans], [held[span][is_fact[span]].tolist() for span in spans]
    alike = (similarity >= DUPLICATE_JACCARD).nonzero()[0]
    columns = (later, earlier, *place.reshape(2, -1), similarity)
    return tuple(
        (late, early, share)
        for late, early, one, other, share in zip(*(column[alike].tolist() for column in columns), strict=True)
        if np.array_equal(terms[one], terms[other]) or _same_facts(facts[one], facts[other])
    )


def _jaccard(terms: Ints, bounds: Ints, one: Ints, other: Ints) -> Floats:
    """[pairs] the share of the different terms of two spans that both have; 0 if neither has any.

    Args:
        terms: those of all spans, one span after the other.
        bounds: [spans + 1] where each begins, and the last one ends.
        one: [pairs] number of a span.
        other: [pairs] that of the span to compare it with.
    """
    lengths = bounds[1:] - bounds[:-1]
    distinct, column = numbered(terms)
    held = np.zeros((len(lengths), len(distinct)), bool)
    held[np.arange(len(lengths)).repeat(lengths), column] = True
    bits = np.packbits(held, axis=1)  # a product of matrices would wake the threads of the algebra library
    common = _BITS_SET[bits[one] & bits[other]].sum(axis=1)
    sizes = held.sum(axis=1)
    similarity: Floats = common / np.maximum(sizes[one] + sizes[other] - common, 1)
    return similarity


def _same_facts(one: list[int], other: list[int]) -> bool:
    """Whether two lists of names and numbers are the same, in the same order, but for some that one of them lacks."""
    shorter, longer = sorted((one, other), key=len)
    rest = iter(longer)
    return all(fact in rest for fact in shorter)


def _agreeing(signatures: NDArray[np.uint32]) -> tuple[Ints, Ints]:
    """Pairs of rows that agree in nearly all columns, ascending: places of the later ones and of the earlier ones.

    Rows that agree in six of eight columns agree in one of any three pairs of columns.
    """
    n = signatures.shape[1] - _ALIKE_HASHES + 1
    values = signatures.view(np.uint64)[:, :n].ravel()
    order = values.argsort()
    ordered, row = values[order], order // n
    ones, others = [], []
    for step in range(1, len(row)):
        same = (ordered[step:] == ordered[:-step]).nonzero()[0]
        if not len(same):
            break
        ones.append(same)
        others.append(same + step)
    if not ones:
        return row[:0], row[:0]
    one, other = row[np.concatenate(ones)], row[np.concatenate(others)]
    alike = (one != other) & ((signatures[one] == signatures[other]).sum(axis=1) >= _ALIKE_HASHES)
    if not alike.any():
        return row[:0], row[:0]
    one, other = one[alike], other[alike]
    later, earlier = np.divmod(
        distinct_values(np.maximum(one, other) * len(signatures) + np.minimum(one, other)), len(signatures)
    )
    return later, earlier
