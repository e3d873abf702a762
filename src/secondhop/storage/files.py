"""Writing so that a crash, a full disk or a failing one leaves the old bytes or the new ones, and an error that says which file."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from secondhop.errors import NoSpaceError, StoreError
from secondhop.replacing import rename_over

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@contextlib.contextmanager
def errors_of(path: Path, needed: int = 0) -> Iterator[None]:
    """Raise what the operating system refuses as a `StoreError` that names the path."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpaceError(path, needed) from error
        raise StoreError(path, error.strerror or str(error)) from error


def write_new(path: Path, pieces: Iterable[bytes | memoryview], size: int) -> None:
    """Write a file that does not exist yet, down to the disk; nothing of it stays if that fails."""
    with errors_of(path, size):
        descriptor = os.open(path, _CREATE, 0o666)
        try:
            try:
                for piece in pieces:
                    _write_all(descriptor, memoryview(piece))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(path)
            raise


def publish(temporary: Path, target: Path) -> None:
    """Give the file its name; everybody sees what had that name before or all of the new file."""
    with errors_of(target, 0):
        sync_folder(target.parent)  # the files it speaks of are found after a power cut before it is
        rename_over(temporary, target)
        sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make the folder, with those above it, if it is not there."""
    if folder.is_dir():
        return
    with errors_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable. Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
