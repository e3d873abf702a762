"""The report reaches event handlers and spans, costs nothing where nobody listens, and holds no passage text."""

import asyncio
import contextvars
import json
import logging
import threading

import pytest
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.dispatcher import active_instrument_tags, instrument_tags
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.rerank import ReRankEndEvent, ReRankStartEvent
from llama_index.core.instrumentation.span import SimpleSpan
from llama_index.core.instrumentation.span_handlers import BaseSpanHandler
from llama_index.core.schema import ImageNode, NodeWithScore
from llama_index.postprocessor.secondhop import (
    DecisionReportEvent,
    DecisionReportEventHandler,
    SecondhopDeduplicator,
    SecondhopPostprocessor,
    collect_reports,
    tracing,
)

from conftest import QUESTION, TEXTS, engine
from secondhop import DecisionReport


class Events(BaseEventHandler):
    seen: list = []

    def handle(self, event, **kwargs):
        self.seen.append(event)


class Spans(BaseSpanHandler[SimpleSpan]):
    done: dict = {}

    def new_span(self, id_, bound_args, instance=None, parent_span_id=None, tags=None, **kwargs):
        return SimpleSpan(id_=id_, parent_id=parent_span_id, tags={"arguments": dict(bound_args.arguments)})

    def prepare_to_exit_span(self, id_, bound_args, instance=None, result=None, **kwargs):
        span = self.open_spans[id_]
        self.done[id_] = (span.parent_id, span.tags["arguments"], result)
        return span

    def prepare_to_drop_span(self, id_, bound_args, instance=None, err=None, **kwargs):
        return self.open_spans.get(id_)

    def reports(self):
        return {name: span for name, span in self.done.items() if name.startswith("decision_report-")}


@pytest.fixture
def root():
    dispatcher = get_dispatcher()
    events, spans = list(dispatcher.event_handlers), list(dispatcher.span_handlers)
    yield dispatcher
    dispatcher.event_handlers, dispatcher.span_handlers = events, spans


@pytest.fixture
def events(root):
    handler = Events(seen=[])
    root.add_event_handler(handler)
    return handler


@pytest.fixture
def spans(root):
    handler = Spans()
    handler.done = {}
    root.add_span_handler(handler)
    return handler


def test_a_step_starts_and_ends_as_a_reranking(nodes, events):
    kept = SecondhopPostprocessor(token_budget=60, top_n=3).postprocess_nodes(nodes, query_str=QUESTION)
    start, end = [event for event in events.seen if isinstance(event, (ReRankStartEvent, ReRankEndEvent))]
    assert (start.query.query_str, start.nodes, start.top_n, start.model_name) == (QUESTION, nodes, 3, "secondhop/auto")
    assert isinstance(end, DecisionReportEvent)
    assert end.nodes == kept
    assert start.span_id == end.span_id is not None


@pytest.mark.parametrize("is_async", [False, True])
def test_the_report_is_the_output_of_a_span_under_the_step_and_nothing_is_its_input(nodes, spans, events, is_async):
    asked = engine(nodes, SecondhopPostprocessor(token_budget=60))
    asyncio.run(asked.aquery(QUESTION)) if is_async else asked.query(QUESTION)
    ((parent, arguments, output),) = spans.reports().values()
    assert parent.startswith("SecondhopPostprocessor._postprocess_nodes-")
    assert arguments == {}
    assert output == next(event.report for event in events.seen if isinstance(event, DecisionReportEvent))


def test_the_event_and_the_tags_of_the_span_have_the_report_as_flat_values(nodes, root, events):
    class Tags(Spans):
        tags: dict = {}

        def new_span(self, id_, bound_args, instance=None, parent_span_id=None, tags=None, **kwargs):
            self.tags[id_.partition("-")[0]] = dict(tags or {})
            return super().new_span(id_, bound_args, instance, parent_span_id, tags, **kwargs)

    handler = Tags()
    handler.done, handler.tags = {}, {}
    root.add_span_handler(handler)
    with instrument_tags({"tenant": "acme"}):
        SecondhopPostprocessor(token_budget=60).postprocess_nodes(nodes, query_str=QUESTION)
    event = next(event for event in events.seen if isinstance(event, DecisionReportEvent))
    assert event.summary["secondhop_kept"] == event.report["n_selected"]
    assert event.summary["secondhop_dropped"] == event.report["removed_total"] > 0
    assert all(isinstance(value, (str, int, float, bool)) for value in event.summary.values())
    assert handler.tags["decision_report"] == event.tags == {"tenant": "acme", **event.summary}
    assert active_instrument_tags.get() == {}


def test_nodes_without_text_have_a_summary_of_what_their_report_has(events):
    SecondhopPostprocessor().postprocess_nodes([NodeWithScore(node=ImageNode(image_path="a.png"))], query_str=QUESTION)
    event = next(event for event in events.seen if isinstance(event, DecisionReportEvent))
    assert len(event.nodes) == 1
    assert "secondhop_strategy" not in event.summary


def test_the_summary_is_on_the_current_span_only_if_that_is_the_reports_own(nodes, root):
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    import opentelemetry.trace

    tracer = sdk.TracerProvider().get_tracer("program")
    root.add_span_handler(Spans())
    with tracer.start_as_current_span("GET /answer") as request, tracer.start_as_current_span("decision_report") as own:
        with opentelemetry.trace.use_span(request):
            SecondhopPostprocessor(token_budget=60).postprocess_nodes(nodes, query_str=QUESTION)
        assert not request.attributes
        with collect_reports() as collected:
            SecondhopPostprocessor(token_budget=60).postprocess_nodes(nodes, query_str=QUESTION)
        assert own.attributes["secondhop_kept"] == collected.last["n_selected"]


def test_a_chain_gives_a_report_for_each_step(nodes, spans):
    engine(nodes, SecondhopDeduplicator(), SecondhopPostprocessor(token_budget=60)).query(QUESTION)
    parents = [parent.split(".")[0] for parent, _, _ in spans.reports().values()]
    assert parents == ["SecondhopDeduplicator", "SecondhopPostprocessor"]


def test_the_report_is_json_and_holds_no_passage(nodes):
    with collect_reports() as collected:
        SecondhopPostprocessor(token_budget=60).postprocess_nodes(nodes, query_str=QUESTION)
    wire = json.dumps(collected.last)
    assert not any(sentence in wire for text in TEXTS for sentence in text.split(". "))
    assert collected.last["query"] == QUESTION


def test_a_handler_keeps_the_newest_reports_and_tells_its_sink(nodes, root):
    told = []
    handler = DecisionReportEventHandler(max_reports=2, sink=told.append)
    root.add_event_handler(handler)
    for budget in (50, 60, 70):
        SecondhopPostprocessor(token_budget=budget).postprocess_nodes(nodes, query_str=QUESTION)
    assert [report["token_budget"] for report in handler.reports] == [60, 70]
    assert handler.last == handler.reports[-1]
    assert [report["token_budget"] for report in told] == [50, 60, 70]


def test_a_sink_that_fails_is_logged_once_until_it_works_again(nodes, caplog):
    works = [False, False, True, False, False]

    def sink(report):
        if not works.pop(0):
            raise ConnectionError("the backend is down")

    with caplog.at_level(logging.ERROR), collect_reports(sink=sink) as collected:
        for lines in (1, 1, 1, 2, 2):
            assert SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)
            assert caplog.text.count("sink of DecisionReportEventHandler failed") == lines
    assert len(collected.reports) == 5


def test_an_option_that_a_handler_does_not_have_is_refused():
    with pytest.raises(ValueError, match="without_words"):
        DecisionReportEventHandler(without_words=True)


@pytest.mark.parametrize(("most", "kept"), [(None, 1001), (0, 0)])
def test_a_block_keeps_all_reports_or_none_where_told_to(most, kept):
    with collect_reports(max_reports=most) as collected:
        for number in range(1001):
            collected.handle(DecisionReportEvent(nodes=[], report={"number": number}))
    assert len(collected.reports) == kept


def test_a_block_may_end_in_another_context_than_it_began_in(nodes):
    def streamed():
        with collect_reports() as collected:
            yield SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)
            yield collected.reports

    steps = streamed()  # as a web server asks a generator: every step in a thread, with a copy of the context
    _, reports, end = (contextvars.copy_context().run(next, steps, None) for _ in range(3))
    assert len(reports) == 1
    assert end is None


def test_a_handler_without_reports_says_so():
    handler = DecisionReportEventHandler()
    assert (handler.last, handler.reports, handler.class_name()) == (None, [], "DecisionReportEventHandler")


def test_nothing_is_built_when_nobody_listens(nodes, monkeypatch):
    monkeypatch.setattr(DecisionReport, "to_dict", lambda self: pytest.fail("built a report for nobody"))
    monkeypatch.setattr(tracing, "DecisionReportEvent", lambda **_: pytest.fail("sent an event to nobody"))
    assert SecondhopPostprocessor().postprocess_nodes(nodes, query_str=QUESTION)


def test_blocks_nest_and_end(nodes):
    processor = SecondhopPostprocessor()
    with collect_reports() as outer:
        with collect_reports() as inner:
            processor.postprocess_nodes(nodes, query_str=QUESTION)
        processor.postprocess_nodes(nodes, query_str=QUESTION)
    processor.postprocess_nodes(nodes, query_str=QUESTION)
    assert (len(outer.reports), len(inner.reports)) == (2, 1)


def test_threads_collect_their_own_reports(nodes):
    found = {}

    def work(number):
        with collect_reports() as collected:
            SecondhopPostprocessor(token_budget=50 + number).postprocess_nodes(nodes, query_str=QUESTION)
        found[number] = [report["token_budget"] for report in collected.reports]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [50 + number] for number in range(16)}


async def test_forty_at_once_keep_their_reports_and_parents_apart(nodes, spans):
    async def one(number):
        with collect_reports() as collected:
            await engine(nodes, SecondhopPostprocessor(token_budget=60)).aquery(f"{QUESTION} {number}")
        return [report["query"] for report in collected.reports]

    assert await asyncio.gather(*map(one, range(40))) == [[f"{QUESTION} {number}"] for number in range(40)]
    reports = spans.reports().values()
    assert len({parent for parent, _, _ in reports}) == 40
    for parent, _, report in reports:
        assert spans.done[parent][1]["query_bundle"].query_str == report["query"]


async def test_forty_at_once_give_what_one_gives(nodes):
    processor = SecondhopPostprocessor(token_budget=70)
    questions = [f"{QUESTION} {word}" for word in ("soup", "mate", "school", "crew")] * 10
    together = await asyncio.gather(*(processor.apostprocess_nodes(nodes, query_str=each) for each in questions))
    assert together == [processor.postprocess_nodes(nodes, query_str=each) for each in questions]
