"""With the masking switch of each vendor, no byte of query or passages leaves: all that was sent is searched for them."""

import pytest
from asking import ask
from questions import CANARIES
from sink import listening
from spans import REPORT, from_langsmith, from_otlp

HIDE = {"OPENINFERENCE_HIDE_INPUTS": "true", "OPENINFERENCE_HIDE_OUTPUTS": "true"}
SWITCHES = {
    "langsmith": {"LANGSMITH_HIDE_INPUTS": "true", "LANGSMITH_HIDE_OUTPUTS": "true"},
    "langfuse": {"TRACES_MASK": "1"},
    "openinference": {**HIDE, "OPENINFERENCE_HIDE_EMBEDDINGS_TEXT": "true"},
    "opentelemetry": {"TRACES_MASK": "1"},
}
"""TRACES_MASK makes the program give the SDK a mask, or ask for no text, where the vendor has no variable for it."""
NOT_MASKED_BY_OPENINFERENCE = "llm.prompt_template.variables"
"""OpenInference's own spans of prompts keep this one under all its switches. None of secondhop's spans has it."""


def leaked(sent):
    return [word for word in CANARIES if word.casefold().encode() in sent.lower()]


@pytest.mark.parametrize("sdk", ["langsmith", "langfuse", "opentelemetry"])
def test_no_word_leaves_where_masking_is_on(sdk):
    with listening() as sink:
        ask(sdk, sink.address, "langchain", **SWITCHES[sdk])
        spans = [*from_langsmith(sink.langsmith_runs()), *from_otlp(sink.otlp_spans())]
        assert leaked(sink.everything()) == []
    assert sum(span.name == REPORT for span in spans) == 6


def test_without_a_switch_the_search_finds_the_words():
    with listening() as sink:
        ask("langsmith", sink.address, "langchain")
        assert {"Vellamo", "Quixotewhisper"} <= set(leaked(sink.everything()))


def test_openinference_hides_every_word_but_the_variables_of_prompts():
    with listening() as sink:
        ask("openinference", sink.address, "langchain", "llama_index", **SWITCHES["openinference"])
        messages = list(sink.otlp_spans())
    telling = {
        attribute.key
        for message in messages
        for attribute in message.attributes
        if leaked(attribute.SerializeToString())
    }
    assert telling <= {NOT_MASKED_BY_OPENINFERENCE}
    assert not any(leaked(event.SerializeToString()) for message in messages for event in message.events)
    assert sum(message.name == REPORT for message in messages) == 6 + 4


def test_mlflow_sends_no_word_with_a_span_processor_that_masks(servers):
    with listening(upstream=servers["mlflow"]) as sink:
        ask("mlflow", sink.address, "langchain", TRACES_MASK="1", TRACES_PROJECT="masked")
        assert b"decision_report" in sink.everything()
        assert leaked(sink.everything()) == []
