"""One Document, many threads, event loops and processes."""

import asyncio
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import secondhop
from secondhop.selection import raw_topk

QUESTIONS = [
    "What is the governing law?",
    "agreement notice",
    "Who founded Northwind Trading?",
    "liability of the vendor",
    "London courts 2024",
    "nothing of the kind",
    "",
    "claim damages excluded",
]


def answer(doc, question):
    context = doc.context(question, 25)
    return context.text(), context.citations, context.report


def answers(doc):
    return [answer(doc, question) for question in QUESTIONS]


@pytest.mark.parametrize("queries", [100, pytest.param(500, marks=pytest.mark.long)])
def test_32_threads_with_many_queries_each_get_the_serial_answers(queries):
    texts = ["Ada Marsh founded Northwind.", "Northwind sells copper.", "Copper melts at 1,085 degrees."]
    questions = ["Who founded Northwind?", "copper", "nothing of the kind", "degrees"]
    doc = secondhop.Document.from_chunks(texts, tokenizer="words")
    expected = [answer(secondhop.Document.from_chunks(texts, tokenizer="words"), question) for question in questions]
    start = threading.Barrier(32)

    def work(number):
        start.wait()
        places = [(number + turn) % len(questions) for turn in range(queries)]
        return sum(answer(doc, questions[place]) != expected[place] or len(doc) != 3 for place in places)

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(work, range(32))) == [0] * 32


def test_acontext_answers_a_hundred_at_once(contract):
    async def ask():
        return await asyncio.gather(*(contract.acontext(question, 25) for question in QUESTIONS * 13))

    contexts = asyncio.run(ask())
    assert len(contexts) >= 100
    expected = answers(contract)
    assert [context.text() for context in contexts] == [text for text, _, _ in expected] * 13


def test_acontext_takes_what_context_takes(contract):
    context = asyncio.run(contract.acontext("London", 40, neighbors=1, top_k=2, text_style="numbered"))
    assert context.text() == contract.context("London", 40, 1, top_k=2, text_style="numbered").text()


async def test_a_cancelled_question_leaves_the_others_their_answers(contract):
    tasks = [asyncio.create_task(contract.acontext(QUESTIONS[0], 25)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends[::2])
    assert {end.text() for end in ends[1::2]} == {contract.context(QUESTIONS[0], 25).text()}


def asking(contract):
    """A filter that asks in an event loop of its own, and waits for that."""
    return lambda chunk: bool(asyncio.run(contract.acontext(QUESTIONS[0], 25))) and chunk.kind != "heading"


def choosing(contract):
    """A strategy that does."""

    def strategy(query, hits, budget):
        asyncio.run(contract.acontext(QUESTIONS[0], 25))
        return raw_topk(query, hits, budget)

    return strategy


@pytest.mark.parametrize("options", [{"filter": asking}, {"strategy": choosing}])
def test_callables_that_ask_again_and_wait_for_it_get_an_answer(contract, options):
    given = {name: make(contract) for name, make in options.items()}

    async def ask():
        return await asyncio.gather(*(contract.acontext(QUESTIONS[0], 25, **given) for _ in range(8)))

    contexts = asyncio.run(ask())
    assert {context.text() for context in contexts} == {contract.context(QUESTIONS[0], 25, **given).text()}


async def test_a_documents_own_strategy_may_ask_again_too(contract, contract_text):
    doc = secondhop.Document.from_text(contract_text, tokenizer="words", strategy=choosing(contract))
    assert all(await asyncio.gather(*(doc.acontext(QUESTIONS[0], 25) for _ in range(8))))


async def test_questions_wait_for_a_model_together():
    texts, together = ["Copper melts.", "Iron rusts."], threading.Barrier(4)

    def model(given):
        if given != texts:
            together.wait(60)
        return [[float(len(text)), 1.0] for text in given]

    doc = secondhop.Document.from_chunks(texts, retrieval="hybrid", model=model)
    assert all(await asyncio.gather(*(doc.acontext(f"copper {number}") for number in range(4))))


def test_a_document_knows_whether_questions_may_wait(contract_text):
    def made(**options):
        return secondhop.Document.from_text(contract_text, **options).may_wait

    assert not made()
    assert not made(strategy="raw_topk", tokenizer=len)
    assert made(strategy=lambda query, hits, budget: None)
    assert made(retrieval="hybrid", model=lambda texts: [[1.0, 2.0] for _ in texts])


def test_a_program_ends_while_a_question_is_asked():
    code = """
import asyncio, secondhop
doc = secondhop.Document.from_chunks([f"Copper {n} melts." for n in range(2000)])
async def ask():
    tasks = [asyncio.create_task(doc.acontext(f"copper {n}")) for n in range(40)]
    await tasks[0]
asyncio.run(ask())
print("end")
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=False, timeout=120)
    assert (done.stdout.split(), done.stderr, done.returncode) == ([b"end"], b"", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_answers_after_a_warm_query(contract):
    expected = answers(contract)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.write(writer, b"same" if answers(contract) == expected else b"other")
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b"same"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_pickled_document_gives_the_same_answers(contract):
    copy = pickle.loads(pickle.dumps(contract))
    assert answers(copy) == answers(contract)
    assert (copy.sources, copy.skipped_files, len(copy)) == (contract.sources, contract.skipped_files, len(contract))


def test_contexts_and_reports_are_pickled_too(contract):
    context = contract.context("What is the governing law?", neighbors=1)
    copy = pickle.loads(pickle.dumps(context))
    assert copy.to_dict() == context.to_dict()
    assert copy.text("numbered") == context.text("numbered")
    assert copy == context == contract.context("What is the governing law?", neighbors=1)
    assert copy != contract.context("What is the governing law?")


def test_a_document_of_given_chunks_is_pickled_with_its_metadata():
    doc = secondhop.Document.from_chunks([{"text": "Copper melts.", "metadata": {"page": "7"}}])
    copy = pickle.loads(pickle.dumps(doc))
    assert copy.context("copper").citations == doc.context("copper").citations


def test_a_spawned_process_answers(contract):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        text = pool.submit(contract.context, "What is the governing law?", 25).result(timeout=120).text()
    assert text == contract.context("What is the governing law?", 25).text()


def test_a_hundred_documents_leave_no_thread_behind():
    def counts():
        tasks = Path("/proc/self/task")
        return threading.active_count(), len(list(tasks.iterdir())) if tasks.is_dir() else 0

    secondhop.Document.from_text("Copper melts.").context("copper")
    before = counts()
    docs = [secondhop.Document.from_text(f"Copper melts in furnace {number}.") for number in range(100)]
    assert all(doc.context("copper") for doc in docs)
    # Fewer is fine: a thread of an earlier test may end meanwhile.
    assert all(now <= then for now, then in zip(counts(), before, strict=True))


@pytest.mark.skipif(sys.platform == "win32", reason="threads are named by /proc")
def test_queries_run_while_documents_are_built(contract_text):
    doc = secondhop.Document.from_text(contract_text, source="contract.md", tokenizer="words")
    expected = answers(doc)

    def build(number):
        return answers(secondhop.Document.from_text(contract_text, source="contract.md", tokenizer="words")) == expected

    with ThreadPoolExecutor(8) as pool:
        builds = pool.map(build, range(40))
        queries = pool.map(lambda _: answers(doc) == expected, range(80))
        assert all(builds)
        assert all(queries)
