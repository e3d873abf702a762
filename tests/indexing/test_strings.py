"""Strings as arrays: whatever is asked for comes back as it was given, few or many at a time."""

import random

import numpy as np
import pytest

from secondhop.indexing.strings import Strings
from secondhop.indexing.texts import StoredTexts


@pytest.mark.parametrize("n", [0, 1, 99, 100, 400])
def test_several_strings_come_back_as_they_were_given(n):
    draw = random.Random(n)
    given = ["".join(draw.choices("ab é日😀\ud800\udc00", k=draw.randrange(6))) for _ in range(300)]
    numbers = [draw.randrange(len(given)) for _ in range(n)]
    assert Strings.of(given).several(np.array(numbers, int)) == [given[number] for number in numbers]


def test_texts_of_any_characters_come_back_whole_and_in_slices():
    texts = [
        "",
        "plain",
        "\xff\xe9",
        "\u0100\xe9",
        "\uffff",
        "a\ud83d\ude00b".encode("utf-16", "surrogatepass").decode("utf-16"),
        "a\ud83d\ude00b",
    ]
    stored = StoredTexts.of(texts)
    for number, text in enumerate(texts):
        assert stored.slice(number) == text
        assert [stored.slice(number, at, at + 1) for at in range(len(text))] == list(text)
