"""Child processes: fresh interpreters, and how many of them are worth having.

Nothing of this process is copied or run again, so that scripts without a main guard, threads, notebooks and forked
servers can all start one.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_CGROUPS = Path("/sys/fs/cgroup")


def start_python(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A fresh interpreter that runs the code, which may import this package, with pipes to its input and output.

    Args:
        code: what it runs; `sys` is imported already.
        arguments: what it finds in `sys.argv[1:]`.

    Raises:
        OSError: no process can be started here.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        raise OSError("there is no Python interpreter to run")
    paths = [str(Path(__file__).absolute().parents[1]), *_search_path()]  # this package first
    code = f"import sys; sys.path[:] = sys.argv[{len(arguments) + 1}:]; {code}"
    # -I: nothing from the environment and nothing from the working folder can be imported by a document's name. That
    # also hides PYTHONUTF8, without which the names of files may be other bytes there than here.
    command = [sys.executable, "-I", "-X", f"utf8={sys.flags.utf8_mode}", "-c", code, *arguments, *paths]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=os.path.abspath(os.sep))


def _search_path() -> Iterator[str]:
    """Where this process looks for modules, as absolute paths, but for the working folder and what Python passes over."""
    for path in sys.path:
        if isinstance(path, str) and path and "\0" not in path:
            with contextlib.suppress(FileNotFoundError):  # relative to a working folder that is gone
                yield os.path.abspath(path)


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """In such a process, the pipes to its parent, out of reach of parsers that print or read: those get nothing."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def available_cores() -> int:
    """How many cores this process may use: by its affinity, and by the quota of its control group."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(_CGROUPS)
    return cores if quota is None else max(1, min(cores, round(quota)))


def _quota(folder: Path) -> float | None:
    """Cores that a control group may use, on average; None if it may use all, or there is none."""
    with contextlib.suppress(OSError, ValueError):
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    with contextlib.suppress(OSError, ValueError):
        spent = int((folder / "cpu" / "cpu.cfs_quota_us").read_text())
        return None if spent < 0 else spent / int((folder / "cpu" / "cpu.cfs_period_us").read_text())
    return None
