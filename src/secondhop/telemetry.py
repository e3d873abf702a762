"""OpenTelemetry spans for contexts, for whoever asks for them. The one place that knows the names of span attributes.

    secondhop.instrument()      # from here on each `context` and `build_context` is a span, wherever the program's
                                # tracer provider sends them

A span `retrieval` has children `retrieve`, `select`, `assemble` with their times, and with `detail="full"` a child
`decision_report` whose output is the report. Names follow the semantic conventions for generative AI and OpenInference
(see `CONVENTIONS`); our own figures are under one prefix. Words of queries and passages are left out unless asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import time_ns
from typing import TYPE_CHECKING, Any, Literal

from secondhop.errors import MissingExtraError, OptionError
from secondhop.reporting import Context
from secondhop.reporting.flat import without_words

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

Detail = Literal["summary", "full"]
CONVENTIONS = {"gen_ai": "1.38 (development)", "openinference": "0.1"}
"""Versions of the conventions that the names below are of."""

SPAN = "retrieval"
REPORT_SPAN = "decision_report"
OPERATION = "gen_ai.operation.name"
QUERY = "gen_ai.retrieval.query.text"
DOCUMENTS = "gen_ai.retrieval.documents"
KIND = "openinference.span.kind"
INPUT = "input.value"
OUTPUT, OUTPUT_TYPE = "output.value", "output.mime_type"
DOCUMENT = "retrieval.documents.{place}.document.{field}"
METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class _Instrument:
    """How contexts are told of."""

    tracer: Tracer
    detail: Detail
    include_text: bool


_instrument: _Instrument | None = None


def instrument(
    *, detail: Detail = "summary", include_text: bool = False, tracer_provider: TracerProvider | None = None
) -> None:
    """Makes a span of each context from here on, in all threads. Calling it again changes the settings.

    Args:
        detail: `summary`: figures; `full`: also the ids and scores of what was kept, and the whole Decision Report.
        include_text: also the words: the query, the passages, and what the report says in words.
        tracer_provider: where spans go; None for the program's global provider.

    Raises:
        MissingExtraError: `opentelemetry-api` is not installed.
        OptionError: the detail is unknown.
    """
    if detail not in ("summary", "full"):
        raise OptionError.choice("detail", detail, ("summary", "full"))
    try:
        from opentelemetry import trace
    except ImportError:
        raise MissingExtraError("opentelemetry-api", extra="otel") from None
    global _instrument  # noqa: PLW0603  one setting for the process, as instrumentors have
    _instrument = _Instrument(trace.get_tracer("secondhop", tracer_provider=tracer_provider), detail, include_text)


def uninstrument() -> None:
    """Makes no further spans."""
    global _instrument  # noqa: PLW0603
    _instrument = None


def observed(ask: Callable[[], Context]) -> Context:
    """The context that `ask` makes, with a span around it if `instrument` was called."""
    settings = _instrument
    if settings is None:
        return ask()
    began = time_ns()
    with settings.tracer.start_as_current_span(SPAN, start_time=began) as span:
        span.set_attribute(OPERATION, SPAN)
        span.set_attribute(KIND, "RETRIEVER")
        context = ask()
        if span.is_recording():
            _tell(span, context, settings)
            _tell_stages(context, settings.tracer, began)
            if settings.detail == "full":
                _tell_report(context, settings)
        return context


def _tell(span: Span, context: Context, settings: _Instrument) -> None:
    figures = context.report.to_attributes()
    span.set_attributes(figures)
    span.set_attribute(METADATA, json.dumps(figures))
    if settings.include_text:
        span.set_attribute(QUERY, context.report.query)
        span.set_attribute(INPUT, context.report.query)
    if settings.detail == "full":
        documents = [{"id": passage.chunk.id, "score": passage.score} for passage in context.passages]
        span.set_attribute(DOCUMENTS, json.dumps(documents))
        for place, document in enumerate(documents):
            for field, value in document.items():
                span.set_attribute(DOCUMENT.format(place=place, field=field), value)
    if settings.include_text:
        for place, text in enumerate(context.chunks):
            span.set_attribute(DOCUMENT.format(place=place, field="content"), text)


def _tell_stages(context: Context, tracer: Tracer, began: int) -> None:
    """Spans after the fact: a stage takes microseconds, and so would opening its span."""
    timings = context.report.timings
    ends = {
        "retrieve": timings["retrieve"],
        "select": timings["retrieve"] + timings["select"],
        "assemble": timings["total"],
    }
    start = began
    for stage, milliseconds in ends.items():
        end = began + int(1e6 * milliseconds)
        tracer.start_span(stage, start_time=start, attributes={OPERATION: SPAN, KIND: "CHAIN"}).end(end)
        start = end


def _tell_report(context: Context, settings: _Instrument) -> None:
    payload: dict[str, Any] = context.report.to_dict(timings=True)
    payload = payload if settings.include_text else without_words(payload)
    with settings.tracer.start_as_current_span(REPORT_SPAN) as span:
        span.set_attributes({OPERATION: SPAN, KIND: "CHAIN", OUTPUT: json.dumps(payload), OUTPUT_TYPE: "application/json"})
