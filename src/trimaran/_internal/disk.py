"""Work on files, in a few threads of its own: it never holds up the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from trimaran._internal.thread_pool import ThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MAX_THREADS = 8
"""As many reads and writes run at once in one process; more of them wait."""


_threads = ThreadPool("trimaran-disk", MAX_THREADS)


async def off_loop(call: Callable[..., T], *args: object) -> T:
    """Return what a function returns that waits for a disk.

    Apart from the threads of handlers, since those may all be waiting for this very work.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads.executor(), call, *args)
