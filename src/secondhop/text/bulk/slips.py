"""Digests of all words that one is a slip of.

They are sums over the characters, so those of hundreds of words follow from a few sums, and none has to be written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.text.bulk.hashing import BASE, INVERSE, mix, powers_of, sums_of, values_of

if TYPE_CHECKING:
    from secondhop.text.bulk.hashing import Digests


def one_slip_from(word: str, alphabet: str, *, replaced: bool) -> Digests:
    """The words with two neighbours that have changed places, with a letter too few or too many, and with another one.

    The first letter is right, and the last one never another.

    Args:
        word: the word, of at least three letters.
        alphabet: letters that may be missing in it.
        replaced: whether one letter may be another.
    """
    letters, others = values_of(word), values_of(alphabet)[:, np.newaxis]
    powers, sums = powers_of(len(word) + 1), sums_of(word)
    before, whole = sums[1:], sums[-1:]
    inner, inner_powers = letters[1:-1], powers[1:-2]
    slips = [
        whole + (letters[2:] - inner) * (inner_powers - powers[2:-1]),
        before[:-1] + (whole - before[1:]) * np.uint64(INVERSE),
        (before + (whole - before) * np.uint64(BASE) + others * powers[1:]).ravel(),
    ]
    if replaced:
        slips.append((whole + (others - inner) * inner_powers).ravel())
    return mix(np.concatenate(slips))
