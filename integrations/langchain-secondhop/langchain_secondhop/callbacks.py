"""Decision Reports for handlers: who collects them, and how much of them goes into a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Literal
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tracers.context import register_configure_hook
from secondhop import OptionError
from secondhop.reporting.sinks import Collector

DECISION_REPORT_EVENT = "secondhop.decision_report"
"""Name of the custom event. Its data are a report as a dict, with `schema_version`."""
ENVIRONMENT_SWITCH = "SECONDHOP_TRACE_REPORTS"
"""Set to 1, every run of a secondhop component has its whole report in the trace."""


Report = Mapping[str, Any]
Detail = Literal["summary", "full"]


class DecisionReportCallbackHandler(BaseCallbackHandler):
    """Collects Decision Reports, and puts them into the trace.

    Give it next to the handler of a trace backend, `config={"callbacks": [backend, DecisionReportCallbackHandler()]}`,
    and each secondhop run has a `decision_report` run below it, whose output is the report. Of several handlers, each gets
    its own report; the trace gets what the first one wants, and no words if any of them wants none.
    """

    raise_error = False
    run_inline = True  # so that reports are there, in order, when an async call returns
    # Only custom events matter here; LangChain then spares itself the calls for everything else.
    ignore_llm = ignore_chat_model = ignore_chain = ignore_agent = ignore_retriever = True

    def __init__(
        self,
        *,
        detail: Detail = "full",
        max_candidates: int | None = None,
        include_text: bool = False,
        without_words: bool = False,
        sink: Callable[[Report], None] | None = None,
        max_reports: int | None = 1000,
    ) -> None:
        """Says what to collect.

        Args:
            detail: `full` for the `decision_report` run in traces, `summary` for the figures alone.
            max_candidates: at most this many decisions in a report, kept ones first; None for all.
            include_text: also put the passages' texts into reports. By default there are ids, offsets, scores,
                reasons and token counts, but none of the documents' sentences.
            without_words: leave the question and its terms, headings, linking words and the messages of warnings out of
                reports as well: ids, offsets, scores, reasons and counts stay. What other runs of the trace say is for
                the switches of the backend's SDK.
            sink: called with each report: a logger, a metrics client. It runs where the query runs, so it must be quick.
                If it raises, that is logged once, and again only after it has worked in between.
            max_reports: how many reports are kept in memory; older ones go. None: all.
        """
        if detail not in ("summary", "full"):
            raise OptionError.choice("detail", detail, ("summary", "full"))
        for name, value in (("max_candidates", max_candidates), ("max_reports", max_reports)):
            if value is not None and value < 0:
                raise OptionError(f"{name}={value} is negative")
        if include_text and without_words:
            raise OptionError("include_text=True adds the passages' words, and without_words=True leaves words out")
        self.detail = detail
        self.max_candidates = max_candidates
        self.include_text = include_text
        self.without_words = without_words
        self.sink = sink
        self._around: DecisionReportCallbackHandler | None = None  # the block's around this one's: it hears the same
        self._heard = Collector("DecisionReportCallbackHandler", logging.getLogger(__name__), max_reports)

    @property
    def reports(self) -> list[Report]:
        """The reports so far, oldest first."""
        return self._heard.reports

    @property
    def last(self) -> Report | None:
        """The newest report, None if there is none yet."""
        last: Report | None = self._heard.last
        return last

    def on_custom_event(
        self,
        name: str,
        data: Any,
        *,
        run_id: UUID,  # noqa: ARG002
        tags: list[str] | None = None,  # noqa: ARG002
        metadata: dict[str, Any] | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Takes the reports among the custom events."""
        if name == DECISION_REPORT_EVENT:
            self._heard.add(data, self.sink)


def collectors(handlers: Iterable[BaseCallbackHandler]) -> list[DecisionReportCallbackHandler]:
    """Those of some handlers that collect reports, each once, with those of the blocks around theirs."""
    found: dict[DecisionReportCallbackHandler, None] = {}
    for handler in handlers:
        collector = handler if isinstance(handler, DecisionReportCallbackHandler) else None
        while collector is not None:
            found[collector] = None
            collector = collector._around
    return list(found)


_collecting: ContextVar[DecisionReportCallbackHandler | None] = ContextVar("secondhop_collect_reports", default=None)
_switched_on: ContextVar[DecisionReportCallbackHandler | None] = ContextVar(ENVIRONMENT_SWITCH, default=None)
"""Never set: LangChain makes a handler where the environment asks for one and none is there."""
# Without a class, the handler of a block is added next to others of its class.
register_configure_hook(_collecting, True)
register_configure_hook(_switched_on, True, DecisionReportCallbackHandler, ENVIRONMENT_SWITCH)


@contextmanager
def collect_reports(
    *,
    detail: Detail = "full",
    max_candidates: int | None = None,
    include_text: bool = False,
    without_words: bool = False,
    sink: Callable[[Report], None] | None = None,
    max_reports: int | None = 1000,
) -> Iterator[DecisionReportCallbackHandler]:
    """Collects the reports of everything that runs inside the `with` block, however deep in chains and inner blocks.

    LangChain's own threads are included. Threads of yours have to run in a copy of the context
    (`contextvars.copy_context().run`, `asyncio.to_thread`).

    Args:
        detail: as in `DecisionReportCallbackHandler`, and so the rest.
        max_candidates: at most this many decisions in a report.
        include_text: also put the passages' texts into reports.
        without_words: leave the words of question and documents out of reports.
        sink: called with each report.
        max_reports: how many are kept, the newest; None for all.

    Yields:
        The handler: `.reports`, `.last`.
    """
    handler = DecisionReportCallbackHandler(
        detail=detail,
        max_candidates=max_candidates,
        include_text=include_text,
        without_words=without_words,
        sink=sink,
        max_reports=max_reports,
    )
    handler._around = _collecting.get()
    token = _collecting.set(handler)
    try:
        yield handler
    finally:
        handler._around = None
        with suppress(ValueError):  # a generator that ends in another context than it began in; that one is gone
            _collecting.reset(token)
