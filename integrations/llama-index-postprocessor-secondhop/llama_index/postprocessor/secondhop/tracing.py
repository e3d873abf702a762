"""The Decision Report in traces and in event handlers.

Where someone listens, each step sends `ReRankStartEvent` and `DecisionReportEvent` (a `ReRankEndEvent`, so that
instrumentors that know nothing of secondhop show the nodes before and after), and opens a span named
`decision_report` whose output is the report. A summary of flat numbers and words (`secondhop_kept`, …) is on both, where
backends filter: as instrument tags, and as attributes of the span that OpenInference or MLflow has open. Where nobody
listens, nothing is built.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from llama_index.core.bridge.pydantic import ConfigDict, Field, PrivateAttr
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.dispatcher import Dispatcher, active_instrument_tags, instrument_tags
from llama_index.core.instrumentation.event_handlers import BaseEventHandler, NullEventHandler
from llama_index.core.instrumentation.events.base import BaseEvent
from llama_index.core.instrumentation.events.rerank import ReRankEndEvent, ReRankStartEvent
from llama_index.core.instrumentation.span_handlers import NullSpanHandler
from llama_index.core.schema import NodeWithScore, QueryBundle

from secondhop.reporting.flat import Scalar, attributes_of
from secondhop.reporting.sinks import Collector
from secondhop.telemetry import METADATA, REPORT_SPAN, summary

dispatcher = get_dispatcher(__name__)
logger = logging.getLogger(__name__)

Report = dict[str, Any]
"""`DecisionReport.to_dict()`, with ids of nodes that only LlamaIndex knows of.

`passed_through`: without text, and kept; `dropped_without_text`: without text, and their metadata did not fit the budget;
`unscored`: without a score, or with one that is no finite number.
"""


class DecisionReportEvent(ReRankEndEvent):
    """The end of a step: the nodes that it kept, and its Decision Report."""

    report: Report = Field(description="The Decision Report as a plain dict.")
    summary: dict[str, Scalar] = Field(default_factory=dict, description="The report as flat values.")

    @classmethod
    def class_name(cls) -> str:
        """Name of the event."""
        return "DecisionReportEvent"


class DecisionReportEventHandler(BaseEventHandler):
    """Collects the reports of all steps: `get_dispatcher().add_event_handler(DecisionReportEventHandler())`.

    The newest `max_reports` are kept, or all if that is None. `sink`, if given, is called with each report; what it
    raises is logged, because the dispatcher would swallow it: once, and again only after the sink has worked in between.
    """

    model_config = ConfigDict(extra="forbid")

    max_reports: int | None = Field(
        default=1000, ge=0, description="How many reports are kept, the newest ones; None for all."
    )
    sink: Callable[[Report], Any] | None = Field(default=None, exclude=True, description="Called with each report.")
    _heard: Collector = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        """Makes room for the reports."""
        super().model_post_init(context)
        self._heard = Collector("DecisionReportEventHandler", logger, self.max_reports)

    @classmethod
    def class_name(cls) -> str:
        """Name of the handler."""
        return "DecisionReportEventHandler"

    @property
    def reports(self) -> list[Report]:
        """The reports so far, oldest first."""
        return self._heard.reports

    @property
    def last(self) -> Report | None:
        """The newest report, None if there is none."""
        last: Report | None = self._heard.last
        return last

    def handle(self, event: BaseEvent, **kwargs: Any) -> None:  # noqa: ARG002
        """Keeps the report of a `DecisionReportEvent`; other events are not looked at."""
        if isinstance(event, DecisionReportEvent):
            self._heard.add(event.report, self.sink)


_collecting: ContextVar[tuple[DecisionReportEventHandler, ...]] = ContextVar("secondhop_collecting", default=())


@contextmanager
def collect_reports(
    *, max_reports: int | None = 1000, sink: Callable[[Report], Any] | None = None
) -> Iterator[DecisionReportEventHandler]:
    """Collects the reports of this thread or task, and of what it awaits, while the block runs.

    Reports of other requests that run at the same time are not among them.
    """
    handler = DecisionReportEventHandler(max_reports=max_reports, sink=sink)
    token = _collecting.set((*_collecting.get(), handler))
    try:
        yield handler
    finally:
        with suppress(ValueError):  # a generator that ends in another context than it began in; that one is gone
            _collecting.reset(token)


def trace_start(query: QueryBundle, nodes: Sequence[NodeWithScore], top_n: int, name: str) -> None:
    """Tells event handlers what a step is given."""
    if _has_event_handlers():
        dispatcher.event(ReRankStartEvent(query=query, nodes=list(nodes), top_n=top_n, model_name=name))


def trace_report(
    make_report: Callable[[], Report], nodes: Sequence[NodeWithScore], *, inside_retriever: bool = False
) -> None:
    """Sends a step's report to whoever listens, under the span that is open.

    Args:
        make_report: called if anybody listens.
        nodes: what the step returns.
        inside_retriever: send the event inside the report's own span, because instrumentors would take the end of a
            reranking for a property of the retriever's.
    """
    has_spans, has_events, collecting = _has_span_handlers(), _has_event_handlers(), _collecting.get()
    if not (has_spans or has_events or collecting):
        return
    report = make_report()
    figures = attributes_of(report)

    def send() -> None:
        if not (has_events or collecting):
            return
        event = DecisionReportEvent(nodes=list(nodes), report=report, summary=figures)
        for handler in collecting:
            handler.handle(event)
        if has_events:
            dispatcher.event(event)

    def decision_report() -> Report:
        # A closure: the report is the span's output, and would be its input as well if it were an argument.
        _add_to_span(figures)
        if inside_retriever:
            send()
        return report

    decision_report.__qualname__ = REPORT_SPAN  # instrumentors make the span's name of it
    with instrument_tags({**active_instrument_tags.get(), **figures}):
        dispatcher.span(decision_report)()
        if not inside_retriever:
            send()


def _add_to_span(figures: dict[str, Scalar]) -> None:
    """Adds the summary to the report's own span, where an instrumentor has it open as the current one.

    Some versions of instrumentors do not; then the current span is somebody else's, which its name tells.
    """
    try:
        if (trace := sys.modules.get("opentelemetry.trace")) is not None:
            span = trace.get_current_span()
            if getattr(span, "name", None) == REPORT_SPAN:
                span.set_attributes(summary(figures))
        if (mlflow := sys.modules.get("mlflow")) is not None:
            span = mlflow.get_current_active_span()
            if span is not None and span.name == REPORT_SPAN:
                span.set_attributes({**figures, METADATA: figures})
    except Exception:  # instrumented in another way; the report is the span's output all the same
        logger.debug("no summary on the span", exc_info=True)


def _dispatchers() -> Iterator[Dispatcher]:
    """Ours and those that it passes things on to."""
    current = dispatcher
    while True:
        yield current
        if not current.propagate:
            return
        current = current.parent


def _has_event_handlers() -> bool:
    return any(not isinstance(h, NullEventHandler) for each in _dispatchers() for h in each.event_handlers)


def _has_span_handlers() -> bool:
    return any(not isinstance(h, NullSpanHandler) for each in _dispatchers() for h in each.span_handlers)
