"""A folder that holds an index: immutable files of arrays, and a manifest that says which of them count.

    store = IndexStore(folder)
    index = store.load()                             # readers: no lock, no write; None if there is no index
    with store.write(timeout=5.0) as transaction:    # one writer at a time
        entry = transaction.add_segment(arrays)
        transaction.commit(fingerprint=..., segments=[*kept, entry])

Names are never used twice, and nothing is removed by a commit: what the manifest no longer names goes when the next
writer begins. A reader that comes that late finds a file missing and a newer manifest, and starts again with that. A
mapped file stays readable after its removal.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from secondhop.errors import StoreError
from secondhop.storage.arrays import ArrayFile, open_arrays
from secondhop.storage.files import make_folder
from secondhop.storage.lock import Holder, read_holder, writer_lock
from secondhop.storage.manifest import Manifest, SegmentEntry, read_manifest
from secondhop.storage.sweeping import next_generation, own_files, sweep
from secondhop.storage.transaction import Transaction

if TYPE_CHECKING:
    from secondhop.types import Arrays


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment, open."""

    entry: SegmentEntry
    arrays: Arrays
    """Read-only, mapped from the file."""


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """One generation, open and checked. It stays as it is whatever is written afterwards."""

    manifest: Manifest
    segments: tuple[StoredSegment, ...]
    table: Arrays | None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What can be said of an index without opening its segments."""

    manifest: Manifest | None
    bytes_used: int
    """By the files that the manifest names."""
    bytes_unused: int
    """By files that it does not name: they go when the next writer begins."""
    writer: Holder | None
    """Who is writing now."""


class IndexStore:
    """An index in a folder. Making one touches no file; threads and processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Manifest | None:
        """The current manifest, None if there is no index.

        Raises:
            IndexCorruptError: it is damaged.
            IndexVersionError: it has another format.
        """
        return read_manifest(self.folder)

    def load(self, previous: StoredIndex | None = None) -> StoredIndex | None:
        """Open the current generation and check all of its bytes; None if there is no index.

        Files that `previous` has open are taken from there, and not checked again.

        Raises:
            IndexCorruptError: a file is damaged or missing.
            IndexVersionError: a file has another format.
        """
        opened = {} if previous is None else _opened(previous)
        manifest = self.manifest()
        while manifest is not None:
            try:
                return self._open(manifest, opened)
            except StoreError:
                failed, manifest = manifest, self.manifest()
                if manifest == failed:
                    raise
                # A writer has come by: what was missing is no longer part of the index.
        return None

    @contextlib.contextmanager
    def write(self, *, timeout: float = 0.0, replace: bool = False) -> Iterator[Transaction]:
        """Hold the lock, read the manifest, and let the caller add segments and commit. Nothing else publishes.

        Args:
            timeout: seconds to wait for another writer to finish.
            replace: begin without the current index, which may be damaged or of another format.

        Raises:
            IndexLockedError: another writer has not finished within `timeout`.
            NoSpaceError: raised by what is done inside; the index is as it was before.
        """
        make_folder(self.folder)
        owner = os.getpid()
        with writer_lock(self.folder, timeout) as started:
            manifest = None if replace else self.manifest()
            sweep(self.folder)
            transaction = Transaction(self.folder, manifest, next_generation(self.folder), started)
            try:
                yield transaction
            finally:
                if not transaction.committed and os.getpid() == owner:  # a forked child leaves it to its parent
                    with contextlib.suppress(StoreError):
                        sweep(self.folder)

    def sweep(self, *, timeout: float = 0.0) -> None:
        """Remove the files that the manifest does not name now rather than when the next writer begins.

        Raises:
            IndexLockedError: another writer has not finished within `timeout`.
        """
        if self.folder.is_dir():
            with writer_lock(self.folder, timeout):
                sweep(self.folder)

    def verify(self) -> tuple[StoreError, ...]:
        """Everything that is wrong with the files of the index; empty if all is well."""
        while True:
            try:
                manifest = self.manifest()
                problems = self._problems(manifest)
                if not problems or self.manifest() == manifest:
                    return problems
            except StoreError as error:
                return (error,)
            # A writer has come by: what was wrong is no longer part of the index.

    def status(self) -> StoreStatus:
        """Size and state of the index.

        Raises:
            IndexCorruptError: the manifest is damaged.
            IndexVersionError: it has another format.
        """
        manifest = self.manifest()
        named = {file.name for file in manifest.files} if manifest else set()
        sizes = own_files(self.folder)
        used = sum(size for name, size in sizes.items() if name in named)
        return StoreStatus(manifest, used, sum(sizes.values()) - used, read_holder(self.folder))

    def _problems(self, manifest: Manifest | None) -> tuple[StoreError, ...]:
        problems: list[StoreError] = []
        for file in manifest.files if manifest else ():
            try:
                open_arrays(self.folder / file.name, file)
            except StoreError as error:
                problems.append(error)
        return tuple(problems)

    def _open(self, manifest: Manifest, opened: dict[ArrayFile, Arrays]) -> StoredIndex:
        for file in manifest.files:
            if file not in opened:
                opened[file] = open_arrays(self.folder / file.name, file)
        segments = tuple(StoredSegment(entry, opened[entry.file]) for entry in manifest.segments)
        return StoredIndex(manifest, segments, None if manifest.table is None else opened[manifest.table])


def _opened(index: StoredIndex) -> dict[ArrayFile, Arrays]:
    opened = {segment.entry.file: segment.arrays for segment in index.segments}
    if index.manifest.table is not None and index.table is not None:
        opened[index.manifest.table] = index.table
    return opened
