"""The child process that reads, cuts and indexes files: asked on its standard input, it answers on its standard output.

Started by `child.py`. It answers until its input ends.
"""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING, Any, BinaryIO

from secondhop.building.share import Share
from secondhop.building.transfer import heads_of, pack_outcomes, unpack_settings, write_arrays
from secondhop.loading import FolderFile
from secondhop.processes import private_pipes, read_frame, write_frame

if TYPE_CHECKING:
    from collections.abc import Mapping


def main() -> None:
    """Does a share, step by step as it is asked to."""
    requests, answers = private_pipes()
    gc.disable()  # it lives for a moment, and next to nothing that it makes refers to itself
    with contextlib.suppress(EOFError, BrokenPipeError):  # the parent is gone, or has changed its mind
        share = Share(unpack_settings(read_frame(requests)[0]))
        while True:
            _answer(share, read_frame(requests)[0], answers)


def _answer(share: Share, request: Mapping[str, Any], answers: BinaryIO) -> None:
    if "language" not in request:
        files = [FolderFile(path, source) for path, source in request["files"]]
        write_frame(answers, {"outcomes": pack_outcomes(share.take(request["numbers"], files))})
        return
    segment = share.segment(request["language"])
    arrays = {} if segment is None else segment.to_arrays()
    write_frame(answers, {"files": share.files, "arrays": heads_of(arrays)})
    write_arrays(answers, arrays)
