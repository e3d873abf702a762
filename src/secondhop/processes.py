"""Child processes: fresh interpreters, what is said to them and they say, and how many of them are worth having.

Nothing of this process is copied or run again, so that scripts without a main guard, threads, notebooks and forked
servers can all start one. What goes over the pipes are frames of a JSON header and raw bytes. Never pickle.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

MAX_HEADER_BYTES = 256 * 1024 * 1024
MAX_BODY_BYTES = 512 * 1024 * 1024
_LENGTHS = struct.Struct("<QQ")
_CGROUPS = Path("/sys/fs/cgroup")


class Child:
    """One child process. What kills it comes out here as an `OSError`, `EOFError` or `ValueError`."""

    def __init__(self, module: str) -> None:
        """Starts `main()` of a module of this package. It reads what it is told when it is ready.

        Raises:
            OSError: no process can be started here.
        """
        self._process = start_python(f"from {module} import main; main()")
        self._input, self._output = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """What it has ended with; None while it lives."""
        return self._process.poll()

    def tell(self, header: Mapping[str, Any], body: bytes = b"") -> None:
        """Says something to it."""
        write_frame(self._input, header, body)

    def hear(self) -> tuple[dict[str, Any], bytes]:
        """What it says next."""
        return read_frame(self._output)

    def ask(self, header: Mapping[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Its answer."""
        self.tell(header, body)
        return self.hear()

    def ends(self) -> bool:
        """Whether it ends by itself, in a second at most."""
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it, whatever it is at, and waits until it is gone: there are no zombies."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Ends it and lets go of the pipes."""
        self.kill()
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):  # what it has not read is lost with it
                pipe.close()

    def forget(self) -> None:
        """Lets go of it in a forked process, which is not its parent.

        Its pipes are closed below their buffers: a thread that was left behind may hold those locked, or half written.
        """
        self._process.returncode = 0
        for pipe in (self._input, self._output):
            cast("Any", pipe).raw.close()


def start_python(code: str) -> subprocess.Popen[bytes]:
    """A fresh interpreter that runs the code, which may import this package, with pipes to its input and output.

    Raises:
        OSError: no process can be started here.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        raise OSError("there is no Python interpreter to run")
    paths = [str(Path(__file__).absolute().parents[1]), *_search_path()]  # this package first
    # Ctrl-C goes to the whole group, and the parent decides; importing takes long enough for it to come meanwhile.
    ready = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[1:]"
    # -I: nothing from the environment and nothing from the working folder can be imported by a document's name. That
    # also hides PYTHONUTF8, without which the names of files may be other bytes there than here.
    command = [sys.executable, "-I", "-X", f"utf8={sys.flags.utf8_mode}", "-c", f"{ready}; {code}", *paths]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=os.path.abspath(os.sep))


def _search_path() -> Iterator[str]:
    """Where this process looks for modules, as absolute paths, but for the working folder and what Python passes over."""
    for path in sys.path:
        if isinstance(path, str) and path and "\0" not in path:
            with contextlib.suppress(FileNotFoundError):  # relative to a working folder that is gone
                yield os.path.abspath(path)


def write_frame(pipe: BinaryIO, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Writes one frame."""
    head = json.dumps(header, ensure_ascii=True, default=str).encode()
    pipe.write(_LENGTHS.pack(len(head), len(body)) + head)
    pipe.write(body)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Reads one frame.

    Raises:
        EOFError: the other side has closed the pipe.
        ValueError: what came is no frame, or too long.
    """
    head_length, body_length = _LENGTHS.unpack(_read_exactly(pipe, _LENGTHS.size))
    if head_length > MAX_HEADER_BYTES or body_length > MAX_BODY_BYTES:
        raise ValueError("the frame is too long")
    try:
        header = json.loads(_read_exactly(pipe, head_length))
    except RecursionError as error:
        raise ValueError("the header is nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("the header is no object")  # noqa: TRY004  for the caller it is a malformed frame
    return header, _read_exactly(pipe, body_length)


def _read_exactly(pipe: BinaryIO, length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError("the pipe was closed")
    return data


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
