"""Plain functions that may block: they run in a bounded pool of threads."""

from __future__ import annotations

import asyncio
import os
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")

MAX_THREADS = 40
"""As many blocking calls run at once in one process; more of them wait."""


class _Threads:
    """The pool, made when the first call needs it, and made anew after a fork."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._pool = None

    def pool(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="trimaran")
        return self._pool


_threads = _Threads()


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
    value, stop = await loop.run_in_executor(_threads.pool(), call_there)
    if stop is not None:
        message = "a function that ran in a thread raised StopIteration"
        raise RuntimeError(message) from stop
    return value  # type: ignore[return-value]  # None only beside a StopIteration


run_in_threadpool = in_thread
"""FastAPI's name: ``await run_in_threadpool(read_file, path)`` in a coroutine."""
