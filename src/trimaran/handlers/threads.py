"""Plain functions that may block: they run in a bounded pool of threads."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from trimaran._internal.thread_pool import ThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MAX_THREADS = 40
"""As many blocking calls run at once in one process; more of them wait."""


_threads = ThreadPool("trimaran", MAX_THREADS)


async def in_thread(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Return what the function returns, called in a thread with this task's context."""
    run = copy_context().run

    def call_there() -> tuple[T | None, StopIteration | None]:
        # A future cannot hold StopIteration, so it travels as a value.
        try:
            return run(call, *args, **kwargs), None
        except StopIteration as stop:
            return None, stop

    loop = asyncio.get_running_loop()
    value, stop = await loop.run_in_executor(_threads.executor(), call_there)
    if stop is not None:
        message = "a function that ran in a thread raised StopIteration"
        raise RuntimeError(message) from stop
    return value  # type: ignore[return-value]  # None only beside a StopIteration


run_in_threadpool = in_thread
"""FastAPI's name: ``await run_in_threadpool(read_file, path)`` in a coroutine."""
