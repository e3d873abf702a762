"""A child process that does its share, at the other end of a pipe."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO, cast

from secondhop.building.share import Outcome, Settings
from secondhop.building.transfer import read_arrays, unpack_outcomes
from secondhop.indexing import Segment
from secondhop.loading.wire import read_frame, write_frame
from secondhop.processes import start_python

if TYPE_CHECKING:
    from secondhop.loading import FolderFile

_START = "from secondhop.building.worker import main; main()"


class Child:
    """One child process. What kills it comes out here as an `OSError`, `EOFError` or `ValueError`."""

    def __init__(self) -> None:
        """Starts it. It reads what it is asked when it is ready."""
        self._process = start_python(_START)
        self._input, self._output = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)

    def begin(self, settings: Settings) -> None:
        """Tells it how files are read and indexed, once, before anything else."""
        write_frame(self._input, asdict(settings))

    def take(self, numbers: Sequence[int], files: Sequence[FolderFile]) -> dict[int, Outcome]:
        """As `Share.take`."""
        write_frame(self._input, {"numbers": numbers, "files": [(file.path, file.source) for file in files]})
        header, _ = read_frame(self._output)
        return unpack_outcomes(header["outcomes"])

    def segment(self, language: str) -> tuple[Segment | None, list[int]]:
        """As `Share.segment`, and the numbers of the files whose texts it holds."""
        write_frame(self._input, {"language": language})
        header, _ = read_frame(self._output)
        files: list[int] = header["files"]
        return (Segment.from_arrays(read_arrays(self._output, header["arrays"])) if files else None), files

    @property
    def exit_code(self) -> int:
        """What it ended with; it is killed if it has not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(1)
        self.kill()
        return self._process.returncode

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
