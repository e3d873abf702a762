"""Spans as the OpenTelemetry SDK records them. Each test has a provider of its own; none touches the global one."""

import json
import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import secondhop
from secondhop import Document, OptionError, build_context
from secondhop.reporting.flat import attributes_of
from secondhop.selection.raw_topk import raw_topk
from secondhop.telemetry import ExporterLogFilter

DOC = Document.from_text(
    "# Keepers\n\nThe lighthouse keeper was Robert Zanzibar.\n\n# People\n\nRobert Zanzibar was born in Quixeramobim.",
    source="keepers.md",
)
QUESTION = "Who was the lighthouse keeper?"


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    exporter.provider = provider
    yield exporter
    secondhop.uninstrument()


def by_name(exporter):
    return {span.name: span for span in exporter.get_finished_spans()}


def test_nothing_is_recorded_unless_asked_for(spans):
    DOC.context(QUESTION)
    assert spans.get_finished_spans() == ()


def test_a_context_is_a_span_with_its_stages_below_it(spans):
    secondhop.instrument(tracer_provider=spans.provider)
    context = DOC.context(QUESTION)
    found = by_name(spans)
    assert set(found) == {"retrieval", "retrieve", "select", "assemble"}
    top = found["retrieval"]
    for stage in ("retrieve", "select", "assemble"):
        assert found[stage].parent.span_id == top.context.span_id
        assert top.start_time <= found[stage].start_time <= found[stage].end_time
    assert found["retrieve"].end_time == found["select"].start_time
    assert top.attributes["gen_ai.operation.name"] == "retrieval"
    assert top.attributes["openinference.span.kind"] == "RETRIEVER"
    assert {name: top.attributes[name] for name in context.report.to_attributes()} == context.report.to_attributes()


def test_the_full_detail_holds_the_report_without_words(spans):
    secondhop.instrument(detail="full", tracer_provider=spans.provider)
    context = DOC.context(QUESTION)
    found = by_name(spans)
    report = json.loads(found["decision_report"].attributes["output.value"])
    assert found["decision_report"].parent.span_id == found["retrieval"].context.span_id
    assert [decision["chunk_id"] for decision in report["decisions"]] == [
        decision.chunk_id for decision in context.report.decisions
    ]
    ids = [item["id"] for item in json.loads(found["retrieval"].attributes["gen_ai.retrieval.documents"])]
    assert ids == [passage.chunk.id for passage in context.passages]
    assert found["retrieval"].attributes["retrieval.documents.0.document.id"] == ids[0]


@pytest.mark.parametrize("detail", ["summary", "full"])
def test_no_word_of_query_or_passages_leaves_unless_asked_for(spans, detail):
    secondhop.instrument(detail=detail, tracer_provider=spans.provider)
    DOC.context("Was the lighthouse keeper Xylophonist a Zanzibar?")
    told = " ".join(span.to_json() for span in spans.get_finished_spans()).casefold()
    assert [
        word for word in ("zanzibar", "quixeramobim", "xylophonist", "lighthouse", "keepers.md") if word in told
    ] == []


def test_words_are_told_on_request(spans):
    secondhop.instrument(detail="full", include_text=True, tracer_provider=spans.provider)
    context = DOC.context(QUESTION)
    found = by_name(spans)
    assert found["retrieval"].attributes["input.value"] == QUESTION
    assert found["retrieval"].attributes["retrieval.documents.0.document.content"] == context.chunks[0]
    report = json.loads(found["decision_report"].attributes["output.value"])
    timings = report.pop("timings")
    assert report == context.report.to_dict()
    assert timings["total"] > 0


def test_contexts_from_elsewhere_are_spans_too(spans):
    secondhop.instrument(tracer_provider=spans.provider)
    build_context(QUESTION, ["The lighthouse keeper was Robert."])
    assert "retrieval" in by_name(spans)


def test_a_filter_is_timed_and_told_of_with_the_rest(spans):
    secondhop.instrument(tracer_provider=spans.provider)

    def slow(chunk):
        time.sleep(0.05)
        return True

    context = DOC.context(QUESTION, filter=slow)
    assert context.report.timings["total"] >= context.report.timings["retrieve"] >= 50 * len(DOC)
    spans.clear()
    with pytest.raises(KeyError):
        DOC.context(QUESTION, filter=lambda chunk: chunk.metadata["team"])
    (span,) = spans.get_finished_spans()
    assert span.attributes["error.type"] == "KeyError"


def test_spans_of_many_threads_keep_to_their_own_parents(spans):
    secondhop.instrument(tracer_provider=spans.provider)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(DOC.context, [QUESTION] * 40))
    tops = {
        span.context.span_id: span.context.trace_id for span in spans.get_finished_spans() if span.name == "retrieval"
    }
    stages = [span for span in spans.get_finished_spans() if span.name != "retrieval"]
    assert (len(tops), len(stages)) == (40, 120)
    assert all(tops[span.parent.span_id] == span.context.trace_id for span in stages)


def test_of_an_error_only_its_type_is_told(spans):
    secondhop.instrument(tracer_provider=spans.provider)

    def broken(query, hits, budget):
        raise RuntimeError(f"no idea what {query} means")

    with pytest.raises(RuntimeError, match="lighthouse"):
        DOC.context(QUESTION, strategy=broken)
    (span,) = spans.get_finished_spans()
    assert (span.status.is_ok, span.attributes["error.type"]) == (False, "RuntimeError")
    assert "lighthouse" not in span.to_json()


def test_a_retrieval_that_an_instrumentor_has_open_is_told_of_once(spans):
    secondhop.instrument(detail="full", tracer_provider=spans.provider)
    tracer = spans.provider.get_tracer("an.instrumentor")
    with tracer.start_as_current_span("retrieval docs", attributes={"gen_ai.operation.name": "retrieval"}):
        context = DOC.context(QUESTION)
    found = by_name(spans)
    assert set(found) == {"retrieval docs", "retrieve", "select", "assemble", "decision_report"}
    outer = found.pop("retrieval docs")
    assert outer.attributes["secondhop_kept"] == context.report.n_selected
    assert {span.parent.span_id for span in found.values()} == {outer.context.span_id}


@pytest.mark.parametrize("attributes", [{}, {"gen_ai.operation.name": "chat"}])
def test_other_spans_around_a_context_stay_as_they_are(spans, attributes):
    secondhop.instrument(tracer_provider=spans.provider)
    with spans.provider.get_tracer("a.server").start_as_current_span("GET /ask", attributes=attributes):
        DOC.context(QUESTION)
    found = by_name(spans)
    assert dict(found["GET /ask"].attributes) == attributes
    assert found["retrieval"].parent.span_id == found["GET /ask"].context.span_id


def test_one_retrieval_is_counted_for_each_question(spans):
    secondhop.instrument(detail="full", tracer_provider=spans.provider)
    DOC.context(QUESTION)
    operations = [span.attributes["gen_ai.operation.name"] for span in spans.get_finished_spans()]
    assert sorted(operations) == ["assemble", "decision_report", "retrieval", "retrieve", "select"]


@pytest.mark.parametrize("include_text", [False, True])
def test_many_passages_push_no_attribute_off_the_span(spans, include_text):
    secondhop.instrument(detail="full", include_text=include_text, tracer_provider=spans.provider)
    context = build_context("copper", [f"Copper number {number} melts." for number in range(100)])
    (span,) = [span for span in spans.get_finished_spans() if span.name == "retrieval"]
    assert span.dropped_attributes == 0
    assert span.attributes["gen_ai.operation.name"] == "retrieval"
    assert span.attributes["secondhop_kept"] == len(context) == 100
    assert len(json.loads(span.attributes["gen_ai.retrieval.documents"])) == 100
    told = [name for name in span.attributes if name.startswith("retrieval.documents.") and name.endswith(".id")]
    assert len(told) == (20 if include_text else 30)


def test_of_two_answers_on_one_span_the_last_counts(spans):
    secondhop.instrument(detail="full", tracer_provider=spans.provider)
    chunks = [f"Copper number {number} melts at {number} degrees." for number in range(4)]
    with spans.provider.get_tracer("an.instrumentor").start_as_current_span(
        "retrieval docs", attributes={"gen_ai.operation.name": "retrieval"}
    ):
        first = build_context("copper melts", [*chunks, chunks[0]], "redundancy_pruned", 100, tokenizer="words")
        last = build_context("copper melts", chunks, "redundancy_pruned", 8, tokenizer="words")
    assert set(first.report.removed) == {"dropped_duplicate"} != set(last.report.removed)
    attributes = by_name(spans)["retrieval docs"].attributes
    dropped = {name: count for name, count in attributes.items() if name.startswith("secondhop_dropped_")}
    assert dropped == {"secondhop_dropped_budget": 3, "secondhop_dropped_duplicate": 0}
    assert json.loads(attributes["metadata"])["secondhop_dropped_duplicate"] == 0
    ids = [attributes[f"retrieval.documents.{place}.document.id"] for place in range(4)]
    assert ids == [last.citations[0]["chunk_id"], "", "", ""]


def test_scores_of_narrow_floats_are_told(spans):
    def narrow(query, hits, budget):
        selection = raw_topk(query, hits, budget)
        return replace(selection, passages=tuple(replace(each, score=np.float32(0.5)) for each in selection.passages))

    secondhop.instrument(detail="full", tracer_provider=spans.provider)
    DOC.context(QUESTION, strategy=narrow)
    attributes = by_name(spans)["retrieval"].attributes
    assert attributes["retrieval.documents.0.document.score"] == 0.5
    assert json.loads(attributes["gen_ai.retrieval.documents"])[0]["score"] == 0.5


async def test_an_async_context_is_below_the_span_that_awaits_it(spans):
    secondhop.instrument(tracer_provider=spans.provider)
    with spans.provider.get_tracer("a.server").start_as_current_span("GET /ask"):
        await DOC.acontext(QUESTION)
    found = by_name(spans)
    assert found["retrieval"].parent.span_id == found["GET /ask"].context.span_id


def test_text_that_cannot_be_encoded_does_not_cost_the_batch(spans):
    secondhop.instrument(detail="full", include_text=True, tracer_provider=spans.provider)
    DOC.context("lighthouse \ud800 keeper")
    finished = spans.get_finished_spans()
    assert any("lighthouse" in str(span.attributes) for span in finished)
    for span in finished:
        for value in span.attributes.values():
            str(value).encode("utf-8")


def test_words_that_a_strategy_puts_into_details_stay(spans):
    def talkative(query, hits, budget):
        selection = raw_topk(query, hits, budget)
        told = [replace(each, detail={"quote": "Zanzibar", "share": 0.5}) for each in selection.decisions]
        return replace(selection, decisions=tuple(told))

    secondhop.instrument(detail="full", tracer_provider=spans.provider)
    DOC.context(QUESTION, strategy=talkative)
    output = by_name(spans)["decision_report"].attributes["output.value"]
    assert "Zanzibar" not in output
    assert json.loads(output)["decisions"][0]["detail"] == {"share": 0.5}


def test_an_unknown_detail_is_refused():
    with pytest.raises(OptionError, match="tracer_provider='console' is not a TracerProvider"):
        secondhop.instrument(tracer_provider="console")
    with pytest.raises(OptionError, match="detail='all'"):
        secondhop.instrument(detail="all")


def test_opentelemetry_is_not_loaded_unless_asked_for():
    code = (
        "import sys, secondhop; secondhop.Document.from_text('a b').context('a'); print('opentelemetry' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_log_line_has_no_words_of_the_query():
    line = DOC.context(QUESTION).report.to_log()
    assert "lighthouse" not in json.dumps(line)
    assert line["n_selected"] == line["n_citations"] >= 1
    assert line["latency_ms"] > 0


def test_hashes_of_queries_are_equal_under_one_key_only():
    report = DOC.context(QUESTION).report
    one, other = report.to_log(key=b"one"), report.to_log(key=b"other")
    assert one["query_hash"] == DOC.context(QUESTION).report.to_log(key=b"one")["query_hash"] != other["query_hash"]
    assert report.to_log(query_text=True)["query"] == QUESTION


def test_of_what_exporters_log_one_line_passes_in_a_while():
    now = ExporterLogFilter(every_s=0.0)
    seldom = ExporterLogFilter(every_s=60.0)
    line = logging.makeLogRecord({"name": "opentelemetry.exporter.otlp", "levelno": logging.ERROR})
    other = logging.makeLogRecord({"name": "langsmith.client", "levelno": logging.WARNING})
    assert [seldom.filter(each) for each in (line, other, line)] == [True, False, False]
    assert [now.filter(each) for each in (line, other, line)] == [True, True, True]


@pytest.mark.parametrize(("name", "level"), [("app", "ERROR"), ("langsmithy", "ERROR"), ("langsmith.client", "INFO")])
def test_other_lines_pass(name, level):
    exporters = ExporterLogFilter()
    record = logging.makeLogRecord({"name": name, "levelno": getattr(logging, level)})
    assert all(exporters.filter(record) for _ in range(3))


def test_the_summary_on_a_span_is_under_the_names_that_backends_filter_by(spans):
    secondhop.instrument(tracer_provider=spans.provider)
    kept = DOC.context(QUESTION).report.n_selected
    attributes = by_name(spans)["retrieval"].attributes
    for name in ("secondhop_kept", "langsmith.metadata.secondhop_kept", "langfuse.observation.metadata.secondhop_kept"):
        assert attributes[name] == kept
    assert json.loads(attributes["metadata"])["secondhop_kept"] == kept


def test_a_report_that_is_a_dict_already_has_the_same_summary():
    report = DOC.context(QUESTION).report
    assert attributes_of(report.to_dict()) == report.to_attributes()
