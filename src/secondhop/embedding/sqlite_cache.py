"""The default cache: one SQLite file, capped in size, the least recently used going first."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from secondhop.embedding.cache import in_parts, lock_across_forks
from secondhop.embedding.user_cache import vectors_path

_log = logging.getLogger(__name__)

FORMAT_VERSION = 1
MAX_BYTES = 1 << 30
_PATIENCE_S = 1.0
"""How long to wait for another process's write; after that the values count as missing."""
_KEYS_AT_A_TIME = 500
_COLUMNS = "vectors (key BLOB NOT NULL UNIQUE, value BLOB NOT NULL, used INTEGER NOT NULL)"
_INDEX = "vectors_used ON vectors (used)"
_OURS = frozenset(
    {
        ("vectors", f"CREATE TABLE {_COLUMNS}"),
        ("sqlite_autoindex_vectors_1", None),
        ("vectors_used", f"CREATE INDEX {_INDEX}"),
    }
)
"""All that a file of ours holds, as SQLite writes it down."""
_DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)
_SCHEMA = f"""
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS {_COLUMNS};
    CREATE INDEX IF NOT EXISTS {_INDEX};
    PRAGMA user_version = {FORMAT_VERSION};
"""
_EVICT = """
    DELETE FROM vectors WHERE rowid IN
    (SELECT rowid FROM vectors ORDER BY used, rowid LIMIT 1 + (SELECT count(*) FROM vectors) / 10)
"""

_lock = lock_across_forks()
"""One for all caches, as SQLite lets one write at a time anyway. A child that was forked in the middle of a thread's
transaction would take that for its own, and wait for its end for ever."""


class SqliteCache:
    """Values in a file. Safe between threads and processes, and across a fork."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet."""
        self.path = path
        self._owner = -1
        self._connection: sqlite3.Connection | None = None
        self._close: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as its path."""
        return SqliteCache, (self.path,)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none."""
        found: dict[bytes, bytes] = {}
        with self._trouble_is_a_miss(), self._transaction() as connection:
            for some in in_parts(keys, _KEYS_AT_A_TIME):
                marks = ",".join("?" * len(some))
                found.update(connection.execute(f"SELECT key, value FROM vectors WHERE key IN ({marks})", some))
            if found:
                tick = _tick(connection)
                connection.executemany("UPDATE vectors SET used = ? WHERE key = ?", [(tick, key) for key in found])
        return [found.get(key) for key in keys]

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Keeps the values, and drops the least recently used ones beyond `MAX_BYTES`."""
        with self._trouble_is_a_miss(), self._transaction() as connection:
            tick = _tick(connection)
            rows = [(key, value, tick) for key, value in values.items()]
            connection.executemany("INSERT OR REPLACE INTO vectors (key, value, used) VALUES (?, ?, ?)", rows)
            while _used_bytes(connection) > MAX_BYTES:
                connection.execute(_EVICT)

    def close(self) -> None:
        """Closes the file; the next use opens it again."""
        with _lock:
            self._drop()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _lock:
            connection = self._open()
            with connection:
                yield connection

    @contextlib.contextmanager
    def _trouble_is_a_miss(self) -> Iterator[None]:
        """A file of ours that is damaged is begun anew; one that cannot be used just now, or is not ours, is passed over."""
        try:
            yield
        except sqlite3.OperationalError:
            return  # locked, full, read-only
        except _DAMAGED:
            with _lock:
                self._drop()
                if not self._is_ours():
                    _log.warning("%s holds something else and is left as it is: nothing is cached there", self.path)
                    return
                for suffix in ("", "-wal", "-shm"):
                    with contextlib.suppress(OSError):
                        os.unlink(f"{self.path}{suffix}")
        except OSError:
            return

    def _is_ours(self) -> bool:
        """Whether nothing of the user's is lost with the file: by its place, or by what it holds."""
        with contextlib.suppress(OSError):
            if self.path == vectors_path():
                return True
        with contextlib.suppress(*_DAMAGED), contextlib.closing(self._reader()) as reader:
            reader.execute("PRAGMA writable_schema = ON")  # reads it also where pages are missing
            objects = _objects(reader)
            return bool(objects) and objects <= _OURS
        return False

    def _reader(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_S)

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._owner == os.getpid():
            return self._connection
        self._connection = None  # that of the process before the fork is left to that process
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_S, check_same_thread=False)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._owner = os.getpid()
        self._connection = connection
        self._close = weakref.finalize(self, _close, connection, self._owner)
        return connection

    def _drop(self) -> None:
        if self._close is not None:
            self._close()
        self._connection = None


def _close(connection: sqlite3.Connection, owner: int) -> None:
    if owner == os.getpid():
        connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    if not _objects(connection) <= _OURS:
        raise sqlite3.DatabaseError("tables of something else")
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found not in (0, FORMAT_VERSION):
        raise sqlite3.DatabaseError(f"format {found}")
    if found == 0:
        connection.executescript(_SCHEMA)
    connection.execute("PRAGMA synchronous = NORMAL")


def _objects(connection: sqlite3.Connection) -> set[tuple[str, str | None]]:
    """Tables, indexes and all else that the file holds: each by name, and by how it was made."""
    return set(connection.execute("SELECT name, sql FROM sqlite_master"))


def _tick(connection: sqlite3.Connection) -> int:
    """A number higher than that of any use so far."""
    (last,) = connection.execute("SELECT max(used) FROM vectors").fetchone()
    return (last or 0) + 1


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
