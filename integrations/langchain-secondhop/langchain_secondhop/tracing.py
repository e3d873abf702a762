"""How a Decision Report reaches a trace: four layers, the cheapest first, each only where somebody listens.

1. No handler: nothing is built and nothing is called.
2. A summary of flat numbers and words (`secondhop_kept`, …) as metadata of the run, where backends filter.
3. A custom event, `secondhop.decision_report`, for handlers and `astream_events`.
4. A run named `decision_report` below the run, whose output is the report. It is the one form that every trace backend
   shows, and the only one that costs something, so it takes `trace="full"` or a `DecisionReportCallbackHandler`.

Layers 3 and 4 use LangChain's public interface alone. Layer 2 reaches into tracers that keep their runs in `run_map`;
where a tracer does not, that part is left out and nothing else changes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.callbacks import (
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForRetrieverRun,
    BaseCallbackHandler,
    CallbackManagerForChainRun,
    CallbackManagerForRetrieverRun,
    adispatch_custom_event,
    dispatch_custom_event,
)
from langchain_core.documents import Document
from secondhop import DecisionReport

from langchain_secondhop.callbacks import DECISION_REPORT_EVENT, DecisionReportCallbackHandler

RUN_NAME = "decision_report"

Trace = Literal["auto", "off", "summary", "full"]
"""`off`; `summary`: layers 2 and 3; `full`: all; `auto`: as the `DecisionReportCallbackHandler` says, else `summary`."""

SyncRun = CallbackManagerForRetrieverRun | CallbackManagerForChainRun
AsyncRun = AsyncCallbackManagerForRetrieverRun | AsyncCallbackManagerForChainRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Emission:
    """What one report becomes in a trace, built once."""

    inputs: dict[str, Any]
    payload: dict[str, Any]
    summary: dict[str, Any]
    in_full: bool


def emit(report: DecisionReport, documents: Sequence[Document], run: SyncRun, trace: Trace) -> None:
    """Tells the handlers of a run about a report.

    Args:
        report: what was decided.
        documents: what was kept; their texts are told only where a handler asks for them.
        run: the retriever's or compressor's own run.
        trace: how much to tell.
    """
    if not run.handlers or trace == "off":
        return
    emission = _prepare(report, documents, run.handlers, trace)
    _stamp(run.handlers, str(run.run_id), emission.summary)
    child = run.get_child()
    dispatch_custom_event(DECISION_REPORT_EVENT, emission.payload, config={"callbacks": child})
    if emission.in_full:
        child.add_metadata(emission.summary, inherit=False)
        child.on_chain_start(None, emission.inputs, name=RUN_NAME).on_chain_end(emission.payload)


async def aemit(report: DecisionReport, documents: Sequence[Document], run: AsyncRun, trace: Trace) -> None:
    """`emit` for async runs."""
    if not run.handlers or trace == "off":
        return
    emission = _prepare(report, documents, run.handlers, trace)
    _stamp(run.handlers, str(run.run_id), emission.summary)
    child = run.get_child()
    await adispatch_custom_event(DECISION_REPORT_EVENT, emission.payload, config={"callbacks": child})
    if emission.in_full:
        child.add_metadata(emission.summary, inherit=False)
        nested = await child.on_chain_start(None, emission.inputs, name=RUN_NAME)
        await nested.on_chain_end(emission.payload)


def _prepare(
    report: DecisionReport, documents: Sequence[Document], handlers: Iterable[BaseCallbackHandler], trace: Trace
) -> _Emission:
    policy = next((handler for handler in handlers if isinstance(handler, DecisionReportCallbackHandler)), None)
    payload = report.to_dict()
    if policy is not None and policy.max_candidates is not None:
        payload |= _shortened(payload["decisions"], policy.max_candidates)
    if policy is not None and policy.include_text:
        payload["passages"] = [{"id": document.id, "text": document.page_content} for document in documents]
    asked = trace == "full" or (trace == "auto" and policy is not None and policy.detail == "full")
    inputs = {"query": report.query, "token_budget": report.token_budget}
    return _Emission(inputs, payload, dict(report.to_attributes()), asked)


def _shortened(decisions: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """The first decisions, those on kept candidates before the others, and how many are left out."""
    first = sorted(decisions, key=lambda decision: decision["fate"] != "kept")[:limit]
    return {"decisions": first, "decisions_omitted": len(decisions) - len(first)}


def _stamp(handlers: Iterable[BaseCallbackHandler], run_id: str, values: dict[str, Any]) -> None:
    """Adds the summary to the run that a tracer has open, by way of a new dict: the caller's own stays as it is."""
    for handler in handlers:
        try:
            run = getattr(handler, "run_map", {}).get(run_id)
            if run is not None:
                run.extra["metadata"] = {**(run.extra.get("metadata") or {}), **values}
        except Exception:  # a tracer built in another way; the report still goes through the other layers
            _log.debug("no summary on the run for %s", type(handler).__name__, exc_info=True)
