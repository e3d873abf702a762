"""Forty questions at once: right answers, right parents, and an event loop that goes on."""

import asyncio
import random
import threading
import time
from functools import partial

import pytest
from harbour import QUESTION, TEXTS, Recorder, documents
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from secondhop.selection import raw_topk

from langchain_secondhop import SecondhopCompressor, SecondhopRetriever, collect_reports

QUESTIONS = [QUESTION, "school pupils", "lost property", "engine inspected in May", "gearbox account"] * 8
LONGEST_STALL = 0.05


def base(query):
    return documents()


async def abase(query):
    await asyncio.sleep(0)
    return documents()


MAKERS = {
    "own index": lambda: SecondhopRetriever.from_texts(TEXTS, trace="full"),
    "base retriever": lambda: SecondhopRetriever(base_retriever=RunnableLambda(base, abase), trace="full"),
}


def check(recorder, wanted):
    parents = dict(recorder.named("SecondhopRetriever"))
    nested = recorder.named("decision_report")
    assert len(parents) == len(nested) == len(QUESTIONS)
    assert {run["parent"] for _, run in nested} == set(parents)
    for _, run in nested:
        parent = parents[run["parent"]]
        assert run["outputs"]["query"] == parent["inputs"]
        assert parent["outputs"] == wanted[parent["inputs"]]


@pytest.mark.parametrize("name", MAKERS)
async def test_forty_questions_at_once_get_their_own_answers_and_reports(name):
    retriever = MAKERS[name]()
    wanted = {question: retriever.invoke(question) for question in QUESTIONS}
    expected = [wanted[question] for question in QUESTIONS]
    recorder = Recorder()
    assert retriever.batch(QUESTIONS, {"callbacks": [recorder], "max_concurrency": 40}) == expected
    check(recorder, wanted)
    recorder = Recorder()
    assert await retriever.abatch(QUESTIONS, {"callbacks": [recorder]}) == expected
    check(recorder, wanted)
    recorder = Recorder()
    config = {"callbacks": [recorder]}
    assert await asyncio.gather(*(retriever.ainvoke(question, config) for question in QUESTIONS)) == expected
    check(recorder, wanted)


async def test_forty_compressions_at_once_give_what_one_gives():
    compressor = SecondhopCompressor(token_budget=60)
    with collect_reports() as collected:
        kept = await asyncio.gather(*(compressor.acompress_documents(documents(), question) for question in QUESTIONS))
    assert kept == [compressor.compress_documents(documents(), question) for question in QUESTIONS]
    assert sorted(report["query"] for report in collected.reports) == sorted(QUESTIONS)


async def longest_stall(work):
    """Seconds that the event loop was kept waiting at most while `work` ran."""
    stalls, running = [], True

    async def tick():
        while running:
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - start - 0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.02)
    stalls.clear()
    result = await work()
    running = False
    await ticking
    return max(stalls), result


async def least_stall(work):
    """The least of three measurements, each less what the same loop is kept waiting when it has nothing to do.

    A machine that is busy with something else stalls any loop; what is left is what the work does to it.
    """
    stalls = []
    for _ in range(3):
        start = time.perf_counter()
        stall, result = await longest_stall(work)
        idle, _ = await longest_stall(partial(asyncio.sleep, time.perf_counter() - start))
        stalls.append(stall - idle)
    return min(stalls), result


async def test_forty_questions_at_ten_thousand_chunks_do_not_block_the_loop():
    draw = random.Random(1)
    words = [f"word{number}" for number in range(4000)]
    texts = [" ".join(draw.choices(words, k=24)).capitalize() + "." for _ in range(10_000)]
    questions = [" ".join(draw.choices(words, k=6)) for _ in range(40)]
    retriever = SecondhopRetriever.from_texts(texts, token_budget=1000, tokenizer="estimate")
    assert retriever.index.n_chunks == 10_000
    expected = retriever.batch(questions, {"max_concurrency": 1})
    stall, found = await least_stall(lambda: retriever.abatch(questions))
    assert found == expected
    assert stall < LONGEST_STALL


async def test_a_large_compression_does_not_block_the_loop():
    draw = random.Random(2)
    words = [f"word{number}" for number in range(900)]
    given = [Document(page_content=" ".join(draw.choices(words, k=120)) + ".") for _ in range(200)]
    compressor = SecondhopCompressor(token_budget=500)
    stall, _ = await least_stall(lambda: compressor.acompress_documents(given, "word1 word2 word3"))
    assert stall < LONGEST_STALL


async def test_questions_wait_for_a_model_together():
    together = threading.Barrier(4)

    def model(given):
        if given[0].startswith("query"):
            together.wait(60)
        return [[float(len(text)), 1.0] for text in given]

    retriever = SecondhopRetriever.from_texts(TEXTS, retrieval="hybrid", model=model)
    assert all(await asyncio.gather(*(retriever.ainvoke(f"query {number}") for number in range(4))))


@pytest.mark.parametrize("name", ["own index", "base retriever"])
async def test_a_strategy_that_asks_again_and_waits_for_it_gets_an_answer(name):
    inner = MAKERS[name]()

    def strategy(query, hits, budget):
        asyncio.run(inner.ainvoke(QUESTION))
        return raw_topk(query, hits, budget)

    retriever = MAKERS[name]().model_copy(update={"strategy": strategy})
    assert all(await asyncio.gather(*(retriever.ainvoke(QUESTION) for _ in range(8))))
