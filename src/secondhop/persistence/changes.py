"""Which files have changed since they were indexed.

A file counts as unchanged without being read only if its size, both of its times and its inode are those that were
stored, and both times lie well before the moment when it was looked at: what was written within the tick of a clock of
the moment of reading may have been written after it. Everything else is read, and its digest decides.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from secondhop.errors import InputError, LoadError
from secondhop.loading import MAX_BYTES, FolderFile, FolderListing, content_digest, read_file
from secondhop.loading.encodings import portable
from secondhop.persistence.table import NO_DIGEST, NOWHERE, REMOVED, FileTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

Verify = Literal["stat", "content"]

SETTLED_NS = 2_000_000_000
"""No file system's times are coarser than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """A folder's files beside the table of those that are indexed."""

    listing: FolderListing
    paths: list[str]
    """Of the listed files, relative to the folder."""
    stat: NDArray[np.int64]
    row: NDArray[np.int64]
    """[files] the row of each in the table, -1 for new ones."""
    is_changed: NDArray[np.bool_]
    """[files] whether the file must be parsed: it is new, or its content is another."""
    is_unsettled: NDArray[np.bool_]
    """[files] whether it is unchanged, though its times do not say so."""
    n_deleted: int

    @property
    def files(self) -> list[FolderFile]:
        """The files to parse."""
        return [self.listing.files[place] for place in self.is_changed.nonzero()[0]]

    def __bool__(self) -> bool:
        return self.n_deleted > 0 or bool(self.is_changed.any())


def find_changes(
    listing: FolderListing, table: FileTable, *, verify: Verify = "stat", again: Collection[str] = ()
) -> Changes:
    """Compares a folder with a table.

    Args:
        listing: the files that it holds now.
        table: those that are indexed.
        verify: `content` reads every file, whatever its times say.
        again: paths of files to parse whatever is known of them.
    """
    paths = _relative_paths(listing)
    stat = _stat(listing)
    row = _rows(paths, table)
    known = row != NOWHERE
    settled = np.zeros(len(paths), bool)
    settled[known] = is_settled(table)[row[known]] & (stat[known] == table.stat[row[known]]).all(axis=1)
    is_changed: NDArray[np.bool_] = np.array(row == NOWHERE, bool)
    for place in (known if verify == "content" else known & ~settled).nonzero()[0].tolist():
        is_changed[place] = not _is_same(listing.files[place], listing.root, table, int(row[place]))
    is_unsettled = known & ~settled & ~is_changed
    if again:
        is_changed = is_changed | np.array([path in again for path in paths], bool)
    return Changes(listing, paths, stat, row, is_changed, is_unsettled, len(table) - int(known.sum()))


def _relative_paths(listing: FolderListing) -> list[str]:
    """Of the files, to the folder."""
    begin = len(listing.root.rstrip(os.sep)) + 1
    return [file.path[begin:] for file in listing.files]


def path_below(root: Path, path: Path) -> str:
    """The path of a file relative to the folder, also where one of the two leads through links.

    Raises:
        InputError: it is not below the folder.
    """
    top = os.path.abspath(root)
    full = os.path.normpath(os.path.join(top, path))
    # The file itself may be a link; only the way to it is followed.
    real = os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full))
    for folder, file in ((top, full), (os.path.realpath(top), real)):
        begin = folder.rstrip(os.sep) + os.sep
        if file.startswith(begin):
            return file[len(begin) :]
    raise InputError(f"path={str(path)!r} is not below {top}")


def check_named(names: Iterable[str], listing: FolderListing, *tables: FileTable) -> None:
    """Whether each path, relative to the folder, is of a file that is there to be parsed, or was indexed and is gone.

    Raises:
        InputError: one is not; the message says why.
    """
    known = set(_relative_paths(listing)).union(*(table.paths for table in tables))
    for name in names:
        if name not in known:
            raise InputError(f"path={name!r} {_reason_not_to_index(name, listing)}")


def _reason_not_to_index(name: str, listing: FolderListing) -> str:
    source = portable(name)
    for skipped, reason in listing.skipped:
        if f"{source}/".startswith(skipped.rstrip("/") + "/"):
            return f"is left out: {reason}"
    full = os.path.join(listing.root, name)
    if os.path.isdir(full):
        return "is a folder; name the files in it"
    if os.path.lexists(full):
        return "is not among the files of the folder; write its name as the folder has it"
    return f"is neither in {listing.root} nor in the index"


def _stat(listing: FolderListing) -> NDArray[np.int64]:
    """[files, 4] what is known of each; a time that 64 bits do not hold is the nearest that they do."""
    rows = [file.stat for file in listing.files]
    try:
        stat = np.array(rows, np.int64)
    except OverflowError:  # file systems know times after April 2262
        limits = np.iinfo(np.int64)
        stat = np.clip(np.array(rows, object), limits.min, limits.max).astype(np.int64)
    return stat.reshape(len(rows), 4)


def _rows(paths: list[str], table: FileTable) -> NDArray[np.int64]:
    if paths == table.paths:
        return np.arange(len(paths))
    rows = {path: row for row, path in enumerate(table.paths)}
    return np.array([rows.get(path, NOWHERE) for path in paths], np.int64)


def is_settled(table: FileTable) -> NDArray[np.bool_]:
    """[rows] whether equal times prove equal content: the file was read, and had been left alone for a while."""
    latest = table.stat[:, 1:3].max(axis=1, initial=0)
    settled: NDArray[np.bool_] = np.logical_and(latest < table.started - SETTLED_NS, table.digest.any(axis=1))
    return settled


def _is_same(file: FolderFile, root: str, table: FileTable, row: int) -> bool:
    """Whether the content is that of the row.

    For what cannot be read: whether it could not then, for the same reason. What was removed stays so meanwhile.
    """
    before: bytes = table.digest[row].tobytes()
    try:
        return content_digest(read_file(file.path, file.source, MAX_BYTES, root)) == before
    except LoadError as error:
        reason = table.reports[row].reason
        return reason == REMOVED or (before == NO_DIGEST and reason == error.reason)
