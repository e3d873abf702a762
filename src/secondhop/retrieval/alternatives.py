"""Several ways to say one thing that a question says: what holds two of them holds it once.

Otherwise the chunks that explain an abbreviation would come before all that use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import sum_by

if TYPE_CHECKING:
    from secondhop.types import Floats, Ints

Ways = Sequence[Sequence[int]]
"""The terms of each way, the question's own way first."""
Alternative = Sequence["Ints"]
"""The same, as places in the terms of the question."""


def add_ways(weights: dict[int, float], several: Sequence[Ways], idf: Floats) -> list[Alternative]:
    """What else stands for words of a question, added to their weights. All in all each way weighs as much as they do.

    Where they are quoted it weighs as if they were not: who quotes wants these words.
    """
    own = dict(weights)
    places = {number: place for place, number in enumerate(weights)}
    said: dict[tuple[int, ...], dict[tuple[int, ...], None]] = {}  # a question may say the same words again
    for ways in several:
        said.setdefault(tuple(ways[0]), {}).update(dict.fromkeys(map(tuple, ways[1:])))
    alternatives: list[Alternative] = []
    for first, others in said.items():
        total = sum(min(own[number], 1.0) * float(idf[number]) for number in first)
        sides: list[Sequence[int]] = [first]
        for other in others:
            new = [number for number in other if number not in own]
            rarity = float(idf[list(other)].sum())
            if not new or rarity <= 0:
                continue
            for number in new:
                places.setdefault(number, len(places))
                weights[number] = max(weights.get(number, 0.0), total / rarity)
            sides.append(new)
        if len(sides) > 1:
            alternatives.append([np.array([places[number] for number in side]) for side in sides])
    return alternatives


def only_best(alternatives: Sequence[Alternative], terms: Ints, at: Ints, worth: Floats, n: int) -> Floats:
    """What terms are worth where they stand: nothing where another way to say the same is worth more.

    Args:
        alternatives: what says the same.
        terms: terms of the question, by their places in it.
        at: where each of them stands, below `n`.
        worth: what it is worth there.
        n: how many places there are.
    """
    worth = worth.copy()
    for sides in alternatives:
        several = np.isin(terms, np.concatenate(sides)).nonzero()[0]
        places, values = at[several], worth[several]
        held = np.array([np.isin(terms[several], side) for side in sides])
        best = np.argmax([sum_by(places[each], values[each], n) for each in held], axis=0)
        worth[several[~held[best[places], np.arange(len(several))]]] = 0.0
    return worth
