"""Scores and nodes belong together, many can ask at once, and the report is the one in the trace."""

import asyncio
import copy
import gc
import time
import weakref
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.span import SimpleSpan
from llama_index.core.instrumentation.span_handlers import BaseSpanHandler
from llama_index.core.schema import TextNode
from llama_index.core.utils import get_tokenizer
from llama_index.postprocessor.secondhop import collect_reports
from llama_index.retrievers.secondhop import SecondhopRetriever

from conftest import QUESTION, TEXTS, many, name
from secondhop.selection import raw_topk

WORDS = ["mail", "Aurora", "Vellamo", "soup", "bread", "harbour", "engine", "naïve", "日本", "x1"]
texts = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda words: " ".join(words) + "."),
    min_size=1, max_size=12,
)  # fmt: skip
queries = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)


@settings(deadline=None, max_examples=60)
@given(texts, queries, st.integers(1, 8), st.one_of(st.none(), st.integers(1, 80)))
def test_what_comes_back_is_what_went_in(bodies, query, top_k, budget):
    nodes = [TextNode(text=body, id_=f"n{number}", metadata={"n": number}) for number, body in enumerate(bodies)]
    before = copy.deepcopy(nodes)
    retriever = SecondhopRetriever(nodes, similarity_top_k=top_k, token_budget=budget)
    with collect_reports() as collected:
        found = retriever.retrieve(query)
    assert nodes == before
    assert len(found) <= top_k
    assert len({item.node.node_id for item in found}) == len(found)
    for item in found:
        original = nodes[item.node.metadata["n"]]
        spans = item.node.metadata["secondhop"][-1]["spans"]
        assert item.node.text == " … ".join(original.text[start:end] for start, end in spans)
    if budget is not None:
        sent = "\n\n".join(item.node.get_content("llm") for item in found)
        assert len(get_tokenizer()(sent)) <= budget
    report = collected.last
    decisions = {decision["chunk_id"]: decision for decision in report["decisions"]}
    assert {name for name, decision in decisions.items() if decision["fate"] == "kept"} == {
        item.node.node_id for item in found
    }
    for item in found:
        decision = decisions[item.node.node_id]
        seed = decisions.get(decision["detail"].get("seed"), decision)
        assert round(item.score, 6) == min(decision["score"], seed["score"])
    assert report["n_selected"] + report["removed_total"] == report["n_input_chunks"]


def test_each_score_belongs_to_its_node():  # llama_index#14442, #14495
    retriever = SecondhopRetriever(many(500), similarity_top_k=1)
    for number in range(0, 500, 23):
        (item,) = retriever.retrieve(name(number))
        assert item.node.node_id == f"n{number}"


def test_what_a_node_leads_to_comes_behind_it():
    retriever = SecondhopRetriever(many(500), similarity_top_k=5)
    for number in range(0, 500, 61):
        found = retriever.retrieve(name(number))
        assert found[0].node.node_id == f"n{number}"
        assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_two_passages_of_one_source_are_both_returned(tmp_path):  # retrieve() drops nodes whose ids are equal
    (tmp_path / "a.txt").write_text("\n\n".join(f"{text} {text}" for text in TEXTS) * 3)
    found = SecondhopRetriever.from_defaults(folder=tmp_path, token_budget=2000).retrieve("night mail soup school")
    assert len(found) > 1
    assert {item.node.ref_doc_id for item in found} == {"a.txt"}


async def test_async_gives_what_sync_gives(nodes):
    retriever = SecondhopRetriever(nodes, token_budget=90)
    assert await retriever.aretrieve(QUESTION) == retriever.retrieve(QUESTION)


async def test_forty_at_once_are_right_and_do_not_block_the_loop():
    retriever = SecondhopRetriever(many(10_000), similarity_top_k=3)

    async def ask(number):
        with collect_reports() as collected:
            found = await retriever.aretrieve(f"{name(number)} w{name(number % 3000)}")
        return found[0].node.node_id, len(collected.reports)

    stalls = []
    for _ in range(5):  # a busy machine stalls any loop: what an idle one waits for is taken off
        began = time.perf_counter()
        stall, answers = await _longest_stall(lambda: asyncio.gather(*(ask(number * 200) for number in range(40))))
        assert answers == [(f"n{number * 200}", 1) for number in range(40)]
        idle, _ = await _longest_stall(partial(asyncio.sleep, time.perf_counter() - began))
        stalls.append(stall - idle)
    assert min(stalls) < 0.05, f"the loop stood still for {min(stalls):.3f} s"


def test_loops_that_asked_are_not_kept(nodes):
    retriever = SecondhopRetriever(nodes)

    async def ask():
        await asyncio.gather(*(retriever.aretrieve(QUESTION) for _ in range(8)))
        return weakref.ref(asyncio.get_running_loop())

    loops = [asyncio.run(ask()) for _ in range(3)]
    gc.collect()
    assert [loop() for loop in loops] == [None] * 3


async def test_a_strategy_that_asks_again_and_waits_for_it_gets_an_answer(nodes):
    inner = SecondhopRetriever(nodes)

    def strategy(query, hits, budget):
        asyncio.run(inner.aretrieve(QUESTION))
        return raw_topk(query, hits, budget)

    retriever = SecondhopRetriever(nodes, strategy=strategy)
    assert all(await asyncio.gather(*(retriever.aretrieve(QUESTION) for _ in range(8))))


async def _longest_stall(work):
    """Seconds that the loop stood still at most until `work` was done, and its result."""
    stalls = []

    async def watch():
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - began)

    watcher = asyncio.create_task(watch())
    await asyncio.sleep(0)
    result = await work()
    watcher.cancel()
    return max(stalls), result


class Spans(BaseSpanHandler[SimpleSpan]):
    done: dict = {}

    def new_span(self, id_, bound_args, instance=None, parent_span_id=None, tags=None, **kwargs):
        return SimpleSpan(id_=id_, parent_id=parent_span_id)

    def prepare_to_exit_span(self, id_, bound_args, instance=None, result=None, **kwargs):
        self.done[id_] = (self.open_spans[id_].parent_id, result)
        return self.open_spans[id_]

    def prepare_to_drop_span(self, id_, bound_args, instance=None, err=None, **kwargs):
        return self.open_spans.get(id_)


async def test_the_report_hangs_under_the_retrieval_in_a_trace(nodes):
    root, handler = get_dispatcher(), Spans()
    before = list(root.span_handlers)
    root.add_span_handler(handler)
    try:
        with collect_reports() as collected:
            SecondhopRetriever(nodes).retrieve(QUESTION)
            await SecondhopRetriever(nodes).aretrieve(QUESTION)
    finally:
        root.span_handlers = before
    reports = [span for name, span in handler.done.items() if name.startswith("decision_report-")]
    assert [report for _, report in reports] == collected.reports
    assert [parent.split("-")[0] for parent, _ in reports] == ["SecondhopRetriever._retrieve"] * 2
