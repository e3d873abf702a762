import asyncio
import contextvars
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from secondhop.workers import in_worker

WAIT = 60
"""Seconds after which a test fails that would wait forever."""


async def together(call, count, *, may_wait):
    return await asyncio.gather(*(in_worker(call, may_wait=may_wait) for _ in range(count)))


async def test_forty_calls_that_compute_share_two_threads():
    threads = await together(threading.get_ident, 40, may_wait=False)
    assert len(set(threads)) <= 2
    assert threading.get_ident() not in threads


async def test_calls_that_may_wait_do_so_at_once():
    barrier = threading.Barrier(4)
    assert sorted(await together(lambda: barrier.wait(WAIT), 4, may_wait=True)) == [0, 1, 2, 3]


async def test_one_slow_call_does_not_hold_up_another():
    go_on = threading.Event()
    slow = asyncio.create_task(in_worker(lambda: go_on.wait(WAIT), may_wait=False))
    assert await together(lambda: "quick", 3, may_wait=False) == ["quick"] * 3
    assert not slow.done()
    go_on.set()
    assert await slow


async def test_a_call_that_is_cancelled_before_its_turn_is_not_made():
    go_on, made = threading.Event(), []
    slow = [asyncio.create_task(in_worker(lambda: go_on.wait(WAIT), may_wait=False)) for _ in range(2)]
    waiting = asyncio.create_task(in_worker(lambda: made.append(1), may_wait=False))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await asyncio.gather(*slow, in_worker(lambda: "next", may_wait=False)) == [True, True, "next"]
    assert made == []


async def test_a_call_that_is_cancelled_while_it_is_made_frees_its_thread_when_it_ends():
    begun, go_on = threading.Barrier(3), threading.Event()

    def slow():
        begun.wait(WAIT)
        go_on.wait(WAIT)

    tasks = [asyncio.create_task(in_worker(slow, may_wait=False)) for _ in range(2)]
    await asyncio.to_thread(begun.wait, WAIT)
    for task in tasks:
        task.cancel()
    assert all(isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*tasks, return_exceptions=True))
    go_on.set()
    assert await in_worker(lambda: "next", may_wait=False) == "next"


@pytest.mark.parametrize("may_wait", [False, True])
async def test_who_awaits_gets_the_error(may_wait):
    with pytest.raises(ZeroDivisionError):
        await in_worker(lambda: 1 // 0, may_wait=may_wait)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(in_worker(lambda: next(iter(())), may_wait=may_wait), WAIT)
    assert await in_worker(lambda: "next", may_wait=may_wait) == "next"


@pytest.mark.parametrize("may_wait", [False, True])
async def test_a_call_sees_the_context_variables_of_its_own_task(may_wait):
    variable = contextvars.ContextVar("variable")

    async def ask(number):
        variable.set(number)
        return await in_worker(lambda: (variable.get(), variable.set(None))[0], may_wait=may_wait), variable.get()

    assert await asyncio.gather(*(ask(number) for number in range(20))) == [(number, number) for number in range(20)]


def test_event_loops_in_several_threads_get_their_own_answers():
    async def ask(number):
        return await asyncio.gather(
            *(in_worker(lambda turn=turn: (number, turn), may_wait=False) for turn in range(20))
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: asyncio.run(ask(number)), range(16)))
    assert answers == [[(number, turn) for turn in range(20)] for number in range(16)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
async def test_a_process_forked_while_a_call_is_made_has_threads_of_its_own():
    begun, go_on = threading.Event(), threading.Event()
    slow = asyncio.create_task(in_worker(lambda: (begun.set(), go_on.wait(WAIT)), may_wait=False))
    await asyncio.to_thread(begun.wait, WAIT)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with ThreadPoolExecutor(1) as pool:  # as this thread has a loop that runs
                answers = pool.submit(asyncio.run, together(os.getpid, 4, may_wait=False)).result(WAIT)
            code = 0 if answers == [os.getpid()] * 4 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    go_on.set()
    await slow
