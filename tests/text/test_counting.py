import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop.text.counting import CachedCounter
from secondhop.text.estimate import estimate_tokens
from secondhop.text.invisible import visible
from secondhop.text.tokens import count_words


def test_each_distinct_text_is_counted_once():
    asked = []

    def count(text):
        asked.append(text)
        return len(text)

    counter = CachedCounter(count)
    assert [counter(text) for text in ("abc", "abc", "", "de", "abc")] == [3, 3, 0, 2, 3]
    assert asked == ["abc", "de"]


def test_the_memory_does_not_travel():
    counter = CachedCounter(count_words, "words")
    counter("one two")
    copy = pickle.loads(pickle.dumps(counter))
    assert (copy.counter, copy.name) == (count_words, "words")
    assert copy("one two") == 2


def test_counters_of_the_same_kind_are_equal():
    counter = CachedCounter(count_words)
    copy = pickle.loads(pickle.dumps(counter))
    assert (copy, hash(copy)) == (counter, hash(counter))
    assert copy != CachedCounter(estimate_tokens)


def test_threads_share_it():
    counter = CachedCounter(count_words)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(counter, ["a b c"] * 500)) == [3] * 500


def test_a_part_that_begins_with_three_blanks_is_counted_as_if_it_stood_alone():
    text = "def f():\n   return x\n  y"
    columns = (np.array(column) for column in ([0, 0], [9, 21], [20, len(text)]))
    _, parts = CachedCounter(estimate_tokens).with_parts([text], *columns)
    assert parts.tolist() == [estimate_tokens("   return x"), estimate_tokens("  y")]


@pytest.mark.parametrize("indent", [1, 3, 4, 15, 16, 99, 100, 200])
def test_indented_lines_are_counted_as_if_each_stood_alone(indent):
    lines = ["def f():", f"{' ' * indent}return x  # ------", f"{' ' * indent}----"]
    ends = np.cumsum([len(line) + 1 for line in lines]) - 1
    starts = ends - [len(line) for line in lines]
    _, parts = CachedCounter(estimate_tokens).with_parts(["\n".join(lines)], np.zeros(3, int), starts, ends)
    assert parts.tolist() == [estimate_tokens(line) for line in lines]


pieces = st.text(alphabet="ab .,-_=*\n\u00e9\u4e2d\u200b\x00\x07", min_size=1, max_size=24)
pieces |= st.sampled_from(["----", "a----b", "   ", " " * 15, " " * 17, "aaaa", ".... 7", "\ud83d"])


@given(st.lists(st.lists(pieces, min_size=1, max_size=4), min_size=1, max_size=5))
@pytest.mark.parametrize("count", [estimate_tokens, count_words])
def test_texts_and_their_parts_are_counted_as_what_is_visible_of_each(count, texts):
    ends = [list(accumulate(map(len, text))) for text in texts]
    starts = [[0, *end[:-1]] for end in ends]
    text_of = np.repeat(np.arange(len(texts)), list(map(len, texts)))
    whole, parts = CachedCounter(count).with_parts(
        ["".join(text) for text in texts], text_of, np.concatenate(starts), np.concatenate(ends)
    )
    assert whole.tolist() == [count(visible("".join(text))) for text in texts]
    assert parts.tolist() == [count(visible(piece)) for text in texts for piece in text]


@given(st.lists(st.lists(pieces, max_size=4).map("".join), max_size=5))
@pytest.mark.parametrize("count", [estimate_tokens, count_words])
def test_texts_with_an_empty_line_between_are_counted_as_the_text_that_they_make(count, texts):
    for _ in range(2):  # met for the first time, and remembered
        assert CachedCounter(count).joined(texts) == count("\n\n".join(texts))
    long = [*texts, *("x" * 3_000 + text for text in texts)]
    assert CachedCounter(count).joined(long) == count("\n\n".join(long))
