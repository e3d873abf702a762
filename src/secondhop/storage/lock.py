"""One writer at a time, by a lock of the operating system that ends with the process that holds it.

The lock file stays in the folder for ever, and that it exists means nothing. Who holds the lock has written into it who
that is. Readers take no lock, so that they run on a read-only mount.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from secondhop.errors import IndexLockedError, StoreError
from secondhop.storage.files import errors_of

LOCK = "writer.lock"
_OPEN: set[int] = set()
"""Descriptors of the locks that this process holds or is trying to get."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes to an index."""

    pid: int
    host: str
    since: str
    """ISO 8601, UTC."""


@contextlib.contextmanager
def writer_lock(folder: Path, timeout: float = 0.0) -> Iterator[int]:
    """Hold the folder's lock; yields the time of the file system in nanoseconds when it was taken.

    Raises:
        IndexLockedError: another writer has it, and kept it for `timeout` seconds.
    """
    path = folder / LOCK
    descriptor = _acquire(path, time.monotonic() + timeout)
    try:
        _say_who(descriptor)
        with errors_of(path):
            os.utime(path)
            started = os.fstat(descriptor).st_mtime_ns
        yield started
    finally:
        _release(descriptor)


def read_holder(folder: Path) -> Holder | None:
    """Who holds the lock, as far as can be told without taking it: a process of this machine that has ended does not."""
    try:
        fields = json.loads((folder / LOCK).read_bytes())
        holder = Holder(int(fields["pid"]), str(fields["host"]), str(fields["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if _has_ended(holder) else holder


def _acquire(path: Path, deadline: float) -> int:
    while True:
        with errors_of(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        _OPEN.add(descriptor)
        try:
            locked = _try_lock(descriptor, path)
            if locked and _is_at(descriptor, path):
                return descriptor
        except BaseException:
            _close(descriptor)
            raise
        _close(descriptor)
        if not locked and time.monotonic() >= deadline:
            raise _refusal(path)
        time.sleep(random.uniform(0.002, 0.02))


def _release(descriptor: int) -> None:
    """What was committed stays so: nothing that fails here is worth an error, as the lock ends with the process."""
    if descriptor not in _OPEN:
        return  # in a child that was forked meanwhile: the lock is its parent's
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
    with contextlib.suppress(OSError):
        _unlock(descriptor)
    _close(descriptor)


def _close(descriptor: int) -> None:
    _OPEN.discard(descriptor)
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the open file still has this name: the folder may have been deleted and made anew while we waited."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _refusal(path: Path) -> IndexLockedError:
    for _ in range(5):  # who has just taken the lock has not said so yet
        holder = read_holder(path.parent)
        if holder is not None:
            return IndexLockedError(path.parent, holder.pid, holder.host, holder.since)
        time.sleep(0.01)
    return IndexLockedError(path.parent, None, None, None)


def _say_who(descriptor: int) -> None:
    since = datetime.now(timezone.utc).isoformat(timespec="seconds")
    line = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since})
    with contextlib.suppress(OSError):  # on a full disk the sweep comes next, and makes room
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, line.encode())


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a locked byte cannot be read by others: not one of those that say who

    def _try_lock(descriptor: int, path: Path) -> bool:  # noqa: ARG001
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _has_ended(holder: Holder) -> bool:  # noqa: ARG001
        return False

else:
    import fcntl

    def _try_lock(descriptor: int, path: Path) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise StoreError(path, f"this file system does not lock files ({error.strerror})") from error
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _has_ended(holder: Holder) -> bool:
        if holder.host != socket.gethostname():
            return False
        try:
            os.kill(holder.pid, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            pass
        return False

    def _let_go_in_child() -> None:
        """A forked child has the lock's descriptor too, and would keep the lock after its parent has died."""
        for descriptor in tuple(_OPEN):
            _close(descriptor)

    os.register_at_fork(after_in_child=_let_go_in_child)
