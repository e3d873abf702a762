"""What becomes of an index when files have changed: one more segment, and the others without the files it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from secondhop import indexing
from secondhop.building import Built, Settings, build_files
from secondhop.indexing import Snapshot
from secondhop.loading.ingest import DIGEST_BYTES
from secondhop.options import FolderOptions
from secondhop.persistence.changes import Changes, find_changes
from secondhop.persistence.fingerprint import kept_options
from secondhop.persistence.table import NO_DIGEST, NOWHERE, FileTable, Reports
from secondhop.pipeline import scoring_of
from secondhop.storage import Manifest, SegmentEntry, StoredSegment, Transaction
from secondhop.text.languages import LANGUAGE_SAMPLE, detect_language

if TYPE_CHECKING:
    from secondhop.building.share import Progress
    from secondhop.types import Ints

MOST_SEGMENTS = 8
MOST_TOMBSTONES = 0.25
"""Share of the stored files that are no longer part of the index."""


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """An index as it is to be."""

    stored: tuple[StoredSegment, ...]
    segments: tuple[Snapshot, ...]
    """The stored ones, opened, and behind them the new one if there is one."""
    table: FileTable
    """Numbers segments as they stand here."""
    notes: tuple[str, ...] = ()
    """What is to be said of how it was made."""

    def snapshot(self, options: FolderOptions) -> Snapshot:
        """All of it as one."""
        return indexing.combine(self.segments, self.table.order, scoring_of(options))

    def commit(
        self, transaction: Transaction, options: FolderOptions, fingerprint: str, fold_bytes: int
    ) -> tuple[Manifest, FileTable]:
        """Writes what is new, or all of it as one segment where that is better. Returns the table as it is written."""
        if self._is_to_fold(fold_bytes):
            entries, table = [transaction.add_segment(self.snapshot(options).to_arrays())], folded(self.table)
        else:
            entries, table = self._entries(transaction)
        data = kept_options(options)
        return transaction.commit(fingerprint=fingerprint, segments=entries, table=table.to_arrays(), data=data), table

    def _is_to_fold(self, fold_bytes: int) -> bool:
        n_live, n_held = self._live(), sum(len(segment.sources) for segment in self.segments)
        size = sum(segment.entry.file.size for segment in self.stored)
        tombstones = 1 - int(n_live.sum()) / n_held
        return size <= fold_bytes or int((n_live > 0).sum()) > MOST_SEGMENTS or tombstones > MOST_TOMBSTONES

    def _live(self) -> Ints:
        """[segments] how many of its files are part of the index."""
        return np.bincount(self.table.segment[self.table.is_indexed], minlength=len(self.segments))

    def _entries(self, transaction: Transaction) -> tuple[list[SegmentEntry], FileTable]:
        """The segments that hold something, and the table with their new numbers."""
        entries: list[SegmentEntry] = []
        numbers = np.full(len(self.segments) + 1, NOWHERE, np.int32)  # the last stands for those that are in none
        for number in self._live().nonzero()[0].tolist():
            numbers[number] = len(entries)
            if number == len(self.stored):
                entries.append(transaction.add_segment(self.segments[number].to_arrays()))
                continue
            is_gone = np.ones(len(self.segments[number].sources), bool)
            is_gone[self.table.local[self.table.segment == number]] = False
            gone = tuple(is_gone.nonzero()[0].tolist())
            entries.append(SegmentEntry(self.stored[number].entry.file, gone))
        return entries, replace(self.table, segment=numbers[self.table.segment])


def folded(table: FileTable) -> FileTable:
    """The table when all that is indexed is one segment, in order."""
    indexed = table.is_indexed
    return replace(
        table,
        segment=np.where(indexed, 0, NOWHERE).astype(np.int32),
        local=np.where(indexed, indexed.cumsum() - 1, NOWHERE).astype(np.int32),
    )


def make_update(
    stored: tuple[StoredSegment, ...],
    table: FileTable,
    changes: Changes,
    options: FolderOptions,
    *,
    removed: str | None,
    held: Mapping[str, bytes],
    progress: Progress | None,
) -> Update:
    """Parses the files that have changed, and says what the index is then.

    An index of the language `auto` that would now be told to be in another one is built anew, from all files.

    Args:
        stored: segments of the index.
        table: the files in them.
        changes: the folder beside the table.
        options: how files are read and indexed.
        removed: source of a file to take out.
        held: paths and digests of files that are to stay out, though the stored table does not say so.
        progress: called once for each file that is parsed.

    Raises:
        EmptyTextError: nothing would be left to ask.
    """
    segments = snapshots_of(stored)
    settings = Settings.of(options, changes.listing.root, digests=True)
    language = _language_of(segments) if segments else options.language
    built = build_files(changes.files, settings, language=language, progress=progress)
    if built.segment is not None:
        segments = (*segments, Snapshot.of(built.segment, scoring_of(options)))
    updated = _table(table, changes, built, len(stored))
    if removed is not None or held:
        updated = updated.without(removed, held)
    if not sum(report.chunks for report in updated.reports):
        raise updated.report().nothing_indexed(changes.listing.root)
    update = Update(stored, segments, updated, built.notes)
    if stored and options.language == "auto" and _language_now(update) != _language_of(segments):
        table = updated.only_removed()  # segments of two languages are no index
        changes = find_changes(changes.listing, table)
        return make_update((), table, changes, options, removed=removed, held=held, progress=progress)
    return update


def snapshots_of(stored: tuple[StoredSegment, ...]) -> tuple[Snapshot, ...]:
    """Each stored segment as a snapshot of its own."""
    return tuple(Snapshot.from_arrays(segment.arrays) for segment in stored)


def _language_of(segments: tuple[Snapshot, ...]) -> str:
    """The language of the index."""
    return segments[0].lexicon.analyzer.language


def _language_now(update: Update) -> str:
    """The language that the index would have if it were built now."""
    sample = update.table.order[:LANGUAGE_SAMPLE]
    return detect_language(update.segments[segment].texts[local] for segment, local in sample)


def _table(table: FileTable, changes: Changes, built: Built, number: int) -> FileTable:
    """The table of the files as they are now; `number` is that of the new segment, if there is one."""
    n_files = len(changes.paths)
    digest, lines = np.zeros((n_files, DIGEST_BYTES), np.uint8), [""] * n_files
    segment, local = np.full((2, n_files), NOWHERE, np.int32)
    known, changed = (changes.row != NOWHERE).nonzero()[0], changes.is_changed.nonzero()[0]
    rows = changes.row[known]
    digest[known], segment[known], local[known] = table.digest[rows], table.segment[rows], table.local[rows]
    for place, row in zip(known.tolist(), rows.tolist(), strict=True):
        lines[place] = table.reports.lines[row]
    for place, outcome in zip(changed.tolist(), built.outcomes, strict=True):
        lines[place] = Reports.to_line(outcome.report)
    digests = b"".join(outcome.digest or NO_DIGEST for outcome in built.outcomes)
    digest[changed] = np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES)
    is_indexed = np.array([outcome.report.reason is None for outcome in built.outcomes], bool)
    segment[changed] = np.where(is_indexed, number, NOWHERE)
    local[changed] = np.where(is_indexed, is_indexed.cumsum() - 1, NOWHERE)
    reports, left_out = Reports(lines), changes.listing.skipped
    return FileTable(changes.paths, reports, changes.stat, digest, segment, local, left_out, table.started)
