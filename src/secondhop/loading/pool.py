"""Parsing in child processes with limits: a crash, a hang or a bomb costs one file, never this process.

A child is a fresh interpreter that imports the loaders alone (`worker.py`). Children are reused. They run as the same
user and may do what that user may: this contains accidents and bombs; it is no sandbox.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from secondhop.errors import LoadError, ParserCrashedError, ResourceLimitError, SecondhopError
from secondhop.loading import parsing
from secondhop.loading.formats import FORMATS, format_by_name
from secondhop.loading.wire import unpack
from secondhop.processes import Child, available_cores
from secondhop.types import SourceText

IsolationMode = Literal["auto", "process", "none"]

_RISKY_TEXT = frozenset({"html", "xml", "rtf", "eml"})
"""Textual formats whose parsers are native or complex; every format that is not textual is risky too."""
_MAGIC = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_MAGIC_BYTES = 15
_NO_CHILD = "no child process can be started to parse it"
_START_SECONDS = 30.0
_WORKER = "secondhop.loading.worker"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take."""

    seconds: float = 20.0
    """Time, from handing it over to having its text."""
    memory_mb: int = 512
    """Address space of the child, so that its memory in use stays below."""


class CannotStartError(Exception):
    """No child process can be started now."""


class _NoAnswerError(CannotStartError):
    """What was started is no child process of ours, as where this interpreter is part of another program."""


class ParserPool:
    """Parses files in at most `workers` children at a time. Threads may share it; close it when done."""

    def __init__(
        self, mode: IsolationMode = "auto", limits: Limits | None = None, *, workers: int | None = None
    ) -> None:
        """Starts nothing yet.

        Args:
            mode: `auto` has risky formats parsed in children, `process` every format, `none` none.
            limits: what one file may take.
            workers: how many children there may be; as many as there are cores by default.
        """
        self.mode = mode
        self.limits = limits or Limits()
        self.workers = workers or available_cores()
        self._idle: list[_Parser] = []
        self._all: set[_Parser] = set()
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self.workers)
        self._closed = False
        self._starts_none = False

    def __enter__(self) -> ParserPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def isolates(self, name: str, format: str | None, data: bytes = b"") -> bool:
        """Whether a file is one for a child process: by its name or format, and by its bytes if they are given."""
        known = format or format_by_name(name)
        if known is not None and FORMATS[known].registered is not None:
            return False  # a loader of the user's own: only this process has it
        if self.mode != "auto":
            return self.mode == "process"
        if known is not None and (not FORMATS[known].textual or known in _RISKY_TEXT):
            return True
        if not data:
            return False
        start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:_MAGIC_BYTES]  # as far down as `detect` finds it
        return start.startswith(_MAGIC) or (known is None and start.lower().startswith((b"<!doctype html", b"<html")))

    def parse(
        self,
        data: bytes,
        source: str,
        *,
        name: str | None = None,
        format: str | None = None,
        password: str | None = None,
        seconds: float | None = None,
    ) -> SourceText:
        """As `parsing.parse`, in a child where that is called for; `seconds` stands for those of the pool's limits.

        Raises:
            ResourceLimitError: it took too long or too much memory.
            ParserCrashedError: the child died.
            LoadError: as `parsing.parse` raises it.
        """
        name = source if name is None else name
        parsing.check_format(format)
        small = 0 < len(data) <= parsing.MAX_BYTES  # the rest is refused at once, here
        options: dict[str, Any] = {"name": name, "format": format, "password": password}
        if small and self.isolates(name, format, data):
            try:
                return self._in_child(data, source, options, seconds or self.limits.seconds)
            except CannotStartError as error:
                if self.mode == "process" or self._closed:
                    raise LoadError(source, _NO_CHILD) from error
        return parsing.parse(data, source, **options)

    def _in_child(self, data: bytes, source: str, options: dict[str, Any], seconds: float) -> SourceText:
        """Ask a child. What a used one dies of is tried once more with a fresh one: a file's fate is its own."""
        request = {"source": source, "seconds": seconds, **options}
        with self._free:
            child = self._borrow()
            used = child.used
            try:
                return self._ask(child, request, data, source)
            except (ParserCrashedError, ResourceLimitError):
                if not used or child.timed_out:
                    raise
            try:
                fresh = self._started()
            except CannotStartError as error:  # what a child may have died of is not for this process
                raise LoadError(source, _NO_CHILD) from error
            return self._ask(fresh, request, data, source)

    def _ask(self, child: _Parser, request: dict[str, Any], data: bytes, source: str) -> SourceText:
        reusable = False  # nor after Ctrl-C while it works
        try:
            header, body = child.parse(request, data)
            loaded = unpack(header, body, source)
            reusable = not (header.get("tired") or child.timed_out)  # it may have been killed as it answered
        except (OSError, EOFError, ValueError) as error:
            if isinstance(error, SecondhopError):
                raise
            raise child.cause_of_death(source, request["seconds"]) from error
        except LoadError as error:
            reusable = not isinstance(error, ResourceLimitError)  # which may have left no room
            raise
        finally:
            self._give_back(child, reusable)
        return loaded

    def _borrow(self) -> _Parser:
        self.tidy()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._started()

    def tidy(self) -> None:
        """Put away the children that have ended while there was nothing to do."""
        with self._lock:
            ended = [child for child in self._idle if child.exit_code is not None]
            self._idle = [child for child in self._idle if child not in ended]
            self._all.difference_update(ended)
        for child in ended:
            child.close()

    def _started(self) -> _Parser:
        if self._starts_none or self._closed:
            raise CannotStartError("the pool starts none")
        try:
            child = _Parser(self.limits)
        except _NoAnswerError:  # nor will the next one answer
            self._starts_none = True
            raise
        with self._lock:
            self._all.add(child)
            closed = self._closed
        if closed:
            self._give_back(child, reusable=False)
            raise CannotStartError("the pool was closed meanwhile")
        return child

    def _give_back(self, child: _Parser, reusable: bool) -> None:
        with self._lock:
            if reusable and not self._closed:
                self._idle.append(child)
                return
            self._all.discard(child)
        child.close()

    def close(self) -> None:
        """End all children, at once also those that work."""
        with self._lock:
            self._closed = True
            ended = list(self._all)
            self._idle.clear()
            self._all.clear()
        for child in ended:
            child.close()

    def forget(self) -> None:
        """Let go of the children without ending them: they are those of the process that this one was forked from."""
        for child in self._all:
            child.forget()


class _Parser(Child):
    """One parser process."""

    def __init__(self, limits: Limits) -> None:
        try:
            super().__init__(_WORKER)
        except OSError as error:
            raise CannotStartError(str(error)) from error
        self.used = False
        self.timed_out = False
        try:
            self._ask_within(_START_SECONDS, {"memory_mb": limits.memory_mb})
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise _NoAnswerError("the child process did not answer") from error
        except BaseException:
            self.close()
            raise

    def parse(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """Its answer. It is killed when it takes longer than the request allows, which ends the pipe."""
        self.used = True
        return self._ask_within(request["seconds"], request, data)

    def _ask_within(self, seconds: float, request: dict[str, Any], data: bytes = b"") -> tuple[dict[str, Any], bytes]:
        timer = threading.Timer(seconds, self._time_out)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError as error:  # no thread can be started now; without one there is no limit
            raise CannotStartError(str(error)) from error
        try:
            return self.ask(request, data)
        finally:
            timer.cancel()

    def _time_out(self) -> None:
        self.timed_out = True
        self.kill()

    def cause_of_death(self, source: str, seconds: float) -> LoadError:
        """Why there is no answer, as an error."""
        if not self.ends():
            self.close()
            return ParserCrashedError(source, "its parser gave an answer that makes no sense")
        code = self.exit_code or 0
        if self.timed_out or code == -getattr(signal, "SIGXCPU", 0):
            return ResourceLimitError(source, f"takes longer than {seconds:g} seconds to parse")
        names = {-int(known): known.name for known in signal.Signals}
        return ParserCrashedError(source, f"crashed its parser ({names.get(code, f'exit code {code}')})")


_shared: dict[tuple[IsolationMode, int], ParserPool] = {}
_shared_lock = threading.Lock()


def shared_parse(mode: IsolationMode, limits: Limits) -> parsing.Parse:
    """`parse` of this process's pool for single files. Its children end by themselves when there is nothing to do.

    They are the same for all limits on time, which may be others for each file.
    """
    key = mode, limits.memory_mb
    with _shared_lock:
        for pool in _shared.values():
            pool.tidy()
        if key not in _shared:
            _shared[key] = ParserPool(mode, limits)
        return partial(_shared[key].parse, seconds=limits.seconds)


def _end_shared() -> None:
    for pool in _shared.values():
        pool.close()


def _forget_shared() -> None:
    global _shared_lock  # noqa: PLW0603  another thread may have held it when the process was forked
    _shared_lock = threading.Lock()
    for pool in _shared.values():
        pool.forget()
    _shared.clear()


atexit.register(_end_shared)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_shared)
