import importlib.util
import json
import pickle
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop import Document
from secondhop.errors import OptionError
from secondhop.text.estimate import estimate_tokens
from secondhop.text.tokens import TiktokenCounter, cache_name, has_vocabulary, resolve_counter

TEXTS = {
    "prose": "The agreement shall be governed by the laws of the State of New York, without regard to its conflict of laws principles. "
    "She moved to Vienna in 1994 and wrote two novels there; the second was never published. ",
    "code": "def context(self, question: str, *, budget: int | None = None) -> Context:\n    hits = self.index.search(question)\n"
    "    return [hit for hit in hits if hit.score >= 0.5]\n",
    "json": '{"id":"a81f3c","values":[0.125,17,-3.5],"ok":true,"when":"2021-04-11T09:10:00Z"}',
    "chinese": "北京是中华人民共和国的首都，也是全国的政治、文化中心。它有三千多年的历史。",
    "german": "Die Vertragsparteien verpflichten sich, sämtliche Geschäftsgeheimnisse während der Laufzeit vertraulich zu behandeln. ",
    "russian": "Москва является столицей России и крупнейшим городом страны по численности населения. ",
}


@pytest.fixture
def vocabulary(monkeypatch):
    spec = importlib.util.find_spec("llama_index.core")
    if spec is None or spec.origin is None:
        pytest.skip("llama-index-core, which ships vocabularies, is not installed")
    folder = Path(spec.origin).parent / "_static" / "tiktoken_cache"
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a network call")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def no_vocabulary(monkeypatch, tmp_path, no_network):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_auto_is_o200k_where_its_vocabulary_is(vocabulary, no_network):
    import tiktoken

    count, name = resolve_counter("auto")
    assert name == "o200k_base"
    for text in TEXTS.values():
        assert count(text) == len(tiktoken.get_encoding("o200k_base").encode_ordinary(text))


def test_auto_falls_back_to_the_estimate_without_network(no_vocabulary):
    count, name = resolve_counter("auto")
    assert name == "estimate"
    assert count(TEXTS["prose"]) > 0


def test_where_no_folder_can_be_written_to_tokens_are_estimated(monkeypatch):
    def nowhere():
        raise FileNotFoundError("No usable temporary directory found")

    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    assert resolve_counter("auto")[1] == "estimate"


def test_an_empty_cache_folder_name_means_none(monkeypatch, no_network):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert resolve_counter("auto")[1] == "estimate"


def test_a_damaged_vocabulary_is_as_good_as_none(no_vocabulary):
    (no_vocabulary / cache_name("o200k_base")).write_bytes(b"IQ== 0\n")
    assert not has_vocabulary("o200k_base")
    assert resolve_counter("auto")[1] == "estimate"


def test_a_missing_vocabulary_says_how_to_get_it(no_vocabulary):
    with pytest.raises(OptionError, match=r"this machine\. Save https.* TIKTOKEN_CACHE_DIR"):
        resolve_counter("cl100k_base")
    with pytest.raises(OptionError, match="secondhop doctor --fetch-tokenizer"):
        resolve_counter("o200k_harmony")


def test_encodings_go_by_name(vocabulary):
    assert resolve_counter("cl100k_base")[0]("hello world") == 2
    assert resolve_counter("o200k_harmony")[0]("hello world") == 2


def test_special_tokens_and_lone_surrogates_are_ordinary_text(vocabulary):
    count, _ = resolve_counter("o200k_base")
    assert count("<|endoftext|> and \ud800 too") > 5


@pytest.mark.parametrize("text", ["a", " ", "^", "中", "aB ", "\n", "a\n\n "])
def test_a_megabyte_without_spaces_is_counted_in_linear_time(vocabulary, text):
    count, _ = resolve_counter("o200k_base")
    count("load the vocabulary")
    start = time.process_time()
    assert count(text * 500_000) > 1000
    assert time.process_time() - start < 10


def test_cut_runs_count_at_least_as_many_tokens(vocabulary):
    import tiktoken

    text = "see " + "abcdefgh" * 300 + " end"
    assert resolve_counter("o200k_base")[0](text) >= len(tiktoken.get_encoding("o200k_base").encode_ordinary(text))


def test_counters_are_pickled_and_shared_by_threads(vocabulary):
    count = pickle.loads(pickle.dumps(resolve_counter("o200k_base")[0]))
    assert count == TiktokenCounter("o200k_base")
    found = []
    threads = [threading.Thread(target=lambda: found.append(count(TEXTS["prose"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    for name in ("estimate", "words", "characters"):
        counter = resolve_counter(name)[0]
        assert pickle.loads(pickle.dumps(counter)) is counter


def test_words_and_characters():
    assert resolve_counter("words")[0]("two  words\n") == 2
    assert resolve_counter("characters")[0]("naïve") == 5


def test_callables_are_checked_and_named():
    def by_four(text):
        return len(text) // 4

    counter, name = resolve_counter(by_four)
    assert (counter("eight ch"), name) == (2, "by_four")
    for wrong in (lambda text: -1, lambda text: 1.5, lambda text: None, lambda text: True, 7):
        with pytest.raises(OptionError, match="tokenizer="):
            resolve_counter(wrong)
    with pytest.raises(OptionError, match="not one of"):
        resolve_counter("bert")


@pytest.mark.parametrize("kind", TEXTS)
def test_the_estimate_is_near_and_not_below(vocabulary, kind):
    text = TEXTS[kind] * 12
    exact = resolve_counter("o200k_base")[0](text)
    assert exact * 0.99 <= estimate_tokens(text) <= exact * 1.6


@given(st.text(st.characters(), max_size=300))
@settings(deadline=None)
def test_the_estimate_takes_any_text(text):
    assert (estimate_tokens(text) > 0) == bool(text)


@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=8))
@settings(deadline=None)
def test_more_lines_are_never_fewer_tokens(lines):
    counts = [estimate_tokens("\n".join(lines[:n])) for n in range(len(lines) + 1)]
    assert counts == sorted(counts)


def test_the_estimate_of_whole_lines_is_about_the_sum_of_the_lines():
    lines = [line for text in TEXTS.values() for line in text.splitlines()]
    parts = sum(estimate_tokens(line) for line in lines)
    assert abs(estimate_tokens("\n".join(lines)) - parts) <= 2 * len(lines)


@pytest.mark.parametrize("wrong", [-1, 1.5, None, True])
def test_a_callable_that_goes_wrong_later_is_named_too(wrong):
    document = Document.from_texts(
        ["Copper melts.", "Tin melts at dawn."], tokenizer=lambda text: wrong if "Tin" in text else 3
    )
    with pytest.raises(OptionError, match=f"<lambda> returned {wrong} for a text"):
        document.context("tin")


def test_counts_of_numpy_are_plain_numbers_in_the_report():
    document = Document.from_texts(["Copper melts.", "Tin melts at dawn."], tokenizer=lambda text: np.int64(len(text)))
    report = document.context("tin", 40).report
    assert json.loads(report.json())["total_tokens"] == report.total_tokens > 0


@pytest.mark.parametrize("character", " _-.=*")
def test_a_run_of_one_character_adds_few_tokens_to_a_long_text_and_to_a_short_one(character):
    short, long = "Copper melts.\n", "Copper melts.\n" * 300
    added = [estimate_tokens(text + 64 * character) - estimate_tokens(text) for text in (short, long)]
    assert abs(added[0] - added[1]) <= 1
    assert 1 <= added[1] <= 24
