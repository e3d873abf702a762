"""Hot reload: a document that follows its folder. The index is built in a child process and mapped when it is done."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from time import perf_counter
from typing import Literal

from typing_extensions import Unpack

from secondhop.document import Document
from secondhop.errors import IndexLockedError, MissingExtraError, NoSpaceError, OptionError, SecondhopError, StoreError
from secondhop.inputs import checked_callback
from secondhop.keywords import FolderKeywords
from secondhop.loading import FORMATS
from secondhop.options import DocumentOptions, FolderOptions, as_path, merge
from secondhop.persistence import Refresh, index_folder
from secondhop.persistence.worker import finish_refresh, start_refresh
from secondhop.processes import Child
from secondhop.storage import IndexStore

_log = logging.getLogger("secondhop.watch")

FIRST_SWEEP_S = 2.0
"""What changes while a watch is being set up is found so soon."""
_DEBOUNCE_MS = 400
_ONE_BY_ONE = sys.platform == "linux"
"""Whether each folder is listened to by itself. Of a whole tree, watchfiles follows the links there, such as one to `/`, and
all threads of this process stand still while it does."""


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One thing that a watch has to tell."""

    kind: Literal["started", "refreshed", "failed"]
    refresh: Refresh | None = None
    """What has changed, when it is `refreshed`."""
    ms: float = 0.0
    """Time since it `started`."""
    reason: str | None = None
    """Why it `failed`; the document is the one of before."""

    def __str__(self) -> str:
        if self.kind == "started":
            return "started"
        return f"{self.kind} after {self.ms:.0f} ms: {self.reason if self.refresh is None else self.refresh}"


class FolderWatch:
    """Keeps `document` up to date with a folder until it is stopped. Threads may share it."""

    def __init__(
        self,
        document: Document,
        root: Path,
        options: FolderOptions,
        on_event: Callable[[WatchEvent], None] | None,
        sweep_seconds: float,
    ) -> None:
        """For `watch`, which users call."""
        self._document = document
        self._root = root
        self._options = options
        self._on_event = on_event
        self._sweep_seconds = sweep_seconds
        self._stopped, self._wanted, self._lost = threading.Event(), threading.Event(), threading.Event()
        self._heard = self._folders()
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._threads = [
            threading.Thread(target=run, name=f"secondhop-watch-{run.__name__.strip('_')}", daemon=True)
            for run in (self._listen, self._follow)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def document(self) -> Document:
        """The newest one. Each is a snapshot: what was begun with one may be finished with it."""
        return self._document

    @property
    def is_running(self) -> bool:
        """Whether it still follows the folder. In a process that was forked it does not: threads stay with the parent."""
        return not self._stopped.is_set() and os.getpid() == self._owner

    def stop(self) -> None:
        """Ends it; a build that is under way is given up, which leaves the index as it was."""
        if os.getpid() != self._owner:  # what there is to end is the parent's
            return
        self._stopped.set()
        self._wanted.set()
        self._lost.set()
        with self._lock:
            if self._child is not None:
                self._child.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def __enter__(self) -> FolderWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self) -> None:
        """Says when a file has changed. Where the system cannot tell, the sweeps go on alone."""
        is_first, told = True, ""
        while True:
            self._lost.clear()
            if self._stopped.is_set():
                return
            folders = self._folders()
            if not folders:  # it was moved or deleted, and may come back
                self._stopped.wait(min(FIRST_SWEEP_S, self._sweep_seconds))
                continue
            if not is_first:
                self._wanted.set()  # what changed meanwhile: a build takes longer to look than this to listen
            is_first, self._heard = False, folders
            try:
                self._hear(folders)
            except FileNotFoundError:
                continue
            except Exception as error:
                reason = (
                    f"the system reports no changes ({error}); looking every {self._sweep_seconds:g} seconds instead"
                )
                if reason != told:
                    self._tell(WatchEvent("failed", reason=reason))
                self._stopped.wait(self._sweep_seconds)  # it may have been one name that cannot be reported
                is_first, told = True, reason
                continue
            self._wanted.set()  # a folder is gone, or another one

    def _folders(self) -> dict[str, tuple[int, int]]:
        """What to listen to, the folder itself first, and which folders have these names now; empty if it is gone."""
        folders: dict[str, tuple[int, int]] = {}
        with contextlib.suppress(OSError):  # raised where a link goes while it is followed
            pending = [os.path.realpath(self._root)]
            while pending:
                folder = pending.pop()
                with contextlib.suppress(OSError), os.scandir(folder) as listing:  # what cannot be read cannot be heard
                    status = os.stat(folder)
                    folders[folder] = status.st_dev, status.st_ino
                    if _ONE_BY_ONE and self._options.recursive:
                        seen = [entry for entry in listing if not entry.name.startswith(".")]
                        pending += [entry.path for entry in seen if entry.is_dir(follow_symlinks=False)]
        return folders

    def _hear(self, folders: dict[str, tuple[int, int]]) -> None:
        """Asks for a build at each change in the folders, until one of them is lost."""
        from watchfiles import Change
        from watchfiles import watch as notifications

        root = next(iter(folders))
        index = os.path.realpath(index_folder(self._root, self._options))

        def concerns(change: Change, path: str) -> bool:
            if change is Change.deleted and path in folders:  # or moved
                self._lost.set()
            if path == root:
                return change is Change.deleted
            *above, name = os.path.relpath(path, root).split(os.sep)
            hidden = any(part.startswith(".") for part in above) or (name.startswith(".") and name != ".gitignore")
            return not hidden and not (path + os.sep).startswith(index + os.sep)

        for _ in notifications(
            *folders,
            recursive=not _ONE_BY_ONE,
            watch_filter=concerns,
            debounce=_DEBOUNCE_MS,
            stop_event=self._lost,
            raise_interrupt=False,
        ):
            self._wanted.set()

    def _follow(self) -> None:
        """Builds whenever that is wanted, and at times unasked."""
        patience = min(FIRST_SWEEP_S, self._sweep_seconds)
        while not self._stopped.is_set():
            self._wanted.wait(patience)
            self._wanted.clear()  # what changes from here on is for the next time
            if not self._stopped.is_set():
                self._build()
            if self._folders() != self._heard:  # nothing is reported of a new one, or one that only has the name
                self._lost.set()
            patience = self._sweep_seconds

    def _build(self) -> None:
        began = perf_counter()
        self._tell(WatchEvent("started"))
        try:
            refresh = self._refreshed()
        except Exception as error:
            if not self._stopped.is_set():
                self._tell(WatchEvent("failed", ms=1e3 * (perf_counter() - began), reason=str(error)))
            return
        self._document = refresh.document
        self._tell(WatchEvent("refreshed", refresh, 1e3 * (perf_counter() - began)))

    def _refreshed(self) -> Refresh:
        if any(each.registered is not None for each in FORMATS.values()):
            return self._document.refresh()  # loaders of the user's own are known to this process alone
        try:
            with self._lock:
                self._check_running()
                self._child = start_refresh()
            finish_refresh(self._child, self._root, self._options)
        except OSError:  # this interpreter is part of another program, or no process can be started now
            self._check_running()
            return self._document.refresh()
        try:
            return self._document.reload()
        except StoreError:  # a program with other options, or of another version, has come between
            return self._document.refresh()

    def _check_running(self) -> None:
        if self._stopped.is_set():
            raise SecondhopError("the watch was stopped")

    def _tell(self, event: WatchEvent) -> None:
        _log.log(logging.WARNING if event.kind == "failed" else logging.INFO, "%s: %s", self._root, event)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except BaseException:  # sys.exit() included: it would end this thread, and the watch with it
                _log.exception("%s: on_event raised", self._root)


def watch(
    folder: str | Path,
    *,
    on_event: Callable[[WatchEvent], None] | None = None,
    sweep_seconds: float = 60.0,
    options: DocumentOptions | None = None,
    **keywords: Unpack[FolderKeywords],
) -> FolderWatch:
    """A document of a folder that stays up to date: ask `.document`, and stop it or leave its `with` block at the end.

    The index is persisted. When files change, a child process brings it up to date; the new document is then put in
    the old one's place. Whoever asks never waits. If that fails the old document stays, and an event says why.

    Args:
        folder: the folder.
        on_event: called from a thread with each `WatchEvent`; they are logged to `secondhop.watch` as well.
        sweep_seconds: how often to look even if the system has reported no change.
        options: `FolderOptions` or `DocumentOptions`.
        **keywords: or the same as keywords.

    Raises:
        MissingExtraError: watchfiles is not installed.
        StoreError: the index folder cannot be written.
        SecondhopError: as `Document.from_folder` raises it.
    """
    if not isinstance(sweep_seconds, Real) or not 0.05 <= sweep_seconds <= 86_400:
        raise OptionError(f"sweep_seconds={sweep_seconds!r} is not a number from 0.05 to 86400")
    checked_callback(on_event, "on_event")
    try:
        import watchfiles  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("watchfiles", "watch") from error
    root = Path(os.path.abspath(as_path(folder)))
    settings = merge(FolderOptions, options, keywords)
    if settings.persist is False:
        raise OptionError("persist=False: a watch keeps its index, in index_dir= or in .secondhop in the folder")
    index = Path(os.path.abspath(index_folder(root, settings)))
    settings = FolderOptions(**settings.given | {"index_dir": index})
    document = Document.from_folder(root, options=settings)
    try:
        with contextlib.suppress(IndexLockedError), IndexStore(index).write():
            pass  # a watch whose index cannot be written is refused now rather than at the first change
    except NoSpaceError:
        raise
    except StoreError as error:
        reason = f"{error.reason}; a watch writes its index: give index_dir= a folder that it may write to"
        raise StoreError(error.path, reason) from error
    return FolderWatch(document, root, settings, on_event, float(sweep_seconds))
