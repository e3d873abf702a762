"""OpenInference's tracer gets the same span whether a run is handed over in one call or told of by callbacks."""

import json
from datetime import datetime

import pytest
from langchain_secondhop import SecondhopRetriever, tracing
from openinference.instrumentation import OITracer, TraceConfig, using_attributes
from openinference.instrumentation.langchain._tracer import OpenInferenceTracer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import secondhop

QUESTION = "Who repairs the engine of the ship that carries the night mail?"
TEXTS = [
    "The night mail is carried by the Aurora Vellamo. The ship leaves the outer quay at ten.",
    "The Aurora Vellamo goes to Brannock & Daughters for gearbox and diesel.",
    "Every engine is inspected in May. What fails is sealed by the mate.",
]
RETRIEVER = SecondhopRetriever(index=secondhop.Document.from_texts(TEXTS), token_budget=60, trace="full")
MASKS = (
    {},
    {"hide_inputs": True},
    {"hide_outputs": True},
    {"hide_inputs": True, "hide_outputs": True, "hide_retrieval_documents": True},
)
METADATA = (
    {},
    {"thread_id": "7", "tenant": "Åbo"},
    {"session_id": "8", "thread_id": "7"},
    {"ls_provider": "openai"},
    {"since": datetime(2026, 1, 2, 3, 4), "ports": (1, 2)},
)


class WithoutIds(TraceConfig):
    """A configuration of the user's own."""

    def mask(self, key, value, **options):
        return None if key.endswith("document.id") else super().mask(key, value, **options)


def report_span(config, metadata, *, masks, make=TraceConfig, question=QUESTION):
    """The span of the report, and whether it is right below the retriever's."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = OpenInferenceTracer(OITracer(provider.get_tracer("test", "1"), make(**masks)), False)
    RETRIEVER.invoke(question, {**config, "callbacks": [tracer], "metadata": metadata})
    nested, retriever = exporter.get_finished_spans()
    assert nested.parent.span_id == retriever.context.span_id
    assert retriever.start_time <= nested.start_time <= nested.end_time <= retriever.end_time
    return nested, retriever


def told(span):
    values = dict(span.attributes)
    for name in ("input.value", "output.value", "metadata"):
        if values.get(name, "").startswith("{"):
            values[name] = json.loads(values[name])
    return span.name, span.kind, span.status.status_code, span.instrumentation_scope, list(span.events), values


@pytest.mark.parametrize("context", [False, True], ids=["alone", "context"])
@pytest.mark.parametrize("metadata", METADATA, ids=lambda metadata: "-".join(metadata) or "none")
@pytest.mark.parametrize("masks", MASKS, ids=lambda masks: "-".join(masks) or "open")
def test_spans_are_those_of_callbacks(masks, metadata, context, monkeypatch):
    attributes = {"session_id": "9", "metadata": {"region": "north"}, "tags": ["deck"]} if context else {}
    with using_attributes(**attributes):
        ours = report_span({}, metadata, masks=masks)
        monkeypatch.setattr(tracing, "taker", lambda handler: None)
        monkeypatch.setattr(tracing, "set_attributes", lambda span, values: span.set_attributes(values))
        theirs = report_span({}, metadata, masks=masks)
    assert [told(span) for span in ours] == [told(span) for span in theirs]
    is_open = "hide_outputs" not in masks
    assert (told(ours[0])[-1]["output.value"] == RETRIEVER.analyze(QUESTION).to_dict()) == is_open


def test_rules_of_the_users_own_hold_for_every_kept_document():
    _, retriever = report_span({}, {}, masks={}, make=WithoutIds)
    told = [name.split(".", 3)[-1] for name in retriever.attributes if name.endswith(("document.id", "document.score"))]
    assert told == ["document.score"] * 2


def test_a_question_cut_within_a_letter_is_written_as_json_escapes_it():
    nested, _ = report_span({}, {}, masks={}, question="Who repairs the engine\ud83d")
    for name in ("input.value", "output.value"):
        assert nested.attributes[name].isascii()
        assert json.loads(nested.attributes[name])["query"] == "Who repairs the engine\ud83d"


def test_the_tracer_is_one_that_takes_finished_runs(monkeypatch):
    monkeypatch.setattr(OpenInferenceTracer, "on_chain_start", None)
    nested, _ = report_span({}, {}, masks={})
    assert nested.name == "decision_report"
