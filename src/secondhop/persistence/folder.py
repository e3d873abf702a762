"""A folder and its stored index, brought into agreement.

Files are compared with the table without the lock. Only who has something to write takes it, and looks again if
somebody else has written meanwhile; files are parsed under the lock, so that two processes that find the same changes
do not both do the work. What was written is read back from the disk before it is served.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop import indexing
from secondhop.errors import IndexCorruptError, IndexVersionError, StoreError
from secondhop.indexing import Snapshot
from secondhop.loading import IngestReport
from secondhop.options import FolderOptions
from secondhop.persistence.changes import Changes, Verify, check_named, find_changes, is_settled
from secondhop.persistence.fingerprint import fingerprint, kept_options, options_of
from secondhop.persistence.place import index_folder, keep_from_git, list_folder, way_to
from secondhop.persistence.table import FileTable
from secondhop.persistence.update import Update, folded, make_update, snapshots_of
from secondhop.pipeline import scoring_of
from secondhop.storage import IndexStore, StoredIndex, StoredSegment, Transaction

if TYPE_CHECKING:
    from secondhop.building.share import Progress

FOLD_BYTES = 32 << 20
"""An index up to this size is written whole when it changes: that takes no longer than to merge it at each start."""
_WORTH_SETTLING = 32
"""So many unchanged files that had to be read are worth writing down that they are settled now."""
_UNWRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True, eq=False)
class IndexedFolder:
    """A folder as it is indexed at one moment."""

    root: Path
    options: FolderOptions
    snapshot: Snapshot
    table: FileTable
    stored: StoredIndex | None
    """What of it is on disk; None if nothing is."""
    in_memory: bool = False
    """Whether some of it is in memory only, because the index may not be written."""
    notes: tuple[str, ...] = ()
    """What is to be said about the index itself."""

    @property
    def report(self) -> IngestReport:
        """What became of each file."""
        return self.table.report(self.notes)


def open_folder(
    root: Path,
    options: FolderOptions,
    *,
    previous: IndexedFolder | None = None,
    verify: Verify = "stat",
    again: Collection[str] = (),
    removed: str | None = None,
    rebuild: bool = False,
    fold_bytes: int = FOLD_BYTES,
    progress: Progress | None = None,
) -> IndexedFolder:
    """The folder as it is now, its index brought up to date.

    Args:
        root: the folder.
        options: how it is read and indexed, and how long to wait for another writer.
        previous: what is open already: its files are not opened again.
        verify: `content` reads every file to see whether it has changed.
        again: paths below the folder, to be parsed whatever is known of them.
        removed: source of a file to take out of the index.
        rebuild: use nothing of what is stored.
        fold_bytes: up to this size the index is written as one segment.
        progress: called with (files done, files in all, source) once for each file that is parsed.

    Raises:
        InputError: a path of `again` is neither of a file to index nor of one that was indexed.
        StoreError: the index is of another folder, unless it is rebuilt.
        EmptyTextError: no file in the folder could be indexed. The index stays as it was.
        IndexLockedError: another process has been writing for `options.lock_timeout` seconds.
        NoSpaceError: the disk is full. The index stays as it was.
    """
    store, wanted = IndexStore(index_folder(root, options)), fingerprint(options)
    held = {} if previous is None else _held(previous, again, removed)
    if not root.is_dir():
        list_folder(root, options)  # says what it is instead, before anything is said of an index in it
    while True:
        # The index first: files that another process has found since the listing would count as deleted.
        base = _Base.load(store, wanted, previous, rebuild)
        began = monotonic_ns()
        listing = list_folder(root, options)
        way = way_to(root, store.folder, base.table.folder)
        check_named(again, listing, base.table, *(() if previous is None else (previous.table,)))
        if not listing.files:
            raise IngestReport.of((), listing.skipped).nothing_indexed(listing.root)
        changes = find_changes(listing, base.table, verify=verify, again=again)
        if base.stored is not None and not (changes or held or removed is not None):
            settled = _settled(store, options, base.stored, base.table, changes, began, way)
            return _opened(root, options, *settled, previous)
        build = partial(
            make_update, base.segments, base.table, changes, options, removed=removed, held=held, progress=progress
        )
        update: Update | None = None
        try:
            with store.write(timeout=options.lock_timeout, replace=base.is_replaced) as transaction:
                if _generation(store) != base.generation:
                    continue  # another process has written since
                if base.generation == 0:
                    keep_from_git(store.folder)
                update = build()
                table = replace(update.table, started=_time_of(began, transaction), folder=way)
                update = replace(update, table=table)
                manifest, table = update.commit(transaction, options, wanted, fold_bytes)
        except StoreError as error:
            if not _is_unwritable(error):
                raise
            update = update or build()
            kept_here = f"{error.path}: {error.reason}: what has changed is held in memory only"
            notes = (*base.notes, *update.notes, kept_here)
            snapshot = update.snapshot(options)
            return IndexedFolder(root, options, snapshot, update.table, base.stored, in_memory=True, notes=notes)
        stored = store.load(base.stored)
        found = table if stored is not None and stored.manifest == manifest else _table_of(store, stored)
        if stored is not None and found is not None and _is_made_with(stored, wanted, options):
            opened = _opened(root, options, stored, found, previous)
            return replace(opened, notes=(*base.notes, *update.notes))
        # Another process has written since, with other options: look again.


def load_folder(root: Path, options: FolderOptions, previous: IndexedFolder | None = None) -> IndexedFolder | None:
    """The folder as the index has it, without a look at the files; None if there is no index.

    Raises:
        StoreError: it is of another folder, or of other options than what is open already.
        IndexCorruptError: it is damaged.
        IndexVersionError: it has another format.
    """
    store = IndexStore(index_folder(root, options))
    stored = store.load(None if previous is None else previous.stored)
    table = _table_of(store, stored)
    if stored is None or table is None:
        return None
    way_to(root, store.folder, table.folder)
    if previous is not None and not _is_made_with(stored, fingerprint(options), options):
        raise StoreError(store.folder, "was written with other options, or by another version; use refresh()")
    return _opened(root, options, stored, table, previous)


def made_with(root: Path, index_dir: Path | None = None) -> dict[str, Any]:
    """Options that the folder's index was made with and that are not the defaults; none if there is no index to read.

    Raises:
        OptionError: it was made with a password or with loaders of a program's own, neither of which is kept.
    """
    try:
        manifest = IndexStore(index_folder(root, FolderOptions(index_dir=index_dir))).manifest()
    except StoreError:  # opening the folder says what is to be said of that
        return {}
    return {} if manifest is None else options_of(manifest)


def compact_folder(root: Path, options: FolderOptions) -> IndexedFolder | None:
    """The folder's index as one segment, without unused files; None if there is no index.

    Raises:
        StoreError: it is of another folder.
        IndexLockedError: another process has been writing for `options.lock_timeout` seconds.
    """
    store = IndexStore(index_folder(root, options))
    if store.manifest() is None:
        return None
    with store.write(timeout=options.lock_timeout) as transaction:
        stored = store.load()
        table = _table_of(store, stored)
        if stored is not None and table is not None:
            way_to(root, store.folder, table.folder)
            if not _is_one(stored, table):
                snapshot = indexing.combine(snapshots_of(stored.segments), table.order, scoring_of(options))
                entry = transaction.add_segment(snapshot.to_arrays())
                told, data = stored.manifest.fingerprint, stored.manifest.data
                transaction.commit(fingerprint=told, segments=[entry], table=folded(table).to_arrays(), data=data)
    store.sweep(timeout=options.lock_timeout)
    return load_folder(root, options)


def _held(previous: IndexedFolder, again: Collection[str], removed: str | None) -> dict[str, bytes]:
    """Paths and digests of files that are to stay out of the index, though what is stored does not say so."""
    known = previous.table.removed if previous.in_memory else {}  # which is written nowhere else
    held = {path: digest for path, digest in known.items() if path not in again}
    if removed is not None:
        row = previous.table.row_of(removed)
        held[previous.table.paths[row]] = previous.table.digest[row].tobytes()
    return held


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """What is stored, as far as it is of use."""

    stored: StoredIndex | None
    table: FileTable
    generation: int
    is_replaced: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, store: IndexStore, wanted: str, previous: IndexedFolder | None, rebuild: bool) -> _Base:
        generation = _generation(store)
        if rebuild:
            return cls(None, FileTable.empty(), generation, is_replaced=True)
        try:
            stored = store.load(None if previous is None else previous.stored)
            table = _table_of(store, stored)
        except (IndexCorruptError, IndexVersionError) as error:
            notes = (f"{error.path}: {error.reason}: the index has been built again from the files",)
            return cls(None, FileTable.empty(), generation, is_replaced=True, notes=notes)
        if stored is None or table is None:
            return cls(None, FileTable.empty(), generation)
        if stored.manifest.fingerprint != wanted:
            return cls(None, table.only_removed(), stored.manifest.generation)
        return cls(stored, table, stored.manifest.generation)

    @property
    def segments(self) -> tuple[StoredSegment, ...]:
        return () if self.stored is None else self.stored.segments


def _table_of(store: IndexStore, stored: StoredIndex | None) -> FileTable | None:
    """The files of an index, None if there is none.

    Raises:
        IndexCorruptError: its bytes are those that were written, and are not what this version writes.
    """
    if stored is None or stored.table is None or stored.manifest.table is None:
        return None
    n_sources = []
    for segment in stored.segments:
        with _meaning_of(store.folder / segment.entry.file.name):
            n_sources.append(len(Snapshot.from_arrays(segment.arrays).sources))
    with _meaning_of(store.folder / stored.manifest.table.name):
        table = FileTable.from_arrays(stored.table)
        if not table.is_of(n_sources):
            raise ValueError("it is not the table of these segments")
    return table


@contextlib.contextmanager
def _meaning_of(path: Path) -> Iterator[None]:
    """Raise what comes of arrays that mean nothing as an error that names their file."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise IndexCorruptError(
            path, f"it holds something else than an index ({type(error).__name__}: {error})"
        ) from error


def _is_made_with(stored: StoredIndex, wanted: str, options: FolderOptions) -> bool:
    """Whether the index has this fingerprint, and the options say the same of which files are in it."""
    return stored.manifest.fingerprint == wanted and dict(stored.manifest.data) == kept_options(options)


def _generation(store: IndexStore) -> int:
    """Of the current manifest; 0 if there is none, -1 if it cannot be read."""
    try:
        manifest = store.manifest()
    except (IndexCorruptError, IndexVersionError):
        return -1
    return 0 if manifest is None else manifest.generation


def _time_of(began: int, transaction: Transaction) -> int:
    """When that moment of the monotonic clock was, by the clock of the index's file system."""
    return transaction.started_ns - (monotonic_ns() - began)


def _is_unwritable(error: StoreError) -> bool:
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in _UNWRITABLE


def _settled(
    store: IndexStore,
    options: FolderOptions,
    stored: StoredIndex,
    table: FileTable,
    changes: Changes,
    began: int,
    way: str,
) -> tuple[StoredIndex, FileTable]:
    """The index, and the table with what the files look like now, written if that spares the next one much reading.

    It is written as well where the folder has been moved, so that no other one takes the index for its own, and where
    other options find the same files.
    """
    data = kept_options(options)
    is_other = table.folder != way or dict(stored.manifest.data) != data
    table = replace(table, left_out=changes.listing.skipped, folder=way)
    if changes.is_unsettled.sum() < _WORTH_SETTLING and not is_other:
        return stored, table
    manifest = stored.manifest
    with contextlib.suppress(StoreError), store.write() as transaction:  # nobody waits for it
        if transaction.manifest == manifest:
            stat = np.empty_like(changes.stat)
            stat[changes.row] = changes.stat
            table = replace(table, stat=stat, started=_time_of(began, transaction))
            spared = changes.is_unsettled & is_settled(table)[changes.row]  # not those that are dated in the future
            if is_other or spared.sum() >= _WORTH_SETTLING:
                told, segments = manifest.fingerprint, manifest.segments
                written = transaction.commit(fingerprint=told, segments=segments, table=table.to_arrays(), data=data)
                stored = replace(stored, manifest=written, table=None)  # that of before is in another file
    return stored, table


def _opened(
    root: Path, options: FolderOptions, stored: StoredIndex, table: FileTable, previous: IndexedFolder | None
) -> IndexedFolder:
    if previous is not None and _has_same_segments(previous, stored):
        snapshot = previous.snapshot
    else:
        snapshot = indexing.combine(snapshots_of(stored.segments), table.order, scoring_of(options))
    return IndexedFolder(root, options, snapshot, table, stored)


def _has_same_segments(previous: IndexedFolder, stored: StoredIndex) -> bool:
    if previous.in_memory or previous.stored is None:
        return False
    return previous.stored.manifest.digest == stored.manifest.digest


def _is_one(stored: StoredIndex, table: FileTable) -> bool:
    """Whether the index is one segment that can be served as it is."""
    if len(stored.segments) != 1 or stored.segments[0].entry.tombstones:
        return False
    local = table.local[table.is_indexed]
    return np.array_equal(local, np.arange(len(local)))
