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
    alternatives: list[Alternative] = []
    for first, *others in several:
        total = sum(min(own[number], 1.0) * float(idf[number]) for number in first)
        sides = [first]
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


def counted_twice(alternatives: Sequence[Alternative], terms: Ints, at: Ints, worth: Floats, n: int) -> Floats:
    """[n] what each place gets too much where it holds several ways to say the same: all but the best.

    Args:
        alternatives: what says the same.
        terms: terms of the question, by their places in it.
        at: where each of them stands, below `n`.
        worth: what it is worth there.
        n: how many places there are.
    """
    twice = np.zeros(n)
    for sides in alternatives:
        sums = [sum_by(at[held], worth[held], n) for held in (np.isin(terms, side) for side in sides)]
        twice += np.sum(sums, axis=0) - np.max(sums, axis=0)
    return twice


def only_best(alternatives: Sequence[Alternative], contributions: Floats) -> None:
    """Of what terms add to scores ([terms, hits]) leaves for each alternative the way that adds most."""
    for sides in alternatives:
        best = np.argmax([contributions[side].sum(axis=0) for side in sides], axis=0)
        for number, side in enumerate(sides):
            contributions[side] *= best == number
