"""A child process that does its share, at the other end of a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from secondhop.building.share import Outcome, Settings
from secondhop.building.transfer import read_arrays, unpack_outcomes
from secondhop.indexing import Segment
from secondhop.processes import Child

if TYPE_CHECKING:
    from secondhop.loading import FolderFile


class Builder(Child):
    """One child process that builds."""

    def __init__(self) -> None:
        """Starts it. It reads what it is asked when it is ready."""
        super().__init__("secondhop.building.worker")

    def begin(self, settings: Settings) -> None:
        """Tells it how files are read and indexed, once, before anything else."""
        self.tell(asdict(settings))

    def take(self, numbers: Sequence[int], files: Sequence[FolderFile]) -> dict[int, Outcome]:
        """As `Share.take`."""
        header, _ = self.ask({"numbers": numbers, "files": [(file.path, file.source) for file in files]})
        return unpack_outcomes(header["outcomes"])

    def segment(self, language: str) -> tuple[Segment | None, list[int]]:
        """As `Share.segment`, and the numbers of the files whose texts it holds."""
        header, _ = self.ask({"language": language})
        files: list[int] = header["files"]
        return (Segment.from_arrays(read_arrays(self._output, header["arrays"])) if files else None), files
