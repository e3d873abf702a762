"""The child process that brings an index up to date: what it is asked comes as a line of JSON on its standard input.

It is a fresh interpreter, as those that parse files are, so that the process that serves shares neither its memory nor
its interpreter lock with the work. Killed at any moment, it leaves the index as it was: it ends when the process that
asked does, however that ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, cast

from secondhop.errors import SecondhopError
from secondhop.options import FolderOptions
from secondhop.persistence.fingerprint import KEPT
from secondhop.persistence.folder import index_folder, open_folder
from secondhop.processes import start_python

# Ctrl-C goes to the whole group, and the parent decides; importing takes long enough for it to come meanwhile.
_START = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from secondhop.persistence.worker import main
main()
"""
_OPTIONS = (*KEPT, "workers", "lock_timeout", "password", "bm25_variant", "bm25_k1", "bm25_b")
"""All that an index depends on: models and tokenizers may be objects, and stay with the process that asks."""
_FOLD_BYTES = 1 << 30
"""Up to this size the index is written whole: nobody waits for it, and those who serve it need only map it."""


def start_refresh() -> subprocess.Popen[bytes]:
    """A child that waits to be asked, with `finish_refresh`.

    Raises:
        OSError: no process can be started here.
    """
    return start_python(_START)


def finish_refresh(child: subprocess.Popen[bytes], root: Path, options: FolderOptions) -> None:
    """Has the child bring the index of the folder up to date, and waits for it.

    Raises:
        SecondhopError: the index could not be brought up to date; the message says why.
        OSError: what was started is no child process of ours, as where this interpreter is part of another program.
    """
    given = {name: getattr(options, name) for name in _OPTIONS}
    request = {"root": str(root.absolute()), "index_dir": str(index_folder(root, options).absolute()), "options": given}
    answer = b""
    with contextlib.suppress(OSError), child:  # it may have died before it was asked
        pipe = cast("BinaryIO", child.stdin)  # open until there is an answer: that it closes means that nobody waits
        pipe.write(json.dumps(request).encode() + b"\n")
        pipe.flush()
        answer = cast("BinaryIO", child.stdout).read()
    if not answer:
        raise OSError("the child process did not answer")
    try:
        reason = json.loads(answer)["error"]
    except ValueError:
        reason = f"the process that indexes {root} ended with exit code {child.returncode}"
    if reason is not None:
        raise SecondhopError(reason)


def main() -> None:
    """Answers one request, after an empty line at once."""
    print(flush=True)
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print(json.dumps({"error": _answer(request)}))


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing comes any more but the end
    os._exit(1)


def _answer(request: dict[str, Any]) -> str | None:
    try:
        options = FolderOptions(persist=True, index_dir=request["index_dir"], **request["options"])
        opened = open_folder(Path(request["root"]), options, fold_bytes=_FOLD_BYTES)
    except (SecondhopError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return opened.notes[-1] if opened.in_memory else None
