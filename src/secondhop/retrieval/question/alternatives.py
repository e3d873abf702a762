"""Several ways to say one thing that a question says: what holds two of them holds it once.

Otherwise the chunks that explain an abbreviation would come before all that use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import sum_by

if TYPE_CHECKING:
    from secondhop.types import Bools, Floats, Ints

Ways = Sequence[Sequence[int]]
"""The terms of each way, the question's own way first."""


def add_ways(weights: dict[int, float], several: Sequence[Ways], idf: Floats) -> list[Bools]:
    """What else stands for words of a question, added to their weights. All in all each way weighs as much as they do.

    Where they are quoted it weighs as if they were not: who quotes wants these words. What is given back is [ways, terms] for
    each thing that can be said in several ways: which terms are of which way.
    """
    own = dict(weights)
    said: dict[tuple[int, ...], dict[tuple[int, ...], None]] = {}  # a question may say the same words again
    for ways in several:
        said.setdefault(tuple(ways[0]), {}).update(dict.fromkeys(map(tuple, ways[1:])))
    found: list[list[Sequence[int]]] = []
    for first, others in said.items():
        total = sum(min(own[number], 1.0) * float(idf[number]) for number in first)
        sides: list[Sequence[int]] = [first]
        for other in others:
            new = [number for number in other if number not in own]
            rarity = float(idf[list(other)].sum())
            if not new or rarity <= 0:
                continue
            for number in new:
                weights[number] = max(weights.get(number, 0.0), total / rarity)
            sides.append(new)
        if len(sides) > 1:
            found.append(sides)
    places = {number: place for place, number in enumerate(weights)}
    alternatives = [np.zeros((len(sides), len(weights)), bool) for sides in found]
    for each, sides in zip(alternatives, found, strict=True):
        for way, side in enumerate(sides):
            each[way, [places[number] for number in side]] = True
    return alternatives


def only_best(alternatives: Sequence[Bools], terms: Ints, at: Ints, worth: Floats, n: int) -> Floats:
    """What terms are worth where they stand: nothing where another way to say the same is worth more.

    Args:
        alternatives: [ways, terms] for each thing that can be said in several ways, which terms are of which way.
        terms: terms of the question, by their places in it.
        at: where each of them stands, below `n`.
        worth: what it is worth there.
        n: how many places there are.
    """
    worth = worth.copy()
    for ways in alternatives:
        several = np.logical_or.reduce(ways)[terms].nonzero()[0]
        places, values, held = at[several], worth[several], ways[:, terms[several]]
        best = np.argmax([sum_by(places[each], values[each], n) for each in held], axis=0)
        worth[several[~held[best[places], np.arange(len(several))]]] = 0.0
    return worth
