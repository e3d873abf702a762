"""The cache can cost time, never an answer: whatever happens to it, vectors are those of the embedder."""

import contextlib
import multiprocessing
import os
import pickle
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import secondhop
from secondhop.embedding import CachedEmbedder, open_cache
from secondhop.embedding import redis_cache as redis_cache_module
from secondhop.embedding.cache import decode, digest_of, encode
from secondhop.embedding.sqlite_cache import SqliteCache
from secondhop.embedding.user_cache import cache_folder
from secondhop.errors import InputError


class Counting:
    """Vectors that a text's letters determine, and a count of the texts embedded."""

    name = "counting"

    def __init__(self, identity="v1"):
        self.count, self._identity = 0, identity

    def identity(self, role):
        return self._identity and f"{self._identity}-{role}"

    def embed(self, texts, role):
        self.count += len(texts)
        return np.array([np.random.default_rng(list(text.encode())).normal(size=8) for text in texts], np.float32)


TEXTS = [f"text number {number}" for number in range(50)]
EXPECTED = Counting().embed(TEXTS, "document")


def check(cache, *, embedded):
    """Embeds the texts through the cache."""
    inner = Counting()
    assert np.array_equal(CachedEmbedder(inner, cache).embed(TEXTS, "document"), EXPECTED)
    assert embedded is None or inner.count == embedded


@pytest.fixture
def sqlite(tmp_path):
    cache = SqliteCache(tmp_path / "cache.sqlite")
    yield cache
    cache.close()


def test_a_text_is_embedded_once(sqlite):
    inner = Counting()
    embedder = CachedEmbedder(inner, sqlite)
    assert (embedder.name, embedder.identity("query")) == (inner.name, inner.identity("query"))
    assert not len(embedder.embed([], "document"))
    assert len(embedder.embed(["a", "b", "a"], "document")) == 3
    assert inner.count == 2
    embedder.embed(["b", "c"], "document")
    assert inner.count == 3
    embedder.embed(["a"], "query")  # another role is another vector
    assert inner.count == 4


def test_strings_that_are_split_elsewhere_have_another_digest():
    assert len({digest_of(parts) for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""))}) == 4


def test_a_cache_may_be_in_a_folder_that_is_not_there_yet(tmp_path):
    check(SqliteCache(tmp_path / "a" / "b" / "cache.sqlite"), embedded=len(TEXTS))
    assert (tmp_path / "a" / "b" / "cache.sqlite").is_file()


def test_without_an_identity_nothing_is_cached(sqlite):
    inner = Counting(identity=None)
    for _ in range(2):
        CachedEmbedder(inner, sqlite).embed(["a"], "document")
    assert inner.count == 2
    assert not sqlite.path.exists()


@given(
    st.binary(min_size=1, max_size=32),
    st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=20),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_any_flipped_bit_is_noticed(key, numbers, data):
    vector = np.array(numbers, np.float32)
    value = encode(key, vector)
    assert np.array_equal(decode(key, value), vector)
    bit = data.draw(st.integers(0, 8 * len(value) - 1))
    flipped = bytearray(value)
    flipped[bit // 8] ^= 1 << (bit % 8)
    assert decode(key, bytes(flipped)) is None
    assert decode(key + b"x", value) is None
    assert decode(key, value[:-1]) is None
    assert decode(key, value + b"\0") is None


def test_values_survive_closing_pickling_and_another_process(sqlite):
    check(sqlite, embedded=50)
    sqlite.close()
    check(sqlite, embedded=0)
    copy = pickle.loads(pickle.dumps(sqlite))
    check(copy, embedded=0)
    copy.close()


def test_a_file_that_is_no_database_is_begun_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDHOP_CACHE", str(tmp_path))
    cache = open_cache("auto")
    cache.path.write_bytes(b"this is no database, and long enough to be taken for one" * 100)
    check(cache, embedded=50)
    check(cache, embedded=None)
    check(cache, embedded=0)
    cache.close()


def test_a_file_of_something_else_is_left_as_it_is(tmp_path, caplog):
    (tmp_path / "notes.txt").write_bytes(b"notes that nobody wants to lose\n" * 100)
    for version in (0, 1, 7):
        with contextlib.closing(sqlite3.connect(tmp_path / f"{version}.db")) as database, database:
            database.execute("CREATE TABLE users (name TEXT)")
            database.execute(f"PRAGMA user_version = {version}")
    for path in sorted(tmp_path.iterdir()):
        before = path.read_bytes()
        cache = SqliteCache(path)
        check(cache, embedded=50)
        check(cache, embedded=50)
        cache.close()
        assert path.read_bytes() == before
    assert "notes.txt holds something else" in caplog.text


OURS = "vectors (key BLOB NOT NULL UNIQUE, value BLOB NOT NULL, used INTEGER NOT NULL)"


@pytest.mark.parametrize(
    "others",
    [
        "CREATE TABLE vectors (id INTEGER PRIMARY KEY, embedding BLOB)",
        "CREATE TABLE doc_vectors (id INTEGER PRIMARY KEY, embedding BLOB)",
        f"CREATE TABLE {OURS}; CREATE TABLE users (name TEXT)",
        f"CREATE TABLE {OURS}; CREATE VIEW vectors_used AS SELECT * FROM vectors",
    ],
)
@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_database_with_vectors_of_somebody_else_is_left_as_it_is(tmp_path, caplog, others, version):
    path = tmp_path / "app.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(f"{others}; PRAGMA user_version = {version}")
    before = path.read_bytes()
    for _ in range(2):
        cache = SqliteCache(path)
        check(cache, embedded=50)
        cache.close()
    assert path.read_bytes() == before
    assert "app.db holds something else" in caplog.text


def test_tables_that_somebody_adds_to_a_cache_stay(sqlite, caplog):
    check(sqlite, embedded=50)
    sqlite.close()
    with contextlib.closing(sqlite3.connect(sqlite.path)) as database, database:
        database.executescript("CREATE TABLE users (name TEXT); PRAGMA user_version = 2")
    check(sqlite, embedded=50)
    with contextlib.closing(sqlite3.connect(sqlite.path)) as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)
    assert "holds something else" in caplog.text


def test_a_file_that_was_cut_short_is_begun_anew(sqlite):
    check(sqlite, embedded=50)
    sqlite.close()
    sqlite.path.write_bytes(sqlite.path.read_bytes()[:4096])
    check(sqlite, embedded=50)
    check(sqlite, embedded=None)
    check(sqlite, embedded=0)


@pytest.mark.parametrize(
    ("platform", "folder", "variable"),
    [
        ("win32", "AppData/Local", "LOCALAPPDATA"),
        ("darwin", "Library/Caches", None),
        ("linux", ".cache", "XDG_CACHE_HOME"),
    ],
)
def test_the_cache_lies_where_programs_of_the_system_keep_theirs(tmp_path, monkeypatch, platform, folder, variable):
    for name in ("SECONDHOP_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == tmp_path / folder / "secondhop"
    if variable is not None:
        monkeypatch.setenv(variable, str(tmp_path / "theirs"))
        assert cache_folder() == tmp_path / "theirs" / "secondhop"
    monkeypatch.setenv("SECONDHOP_CACHE", str(tmp_path / "ours"))
    assert cache_folder() == tmp_path / "ours"


def test_without_a_home_folder_nothing_is_cached(monkeypatch, caplog):
    for name in ("SECONDHOP_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)

    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.home", nowhere)
    assert open_cache("auto") is None
    assert "nothing is cached: Could not determine home directory. SECONDHOP_CACHE can name" in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_forked_while_a_thread_uses_the_cache_can_use_it_too(sqlite):
    check(sqlite, embedded=50)
    ended = threading.Event()
    threads = [threading.Thread(target=_use_until, args=(sqlite, ended)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        context = multiprocessing.get_context("fork")
        for _ in range(10):
            child = context.Process(target=check, args=(sqlite,), kwargs={"embedded": 0})
            child.start()
            child.join(10)
            alive = child.is_alive()
            child.kill()
            assert not alive
            assert child.exitcode == 0
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _use_until(cache, ended):
    while not ended.is_set():
        check(cache, embedded=None)


def test_an_embedder_may_use_its_memory_again(sqlite):
    buffer = np.empty((1000, 8), np.float32)

    class Reusing(Counting):
        def embed(self, texts, role):
            buffer[: len(texts)] = super().embed(texts, role)
            return buffer[: len(texts)]

    many = [f"text number {number}" for number in range(700)]
    got = CachedEmbedder(Reusing(), sqlite).embed(many, "document")
    assert np.array_equal(got, Counting().embed(many, "document"))


def test_a_damaged_file_costs_time_and_nothing_else(sqlite):
    check(sqlite, embedded=50)
    sqlite.close()
    whole = sqlite.path.read_bytes()
    draw = random.Random(4)
    for _ in range(30):
        damaged = bytearray(whole)
        for _ in range(200):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        sqlite.path.write_bytes(damaged)
        check(sqlite, embedded=None)
        sqlite.close()


def test_values_of_another_version_are_begun_anew(sqlite):
    check(sqlite, embedded=50)
    sqlite.close()
    connection = sqlite3.connect(sqlite.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    check(sqlite, embedded=50)


def test_a_file_that_another_process_holds_is_passed_over(sqlite):
    check(sqlite, embedded=50)
    other = sqlite3.connect(sqlite.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    check(sqlite, embedded=None)
    other.execute("ROLLBACK")
    other.close()
    check(sqlite, embedded=0)


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path):
    (tmp_path / "file").write_text("")
    check(SqliteCache(tmp_path / "file" / "cache.sqlite"), embedded=50)


def test_the_size_is_capped_and_the_least_recently_used_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr("secondhop.embedding.sqlite_cache.MAX_BYTES", 200_000)
    cache = SqliteCache(tmp_path / "cache.sqlite")
    values = {number.to_bytes(4, "little") + bytes(28): bytes(1500) for number in range(400)}
    keys = list(values)
    for start in range(0, 400, 20):
        cache.put_many({key: values[key] for key in keys[start : start + 20]})
        assert cache.get_many(keys[:1]) != [None]  # used all the time
    kept = [value is not None for value in cache.get_many(keys)]
    assert 30 < sum(kept) < 140
    assert kept[0]
    assert kept[-20:] == [True] * 20
    cache.close()
    assert cache.path.stat().st_size < 400_000


def test_threads_share_a_cache(sqlite):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: check(sqlite, embedded=None), range(24)))
    check(sqlite, embedded=0)


def test_one_identity_for_two_models_gives_the_vectors_of_the_one_in_use(sqlite):
    CachedEmbedder(Counting(), sqlite).embed(["a"], "document")
    other = Counting()
    other.embed = lambda texts, role: np.ones((len(texts), 3), np.float32)
    assert CachedEmbedder(other, sqlite).embed(["a", "b"], "document").shape == (2, 3)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_many_documents_take_no_more_descriptors_than_one(tmp_path):
    def document(text):
        return secondhop.Document.from_text(
            text, retrieval="hybrid", model=embed, embedder_id="v1", embedding_cache=tmp_path / "cache.sqlite"
        )

    def embed(texts):
        return [[len(text), 1.0] for text in texts]

    first = document("The ferry leaves at eight.")
    before = len(os.listdir("/proc/self/fd"))
    documents = [document(f"The ferry number {number} leaves at eight.") for number in range(20)]
    assert len(os.listdir("/proc/self/fd")) == before
    with contextlib.closing(sqlite3.connect(tmp_path / "cache.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM vectors").fetchone() == (len(documents) + 1,)
    del first, documents


def test_what_is_no_cache_is_refused():
    with pytest.raises(InputError, match="embedding_cache"):
        open_cache(42)
    with pytest.raises(InputError, match="embedding_cache=''"):
        open_cache("")
    assert open_cache(None) is None


def test_a_path_may_begin_with_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert open_cache("~/cache.sqlite").path == tmp_path / "cache.sqlite"


# ── Redis ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Server:
    """A redis-server of the test's own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None
        self.start()

    def start(self):
        command = ["redis-server", *f"--port {self.port} --bind 127.0.0.1 --dir {self.folder} --save".split(), ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = self.client()
        for _ in range(200):
            try:
                client.ping()
                break
            except Exception:
                time.sleep(0.05)
        client.close()

    def client(self):
        import redis

        return redis.Redis(port=self.port, socket_timeout=5)

    def stop(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """It may take its time: on a busy machine it needs more than the 50 ms that it has in earnest."""
    monkeypatch.setattr(redis_cache_module, "TIMEOUT_S", 10.0)
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def redis_cache(server):
    cache = open_cache(f"redis://127.0.0.1:{server.port}/0")
    yield cache
    cache.close()


def requests_of(cache, monkeypatch):
    """A list that grows by one with each request that Redis is sent."""
    sent, ask = [], cache._ask
    monkeypatch.setattr(cache, "_ask", lambda breaker, request: ask(breaker, lambda: sent.append(request) or request()))
    return sent


def test_redis_keeps_values(redis_cache):
    check(redis_cache, embedded=50)
    check(redis_cache, embedded=0)
    check(pickle.loads(pickle.dumps(redis_cache)), embedded=0)


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_redis_that_is_gone_is_asked_once_and_not_after(server, monkeypatch, how):
    monkeypatch.setattr(redis_cache_module, "TIMEOUT_S", 0.5)
    cache = open_cache(f"redis://127.0.0.1:{server.port}/0")
    check(cache, embedded=50)
    if how == "killed":
        server.stop()
    else:
        server.process.send_signal(signal.SIGSTOP)
    sent = requests_of(cache, monkeypatch)
    for _ in range(5):
        check(cache, embedded=50)
    assert len(sent) == 1
    cache.close()


def test_redis_is_used_again_when_it_answers_again(server, monkeypatch):
    monkeypatch.setattr(redis_cache_module, "COOL_DOWN_S", 0.2)
    monkeypatch.setattr(redis_cache_module, "TIMEOUT_S", 0.5)
    cache = open_cache(f"redis://127.0.0.1:{server.port}/0")
    check(cache, embedded=50)
    server.process.send_signal(signal.SIGSTOP)
    check(cache, embedded=50)
    server.process.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + 60
    inner = Counting()
    while time.monotonic() < deadline:
        inner.count = 0
        CachedEmbedder(inner, cache).embed(TEXTS, "document")
        if inner.count == 0:
            break
        time.sleep(0.05)
    assert inner.count == 0
    cache.close()


def test_a_full_redis_can_still_be_read(server, redis_cache):
    check(redis_cache, embedded=50)
    client = server.client()
    client.config_set("maxmemory", "1")
    client.config_set("maxmemory-policy", "noeviction")
    inner = Counting()
    embedder = CachedEmbedder(inner, redis_cache)
    more = [*TEXTS, "one more"]
    for _ in range(2):
        assert np.array_equal(embedder.embed(more, "document"), Counting().embed(more, "document"))
    assert inner.count == 2  # the new text, each time
    client.close()


def test_wrong_values_in_redis_are_misses(server, redis_cache):
    check(redis_cache, embedded=50)
    client = server.client()
    keys = sorted(client.keys("*"))
    client.set(keys[0], b"")
    client.set(keys[1], b"\x80\x04K\x01.")  # a pickle
    client.set(keys[2], client.get(keys[3]))  # another text's value
    client.delete(keys[4])
    client.rpush(keys[4], "a list")
    for place, key in enumerate(keys[5:20]):
        value = bytearray(client.get(key))
        value[place * 3 % len(value)] ^= 1 << (place % 8)
        client.set(key, bytes(value))
    check(redis_cache, embedded=20 - 1)  # all but the one that was copied from
    client.close()


def test_a_host_that_does_not_answer_costs_one_timeout():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)  # accepts, and never says anything
        listener.setblocking(False)
        cache = open_cache(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        waits = cache._client.connection_pool.connection_kwargs
        assert waits["socket_timeout"] == waits["socket_connect_timeout"] == redis_cache_module.TIMEOUT_S <= 0.05
        for _ in range(3):
            check(cache, embedded=50)
        cache.close()
        listener.accept()[0].close()
        with pytest.raises(BlockingIOError):  # nobody has come a second time
            listener.accept()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://:::", "is no Redis URL"),
        ("redis://user:s3/cret@host/0", "is no Redis URL"),
        ("redis://user:s3cret@host:port/0", "is no Redis URL"),
        ("REDIS://user:s3cret@host/0", "is no Redis URL"),
        ("memcached://host", "is no Redis URL"),
        ("redis://user:s3cret@host/0?speed=1", "is a Redis URL with a wrong parameter: .*speed"),
        ("rediss://user:s3cret@host/0?ssl_cert_reqs=some", "is a Redis URL with a wrong parameter"),
    ],
)
def test_a_url_that_is_none_is_refused_and_its_password_not_shown(url, said):
    with pytest.raises(InputError, match=f"embedding_cache= {said}") as raised:
        open_cache(url)
    assert "s3" not in str(raised.value)


def test_values_are_bytes_whatever_the_url_says(server):
    cache = open_cache(f"redis://127.0.0.1:{server.port}/0?decode_responses=True")
    check(cache, embedded=50)
    check(cache, embedded=0)
    cache.close()
