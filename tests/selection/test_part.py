"""Some of the hits alone are a ranking whose parts still belong together."""

from secondhop import Document
from secondhop.selection import STRATEGIES, part


def test_near_duplicates_are_those_of_the_hits_that_stay():
    text = "The price of copper is nine dollars for every pound of it."
    document = Document.from_texts([text, "Copper is red.", text, "Tin has no price in dollars.", text])
    seen = []

    def spy(query, hits, budget):
        seen.append(hits)
        return STRATEGIES["auto"](query, hits, budget)

    document.context("price of copper in dollars", strategy=spy)
    (hits,) = seen
    assert len(hits.duplicates) == 3
    for gone in range(len(hits)):
        kept = hits.scores >= 0
        kept[gone] = False
        some = part(hits, kept)
        pairs = {(some.hits[one].ordinal, some.hits[other].ordinal) for one, other, _ in some.duplicates}
        every = {(hits.hits[one].ordinal, hits.hits[other].ordinal) for one, other, _ in hits.duplicates}
        assert pairs == {pair for pair in every if hits.hits[gone].ordinal not in pair}
        assert some.sentences.hit.max() == len(some) - 1
