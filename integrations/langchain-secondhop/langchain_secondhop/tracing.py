"""How a Decision Report reaches a trace: four layers, the cheapest first, each only where somebody listens.

1. No handler: nothing is built and nothing is called.
2. A summary of flat numbers and words (`secondhop_kept`, …) as metadata of the run, where backends filter; on the
   retriever spans of OpenInference also the ids and scores of what was kept, which they lack.
3. A custom event, `secondhop.decision_report`, for handlers and `astream_events`.
4. A run named `decision_report` below the run, whose output is the report. It is the one form that every trace backend
   shows, and the only one that costs something, so it takes `trace="full"` or a `DecisionReportCallbackHandler`.

Layers 3 and 4 need LangChain's public interface alone. Layer 2 reaches into tracers that keep their runs in `run_map` or
give spans by `get_span`; where a tracer does not, that part is left out and nothing else changes. LangSmith's and
OpenInference's tracers are handed the run of layer 4 in one call (`finished`); where that cannot be, by callbacks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, overload
from uuid import UUID

from langchain_core.callbacks import (
    AsyncCallbackHandler,
    AsyncCallbackManager,
    AsyncCallbackManagerForChainRun,
    AsyncCallbackManagerForRetrieverRun,
    BaseCallbackHandler,
    CallbackManager,
    CallbackManagerForChainRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.runnables import run_in_executor
from secondhop import DecisionReport
from secondhop.telemetry import DOCUMENT, REPORT_SPAN

from langchain_secondhop.callbacks import DECISION_REPORT_EVENT, DecisionReportCallbackHandler
from langchain_secondhop.emission import Emission
from langchain_secondhop.finished import FinishedRun, set_attributes, taker

Trace = Literal["auto", "off", "summary", "full"]
"""`off`; `summary`: layers 2 and 3; `full`: all; `auto`: as the `DecisionReportCallbackHandler` says, else `summary`."""

SyncRun = CallbackManagerForRetrieverRun | CallbackManagerForChainRun
AsyncRun = AsyncCallbackManagerForRetrieverRun | AsyncCallbackManagerForChainRun

_DEAF = (BaseCallbackHandler.on_custom_event, AsyncCallbackHandler.on_custom_event)
"""What a handler has that takes no custom events."""

_log = logging.getLogger(__name__)


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
    emission = Emission(report, documents, run.handlers)
    _add_to_run(run, emission.summary, documents)
    for payload, handlers in _hearers(run, emission):
        _child(run, handlers).on_custom_event(DECISION_REPORT_EVENT, payload, run_id=run.run_id)
    if _in_full(emission, trace):
        tell_run(run, emission)


def tell_run(run: SyncRun, emission: Emission) -> None:
    """Layer 4."""
    finished = _finished(run, emission)
    others = [each for each in run.handlers if not each.ignore_chain and not _takes(each, finished)]
    for outputs, handlers in emission.outputs(others):
        child = _child(run, handlers)
        child.add_metadata(emission.summary, inherit=False)
        child.on_chain_start(None, emission.inputs, **_beginning(finished)).on_chain_end(outputs)


async def aemit(report: DecisionReport, documents: Sequence[Document], run: AsyncRun, trace: Trace) -> None:
    """`emit` for async runs."""
    if not run.handlers or trace == "off":
        return
    emission = Emission(report, documents, run.handlers)
    _add_to_run(run, emission.summary, documents)
    for payload, handlers in _hearers(run, emission):
        await _child(run, handlers).on_custom_event(DECISION_REPORT_EVENT, payload, run_id=run.run_id)
    if _in_full(emission, trace):
        finished = _finished(run, emission)
        told = [each for each in run.handlers if not each.ignore_chain]
        others = [each for each in told if not await _atakes(each, finished)]
        for outputs, handlers in emission.outputs(others):
            child = _child(run, handlers)
            child.add_metadata(emission.summary, inherit=False)
            nested = await child.on_chain_start(None, emission.inputs, **_beginning(finished))
            await nested.on_chain_end(outputs)


def _in_full(emission: Emission, trace: Trace) -> bool:
    policy = emission.policy
    return trace == "full" or (trace == "auto" and policy is not None and policy.detail == "full")


def _hearers(run: SyncRun | AsyncRun, emission: Emission) -> Iterator[tuple[dict[str, Any], list[BaseCallbackHandler]]]:
    """The report for handlers that take custom events, with the handlers; those that collect reports have theirs at once."""
    for collector in emission.collectors:
        payload = emission.payload_for(collector)
        if _hears(collector) is DecisionReportCallbackHandler.on_custom_event:
            collector.on_custom_event(DECISION_REPORT_EVENT, payload, run_id=run.run_id)
        else:  # overridden, so it may be a coroutine
            yield payload, [collector]
    others = [each for each in run.handlers if _hears(each) not in _DEAF and each not in emission.collectors]
    if others:
        yield emission.payload, others


def _hears(handler: BaseCallbackHandler) -> Any:
    """What a handler's class takes custom events with."""
    return getattr(handler.on_custom_event, "__func__", None)


@overload
def _child(run: SyncRun, handlers: list[BaseCallbackHandler]) -> CallbackManager: ...
@overload
def _child(run: AsyncRun, handlers: list[BaseCallbackHandler]) -> AsyncCallbackManager: ...
def _child(run: SyncRun | AsyncRun, handlers: list[BaseCallbackHandler]) -> CallbackManager | AsyncCallbackManager:
    """What tells some handlers of a run below this one."""
    child = run.get_child()
    child.handlers = handlers
    return child


def _finished(run: SyncRun | AsyncRun, emission: Emission) -> FinishedRun:
    return FinishedRun(
        parent_id=run.run_id,
        name=REPORT_SPAN,
        content=emission,
        tags=run.inheritable_tags,
        metadata={**run.inheritable_metadata, **emission.summary},
    )


def _beginning(run: FinishedRun) -> dict[str, Any]:
    """What callbacks are told of its beginning. Deferred, so that LangSmith's tracer sends it in one piece."""
    return {"run_id": run.id, "name": run.name, "defers_inputs": True}


def _takes(handler: BaseCallbackHandler, run: FinishedRun) -> bool:
    """Whether a handler took the finished run, so that it need not be told by callbacks."""
    take = taker(handler)
    try:
        return take is not None and take(handler, run)
    except Exception:  # a tracer built in another way
        _log.debug("no finished run for %s", type(handler).__name__, exc_info=True)
        return False


async def _atakes(handler: BaseCallbackHandler, run: FinishedRun) -> bool:
    """`_takes`, in a thread for handlers that LangChain calls in threads: they may wait for their backend."""
    if handler.run_inline or taker(handler) is None:
        return _takes(handler, run)
    return await run_in_executor(None, _takes, handler, run)


def _add_to_run(run: SyncRun | AsyncRun, summary: dict[str, Any], documents: Sequence[Document]) -> None:
    """Adds to the run that tracers have open."""
    is_retriever = isinstance(run, (CallbackManagerForRetrieverRun, AsyncCallbackManagerForRetrieverRun))
    for handler in run.handlers:
        try:
            _add_summary(handler, run.run_id, summary)
            if is_retriever:
                _add_documents(handler, run.run_id, documents)
        except Exception:  # a tracer built in another way; the report still goes through the other layers
            _log.debug("nothing on the run for %s", type(handler).__name__, exc_info=True)


def _add_summary(handler: BaseCallbackHandler, run_id: UUID, summary: dict[str, Any]) -> None:
    """By way of a new dict: the caller's own metadata stay as they are."""
    tracked = getattr(handler, "run_map", {}).get(str(run_id))
    if tracked is not None:
        tracked.extra["metadata"] = {**(tracked.extra.get("metadata") or {}), **summary}


def _add_documents(handler: BaseCallbackHandler, run_id: UUID, documents: Sequence[Document]) -> None:
    span = getattr(handler, "get_span", lambda _: None)(run_id)
    if span is None:
        return
    attributes: dict[str, str | float] = {}
    for place, document in enumerate(documents):
        id_name, score_name = _names(place)
        attributes[id_name] = str(document.id)
        attributes[score_name] = document.metadata["relevance_score"]
    set_attributes(span, attributes)


@cache
def _names(place: int) -> tuple[str, str]:
    """Attributes of the document at that place. Making them takes longer than setting them."""
    return DOCUMENT.format(place=place, field="id"), DOCUMENT.format(place=place, field="score")
