"""OpenTelemetry spans for contexts, for whoever asks for them. The one place that knows the names of span attributes.

    secondhop.instrument()      # from here on each `context` and `build_context` is a span, wherever the program's
                                # tracer provider sends them

A span `retrieval` has children `retrieve`, `select`, `assemble` with their times, and with `detail="full"` a child
`decision_report` whose output is the report. Where an instrumentor of a framework has a retrieval open already, all this
goes there, so that one retrieval is told of once. Names follow the semantic conventions for generative AI and
OpenInference (see `CONVENTIONS`); our own figures are under one prefix. Words of queries and passages are left out
unless asked for.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, time_ns
from typing import TYPE_CHECKING, Any, Literal

from secondhop.errors import MissingExtraError, OptionError
from secondhop.reporting import Context
from secondhop.reporting.flat import PREFIX, Scalar, without_words

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

Detail = Literal["summary", "full"]
CONVENTIONS = {"gen_ai": "0.66b2 (development)", "openinference": "0.1.42"}
"""Versions of the conventions' Python packages that the names below are of. A test compares them."""

SCOPE = "secondhop"
SPAN = "retrieval"
REPORT_SPAN = "decision_report"
OPERATION = "gen_ai.operation.name"
QUERY = "gen_ai.retrieval.query.text"
DOCUMENTS = "gen_ai.retrieval.documents"
ERROR = "error.type"
KIND = "openinference.span.kind"
INPUT, INPUT_TYPE = "input.value", "input.mime_type"
OUTPUT, OUTPUT_TYPE = "output.value", "output.mime_type"
JSON_TYPE = "application/json"
_DOCUMENTS = "retrieval.documents."
DOCUMENT = _DOCUMENTS + "{place}.document.{field}"
_MOST_OF_DOCUMENTS = 60
"""Attributes. An SDK keeps 128 on a span unless told otherwise, and lets the oldest go; our others are up to 54."""
_DROPPED = f"{PREFIX}dropped_"
METADATA = "metadata"
SESSION = "session.id"
METADATA_OF_VENDORS = ("langsmith.metadata.", "langfuse.observation.metadata.")
"""Prefixes of the attributes that LangSmith and Langfuse filter OpenTelemetry spans by."""
_EXPORTERS = ("langsmith", "langfuse", "mlflow.tracing", "opentelemetry.exporter", "opentelemetry.sdk")
"""Loggers, and those below them, that tell of a backend that does not answer."""
_WITH_DOTS = tuple(f"{name}." for name in _EXPORTERS)


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
        include_text: also the words: the query, the passages, what the report says in words, and messages of errors.
        tracer_provider: where spans go; None for the program's global provider.

    Raises:
        MissingExtraError: `opentelemetry-api` is not installed.
        OptionError: the detail is unknown, or the provider is none.
    """
    if detail not in ("summary", "full"):
        raise OptionError.choice("detail", detail, ("summary", "full"))
    try:
        from opentelemetry import trace
    except ImportError:
        raise MissingExtraError("opentelemetry-api", extra="otel") from None
    if tracer_provider is not None and not hasattr(tracer_provider, "get_tracer"):
        raise OptionError(f"tracer_provider={tracer_provider!r} is not a TracerProvider")
    global _instrument  # noqa: PLW0603  one setting for the process, as instrumentors have
    _instrument = _Instrument(trace.get_tracer(SCOPE, tracer_provider=tracer_provider), detail, include_text)


def uninstrument() -> None:
    """Makes no further spans."""
    global _instrument  # noqa: PLW0603
    _instrument = None


def observed(ask: Callable[[], Context]) -> Context:
    """The context that `ask` makes, with a span around it if `instrument` was called."""
    settings = _instrument
    if settings is None:
        return ask()
    with _retrieval(settings) as span:
        began = time_ns()
        context = ask()
        if span.is_recording():
            _tell(span, context, settings)
            _tell_stages(context, settings.tracer, began)
            if settings.detail == "full":
                _tell_report(context, settings)
        return context


@contextmanager
def _retrieval(settings: _Instrument) -> Iterator[Span]:
    """The retrieval that an instrumentor has open around this call, or a span of our own."""
    from opentelemetry.trace import StatusCode, get_current_span

    if _is_retrieval_of_others(current := get_current_span()):
        yield current
        return
    # Messages of errors quote values, so what is recorded of an error is its type, as the conventions have it.
    with settings.tracer.start_as_current_span(
        SPAN,
        attributes={OPERATION: SPAN, KIND: "RETRIEVER"},
        record_exception=settings.include_text,
        set_status_on_exception=settings.include_text,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute(ERROR, type(error).__qualname__)
            if not settings.include_text:
                span.set_status(StatusCode.ERROR)
            raise


def _is_retrieval_of_others(span: Span) -> bool:
    attributes = getattr(span, "attributes", None) or {}  # the API has no way to read them; SDKs do
    scope = getattr(getattr(span, "instrumentation_scope", None), "name", None)
    return span.is_recording() and attributes.get(OPERATION) == SPAN and scope != SCOPE


def summary(figures: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """What `report.to_attributes()` is on a span: as attributes, and under the names that backends filter by."""
    named = {f"{prefix}{name}": value for prefix in METADATA_OF_VENDORS for name, value in figures.items()}
    return {**figures, METADATA: json.dumps(dict(figures)), **named}


def _tell(span: Span, context: Context, settings: _Instrument) -> None:
    figures, documents = context.report.to_attributes(), _documents(context, settings)
    # A retriever that asks again tells the same span, and nothing can be taken off it: what is no more is 0 or empty.
    held: Mapping[str, Any] = getattr(span, "attributes", None) or {}
    no_more = {name: 0 for name in held if name.startswith(_DROPPED) and name not in figures}
    gone = {name: type(held[name])() for name in held if name.startswith(_DOCUMENTS) and name not in documents}
    span.set_attributes({**summary({**figures, **no_more}), **gone, **documents})
    if settings.include_text:
        query = _encodable(context.report.query)
        span.set_attributes({QUERY: query, INPUT: query})
    if settings.detail == "full":
        kept = [{"id": passage.chunk.id, "score": float(passage.score)} for passage in context.passages]
        span.set_attribute(DOCUMENTS, json.dumps(kept))


def _documents(context: Context, settings: _Instrument) -> dict[str, Scalar]:
    """Attributes of the first passages: as many as a span has room for."""
    fields: dict[str, list[Scalar]] = {}
    if settings.detail == "full":
        fields["id"] = [_encodable(passage.chunk.id) for passage in context.passages]
        fields["score"] = [float(passage.score) for passage in context.passages]  # strategies may give numpy's
    if settings.include_text:
        fields["content"] = [_encodable(text) for text in context.chunks]
    return {
        DOCUMENT.format(place=place, field=field): value
        for field, values in fields.items()
        for place, value in enumerate(values[: _MOST_OF_DOCUMENTS // len(fields)])
    }


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
        # Its own name as the operation: what counts retrievals must not count their stages.
        tracer.start_span(stage, start_time=start, attributes={OPERATION: stage, KIND: "CHAIN"}).end(end)
        start = end


def _tell_report(context: Context, settings: _Instrument) -> None:
    payload: dict[str, Any] = context.report.to_dict(timings=True)
    payload = payload if settings.include_text else without_words(payload)
    # Strategies of others may put anything into the detail of a decision.
    attributes = {OUTPUT: json.dumps(payload, default=str), OUTPUT_TYPE: JSON_TYPE}
    with settings.tracer.start_as_current_span(
        REPORT_SPAN, attributes={OPERATION: REPORT_SPAN, KIND: "CHAIN", **attributes}
    ):
        pass


def _encodable(text: str) -> str:
    """Without lone surrogates, for which an exporter would drop the whole batch of spans."""
    return text.encode("utf-8", "replace").decode()


class ExporterLogFilter(logging.Filter):
    """Lets one line through, each while, of what SDKs log batch after batch about a backend that is down.

    For log handlers, each with a filter of its own:

        for handler in logging.getLogger().handlers:
            handler.addFilter(ExporterLogFilter())

    It is about warnings and errors of LangSmith, Langfuse, MLflow's tracing and OpenTelemetry's exporters. Everything
    else passes.
    """

    def __init__(self, every_s: float = 300.0) -> None:
        """Says how often.

        Args:
            every_s: seconds from one line that passes to the next.
        """
        super().__init__()
        self._every_s = every_s
        self._quiet_until = 0.0
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """True for a line that passes."""
        if record.levelno < logging.WARNING or not f"{record.name}.".startswith(_WITH_DOTS):
            return True
        with self._lock:
            now = monotonic()
            if now < self._quiet_until:
                return False
            self._quiet_until = now + self._every_s
            return True
