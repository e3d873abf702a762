"""Strings as arrays: whatever is asked for comes back as it was given, few or many at a time."""

import random

import numpy as np
import pytest

from secondhop.indexing.strings import Strings


@pytest.mark.parametrize("n", [0, 1, 99, 100, 400])
def test_several_strings_come_back_as_they_were_given(n):
    draw = random.Random(n)
    given = ["".join(draw.choices("ab é日😀\ud800\udc00", k=draw.randrange(6))) for _ in range(300)]
    numbers = [draw.randrange(len(given)) for _ in range(n)]
    assert Strings.of(given).several(np.array(numbers, int)) == [given[number] for number in numbers]
