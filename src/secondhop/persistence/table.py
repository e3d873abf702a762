"""The table of files that is stored with an index: what each file was when it was read, and where it is in the index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from secondhop.errors import InputError
from secondhop.loading import FileReport, IngestReport
from secondhop.loading.ingest import DIGEST_BYTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from secondhop.types import Arrays

NO_DIGEST = bytes(DIGEST_BYTES)
NOWHERE = -1
REMOVED = "removed from the index; it comes back when it changes"


class FileState(NamedTuple):
    """What can change about a file."""

    source: str
    digest: bytes
    reason: str | None
    """Why it is not indexed."""


class Reports(Sequence[FileReport]):
    """Reports on files as they are stored, a line of JSON for each. They are read when first asked for."""

    __slots__ = ("_read", "lines")

    def __init__(self, lines: list[str]) -> None:
        """As `to_line` gives them."""
        self.lines = lines
        self._read: list[FileReport] | None = None

    @classmethod
    def to_line(cls, report: FileReport) -> str:
        """How a report is stored."""
        return json.dumps(report.to_row(), separators=(",", ":"))

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, row: Any) -> Any:
        return self._all()[row]

    def __iter__(self) -> Iterator[FileReport]:
        return iter(self._all())

    def _all(self) -> list[FileReport]:
        if self._read is None:  # all at once: that takes a third of the time
            self._read = [FileReport.from_row(row) for row in json.loads(f"[{','.join(self.lines)}]")]
        return self._read


@dataclass(frozen=True, slots=True, eq=False)
class FileTable:
    """N files that were opened, in the order of their sources, and what was left out without being opened."""

    paths: list[str]
    """Relative to the folder, as the system has them: unlike sources they are distinct."""
    reports: Reports
    stat: NDArray[np.int64]
    """[N, 4] size, modification time, change time, inode: taken before the file was read."""
    digest: NDArray[np.uint8]
    """[N, 16] blake2b of the content; zeros if it could not be read."""
    segment: NDArray[np.int32]
    """[N] which segment the file is in; -1 for those that are not indexed."""
    local: NDArray[np.int32]
    """[N] which source of that segment it is."""
    left_out: tuple[tuple[str, str], ...]
    """Sources and reasons."""
    started: int
    """When looking began, in nanoseconds by the clock of the index's file system."""
    folder: str = ""
    """The way from the index to the folder that it is of; empty if that was not written down."""

    def __len__(self) -> int:
        return len(self.paths)

    @classmethod
    def empty(cls) -> FileTable:
        """A table of no files."""
        nothing = np.empty(0, np.int32)
        stat, digest = np.empty((0, 4), np.int64), np.empty((0, DIGEST_BYTES), np.uint8)
        return cls([], Reports([]), stat, digest, nothing, nothing, (), 0)

    @property
    def is_indexed(self) -> NDArray[np.bool_]:
        """[N] whether the file is in the index."""
        indexed: NDArray[np.bool_] = self.segment != NOWHERE
        return indexed

    @property
    def order(self) -> list[tuple[int, int]]:
        """Segment and local number of the indexed files, in order."""
        indexed = self.is_indexed
        return list(zip(self.segment[indexed].tolist(), self.local[indexed].tolist(), strict=True))

    @property
    def states(self) -> list[FileState]:
        """What can change about each file."""
        whole = self.digest.tobytes()
        digests = [whole[at : at + DIGEST_BYTES] for at in range(0, len(whole), DIGEST_BYTES)]
        return [
            FileState(report.source, digest, report.reason)
            for report, digest in zip(self.reports, digests, strict=True)
        ]

    def is_of(self, n_sources: Sequence[int]) -> bool:
        """Whether it can be the table of segments that have so many sources each. What is only shown is not read."""
        n, indexed = len(self.paths), self.is_indexed
        segment, local = self.segment[indexed], self.local[indexed]
        return (
            len(self.reports) == n
            and (self.stat.shape, self.digest.shape) == ((n, 4), (n, DIGEST_BYTES))
            and self.segment.shape == self.local.shape == (n,)
            and bool((segment >= 0).all() and (segment < len(n_sources)).all() and (local >= 0).all())
            and bool((local < np.array(n_sources, np.int64)[segment]).all())
        )

    def says_as(self, other: FileTable) -> bool:
        """Whether it has the same files, of the same content, as another table."""
        return self.paths == other.paths and self.states == other.states

    def report(self, notes: Sequence[str] = ()) -> IngestReport:
        """What became of each file."""
        return IngestReport.of(self.reports, self.left_out, notes)

    def only_removed(self) -> FileTable:
        """What remains of the table when the index is built anew: files that were removed stay so."""
        rows = [row for row, report in enumerate(self.reports) if report.reason == REMOVED]
        return replace(
            self,
            paths=[self.paths[row] for row in rows],
            reports=Reports([self.reports.lines[row] for row in rows]),
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
        )

    @property
    def removed(self) -> dict[str, bytes]:
        """Paths and digests of the files that were taken out of the index."""
        table = self.only_removed()
        return {path: digest.tobytes() for path, digest in zip(table.paths, table.digest, strict=True)}

    def without(self, source: str | None, removed: Mapping[str, bytes]) -> FileTable:
        """The table when a source is taken out of the index, and files that are what they were when they were taken out.

        What cannot be read now is what it was as far as anybody can tell.
        """
        lines, digest = list(self.reports.lines), self.digest.copy()
        segment, local = self.segment.copy(), self.local.copy()
        for row, (path, report) in enumerate(zip(self.paths, self.reports, strict=True)):
            before = removed.get(path)
            if before is not None and not digest[row].any():
                digest[row] = np.frombuffer(before, np.uint8)
            if report.source == source or digest[row].tobytes() == before:
                lines[row] = Reports.to_line(FileReport(report.source, report.loader, reason=REMOVED))
                segment[row] = local[row] = NOWHERE
        return replace(self, reports=Reports(lines), digest=digest, segment=segment, local=local)

    def row_of(self, source: str) -> int:
        """The row of an indexed file.

        Raises:
            InputError: there is no such file in the index.
        """
        for row, report in enumerate(self.reports):
            if report.source == source and report.reason is None:
                return row
        raise InputError(f"source={source!r} is not in the index")

    def to_arrays(self) -> Arrays:
        """As it is stored. What is only shown is JSON, what is compared are columns."""
        return {
            "paths": _packed(self.paths),
            "reports": np.frombuffer("\n".join(self.reports.lines).encode("ascii"), np.uint8),
            "left_out": _packed(self.left_out),
            "folder": _packed(self.folder),
            **{name: getattr(self, name) for name in _COLUMNS},
            "started": np.array([self.started], np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> FileTable:
        """What `to_arrays` was made of."""
        return cls(
            paths=_unpacked(arrays["paths"]),
            reports=Reports(arrays["reports"].tobytes().decode("ascii").splitlines()),
            left_out=tuple((source, reason) for source, reason in _unpacked(arrays["left_out"])),
            started=int(arrays["started"][0]),
            folder=_unpacked(arrays["folder"]) if "folder" in arrays else "",
            **{name: arrays[name] for name in _COLUMNS},
        )


_COLUMNS = ("stat", "digest", "segment", "local")


def _packed(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, separators=(",", ":")).encode("ascii"), np.uint8)


def _unpacked(array: NDArray[Any]) -> Any:
    return json.loads(array.tobytes())
