"""Every SDK, every way of asking: the report is in the trace, below the right span, equal to what the API returns."""

import pytest
import readback
from questions import question
from spans import report_of

LANGCHAIN = ("invoke", "ainvoke", "lcel", "alcel", "langgraph", "alanggraph")
LLAMA_INDEX = ("postprocessorquery", "postprocessoraquery", "retrieverquery", "retrieveraquery")
BACKENDS = ("langsmith", "langfuse", "opentelemetry", "phoenix", "mlflow")
FILTERING = ("phoenix", "mlflow")
"""The others are a sink."""
KEEPING_RUNS_OPEN = ("langsmith", "phoenix", "opentelemetry")
"""The others take metadata in at the start of a run only, so the summary is on the report's own span."""
CELLS = [
    (backend, mode)
    for backend in BACKENDS
    for mode in LANGCHAIN + LLAMA_INDEX
    if backend != "opentelemetry" or mode in LANGCHAIN  # its own instrumentor is for LangChain
]
every_cell = pytest.mark.parametrize(("told", "mode"), CELLS, indirect=["told"])
INSIDE = {
    "lcel": "RunnableSequence", "alcel": "RunnableSequence", "langgraph": "LangGraph", "alanggraph": "LangGraph",
    "postprocessorquery": "RetrieverQueryEngine.query", "postprocessoraquery": "RetrieverQueryEngine.aquery",
    "retrieverquery": "RetrieverQueryEngine.query", "retrieveraquery": "RetrieverQueryEngine.aquery",
}  # fmt: skip
"""The outermost span of each mode; a bare retriever's is its own."""
SUMMARY = {
    "secondhop_kept": "n_selected",
    "secondhop_dropped": "removed_total",
    "secondhop_tokens_used": "total_tokens",
}


def span_of(told, mode):
    reports = told.trace.reports()
    assert question(mode) in reports, f"{told.by} has no report of {mode}"
    return reports[question(mode)]


def above(told, span):
    """The spans above one, the nearest first."""
    found = []
    while span.parent:
        span = told.trace.by_id[span.parent]
        found.append(span)
    return found


@every_cell
def test_the_report_in_the_trace_is_the_one_that_the_api_returns(told, mode):
    shown = report_of(span_of(told, mode))
    shown.pop("timings", None)  # secondhop's own spans tell them; the API leaves them out of comparisons
    assert shown == told.reports[mode]
    assert shown["removed_total"] > 0 or mode in ("retrieverquery", "retrieveraquery")


@every_cell
def test_the_report_is_right_below_the_retrieval_that_it_is_about(told, mode):
    parent, *others = above(told, span_of(told, mode))
    assert parent.kind == ("RERANKER" if mode.startswith("postprocessor") else "RETRIEVER")
    assert question(mode) in str(parent.input) or told.by == "opentelemetry"
    assert (others[-1] if others else parent).name.endswith(INSIDE.get(mode, parent.name))


@every_cell
def test_the_summary_is_flat_on_the_report_or_on_its_retrieval(told, mode):
    span = span_of(told, mode)
    metadata = {**told.trace.parent(span).metadata, **span.metadata}
    report = told.reports[mode]
    assert {name: metadata[name] for name in SUMMARY} == {name: report[field] for name, field in SUMMARY.items()}


@pytest.mark.parametrize("mode", LANGCHAIN)
@pytest.mark.parametrize("told", KEEPING_RUNS_OPEN, indirect=True)
def test_clients_that_keep_runs_open_have_the_summary_on_the_retrieval_too(told, mode):
    metadata = told.trace.parent(span_of(told, mode)).metadata
    assert metadata["secondhop_kept"] == told.reports[mode]["n_selected"]


@pytest.mark.parametrize("told", BACKENDS, indirect=True)
def test_each_question_has_one_report(told):
    assert set(told.trace.reports()) == {question(mode) for mode in told.reports}


@pytest.mark.parametrize("told", FILTERING, indirect=True)
def test_backends_filter_by_the_summary(told):
    kept = [report["n_selected"] for report in told.reports.values()]
    for wanted in range(max(kept) + 2):
        assert filtered(told, wanted) == kept.count(wanted)


def filtered(told, kept):
    """How many reports a backend finds by the number of kept passages."""
    if told.by == "phoenix":
        return readback.phoenix_filtered(told.address, f"metadata['secondhop_kept'] == {kept}").count("decision_report")
    # Quotes are stored with an escape: `_` stands for any one character.
    return len(readback.mlflow_traces(told.address, f"span.attributes.metadata ILIKE '%secondhop_kept__: {kept},%'"))
