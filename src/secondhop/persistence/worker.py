"""The child process that brings an index up to date. It is asked once.

It is a fresh interpreter, as those that parse files are, so that the process that serves shares neither its memory nor
its interpreter lock with the work. Killed at any moment, it leaves the index as it was: it ends when the process that
asked does, however that ends.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Any, BinaryIO

from secondhop.errors import SecondhopError
from secondhop.options import FolderOptions
from secondhop.persistence.fingerprint import KEPT
from secondhop.persistence.folder import open_folder
from secondhop.persistence.place import index_folder
from secondhop.processes import Child, private_pipes, read_frame, write_frame

_OPTIONS = (*KEPT, "workers", "lock_timeout", "password", "bm25_variant", "bm25_k1", "bm25_b")
"""All that an index depends on: models and tokenizers may be objects, and stay with the process that asks."""
_FOLD_BYTES = 1 << 30
"""Up to this size the index is written whole: nobody waits for it, and those who serve it need only map it."""


def start_refresh() -> Child:
    """A child that waits to be asked, with `finish_refresh`.

    Raises:
        OSError: no process can be started here.
    """
    return Child(__name__)


def finish_refresh(child: Child, root: Path, options: FolderOptions) -> None:
    """Has the child bring the index of the folder up to date, and waits for it.

    Raises:
        SecondhopError: the index could not be brought up to date; the message says why.
        OSError: what was started is no child process of ours, as where this interpreter is part of another program.
    """
    given = {name: getattr(options, name) for name in _OPTIONS}
    request = {"root": str(root.absolute()), "index_dir": str(index_folder(root, options).absolute()), "options": given}
    answer = None
    try:
        child.hear()
        with contextlib.suppress(OSError, EOFError, ValueError):
            answer, _ = child.ask(request)
    except (OSError, EOFError, ValueError) as error:
        raise OSError("the child process did not answer") from error
    finally:
        child.ends()
        child.close()
    reason = (
        f"the process that indexes {root} ended with exit code {child.exit_code}" if answer is None else answer["error"]
    )
    if reason is not None:
        raise SecondhopError(reason)


def main() -> None:
    """Says that it is ready, and answers one request."""
    requests, answers = private_pipes()
    write_frame(answers, {"ready": True})
    request, _ = read_frame(requests)
    threading.Thread(target=_end_with_parent, args=(requests,), daemon=True).start()
    write_frame(answers, {"error": _answer(request)})


def _end_with_parent(requests: BinaryIO) -> None:
    os.read(requests.fileno(), 1)  # nothing comes any more but the end
    os._exit(1)


def _answer(request: dict[str, Any]) -> str | None:
    try:
        options = FolderOptions(persist=True, index_dir=request["index_dir"], **request["options"])
        opened = open_folder(Path(request["root"]), options, fold_bytes=_FOLD_BYTES)
    except (SecondhopError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return opened.notes[-1] if opened.in_memory else None
