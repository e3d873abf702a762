"""The files of a folder divided between this process and children, and their segments put together again."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from secondhop.building.child import Builder
from secondhop.building.share import Outcome, Progress, Settings, Share
from secondhop.indexing import Segment, merge
from secondhop.loading import FORMATS, ParserPool
from secondhop.loading.formats import format_by_name
from secondhop.processes import available_cores
from secondhop.text.languages import LANGUAGE_SAMPLE, detect_language

if TYPE_CHECKING:
    from secondhop.loading import FolderFile

WORTH_A_PROCESS = 4 << 20
"""Bytes of files that a process reads and indexes in about the time that it takes to start one and to fetch its work."""
_BATCH = 1 << 19

_BYTES_OF_A_FILE = 1024
"""What opening a file costs, in bytes of a longer one."""

_Part = tuple["Segment | None", list[int]]
"""Some of the texts as a segment, and the numbers of the files that they are of."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Built:
    """Files as they are indexed."""

    segment: Segment | None
    """Their texts, in the order of the files; None if there is none."""
    outcomes: tuple[Outcome, ...]
    """[files] what became of each."""
    notes: tuple[str, ...] = ()
    """What is to be said of how it was made."""


def build_files(
    files: Sequence[FolderFile], settings: Settings, *, language: str = "auto", progress: Progress | None = None
) -> Built:
    """Reads, cuts and indexes files. How many processes take part does not show in what comes out.

    Args:
        files: what `walk_folder` found.
        settings: how they are read and indexed.
        language: what the texts are in, or `auto`.
        progress: called once for each file, in this thread, with (files done, files in all, source): before the file
            is read, or when a child is done with it.
    """
    division = _Division(files, settings, progress)
    try:
        return division.build(language)
    finally:
        division.close()


class _Division:
    """Who does what, and what has been done."""

    def __init__(self, files: Sequence[FolderFile], settings: Settings, progress: Progress | None) -> None:
        self._files, self._settings, self._progress = files, settings, progress
        self._own = Share(settings)
        self._outcomes: dict[int, Outcome] = {}
        self._n_told = 0
        self._language: Future[str] = Future()
        self._home, away = _divided(files, settings)
        self._batches = deque(_batches(away, files))
        self._n_hands = min(_workers(away, files, settings), len(self._batches)) - 1
        self._hands: list[_Hand] = []

    def build(self, language: str) -> Built:
        """All of it. Children take batches from the end, so that the first texts are read here."""
        with contextlib.suppress(OSError, RuntimeError):  # no process or thread can be started; this one does the rest
            for _ in range(self._n_hands):
                self._hands.append(_Hand(self._files, self._settings, self._batches, self._language))
        self._take(self._home)
        while (batch := _next(self._batches.popleft)) is not None:
            self._take(batch)
            self._hear()
        if language == "auto":
            language = detect_language(islice(self._texts(), LANGUAGE_SAMPLE))
        self._language.set_result(language)
        parts = [(self._own.segment(language), self._own.files), *(hand.result() for hand in self._hands)]
        self._hear()
        lost = sorted(number for hand in self._hands for number in hand.lost)
        if lost:
            parts.append(self._again(lost, language))
        notes = tuple(hand.note for hand in self._hands if hand.note)
        return Built(_joined(parts), tuple(self._outcomes[number] for number in range(len(self._files))), notes)

    def _take(self, batch: Sequence[int]) -> None:
        files = [self._files[number] for number in batch]
        self._outcomes |= self._own.take(batch, files, lambda _done, _total, source: self._tell(source))

    def _hear(self) -> None:
        """Takes in what children are done with."""
        for hand in self._hands:
            while (outcomes := _next(hand.outcomes.popleft)) is not None:
                self._outcomes |= outcomes
                for number in outcomes:
                    self._tell(self._files[number].source)

    def _tell(self, source: str) -> None:
        if self._progress is not None:
            self._progress(self._n_told, len(self._files), source)
        self._n_told += 1

    def _again(self, lost: Sequence[int], language: str) -> _Part:
        """Does here what children did not live to hand over."""
        share = Share(self._settings)
        for number in lost:
            if number not in self._outcomes:
                self._tell(self._files[number].source)
        self._outcomes |= share.take(lost, [self._files[number] for number in lost])
        return share.segment(language), share.files

    def _texts(self) -> Iterator[str]:
        """All texts in the order of the files. Those that a child has are read again here, if it comes to that."""
        own = dict(zip(self._own.files, self._own.texts, strict=True))
        for number, file in enumerate(self._files):
            if number in own:
                yield own[number].text
            elif number not in self._outcomes or self._outcomes[number].report.reason is None:
                share = Share(self._settings)
                share.take([number], [file])
                yield from (text.text for text in share.texts)

    def close(self) -> None:
        """Ends the children, also when they are at work."""
        self._language.cancel()
        for hand in self._hands:
            hand.end()


class _Hand:
    """A child, and the thread that hands it batches until there are none."""

    def __init__(
        self, files: Sequence[FolderFile], settings: Settings, batches: deque[list[int]], language: Future[str]
    ) -> None:
        self.outcomes: deque[dict[int, Outcome]] = deque()
        """Of the batches that it is done with."""
        self.lost: list[int] = []
        """Numbers of the files that it took without handing over their texts."""
        self.note = ""
        self._part: _Part = (None, [])
        self._files, self._settings, self._batches, self._language = files, settings, batches, language
        self._child = Builder()
        self._thread = threading.Thread(target=self._run, name="secondhop-build", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            self._child.close()
            raise

    def _run(self) -> None:
        taken: list[int] = []
        try:
            self._child.begin(self._settings)
            while (batch := _next(self._batches.pop)) is not None:
                taken += batch
                self.outcomes.append(self._child.take(batch, [self._files[number] for number in batch]))
            self._part = self._child.segment(self._language.result())
        except CancelledError:
            pass
        except Exception:  # whatever it is, what was lost is done again, and that is said
            self.lost = taken
            if not self._child.ends():
                self._child.kill()
            ended = f"a process that read {len(taken)} of the files ended early (exit code {self._child.exit_code})"
            self.note = f"{ended}: they were read again in this one"
        finally:
            self._child.close()

    def result(self) -> _Part:
        """The segment of its texts, when it is there."""
        self._thread.join()
        return self._part

    def end(self) -> None:
        """Ends it, also when it is at work."""
        self._child.kill()
        self._thread.join()


def _divided(files: Sequence[FolderFile], settings: Settings) -> tuple[list[int], list[int]]:
    """The files that are to be read by this process or its parsers, and those that any process can read."""
    pool = ParserPool(settings.isolation, settings.limits)
    home: list[int] = []
    away: list[int] = []
    for number, file in enumerate(files):
        known = format_by_name(file.source)
        of_user = known is not None and FORMATS[known].registered is not None
        (home if of_user or settings.isolation == "none" or pool.isolates(file.path, None) else away).append(number)
    if _workers(away, files, settings) < 2:
        return list(range(len(files))), []
    return home, away


def _workers(away: Sequence[int], files: Sequence[FolderFile], settings: Settings) -> int:
    worth = sum(map(_cost, (files[number] for number in away))) // WORTH_A_PROCESS
    return min(settings.workers or available_cores(), worth)


def _cost(file: FolderFile) -> int:
    return file.stat[0] + _BYTES_OF_A_FILE


def _batches(numbers: Sequence[int], files: Sequence[FolderFile]) -> Iterator[list[int]]:
    """The files in runs of some size, the first of them long enough to tell the language by."""
    batch: list[int] = []
    cost, least = 0, LANGUAGE_SAMPLE
    for number in numbers:
        batch.append(number)
        cost += _cost(files[number])
        if cost >= _BATCH and len(batch) >= least:
            yield batch
            batch, cost, least = [], 0, 0
    if batch:
        yield batch


def _next(pop: Callable[[], _T]) -> _T | None:
    """What another thread has not taken; None if nothing is left."""
    try:
        return pop()
    except IndexError:
        return None


def _joined(parts: Sequence[_Part]) -> Segment | None:
    """One segment of all texts, in the order of their files."""
    filled = [(segment, numbers) for segment, numbers in parts if segment is not None]
    places = sorted(
        (number, part, local) for part, (_, numbers) in enumerate(filled) for local, number in enumerate(numbers)
    )
    order = [(part, local) for _, part, local in places]
    if len(filled) == 1 and order == sorted(order):
        return filled[0][0]
    return merge([segment for segment, _ in filled], order) if filled else None
