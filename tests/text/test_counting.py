import pickle
from concurrent.futures import ThreadPoolExecutor

from secondhop.text.counting import CachedCounter
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
    counter = CachedCounter(count_words)
    counter("one two")
    copy = pickle.loads(pickle.dumps(counter))
    assert copy.counter is count_words
    assert copy("one two") == 2


def test_threads_share_it():
    counter = CachedCounter(count_words)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(counter, ["a b c"] * 500)) == [3] * 500
