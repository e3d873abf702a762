"""One function for each tracing SDK: sets it up against an address, and returns what sends everything that is left.

They are set up as their own documentation says, with nothing of secondhop's between. `address` is where the backend, or
the sink that stands for it, listens.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

Flush = Callable[[], Any]
PROJECT = os.environ.get("TRACES_PROJECT", "harbour")


def langsmith(address: str) -> tuple[dict[str, Any], Flush]:
    """LangSmith's client for LangChain; OpenInference over OTLP for LlamaIndex, as LangSmith's documentation has it."""
    os.environ.update(
        LANGSMITH_TRACING="true",
        LANGSMITH_ENDPOINT=address,
        LANGSMITH_API_KEY="lsv2_not_a_key",
        LANGSMITH_PROJECT=PROJECT,
    )
    import langsmith as sdk
    from langchain_core.tracers.langchain import wait_for_all_tracers
    from urllib3 import Retry

    # Without these the client of a backend that never answers keeps the program for minutes at its end.
    sdk.configure(client=sdk.Client(timeout_ms=2_000, retry_config=Retry(total=0)))
    provider = _provider(f"{address}/otel/v1/traces", {"x-api-key": "lsv2_not_a_key", "Langsmith-Project": PROJECT})
    _instrument_llama_index(provider)
    return {}, lambda: (wait_for_all_tracers(), provider.force_flush())


def langfuse(address: str) -> tuple[dict[str, Any], Flush]:
    """Langfuse's handler for LangChain; its tracer provider under OpenInference for LlamaIndex."""
    os.environ.update(
        LANGFUSE_BASE_URL=address,
        LANGFUSE_PUBLIC_KEY="pk-lf-not-a-key",
        LANGFUSE_SECRET_KEY="sk-lf-not-a-key",
    )
    from langfuse import Langfuse
    from langfuse.langchain import CallbackHandler

    mask = (lambda *, data, **_: "<masked>") if os.environ.get("TRACES_MASK") else None
    client = Langfuse(mask=mask)
    _instrument_llama_index(None)
    return {"callbacks": [CallbackHandler()]}, client.flush


def openinference(address: str) -> tuple[dict[str, Any], Flush]:
    """OpenInference's instrumentors, exporting over OTLP: what Phoenix, Arize and others are fed with."""
    provider = _provider(f"{address}/v1/traces", {})
    from openinference.instrumentation.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument(tracer_provider=provider)
    _instrument_llama_index(provider)
    return {}, provider.force_flush


def mlflow(address: str) -> tuple[dict[str, Any], Flush]:
    """MLflow's autologging against a tracking server."""
    import mlflow as sdk

    sdk.set_tracking_uri(address)
    sdk.set_experiment(PROJECT)
    if os.environ.get("TRACES_MASK"):
        sdk.tracing.configure(span_processors=[_mask_mlflow])
    sdk.langchain.autolog()
    sdk.llama_index.autolog()
    return {}, sdk.flush_trace_async_logging


def opentelemetry(address: str) -> tuple[dict[str, Any], Flush]:
    """OpenTelemetry's own instrumentor of LangChain, with secondhop's spans below it."""
    import secondhop

    provider = _provider(f"{address}/v1/traces", {})
    from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument(tracer_provider=provider)
    words = not os.environ.get("TRACES_MASK")
    secondhop.instrument(detail="full", include_text=words, tracer_provider=provider)
    return {}, provider.force_flush


SDKS = {sdk.__name__: sdk for sdk in (langsmith, langfuse, openinference, mlflow, opentelemetry)}


def _provider(endpoint: str, headers: dict[str, str]) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"openinference.project.name": PROJECT, "service.name": PROJECT}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, headers=headers)))
    return provider


def _instrument_llama_index(provider: Any) -> None:
    from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

    LlamaIndexInstrumentor().instrument(tracer_provider=provider)


def _mask_mlflow(span: Any) -> None:
    span.set_inputs("<masked>")
    span.set_outputs("<masked>")
    for name in list(span.attributes):
        if name not in ("mlflow.spanType", "mlflow.traceRequestId") and not name.startswith("mlflow.span"):
            span.set_attribute(name, None)
