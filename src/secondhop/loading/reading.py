"""Bytes of a file, read without ever waiting for one that is not a file, and without leaving the folder."""

from __future__ import annotations

import errno
import os
import stat

from secondhop.errors import FileTooLargeError, LoadError, SourceNotFoundError

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # opening a pipe must not block
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_STEP = 1 << 16
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


def read_file(path: str, source: str, max_bytes: int, root: str | None = None) -> bytes:
    """The bytes of a regular file.

    With `root`, no part of the path below it may be a symlink: not even one that was put there since the folder was
    listed, because each part is opened from the one above it.

    Raises:
        LoadError: there is no such file, or it cannot or must not be read; the subclass says why.
    """
    try:
        handle = os.open(path, _READ) if root is None else _open_inside(path, root)
        try:
            status = os.fstat(handle)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError
            if not stat.S_ISREG(status.st_mode):
                raise LoadError(source, "is not a regular file (a pipe, socket or device)")
            if status.st_size > max_bytes:
                raise FileTooLargeError(source, f"holds {status.st_size} bytes; the limit is {max_bytes}")
            return _read_all(handle, status.st_size, max_bytes + 1)
        finally:
            os.close(handle)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFoundError(source, "no such file") from error
    except (IsADirectoryError, PermissionError) as error:
        is_folder = isinstance(error, IsADirectoryError) or os.path.isdir(path)  # Windows does not open one
        raise LoadError(source, "is a folder; use from_folder" if is_folder else "permission denied") from error
    except OSError as error:
        if error.errno == errno.ELOOP and root is not None:
            raise LoadError(source, "a symlink has taken its place since the folder was listed") from error
        if error.errno == errno.ENXIO:
            raise LoadError(source, "is not a regular file (a pipe, socket or device)") from error
        raise LoadError(source, error.strerror or str(error)) from error
    except ValueError as error:  # a NUL character in the path
        raise SourceNotFoundError(source, f"no such file ({error})") from error


def _read_all(handle: int, size: int, most: int) -> bytes:
    """The bytes of an open file, `most` of them; there may be more or fewer by now than its size says."""
    parts: list[bytes] = []
    wanted = size + 1
    while most and (data := os.read(handle, min(wanted, most))):
        parts.append(data)
        most -= len(data)
        wanted = _STEP
    return b"".join(parts)


def _open_inside(path: str, root: str) -> int:
    """Open the file part by part from the root down, following no symlink. The root itself may be one.

    The path begins with the root, both absolute, as `walk_folder` gives them.
    """
    if os.open not in os.supports_dir_fd:  # Windows
        return os.open(path, _READ)
    *folders, name = path.removeprefix(root).strip(os.sep).split(os.sep)
    folder = os.open(root, _FOLDER)
    try:
        for part in folders:
            inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(name, _READ | _NO_LINK, dir_fd=folder)
    finally:
        os.close(folder)
