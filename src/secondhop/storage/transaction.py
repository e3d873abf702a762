"""What a writer does between taking the lock and giving it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secondhop.errors import InputError
from secondhop.storage.arrays import ArrayFile, write_arrays
from secondhop.storage.files import publish, write_new
from secondhop.storage.manifest import MANIFEST, Manifest, SegmentEntry

if TYPE_CHECKING:
    from secondhop.types import Arrays


class Transaction:
    """New files are written as they come, and count from `commit` on. `IndexStore.write` makes it."""

    def __init__(self, folder: Path, manifest: Manifest | None, generation: int, started_ns: int) -> None:
        self.manifest = manifest
        """The index as it is under the lock: nobody else changes it now. None if there is none, or it is replaced."""
        self.started_ns = started_ns
        """When the lock was taken, by the clock of the index's file system: what was modified later is not settled."""
        self.committed = False
        self._folder = folder
        self._generation = generation
        self._written = 0
        self._known = {entry.file for entry in manifest.segments} if manifest else set()

    def add_segment(self, arrays: Arrays) -> SegmentEntry:
        """Write a segment to the disk. It is part of the index if it is among those committed.

        Raises:
            NoSpaceError: the disk is full.
        """
        file = self._write(arrays)
        self._known.add(file)
        return SegmentEntry(file)

    def commit(
        self,
        *,
        fingerprint: str,
        segments: Sequence[SegmentEntry],
        table: Arrays | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Manifest:
        """Publish these segments as the index, in this order; the new manifest.

        Args:
            fingerprint: options and versions that the segments were built with.
            segments: from `manifest.segments`, with tombstones or without, and from `add_segment`.
            table: the caller's table of files; it does not count for `Manifest.digest`.
            data: anything else, as JSON; it does count.

        Raises:
            NoSpaceError: the disk is full; the index is as it was.
            StoreError: the disk fails. The index is as it was or as committed.
        """
        if self.committed:
            raise InputError("this transaction is committed: begin another one")
        unknown = [entry.file.name for entry in segments if entry.file not in self._known]
        if unknown:
            raise InputError(f"segments={unknown!r} are neither in the current index nor added in this transaction")
        manifest = Manifest(
            generation=self._generation,
            fingerprint=fingerprint,
            segments=tuple(SegmentEntry(entry.file, tuple(sorted(set(entry.tombstones)))) for entry in segments),
            table=None if table is None else self._write(table),
            data={} if data is None else data,
        )
        target = self._folder / MANIFEST
        stored = manifest.to_bytes()
        manifest = Manifest.from_bytes(stored, target)  # as readers will have it
        temporary = self._folder / f"manifest-{self._generation:010}.tmp"
        write_new(temporary, [stored], len(stored))
        publish(temporary, target)
        self.committed = True
        return manifest

    def _write(self, arrays: Arrays) -> ArrayFile:
        path = self._folder / f"{self._generation:010}-{self._written}.arrays"
        self._written += 1
        return write_arrays(path, arrays)
