"""What arrives at each backend, in one form, so that one test reads them all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Report = dict[str, Any]
REPORT = "decision_report"


@dataclass(frozen=True)
class Span:
    """A run or span of a trace."""

    id: str
    parent: str | None
    trace: str
    name: str
    kind: str
    """As the backend says it, in capitals: RETRIEVER, RERANKER, CHAIN, …"""
    input: Any
    output: Any
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """All spans that a backend received from one program."""

    spans: tuple[Span, ...]

    @property
    def by_id(self) -> dict[str, Span]:
        return {span.id: span for span in self.spans}

    def reports(self) -> dict[str, Span]:
        """The report spans by the query that they report on."""
        found = [span for span in self.spans if span.name == REPORT]
        by_query = {report_of(span)["query"]: span for span in found}
        assert len(by_query) == len(found), "a report is in the trace twice"
        return by_query

    def parent(self, span: Span) -> Span:
        return self.by_id[span.parent or ""]


def report_of(span: Span) -> Report:
    """The report that a span holds."""
    report = _loaded(span.output)
    while set(report) == {"output"} or set(report) == {"outputs"}:
        report = _loaded(next(iter(report.values())))
    return report


def from_langsmith(runs: Mapping[str, Mapping[str, Any]]) -> list[Span]:
    return [
        Span(
            id=run_id,
            parent=run.get("parent_run_id"),
            trace=run["trace_id"],
            name=run["name"],
            kind=run["run_type"].upper(),
            input=run.get("inputs"),
            output=run.get("outputs"),
            metadata=(run.get("extra") or {}).get("metadata") or {},
        )
        for run_id, run in runs.items()
    ]


def from_otlp(messages: Iterable[Any]) -> list[Span]:
    return [
        from_attributes(
            message.span_id.hex(),
            message.parent_span_id.hex() or None,
            message.trace_id.hex(),
            message.name,
            {attribute.key: _value(attribute.value) for attribute in message.attributes},
        )
        for message in messages
    ]


def from_phoenix(spans: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Spans as Phoenix's REST interface returns them, which spreads metadata over keys with dots."""
    prefix = "metadata."
    return [
        Span(
            id=span["context"]["span_id"],
            parent=span["parent_id"],
            trace=span["context"]["trace_id"],
            name=span["name"],
            kind=span["span_kind"],
            input=span["attributes"].get("input.value"),
            output=span["attributes"].get("output.value"),
            metadata={
                key.removeprefix(prefix): value for key, value in span["attributes"].items() if key.startswith(prefix)
            },
        )
        for span in spans
    ]


def from_mlflow(spans: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Spans as dicts of MLflow's trace format."""
    made = []
    for span in spans:
        attributes = {name: _loaded(value) for name, value in span["attributes"].items()}
        made.append(
            Span(
                id=span["span_id"],
                parent=span.get("parent_span_id") or None,
                trace=span["trace_id"],
                name=span["name"],
                kind=str(attributes.get("mlflow.spanType")),
                input=attributes.get("mlflow.spanInputs"),
                output=attributes.get("mlflow.spanOutputs"),
                metadata={**attributes, **_mapping(attributes.get("metadata"))},
            )
        )
    return made


def from_attributes(span_id: str, parent: str | None, trace: str, name: str, attributes: Mapping[str, Any]) -> Span:
    """A span by the attribute names of OpenInference, of Langfuse, or of OpenTelemetry."""
    kind = (
        attributes.get("openinference.span.kind")
        or attributes.get("langfuse.observation.type")
        or ("RETRIEVER" if attributes.get("gen_ai.operation.name") == "retrieval" else "")
    )
    prefix = "langfuse.observation.metadata."
    own = {key.removeprefix(prefix): _loaded(value) for key, value in attributes.items() if key.startswith(prefix)}
    return Span(
        id=span_id,
        parent=parent,
        trace=trace,
        name=name,
        kind=kind.upper(),
        input=attributes.get("input.value") or attributes.get("langfuse.observation.input"),
        output=attributes.get("output.value") or attributes.get("langfuse.observation.output"),
        metadata={**attributes, **own, **_mapping(attributes.get("metadata"))},
    )


def _value(value: Any) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, which) if which else None


def _mapping(value: Any) -> dict[str, Any]:
    value = _loaded(value)
    return dict(value) if isinstance(value, Mapping) else {}


def _loaded(value: Any) -> Any:
    """The value of a string that is JSON, else the value itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
