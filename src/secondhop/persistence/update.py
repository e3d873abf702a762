"""What becomes of an index when files have changed: one more segment, and the others without the files it replaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from secondhop import chunking, indexing
from secondhop.errors import EmptyTextError
from secondhop.indexing import Segment, Snapshot
from secondhop.loading import FileReport, Ingested, ParserPool, file_report, load_files
from secondhop.options import FolderOptions
from secondhop.persistence.changes import Changes, find_changes
from secondhop.persistence.table import NO_DIGEST, NOWHERE, REMOVED, FileTable
from secondhop.pipeline import limits_of, scoring_of
from secondhop.storage import Manifest, SegmentEntry, StoredSegment, Transaction
from secondhop.text.languages import detect_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondhop.types import Ints

    Progress = Callable[[int, int, str], None]

MOST_SEGMENTS = 8
MOST_TOMBSTONES = 0.25
"""Share of the stored files that are no longer part of the index."""
_LANGUAGE_SAMPLE = 200
"""As many texts as a build looks at to tell the language."""


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """An index as it is to be."""

    stored: tuple[StoredSegment, ...]
    segments: tuple[Segment, ...]
    """The stored ones, opened, and behind them the new one if there is one."""
    table: FileTable
    """Numbers segments as they stand here."""

    def snapshot(self, options: FolderOptions) -> Snapshot:
        """All of it as one."""
        return Snapshot.of(indexing.merge(self.segments, self.table.order), scoring_of(options))

    def commit(self, transaction: Transaction, options: FolderOptions, fingerprint: str, fold_bytes: int) -> Manifest:
        """Writes what is new, or all of it as one segment where that is better."""
        if self._is_to_fold(fold_bytes):
            entries, table = [transaction.add_segment(self.snapshot(options).to_arrays())], folded(self.table)
        else:
            entries, table = self._entries(transaction)
        return transaction.commit(fingerprint=fingerprint, segments=entries, table=table.to_arrays())

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
        for number in np.flatnonzero(self._live()).tolist():
            numbers[number] = len(entries)
            if number == len(self.stored):
                entries.append(transaction.add_segment(self.segments[number].to_arrays()))
                continue
            is_gone = np.ones(len(self.segments[number].sources), bool)
            is_gone[self.table.local[self.table.segment == number]] = False
            gone = tuple(np.flatnonzero(is_gone).tolist())
            entries.append(SegmentEntry(self.stored[number].entry.file, gone))
        return entries, replace(self.table, segment=numbers[self.table.segment])


def folded(table: FileTable) -> FileTable:
    """The table when all that is indexed is one segment, in order."""
    indexed = table.is_indexed
    return replace(
        table,
        segment=np.where(indexed, 0, NOWHERE).astype(np.int32),
        local=np.where(indexed, np.cumsum(indexed) - 1, NOWHERE).astype(np.int32),
    )


def make_update(
    stored: tuple[StoredSegment, ...],
    table: FileTable,
    changes: Changes,
    options: FolderOptions,
    *,
    removed: str | None = None,
    progress: Progress | None = None,
) -> Update:
    """Parses the files that have changed, and says what the index is then.

    An index of the language `auto` that would now be told to be in another one is built anew, from all files.

    Args:
        stored: segments of the index.
        table: the files in them.
        changes: the folder beside the table.
        options: how files are read and indexed.
        removed: source of a file to take out.
        progress: called before each file that is parsed.

    Raises:
        EmptyTextError: nothing would be left to ask.
    """
    segments, parsed = _opened(stored), _parse(changes, options, progress)
    if segments and options.language == "auto" and _language(segments, table, changes, parsed) != _of(segments):
        stored, segments, table = (), (), table.only_removed()  # segments of two languages are no index
        changes = find_changes(changes.listing, table)
        parsed = _parse(changes, options, progress)
    texts = [item.text for _, item in sorted(parsed.items()) if item.text is not None]
    if texts:
        language = _of(segments) if segments else options.language
        tables = chunking.chunk_tables(texts, options.chunk_size)
        segments = (
            *segments,
            indexing.build_segment(texts, tables, language=language, char_ngrams=options.char_ngrams),
        )
    updated = _table(table, changes, parsed, segments[len(stored) :], len(stored), removed)
    if not sum(report.chunks for report in updated.reports):
        n_files = len(updated) + len(updated.left_out)
        raise EmptyTextError(
            f"{changes.listing.root}: none of {n_files} files could be indexed; "
            "see why with loading.walk_folder, or try one with from_file"
        )
    return Update(stored, segments, updated)


def _opened(stored: tuple[StoredSegment, ...]) -> tuple[Segment, ...]:
    return tuple(Segment.from_arrays(segment.arrays) for segment in stored)


def _of(segments: tuple[Segment, ...]) -> str:
    """The language of the index."""
    return segments[0].lexicon.analyzer.language


def _parse(changes: Changes, options: FolderOptions, progress: Progress | None) -> dict[int, Ingested]:
    """The files that must be parsed, by their place in the listing."""
    pool = ParserPool(options.isolation, limits_of(options), workers=options.workers)
    files, root = changes.files, changes.listing.root
    loaded = load_files(files, pool, root=root, password=options.password, digests=True, progress=progress)
    return dict(zip(np.flatnonzero(changes.is_changed).tolist(), loaded, strict=True))


def _language(segments: tuple[Segment, ...], table: FileTable, changes: Changes, parsed: dict[int, Ingested]) -> str:
    """The language that the index would have if it were built now."""

    def texts() -> Iterator[str]:
        for place, row in enumerate(changes.row.tolist()):
            if place in parsed:
                text = parsed[place].text
                if text is not None:
                    yield text.text
            elif table.segment[row] != NOWHERE:
                yield segments[table.segment[row]].texts[int(table.local[row])]

    return detect_language(islice(texts(), _LANGUAGE_SAMPLE))


def _table(
    table: FileTable,
    changes: Changes,
    parsed: dict[int, Ingested],
    new: tuple[Segment, ...],
    number: int,
    removed: str | None,
) -> FileTable:
    """The table of the files as they are now; `number` is that of the new segment, if there is one."""
    chunks = iter(np.bincount(new[0].chunk_source, minlength=len(new[0].sources)).tolist() if new else ())
    digests, n_new = table.digests, 0
    rows: list[tuple[str, FileReport, bytes, int, int]] = []
    for place, row in enumerate(changes.row.tolist()):
        path = changes.paths[place]
        item = parsed.get(place)
        if item is None:
            entry = (path, table.reports[row], digests[row], int(table.segment[row]), int(table.local[row]))
        elif item.text is None:
            entry = (path, file_report(item), item.digest or NO_DIGEST, NOWHERE, NOWHERE)
        else:
            entry = (path, file_report(item, next(chunks)), item.digest, number, n_new)
            n_new += 1
        if removed is not None and entry[1].source == removed and entry[3] != NOWHERE:
            report = FileReport(removed, entry[1].loader, reason=REMOVED)
            entry = (path, report, entry[2], NOWHERE, NOWHERE)
        rows.append(entry)
    return FileTable.of(rows, changes.stat, changes.listing.skipped, table.started)
