"""What reaches handlers: nothing without them, a summary, an event, and the report in a run of its own."""

import contextvars
import copy
import json
from dataclasses import replace
from uuid import uuid4

import pytest
import secondhop
from harbour import QUESTION, TEXTS, Recorder, documents
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler, CallbackManager
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.base import BaseTracer
from langchain_core.tracers.context import collect_runs
from secondhop.selection.raw_topk import raw_topk

from langchain_secondhop import (
    DECISION_REPORT_EVENT,
    DecisionReportCallbackHandler,
    SecondhopCompressor,
    SecondhopRetriever,
    collect_reports,
    format_context,
    tracing,
)

INDEX = secondhop.Document.from_texts(TEXTS)


def retriever(**options):
    return SecondhopRetriever(index=INDEX, token_budget=60, **options)


class Tracer(BaseTracer):
    """Keeps finished root runs, as LangSmith's does before it sends them."""

    def __init__(self):
        super().__init__()
        self.roots = []

    def _persist_run(self, run):
        self.roots.append(run)


def shown(trace, *handlers):
    recorder = Recorder()
    kept = retriever(trace=trace).invoke(QUESTION, {"callbacks": [recorder, *handlers]})
    return recorder, kept


def test_without_a_handler_nothing_is_built(monkeypatch):
    def never(*arguments):
        raise AssertionError("built for nobody")

    monkeypatch.setattr(tracing, "Emission", never)
    assert retriever(trace="full").invoke(QUESTION)
    assert SecondhopCompressor(trace="full").compress_documents(documents(), QUESTION)


def test_off_tells_nobody():
    recorder, _ = shown("off", DecisionReportCallbackHandler())
    assert not recorder.events
    assert [run["kind"] for run in recorder.runs.values()] == ["retriever"]


@pytest.mark.parametrize("trace", ["auto", "summary"])
def test_an_event_but_no_run_unless_asked_for(trace):
    recorder, _ = shown(trace)
    (run_id,) = recorder.runs
    assert recorder.events[run_id] == [(DECISION_REPORT_EVENT, retriever().analyze(QUESTION).to_dict())]


def test_a_summary_stays_a_summary_even_with_our_handler():
    recorder, _ = shown("summary", DecisionReportCallbackHandler())
    assert recorder.named("decision_report") == []


@pytest.mark.parametrize(("trace", "handlers"), [("full", ()), ("auto", (DecisionReportCallbackHandler(),))])
def test_the_run_below_has_the_report_that_analyze_returns(trace, handlers):
    recorder, kept = shown(trace, *handlers)
    ((parent, own),) = recorder.named("SecondhopRetriever")
    ((_, nested),) = recorder.named("decision_report")
    report = retriever().analyze(QUESTION)
    assert nested["parent"] == parent
    assert nested["inputs"] == {"query": QUESTION, "token_budget": 60}
    assert nested["outputs"] == report.to_dict()
    assert nested["metadata"].items() >= report.to_attributes().items()
    assert own["outputs"] == kept


def test_a_report_is_json_and_holds_no_sentence_of_the_documents():
    recorder, kept = shown("full")
    text = json.dumps(recorder.named("decision_report")[0][1]["outputs"])
    assert kept
    assert not any(document.page_content[:30] in text for document in kept)
    assert "Brannock" not in text


async def test_async_runs_have_the_same_below_them():
    recorder = Recorder()
    await retriever(trace="full").ainvoke(QUESTION, {"callbacks": [recorder]})
    await SecondhopCompressor(trace="full").acompress_documents(documents(), QUESTION, [recorder])
    for name in ("SecondhopRetriever", "SecondhopCompressor"):
        ((parent, _),) = recorder.named(name)
        nested = [run for _, run in recorder.named("decision_report") if run["parent"] == parent]
        assert [run["outputs"] for run in nested] == [recorder.events[parent][0][1]]


def test_tracers_get_the_summary_on_the_run_itself():
    tracer = Tracer()
    metadata = {"tenant": "acme"}
    own = {"team": "deck"}
    made = retriever(metadata=own, trace="auto")
    made.invoke(QUESTION, {"callbacks": [tracer], "metadata": metadata})
    (root,) = tracer.roots
    summary = made.analyze(QUESTION).to_attributes()
    assert root.extra["metadata"].items() >= {**metadata, **own, **summary}.items()
    assert root.child_runs == []
    assert (metadata, own) == ({"tenant": "acme"}, {"team": "deck"})


def test_a_tracer_built_in_another_way_does_no_harm():
    class Strange(BaseCallbackHandler):
        run_map = 7

    class Locked(BaseCallbackHandler):
        @property
        def run_map(self):
            raise RuntimeError("closed")

    assert retriever(trace="full").invoke(QUESTION, {"callbacks": [Strange(), Locked()]}) == retriever().invoke(
        QUESTION
    )


def test_a_compressor_opens_a_run_of_its_own():
    recorder = Recorder()
    given = documents()
    kept = SecondhopCompressor(trace="full").compress_documents(given, QUESTION, [recorder])
    ((parent, own),) = recorder.named("SecondhopCompressor")
    assert own["inputs"] == {"query": QUESTION, "documents": given}
    assert own["outputs"] == {"documents": kept}
    ((_, nested),) = recorder.named("decision_report")
    assert nested["parent"] == parent
    assert nested["outputs"] == SecondhopCompressor().analyze(given, QUESTION).to_dict()


async def test_an_error_ends_the_run_as_an_error_and_gives_no_report():
    def broken(query, hits, budget):
        raise RuntimeError("no strategy")

    recorder = Recorder()
    compressor = SecondhopCompressor(strategy=broken)
    with pytest.raises(RuntimeError, match="no strategy"):
        compressor.compress_documents(documents(), QUESTION, [recorder])
    with pytest.raises(RuntimeError, match="no strategy"):
        await compressor.acompress_documents(documents(), QUESTION, [recorder])
    with pytest.raises(RuntimeError, match="no strategy"):
        retriever(strategy=broken).invoke(QUESTION, {"callbacks": [recorder]})
    assert [type(run["error"]) for run in recorder.runs.values()] == [RuntimeError] * 3
    assert not recorder.events


def test_a_base_retriever_runs_below_ours():
    recorder = Recorder()
    base = RunnableLambda(lambda query: documents(), name="theirs")
    SecondhopRetriever(base_retriever=base, trace="full").invoke(QUESTION, {"callbacks": [recorder]})
    ((parent, _),) = recorder.named("SecondhopRetriever")
    assert [run["parent"] for _, run in recorder.named("theirs")] == [parent]
    assert [run["parent"] for _, run in recorder.named("decision_report")] == [parent]


def test_reports_are_shortened_kept_ones_first():
    handler = DecisionReportCallbackHandler(max_candidates=2)
    recorder, _ = shown("auto", handler)
    report = recorder.named("decision_report")[0][1]["outputs"]
    assert [decision["fate"] for decision in report["decisions"]] == ["kept", "kept"]
    assert report["decisions_omitted"] == len(retriever().analyze(QUESTION).decisions) - 2
    assert handler.last == report


def test_texts_go_along_only_where_asked_for():
    handler = DecisionReportCallbackHandler(include_text=True)
    _, kept = shown("auto", handler)
    assert handler.last["passages"] == [{"id": document.id, "text": document.page_content} for document in kept]


def test_a_handler_that_wants_the_figures_alone_gets_no_run():
    handler = DecisionReportCallbackHandler(detail="summary")
    recorder, _ = shown("auto", handler)
    assert recorder.named("decision_report") == []
    assert handler.last["n_selected"] > 0


def test_a_handler_keeps_the_newest_reports_and_feeds_a_sink():
    seen = []
    handler = DecisionReportCallbackHandler(sink=seen.append, max_reports=2)
    assert handler.last is None
    for question in (QUESTION, "school", "lost property"):
        retriever().invoke(question, {"callbacks": [handler]})
    assert [report["query"] for report in seen] == [QUESTION, "school", "lost property"]
    assert handler.reports == seen[1:]
    assert handler.last == seen[-1]
    CallbackManager([handler]).on_custom_event("something.else", {"query": "x"})
    assert handler.reports == seen[1:]


@pytest.mark.parametrize("options", [{"detail": "loud"}, {"max_candidates": -1}, {"max_reports": -1}])
def test_a_policy_is_checked(options):
    with pytest.raises(secondhop.OptionError, match=next(iter(options))):
        DecisionReportCallbackHandler(**options)


async def test_collect_reports_hears_everything_inside_the_block():
    with collect_reports() as collected:
        retriever().invoke(QUESTION)
        retriever().batch([QUESTION] * 3)
        await retriever().abatch([QUESTION] * 3)
        (RunnableLambda(lambda query: query) | retriever() | format_context).invoke(QUESTION)
        SecondhopCompressor().compress_documents(documents(), QUESTION)
    retriever().invoke(QUESTION)
    assert len(collected.reports) == 9
    assert collected.reports[0] == retriever().analyze(QUESTION).to_dict()


def test_collect_reports_hears_what_another_handler_hears_too(monkeypatch):
    handler = DecisionReportCallbackHandler()
    monkeypatch.setenv("SECONDHOP_TRACE_REPORTS", "1")
    with collect_reports() as collected:
        retriever().invoke(QUESTION, {"callbacks": [handler]})
        (RunnableLambda(lambda query: query) | retriever()).invoke(QUESTION, {"callbacks": [handler, collected]})
    assert len(collected.reports) == 2
    assert collected.reports == handler.reports


def test_an_inner_block_collects_for_itself_and_the_outer_one_hears_both():
    with collect_reports(max_candidates=2) as outer:
        with collect_reports() as inner:
            retriever().invoke(QUESTION)
            (RunnableLambda(lambda query: query) | retriever()).invoke(QUESTION, {"callbacks": [outer]})
        retriever().invoke("school", {"callbacks": [inner]})
    assert [report["query"] for report in inner.reports] == [QUESTION, QUESTION, "school"]
    assert [report["query"] for report in outer.reports] == [QUESTION, QUESTION, "school"]
    assert inner.reports[0] == retriever().analyze(QUESTION).to_dict()
    assert len(outer.reports[0]["decisions"]) == 2
    retriever().invoke(QUESTION, {"callbacks": [inner]})
    assert (len(inner.reports), len(outer.reports)) == (4, 3)


@pytest.mark.parametrize(("given", "kept"), [({}, 1000), ({"max_reports": 3}, 3), ({"max_reports": None}, 1001)])
def test_a_block_keeps_as_many_reports_as_it_is_told(given, kept):
    with collect_reports(**given) as collected:
        for number in range(1001):
            collected.on_custom_event(DECISION_REPORT_EVENT, {"number": number}, run_id=uuid4())
    assert [report["number"] for report in collected.reports] == list(range(1001 - kept, 1001))


def test_a_block_may_end_in_another_context_than_it_began_in():
    def streamed():
        with collect_reports() as collected:
            yield retriever().invoke(QUESTION)
            yield collected.reports

    steps = streamed()  # as a web server asks a generator: every step in a thread, with a copy of the context
    _, reports, end = (contextvars.copy_context().run(next, steps, None) for _ in range(3))
    assert len(reports) == 1
    assert end is None


async def test_a_handler_with_a_method_of_its_own_gets_its_own_report():
    class Counting(DecisionReportCallbackHandler):
        async def on_custom_event(self, name, data, **kwargs):
            super().on_custom_event(name, {"decisions": len(data["decisions"])}, **kwargs)

    counting, few = Counting(), DecisionReportCallbackHandler(max_candidates=1)
    await retriever().ainvoke(QUESTION, {"callbacks": [few, counting]})
    retriever().invoke(QUESTION, {"callbacks": [counting, few]})
    report = retriever().analyze(QUESTION)
    assert counting.reports == [{"decisions": len(report.decisions)}] * 2
    assert [len(each["decisions"]) for each in few.reports] == [1, 1]


class Spans(Tracer):
    """A tracer with spans, as OpenInference's is."""

    def __init__(self):
        super().__init__()
        self.attributes = {}

    def get_span(self, run_id):
        return self if str(run_id) in self.run_map else None

    def set_attributes(self, attributes):
        self.attributes.update(attributes)


def test_spans_of_a_retriever_get_the_ids_and_scores_of_what_was_kept():
    tracer = Spans()
    _, kept = shown("summary", tracer)
    assert tracer.attributes == {
        f"retrieval.documents.{place}.document.{name}": value
        for place, document in enumerate(kept)
        for name, value in (("id", document.id), ("score", document.metadata["relevance_score"]))
    }
    compressing = Spans()
    SecondhopCompressor().compress_documents(documents(), QUESTION, [compressing])
    assert compressing.attributes == {}


def test_handlers_that_send_text_get_the_report_as_json_and_others_as_a_dict():
    outputs = {}

    class Handler(BaseCallbackHandler):
        def on_chain_end(self, value, **kwargs):
            outputs[type(self).__module__] = value

    sending = type("Sending", (Handler,), {"__module__": "openinference.instrumentation.langchain._tracer"})
    shown("full", sending(), Handler())
    report = retriever().analyze(QUESTION).to_dict()
    assert outputs[__name__] == report
    text = outputs["openinference.instrumentation.langchain._tracer"]
    assert isinstance(text, str)
    assert json.loads(text) == report


async def test_text_is_text_whatever_is_in_the_report():
    outputs = []

    class Sending(BaseCallbackHandler):
        __module__ = "langfuse.langchain"

        def on_chain_end(self, value, **kwargs):
            outputs.append(value)

    def own(query, hits, budget):
        selection = raw_topk(query, hits, budget)
        return replace(selection, decisions=tuple(replace(each, detail={"by": own}) for each in selection.decisions))

    made = retriever(trace="full", strategy=own)
    await made.ainvoke(f"{QUESTION} \ud800", {"callbacks": [Sending()]})
    made.invoke(QUESTION, {"callbacks": [Sending()]})
    odd, plain = (json.loads(output.encode()) for output in outputs)
    assert odd["query"] == f"{QUESTION} \ud800"
    assert {str(own)} == {decision["detail"]["by"] for decision in plain["decisions"]}


def test_nothing_is_built_for_handlers_that_take_no_events(monkeypatch):
    def never(report):
        raise AssertionError("built for nobody")

    monkeypatch.setattr(secondhop.DecisionReport, "to_dict", never)
    tracer = Tracer()
    retriever(trace="summary").invoke(QUESTION, {"callbacks": [tracer]})
    assert tracer.roots[0].extra["metadata"]["secondhop_kept"] > 0


def test_without_words_no_word_of_question_or_documents_is_in_the_report():
    handler = DecisionReportCallbackHandler(without_words=True)
    recorder, kept = shown("auto", handler)
    ((_, nested),) = recorder.named("decision_report")
    told = json.dumps([nested["inputs"], nested["outputs"], nested["metadata"], handler.last]).casefold()
    words = {
        word.strip(".,?") for text in (QUESTION, *(d.page_content for d in kept)) for word in text.casefold().split()
    }
    assert [word for word in words if len(word) > 5 and word in told] == []
    whole = retriever().analyze(QUESTION).to_dict()
    assert nested["inputs"] == {"token_budget": 60}
    assert nested["outputs"]["n_selected"] == whole["n_selected"]
    ids = [[decision["chunk_id"] for decision in report["decisions"]] for report in (nested["outputs"], whole)]
    assert ids[0] == ids[1]
    with collect_reports(without_words=True) as collected:
        retriever().invoke(QUESTION)
    assert collected.last == handler.last
    with pytest.raises(secondhop.OptionError, match="without_words"):
        DecisionReportCallbackHandler(include_text=True, without_words=True)


@pytest.mark.parametrize("turned", [False, True])
def test_each_handler_gets_its_own_report_and_a_trace_no_words_if_any_of_them_wants_none(turned):
    texts = DecisionReportCallbackHandler(include_text=True)
    few = DecisionReportCallbackHandler(without_words=True, max_candidates=1)
    same = DecisionReportCallbackHandler(without_words=True, max_candidates=1)
    recorder, kept = shown("auto", *(few, same, texts) if turned else (texts, few, same))
    whole = retriever().analyze(QUESTION).to_dict()
    passages = [{"id": document.id, "text": document.page_content} for document in kept]
    assert texts.last == {**whole, "passages": passages}
    assert "query" not in few.last
    assert len(few.last["decisions"]) == 1
    assert few.last is same.last
    ((_, nested),) = recorder.named("decision_report")
    ((_, event),) = (event for events in recorder.events.values() for event in events)
    assert nested["inputs"] == {"token_budget": 60}
    for told in (nested["outputs"], event):
        assert not {"query", "passages"} & set(told)
        assert len(told["decisions"]) == (1 if turned else len(whole["decisions"]))


def test_a_sink_that_fails_is_logged_once_until_it_works_again(caplog):
    works = [False] * 5 + [True] + [False] * 5

    def sink(report):
        if not works.pop(0):
            raise ConnectionError("the backend is down")

    handler = DecisionReportCallbackHandler(sink=sink)
    for lines in (1, 2):
        for _ in range(5 if lines == 1 else 6):
            assert retriever().invoke(QUESTION, {"callbacks": [handler]})
        assert len(caplog.records) == lines
    assert {record.name for record in caplog.records} == {"langchain_secondhop.callbacks"}
    assert len(handler.reports) == 11


def test_the_environment_switches_whole_reports_on(monkeypatch):
    monkeypatch.setenv("SECONDHOP_TRACE_REPORTS", "1")
    recorder, _ = shown("auto")
    assert len(recorder.named("decision_report")) == 1
    monkeypatch.setenv("SECONDHOP_TRACE_REPORTS", "0")
    recorder, _ = shown("auto")
    assert recorder.named("decision_report") == []


@pytest.mark.filterwarnings("ignore:The `copy` method is deprecated")  # langchain-core 1.0 with a later pydantic
@pytest.mark.parametrize("call", ["invoke", "ainvoke"])
async def test_collected_runs_of_the_framework_have_the_report_too(call):
    asked = RunnableLambda(lambda query: query) | retriever(trace="full")
    with collect_runs() as collected:  # its handler is added to each run anew, not handed down
        _ = asked.invoke(QUESTION) if call == "invoke" else await asked.ainvoke(QUESTION)
    (run,) = collected.traced_runs
    (nested,) = run.child_runs[-1].child_runs
    assert nested.name == "decision_report"
    assert nested.outputs == retriever().analyze(QUESTION).to_dict()


async def test_async_handlers_and_event_streams_hear_the_report():
    class Async(AsyncCallbackHandler):
        heard = 0

        async def on_custom_event(self, name, data, **kwargs):
            type(self).heard += name == DECISION_REPORT_EVENT

    await retriever().ainvoke(QUESTION, {"callbacks": [Async()]})
    assert Async.heard == 1
    events = [event async for event in retriever().astream_events(QUESTION, version="v2")]
    heard = [event for event in events if event["event"] == "on_custom_event"]
    assert [event["name"] for event in heard] == [DECISION_REPORT_EVENT]
    assert heard[0]["data"] == retriever().analyze(QUESTION).to_dict()


def test_reports_are_the_handlers_own():
    with collect_reports() as collected:
        retriever().invoke(QUESTION)
    before = copy.deepcopy(collected.last)
    retriever().invoke(QUESTION)
    assert collected.last == before


def test_runs_are_named_for_the_trace():
    assert retriever()._get_ls_params()["ls_retriever_name"] == "secondhop"
