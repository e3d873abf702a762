"""Real SDKs in processes of their own, against real servers where there are such, else against a sink on loopback.

Runs in an environment of its own, with the dependency group `backends`: `make test-traces`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "programs"), str(HERE.parents[1] / "examples")]

import readback
import traces_backends
from asking import Told, ask, until
from sink import listening
from spans import REPORT, Span, Trace, from_langsmith, from_otlp

SINKS = ("langsmith", "langfuse", "opentelemetry")
SERVERS = {"phoenix": ("openinference", readback.phoenix_spans), "mlflow": ("mlflow", readback.mlflow_spans)}
FRAMEWORKS = {"opentelemetry": ("langchain",)}
"""OpenTelemetry's own instrumentor is for LangChain; the other SDKs also take in LlamaIndex."""


@pytest.fixture(scope="session")
def servers(tmp_path_factory) -> Iterator[dict[str, str]]:
    """Addresses of a Phoenix and an MLflow for all tests. They take half a minute to start, so they start side by side."""
    with ExitStack() as stack:
        with ThreadPoolExecutor() as pool:
            started = {
                name: pool.submit(stack.enter_context, getattr(traces_backends, name)(tmp_path_factory.mktemp(name)))
                for name in SERVERS
            }
        yield {name: each.result() for name, each in started.items()}


@pytest.fixture(scope="session")
def told_so_far() -> dict[str, Told]:
    """By backend: each is told once, whatever the order of the tests."""
    return {}


@pytest.fixture
def told(request, told_so_far) -> Told:
    """What a backend was told of the same questions; tests say which backend."""
    backend = request.param
    if backend not in told_so_far:
        if backend in SINKS:
            told_so_far[backend] = _told_to_sink(backend)
        else:
            told_so_far[backend] = _told_to_server(backend, request.getfixturevalue("servers")[backend])
    return told_so_far[backend]


def _told_to_sink(sdk: str) -> Told:
    with listening() as sink:
        reports = ask(sdk, sink.address, *FRAMEWORKS.get(sdk, ("langchain", "llama_index")))
        spans = [*from_langsmith(sink.langsmith_runs()), *from_otlp(sink.otlp_spans())]
    return Told(sdk, Trace(tuple(spans)), reports, "")


def _told_to_server(backend: str, address: str) -> Told:
    sdk, read = SERVERS[backend]
    reports = ask(sdk, address, "langchain", "llama_index")

    def enough(spans: list[Span]) -> bool:
        return sum(span.name == REPORT for span in spans) >= len(reports)

    spans = until(lambda: read(address), enough)
    return Told(backend, Trace(tuple(spans)), reports, address)
