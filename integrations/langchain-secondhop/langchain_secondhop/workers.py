"""Async calls of the engine, so that the event loop goes on meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

from langchain_core.runnables import run_in_executor

_Result = TypeVar("_Result")


async def in_worker(call: Callable[..., _Result], *arguments: object) -> _Result:
    """What `call(*arguments)` returns, computed in the worker thread.

    Questions take turns in one thread. The engine is Python and holds the interpreter while it computes: more threads
    answer no sooner, but each of them keeps the event loop waiting (measured with 40 questions at once over 10,000
    chunks: 20 ms at most with one thread, 50 to 200 ms with the loop's default ones).
    """
    in_context = copy_context().run  # so that what is traced in the worker knows the span that it belongs to
    return await run_in_executor(_pool(os.getpid()), in_context, call, *arguments)


@lru_cache(maxsize=1)
def _pool(pid: int) -> ThreadPoolExecutor:  # noqa: ARG001  a forked process has the pool but not its thread
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="secondhop")


def says_only(cls: type, sync: str, asynchronous: str) -> bool:
    """Whether a class, or what it inherits from first, has a method of its own for sync calls but none for async ones.

    What is inherited for async calls would pass it over then.
    """
    first = next(vars(each) for each in cls.__mro__ if sync in vars(each) or asynchronous in vars(each))
    return asynchronous not in first
