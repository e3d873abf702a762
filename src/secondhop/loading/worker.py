"""The child process that parses: reads requests from its standard input, writes answers to its standard output.

Started by `pool.py`. It imports nothing but the loaders, and answers until its input ends.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from time import process_time
from typing import Any, BinaryIO

from secondhop.errors import SecondhopError
from secondhop.loading.parsing import parse
from secondhop.loading.wire import pack, pack_error
from secondhop.processes import private_pipes, read_frame, write_frame

_MAX_FILE_BYTES = 16 * 1024 * 1024
_IDLE_SECONDS = 10.0
_TIRED = 4
"""A child that keeps this fraction of the memory it may take is replaced, so that the next file finds room."""


def main() -> None:
    """Answers requests until there are no more, the first of which is to take so much memory at most."""
    requests, answers = private_pipes()
    memory_mb = int(read_frame(requests)[0]["memory_mb"])
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"  # for a thread on each core numpy would take more than the limit, on ten cores
    _limit("RLIMIT_AS", memory_mb * 2**20)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", _MAX_FILE_BYTES)
    write_frame(answers, {"ready": True})
    while _is_wanted(requests):
        try:
            header, data = read_frame(requests)
        except EOFError:
            return
        # So that it dies, should the parent be gone when this file has taken its time.
        _limit("RLIMIT_CPU", int(process_time() + float(header["seconds"])) + 2, is_last=False)
        answer, body = _answer(header, data)
        del data
        write_frame(answers, {**answer, "tired": _resident_bytes() > memory_mb * 2**20 / _TIRED}, body)


def _answer(request: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        options = {key: request[key] for key in ("name", "format", "password")}
        return pack(parse(data, request["source"], **options))
    except SecondhopError as error:
        return pack_error(error), b""
    except MemoryError:  # the text fits, but not its copy for the pipe
        return {"error": "ResourceLimitError", "reason": "its text needs more memory than it may take"}, b""


def _is_wanted(requests: BinaryIO) -> bool:
    """Waits for a request; false if none comes for a while, or none can come any more."""
    with contextlib.suppress(OSError, ValueError):  # Windows cannot wait for a pipe: there the parent ends the child
        import select

        return bool(select.select([requests], [], [], _IDLE_SECONDS)[0])
    return True


def _limit(name: str, value: int, *, is_last: bool = True) -> None:
    """Sets a limit, for good or until the next one, where the system has it: Windows has none, macOS not all of them."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        limit = getattr(resource, name)
        resource.setrlimit(limit, (value, value if is_last else resource.getrlimit(limit)[1]))


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows finds that file too, where it works on a drive of WSL
        return 0
