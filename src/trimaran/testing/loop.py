"""A private event loop that synchronous code drives, and what lives in it."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trimaran.errors import TrimaranError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

T = TypeVar("T")


class LoopRunner:
    """An event loop that runs only while ``run`` waits for something.

    Nothing runs between two calls, so a test sees no change that it did not wait for.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner = asyncio.Runner(loop_factory=self._make_loop)
        self._turn = threading.Lock()

    def run(self, awaitable: Awaitable[T]) -> T:
        """Wait for something and return its value. Threads take turns.

        Raises ``TrimaranError`` inside a task, whose loop it would stop.
        """
        if _inside_task():
            close = getattr(awaitable, "close", None)
            if close is not None:
                close()
            raise TrimaranError(
                "TRI-TEST-001",
                "TestClient was used inside a running event loop, which it would stop.",
                "In 'async def' code use AsyncClient and await its methods.",
            )
        context = contextvars.copy_context()

        def run() -> T:
            with self._turn:
                return self._runner.run(_wait(awaitable), context=context)

        return _aside(run) if _inside_loop() else run()

    def close(self) -> None:
        """Cancel what still runs and close the loop.

        Inside a task, where a forgotten client may be collected, nothing can be waited for: the
        loop is closed as it stands.
        """
        if not _inside_loop():
            self._runner.close()
        elif not _inside_task():
            _aside(self._runner.close)
        elif self._loop is not None:
            self._loop.close()

    def _make_loop(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.new_event_loop()
        return self._loop


class Resident(Generic[T]):
    """Keeps an asynchronous context manager entered, in one task all along.

    Task groups and time-outs must be left by the task that entered them; a test's set-up and
    tear-down are two tasks.
    """

    def __init__(self, manager: AbstractAsyncContextManager[T, Any]) -> None:
        self._manager = manager
        self._leave = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def enter(self) -> T:
        """Enter the context manager and return its value."""
        entered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live(entered))
        either: set[asyncio.Future[Any]] = {entered, self._task}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not entered.done():
            await self._task
        return await entered

    async def leave(self) -> None:
        """Leave the context manager; raises what its exit raises."""
        task, self._task = self._task, None
        if task is not None:
            self._leave.set()
            await task

    async def _live(self, entered: asyncio.Future[T]) -> None:
        async with self._manager as value:
            entered.set_result(value)
            await self._leave.wait()


async def _wait(awaitable: Awaitable[T]) -> T:
    return await awaitable


def _aside(call: Callable[[], T]) -> T:
    """Call something in a thread of its own and wait for it.

    Playwright's synchronous interface keeps a loop running beneath the test's thread, outside any
    task; a second loop cannot run in that thread, but beside it.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


def _inside_task() -> bool:
    return _inside_loop() and asyncio.current_task() is not None


def _inside_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
