"""Work on files, in a few threads of its own: it never holds up the event loop."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")

MAX_THREADS = 8
"""As many reads and writes run at once in one process; more of them wait."""


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

            self._pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="trimaran-disk")
        return self._pool


_threads = _Threads()


async def off_loop(call: Callable[..., T], *args: object) -> T:
    """Return what a function returns that waits for a disk.

    Apart from the threads of handlers, since those may all be waiting for this very work.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads.pool(), call, *args)
