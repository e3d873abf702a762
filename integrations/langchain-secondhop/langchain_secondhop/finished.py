"""A run that begins and ends at once, handed to a tracer in one call.

Callbacks tell a tracer of the beginning and the end of a run. In between it makes a model of the run, validates it, keeps
it and dumps it, which takes longer than sending it, while the question waits. LangSmith's client and OpenInference's
tracer take the same run as it is; what arrives is the same, which tests compare. Where a tracer is not as expected, or
would add something of its own, the run goes through callbacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.env import get_runtime_environment
from langchain_core.tracers import langchain as langsmith_tracer
from langchain_core.tracers.langchain import LangChainTracer
from secondhop.telemetry import INPUT, INPUT_TYPE, JSON_TYPE, KIND, METADATA, OUTPUT, OUTPUT_TYPE, SESSION

from langchain_secondhop.emission import Emission, to_json

try:
    from langchain_core.utils.uuid import uuid7 as new_id
except ImportError:  # langchain-core 1.0 numbers its own runs so
    from uuid import uuid4 as new_id  # type: ignore[assignment]

_SESSION_KEYS = ("session_id", "conversation_id", "thread_id")
"""Metadata that OpenInference takes for the session, the first that is there."""
_OVERRIDING: frozenset[str] = getattr(langsmith_tracer, "OVERRIDABLE_LANGSMITH_INHERITABLE_METADATA_KEYS", frozenset())
"""Metadata of LangSmith's tracer that go before the run's own; of all others the run's own stay."""
_NO_MARKS = str.maketrans("", "", "-:.")


@dataclass(kw_only=True, eq=False)
class FinishedRun:
    """A chain's run below another."""

    parent_id: UUID
    name: str
    content: Emission
    """Its inputs and outputs, which are built if somebody takes the run."""
    tags: list[str]
    metadata: dict[str, Any]

    @cached_property
    def id(self) -> UUID:
        """The same for all tracers that number runs."""
        return new_id()

    @cached_property
    def at(self) -> datetime:
        """When it began and ended."""
        return datetime.now(timezone.utc)


Taker = Callable[[Any, FinishedRun], bool]
"""Hands a run to a tracer; False, and nothing done, where the run has to go through callbacks."""


def taker(handler: BaseCallbackHandler) -> Taker | None:
    """What hands a finished run to this handler; None for handlers that know callbacks only."""
    if type(handler) is LangChainTracer:
        return _to_langsmith
    if type(handler).__module__.partition(".")[0] == "openinference" and hasattr(handler, "get_span"):
        return _to_openinference
    return None


def _to_langsmith(tracer: LangChainTracer, run: FinishedRun) -> bool:
    """By `Client.create_run`, which samples, masks and queues as for any run."""
    parent = tracer.run_map.get(str(run.parent_id))
    if parent is None or not parent.dotted_order or parent.extra.get("__disabled"):
        return False
    if getattr(parent, "replicas", None) or getattr(parent, "address", None):
        return False
    metadata = dict(run.metadata)
    for key, value in (getattr(tracer, "tracing_metadata", None) or {}).items():
        if key not in metadata or key in _OVERRIDING:
            metadata[key] = value
    # 20260102T030405678901 and a zone; `strftime` takes several times as long.
    began, _, _ = run.at.isoformat(timespec="microseconds").translate(_NO_MARKS).partition("+")
    outputs = dict(run.content.payload)  # a new one: masking functions of the client may change it
    try:
        tracer.client.create_run(
            run.name,
            run.content.inputs,
            "chain",
            project_name=parent.session_name,
            id=run.id,
            trace_id=parent.trace_id,
            parent_run_id=run.parent_id,
            dotted_order=f"{parent.dotted_order}.{began}Z{run.id}",
            start_time=run.at,
            end_time=run.at,
            events=[{"name": "start", "time": run.at}, {"name": "end", "time": run.at}],
            outputs=outputs,
            tags=sorted({*run.tags, *tracer.tags}),
            extra={"metadata": metadata, "runtime": get_runtime_environment()},
        )
    except Exception as error:  # a client that sends at once; the tracer would not send it again either
        langsmith_tracer.log_error_once("post", error)
    return True


def _to_openinference(tracer: Any, run: FinishedRun) -> bool:
    """By a span of its tracer, which masks, below the parent's."""
    from opentelemetry import context, trace

    parent = tracer.get_span(run.parent_id)
    spans = getattr(tracer, "_tracer", None)
    if parent is None or spans is None or "ls_provider" in run.metadata or context.get_value(METADATA) is not None:
        return False
    attributes = {
        KIND: "CHAIN",
        INPUT: to_json(run.content.inputs),
        INPUT_TYPE: JSON_TYPE,
        OUTPUT: run.content.text,
        OUTPUT_TYPE: JSON_TYPE,
        METADATA: to_json(run.metadata),
    }
    if session := next((run.metadata[key] for key in _SESSION_KEYS if run.metadata.get(key)), None):
        attributes[SESSION] = session
    span = spans.start_span(run.name, context=trace.set_span_in_context(parent))
    set_attributes(span, attributes)
    span.set_status(trace.StatusCode.OK)
    span.end()
    return True


def set_attributes(span: Any, attributes: Mapping[str, str | float]) -> None:
    """Sets attributes as `span.set_attributes` does, masked by OpenInference's configuration, but all in one go."""
    mask = getattr(getattr(span, "_self_config", None), "mask", None)
    inner = getattr(span, "__wrapped__", None)
    if mask is None or inner is None:
        span.set_attributes(attributes)
        return
    inner.set_attributes({name: told for name, value in attributes.items() if (told := mask(name, value)) is not None})
