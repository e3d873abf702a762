"""Keeping reports, and handing them to a function of the caller's, which may fail: what handlers of traces share."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any


class Collector:
    """The newest reports that a handler has heard of, as dicts. Safe between threads."""

    __slots__ = ("_lock", "_reports", "_tell")

    def __init__(self, owner: str, log: logging.Logger, max_reports: int | None) -> None:
        """`owner` is whom the log names; None keeps all reports."""
        self._reports: deque[Any] = deque(maxlen=max_reports)
        self._lock = Lock()
        self._tell = SinkCaller(owner, log)

    @property
    def reports(self) -> list[Any]:
        """The reports so far, oldest first."""
        with self._lock:
            return list(self._reports)

    @property
    def last(self) -> Any:
        """The newest report, None if there is none yet."""
        with self._lock:
            return self._reports[-1] if self._reports else None

    def add(self, report: Mapping[str, Any], sink: Callable[[Any], Any] | None) -> None:
        """Keeps a report, and tells the sink if there is one."""
        with self._lock:
            self._reports.append(report)
        if sink is not None:
            self._tell(sink, report)


class SinkCaller:
    """Calls a function of the caller's with reports as dicts. Safe between threads.

    What that raises is logged and goes no further; not logged again until it works, so that a sink whose backend is down
    does not fill the log with a line for each question.
    """

    __slots__ = ("_failed", "_lock", "_log", "_owner")

    def __init__(self, owner: str, log: logging.Logger) -> None:
        """`owner` is whom the log names."""
        self._owner, self._log = owner, log
        self._failed, self._lock = False, Lock()

    def __call__(self, sink: Callable[[Any], Any], report: Mapping[str, Any]) -> None:
        """Hands on one report."""
        try:
            sink(report)
        except Exception:
            with self._lock:
                is_first, self._failed = not self._failed, True
            if is_first:
                self._log.exception("the sink of %s failed; not logged again until it works", self._owner)
        else:
            self._failed = False
