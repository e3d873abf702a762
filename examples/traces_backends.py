"""Phoenix and MLflow as servers of this machine, for the examples of traces: `pip install arize-phoenix mlflow`.

Nothing leaves the machine. Each server keeps its data in the folder it is given and ends with the block.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 300
"""How long a server may take to start. On a machine that is busy, importing one takes a minute."""


@contextmanager
def phoenix(folder: Path, port: int | None = None) -> Iterator[str]:
    """A Phoenix server, by its address."""
    port = port or free_port()
    environment = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    }
    with _serving(
        [_script("phoenix"), "serve"], environment, folder, f"http://127.0.0.1:{port}", "/healthz"
    ) as address:
        yield address


@contextmanager
def mlflow(folder: Path, port: int | None = None) -> Iterator[str]:
    """An MLflow tracking server, by its address."""
    port = port or free_port()
    command = [
        *(_script("mlflow"), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts")),
    ]
    environment = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with _serving(command, environment, folder, f"http://127.0.0.1:{port}", "/health") as address:
        yield address


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(command: list[str], environment: dict[str, str], folder: Path, address: str, health: str) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=folder, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(server, f"{address}{health}", log)
        yield address
    finally:
        _end(server)


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ends the server and the processes that it started, which are in a group of their own."""
    try:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    except ProcessLookupError:  # it ended by itself
        server.wait()


def _script(name: str) -> str:
    """A command of the environment that this runs in."""
    return str(Path(sys.executable).parent / name)
