"""Programs that ask, as processes, and what is known of them afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from spans import Report, Trace

T = TypeVar("T")
PROGRAMS = Path(__file__).resolve().parent / "programs"
PATIENCE_S = 600
"""For programs and servers. They take seconds; on a machine that is busy, minutes."""
_SETTINGS = ("LANGSMITH", "LANGCHAIN", "LANGFUSE", "OPENINFERENCE", "OTEL", "PHOENIX", "MLFLOW", "SECONDHOP", "TRACES")


@dataclass(frozen=True)
class Told:
    """What a backend was told, and what the API returned for the same questions."""

    by: str
    trace: Trace
    reports: dict[str, Report]
    address: str


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without settings of trace backends, and with those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    return {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONUTF8": "1", **settings}


def run(program: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs one of the programs to its end."""
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / program), *arguments],
        env=environment(**settings), capture_output=True, encoding="utf-8", timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done


def printed(output: str, name: str) -> Any:
    """The JSON behind a name at the beginning of a line."""
    (line,) = [line for line in output.splitlines() if line.startswith(f"{name} ")]
    return json.loads(line.removeprefix(f"{name} "))


def ask(sdk: str, address: str, *what: str, **settings: str) -> dict[str, Report]:
    """Asks in a process of its own and returns the API's reports by mode."""
    return printed(run("ask.py", sdk, address, *what, **settings).stdout, "REPORTS")


def until(get: Callable[[], T], enough: Callable[[T], bool], patience_s: float = 60) -> T:
    """What `get` returns once it is enough, or at the end of patience: backends take traces in after a while."""
    deadline = time.monotonic() + patience_s
    while not enough(value := get()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return value
