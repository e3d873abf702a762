"""Handing reports to a function of the caller's, which may fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any


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
