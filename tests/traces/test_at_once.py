"""Forty questions at once, over threads and over the event loop: each report is below its own question."""

import pytest
from asking import ask
from questions import question
from sink import listening
from spans import Trace, from_langsmith, from_otlp, report_of

AT_ONCE = {"langchain_at_once": 80, "llama_index_at_once": 40}
"""LangChain's forty are asked once over threads and once over the event loop."""


@pytest.mark.parametrize(
    ("sdk", "what"),
    [
        ("langsmith", ["langchain_at_once"]),
        ("langfuse", list(AT_ONCE)),
        ("openinference", list(AT_ONCE)),
        ("opentelemetry", ["langchain_at_once"]),
    ],
)
def test_no_report_is_below_another_question(sdk, what):
    with listening() as sink:
        reports = ask(sdk, sink.address, *what)
        spans = [*from_langsmith(sink.langsmith_runs()), *from_otlp(sink.otlp_spans())]
    trace = Trace(tuple(spans))
    shown = trace.reports()
    assert len(shown) == len(reports) == sum(AT_ONCE[each] for each in what)
    for mode, report in reports.items():
        span = shown[question(mode)]
        told = report_of(span)
        told.pop("timings", None)
        assert told == report
        assert trace.parent(span).kind in ("RETRIEVER", "RERANKER")
        assert span.trace == trace.parent(span).trace
        # The official instrumentor keeps the question to itself; secondhop's spans write it on the same span.
        assert question(mode) in str(trace.parent(span).input)
