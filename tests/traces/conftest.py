"""Real SDKs in processes of their own, against real servers where there are such, else against a sink on loopback.

Runs in an environment of its own, with the dependency group `backends`: `make test-traces`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
FRAMEWORKS = {"opentelemetry": ("langchain",)}
"""OpenTelemetry's own instrumentor is for LangChain; the other SDKs also take in LlamaIndex."""


@pytest.fixture(scope="session", params=["langsmith", "langfuse", "opentelemetry", "phoenix", "mlflow"])
def told(request, tmp_path_factory) -> Iterator[Told]:
    """What each backend was told of the same questions. Servers run one after the other."""
    if request.param in SINKS:
        yield _told_to_sink(request.param)
        return
    server = getattr(traces_backends, request.param)
    with server(tmp_path_factory.mktemp(request.param)) as address:
        yield _told_to_server(request.param, address)


def _told_to_sink(sdk: str) -> Told:
    with listening() as sink:
        reports = ask(sdk, sink.address, *FRAMEWORKS.get(sdk, ("langchain", "llama_index")))
        spans = [*from_langsmith(sink.langsmith_runs()), *from_otlp(sink.otlp_spans())]
    return Told(sdk, Trace(tuple(spans)), reports, "")


def _told_to_server(backend: str, address: str) -> Told:
    sdk, read = {
        "phoenix": ("openinference", readback.phoenix_spans),
        "mlflow": ("mlflow", readback.mlflow_spans),
    }[backend]
    reports = ask(sdk, address, "langchain", "llama_index")

    def enough(spans: list[Span]) -> bool:
        return sum(span.name == REPORT for span in spans) >= len(reports)

    spans = until(lambda: read(address), enough)
    return Told(backend, Trace(tuple(spans)), reports, address)
