"""Pictures of the Decision Report in trace backends, taken of live runs: docs/images/trace_*.png.

    apt-get install chromium
    .backends/venv/bin/python docs/make_screenshots.py [phoenix] [mlflow]

Starts each backend, lets the example of that backend ask its question, opens the trace in a headless browser, chooses
the report there, and takes the picture. Look at what comes out before you keep it.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path[:0] = [str(ROOT / "examples"), str(ROOT / "tests" / "traces")]

import readback  # noqa: E402
import traces_backends  # noqa: E402
from spans import REPORT, Span  # noqa: E402

WIDTH, HEIGHT = 1500, 1800
SHOWN_WIDTH = {"phoenix": 1500, "mlflow": 1045}
"""MLflow lays an assistant over the right side of the page."""
PATIENCE_S = 120
SETTLE_S = 5
"""For what is drawn after the text is there: fonts, the lines of the tree."""
_SPANS = "{ projects { edges { node { id name spans(first: 50) { edges { node { id name } } } } } } }"
CHOOSE = """(name) => {
    const found = [...document.querySelectorAll('*')].filter(e => e.children.length === 0 && e.textContent.trim() === name);
    if (found.length) { found[0].click(); return true; }
    return false;
}"""
SCROLL = """(text) => [...document.querySelectorAll('*')].filter(e => e.children.length === 0 && e.textContent.trim() === text)
    .forEach(e => e.scrollIntoView({block: 'start'}))"""
"""To the figures, where the page does not show all of the report at once."""


def main() -> None:
    """Takes the pictures that are asked for, or all."""
    IMAGES.mkdir(exist_ok=True)
    for backend in sys.argv[1:] or ["phoenix", "mlflow"]:
        with tempfile.TemporaryDirectory() as folder, getattr(traces_backends, backend)(Path(folder)) as address:
            example = ROOT / "examples" / f"traces_{backend}.py"
            subprocess.run([sys.executable, str(example), address], check=True, stdout=subprocess.DEVNULL)
            url = {"phoenix": phoenix_url, "mlflow": mlflow_url}[backend](address)
            picture = IMAGES / f"trace_{backend}.png"
            with browser() as page:
                picture.write_bytes(taken(page, url, SHOWN_WIDTH[backend]))
        assert picture.stat().st_size < 300_000, f"{picture} is too large for the documentation"


def phoenix_url(address: str) -> str:
    """The trace with the report's span selected."""
    span = _report(readback.phoenix_spans, address)
    answer = readback._post(f"{address}/graphql", {"query": _SPANS})
    (project,) = [e["node"] for e in answer["data"]["projects"]["edges"] if e["node"]["name"] == readback.PROJECT]
    (node,) = [e["node"]["id"] for e in project["spans"]["edges"] if e["node"]["name"] == REPORT]
    return f"{address}/projects/{project['id']}/traces/{span.trace}?selectedSpanNodeId={node}"


def mlflow_url(address: str) -> str:
    """The trace; the report is chosen in the page."""
    _report(readback.mlflow_spans, address)
    (trace,) = readback.mlflow_traces(address)
    return f"{address}/#/experiments/1/traces?selectedEvaluationId={trace}"


def _report(read: Any, address: str) -> Span:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = [span for span in read(address) if span.name == REPORT]
        if found:
            return found[0]
        time.sleep(1)
    raise RuntimeError(f"{address} shows no {REPORT}")


@contextmanager
def browser() -> Iterator[ClientConnection]:
    """A page of a headless Chromium, by its debugging socket."""
    port = traces_backends.free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--force-prefers-reduced-motion", f"--remote-debugging-port={port}", f"--user-data-dir={folder}"),
            *(f"--window-size={WIDTH},{HEIGHT}", "about:blank"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_page_socket(port), max_size=None) as page:
                yield page
        finally:
            process.terminate()
            process.wait(20)


def _page_socket(port: int) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                return next(tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page")
        except (OSError, StopIteration):
            time.sleep(0.5)
    raise RuntimeError("Chromium does not start")


def taken(page: ClientConnection, url: str, width: int) -> bytes:
    """A picture of the page at an address, once the report can be chosen there and is shown."""
    _call(page, "Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    _call(page, "Page.navigate", url=url)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not _evaluate(page, f"({CHOOSE})({REPORT!r})"):
        time.sleep(1)
    while time.monotonic() < deadline and not _evaluate(page, "document.body.innerText.includes('schema_version')"):
        time.sleep(1)
    _evaluate(page, f"({SCROLL})('n_selected')")
    time.sleep(SETTLE_S)
    clip = {"x": 0, "y": 0, "width": width, "height": HEIGHT, "scale": 1}
    return base64.b64decode(_call(page, "Page.captureScreenshot", format="png", clip=clip)["data"])


def _evaluate(page: ClientConnection, script: str) -> Any:
    return _call(page, "Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")


def _call(page: ClientConnection, method: str, **parameters: Any) -> dict[str, Any]:
    page.send(json.dumps({"id": 1, "method": method, "params": parameters}))
    while True:
        answer = json.loads(page.recv(timeout=PATIENCE_S))
        if answer.get("id") == 1:
            return answer["result"]


if __name__ == "__main__":
    main()
