"""Work that event loops wait for, done in threads so that they go on."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import copy_context
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_Result = TypeVar("_Result")

_THREADS = 2
"""More would answer no sooner, as Python runs one at a time, but each keeps the event loop waiting. With the second, what
is quick goes past one slow question."""


async def in_worker(call: Callable[[], _Result], *, may_wait: bool) -> _Result:
    """What `call()` returns, in a thread that knows the context variables of the task that awaits it.

    Args:
        call: what to do.
        may_wait: whether it may wait for something, such as a model or a function of the caller's, instead of computing
            all the time. Then it gets a thread of the event loop's: many can wait at once, and one that asks again
            and waits for that finds a free thread.

    Raises:
        RuntimeError: `call` raised a `StopIteration`, which no future can hold: who awaits would wait forever.
    """
    import asyncio  # a twentieth of what importing this package takes; who awaits has it already

    run = copy_context().run
    pool = None if may_wait else _pool(os.getpid())
    return await asyncio.get_running_loop().run_in_executor(pool, run, _without_stop, call)


def _without_stop(call: Callable[[], _Result]) -> _Result:
    try:
        return call()
    except StopIteration as error:
        raise RuntimeError("StopIteration was raised where nothing iterates") from error


@lru_cache(maxsize=1)
def _pool(pid: int) -> ThreadPoolExecutor:  # noqa: ARG001  a forked process has the pool but not its threads
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(_THREADS, "secondhop")
