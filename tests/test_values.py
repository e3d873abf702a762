import pickle
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from secondhop.frozen import quickly
from secondhop.types import Chunk, Decision, Hit, Passage, Query, Reason

CHUNK = Chunk("One. Two.", metadata={"a": 1})


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Hit, (CHUNK, 3, 1.5, None)),
        (Passage, (CHUNK, ((0, 4),), "seed")),
        (Decision, ("id", "kept", Reason.KEPT_RELEVANT)),
    ],
)
def test_values_that_are_made_quickly_are_those_that_the_class_makes(kind, values):
    made, usual = quickly(kind)(*values), kind(*values)
    assert type(made) is kind
    assert made == usual
    assert repr(made) == repr(usual)
    assert asdict(made) == asdict(usual)
    assert pickle.loads(pickle.dumps(made)) == replace(made) == usual
    with pytest.raises(FrozenInstanceError):
        made.score = 2.0


def test_queries_are_hashable_whatever_was_misspelt():
    query = Query("vehicel", misspelt={"vehicel": "vehicle"})
    assert {query: 1}[replace(query)] == 1
