"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

_T = TypeVar("_T")

_IS_WINDOWS = os.name == "nt"
_LONGEST_S = 24 * 3600
"""No file takes longer to be written. An older one that never got its name is of a process that was killed."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the name when it is complete: a reader sees the old one or the new one.

    Others may read it as far as this process lets them read what it writes, unlike what `tempfile` makes.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    _remove_left_behind(path)
    temporary = path.with_name(f"{path.name}-{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        rename_over(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.filename in (None, str(temporary)):
            raise OSError(error.errno, error.strerror, str(path)) from error  # not of a file that nobody has named
        raise


def rename_over(temporary: Path, path: Path) -> None:
    """Give the file that name."""
    patiently(partial(os.replace, temporary, path))


def patiently(act: Callable[[], _T]) -> _T:
    """What the call gives. Windows refuses to replace what somebody reads, and the other way round: it is tried for a second."""
    for pause in (0.01, 0.03, 0.1, 0.3, 0.6) if _IS_WINDOWS else ():
        with contextlib.suppress(PermissionError):
            return act()
        time.sleep(pause)
    return act()


def _remove_left_behind(path: Path) -> None:
    name = re.compile(rf"{re.escape(path.name)}-[0-9a-f]{{8}}\.tmp")
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if name.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - _LONGEST_S:
                os.unlink(entry.path)
