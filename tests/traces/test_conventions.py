"""The names of span attributes are those of the conventions, as their own Python packages have them."""

from importlib.metadata import version

from openinference.semconv.trace import (
    DocumentAttributes,
    OpenInferenceMimeTypeValues,
    OpenInferenceSpanKindValues,
    SpanAttributes,
)
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes import error_attributes

from secondhop import telemetry


def test_names_of_the_conventions_for_generative_ai():
    assert telemetry.OPERATION == gen_ai.GEN_AI_OPERATION_NAME
    assert gen_ai.GenAiOperationNameValues.RETRIEVAL.value == telemetry.SPAN
    assert telemetry.QUERY == gen_ai.GEN_AI_RETRIEVAL_QUERY_TEXT
    assert telemetry.DOCUMENTS == gen_ai.GEN_AI_RETRIEVAL_DOCUMENTS
    assert telemetry.ERROR == error_attributes.ERROR_TYPE


def test_names_of_openinference():
    assert telemetry.KIND == SpanAttributes.OPENINFERENCE_SPAN_KIND
    assert {"RETRIEVER", "CHAIN"} <= {kind.value for kind in OpenInferenceSpanKindValues}
    assert (telemetry.INPUT, telemetry.INPUT_TYPE) == (SpanAttributes.INPUT_VALUE, SpanAttributes.INPUT_MIME_TYPE)
    assert (telemetry.OUTPUT, telemetry.OUTPUT_TYPE) == (SpanAttributes.OUTPUT_VALUE, SpanAttributes.OUTPUT_MIME_TYPE)
    assert OpenInferenceMimeTypeValues.JSON.value == telemetry.JSON_TYPE
    assert (telemetry.METADATA, telemetry.SESSION) == (SpanAttributes.METADATA, SpanAttributes.SESSION_ID)
    names = {"id": "DOCUMENT_ID", "score": "DOCUMENT_SCORE", "content": "DOCUMENT_CONTENT"}
    for field, name in names.items():
        expected = f"{SpanAttributes.RETRIEVAL_DOCUMENTS}.0.{getattr(DocumentAttributes, name)}"
        assert telemetry.DOCUMENT.format(place=0, field=field) == expected


def test_the_versions_that_the_names_are_of_are_those_tested():
    assert telemetry.CONVENTIONS["gen_ai"] == f"{version('opentelemetry-semantic-conventions')} (development)"
    assert telemetry.CONVENTIONS["openinference"] == version("openinference-semantic-conventions")
