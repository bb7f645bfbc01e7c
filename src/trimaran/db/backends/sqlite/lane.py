"""The way to SQLite's only writer, which a transaction has for itself."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from trimaran._internal.callsite import describe_place
from trimaran.db.backends.sqlite.worker import Job
from trimaran.errors import DatabaseUnavailableError

if TYPE_CHECKING:
    from typing import Any

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.sqlite.worker import Workers


class WriteLane:
    """A queue in the order of asking, before the writer's own.

    Single statements go straight to the writer's thread, many at a time, while no transaction
    holds the lane. A transaction's BEGIN stands in the thread's queue behind those before it.
    """

    def __init__(self, workers: Workers, *, timeout: float, max_waiting: int) -> None:
        self.workers = workers
        self.held = False
        self.place: Place | None = None
        self.since = 0.0
        self.waits = 0
        self.waited = 0.0
        self.timeouts = 0
        self._timeout = timeout
        self._max_waiting = max_waiting
        self._waiting: deque[tuple[float, Job | asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many statements and transactions wait."""
        return len(self._waiting)

    def put(self, loop: asyncio.AbstractEventLoop, job: Job) -> None:
        """Send a statement to the writer, or queue it while a transaction holds the lane."""
        if self.held or self._waiting:
            self._queue(loop, job)
        else:
            self.workers.put(loop, job)

    async def take(self, loop: asyncio.AbstractEventLoop, place: Place | None) -> None:
        """Wait until the lane is the caller's alone."""
        if self.held or self._waiting:
            future = loop.create_future()
            self._queue(loop, future)
            try:
                await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled() and future.exception() is None:
                    self.give_back(loop)
                raise
        self.held = True
        self.place = place
        self.since = loop.time()

    def give_back(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the next in the queue go: statements up to the next transaction."""
        self.held = False
        self.place = None
        now = loop.time()
        while self._waiting and not self.held:
            asked, waiting = self._waiting.popleft()
            self.waited += now - asked
            if isinstance(waiting, Job):
                if not waiting.future.done():
                    self.workers.put(loop, waiting)
            elif not waiting.done():
                self.held = True
                waiting.set_result(None)

    def clear(self) -> None:
        """Forget everything: the loop that it belonged to has ended."""
        self.held = False
        self.place = None
        self._waiting.clear()
        self._timer = None

    def _queue(self, loop: asyncio.AbstractEventLoop, waiting: Job | asyncio.Future[Any]) -> None:
        if len(self._waiting) >= self._max_waiting:
            raise DatabaseUnavailableError(
                "TRI-DB-012",
                f"{len(self._waiting)} statements already wait for the database.{self._holder()}",
                "Answer 503, or hold transactions for a shorter time.",
            )
        self.waits += 1
        self._waiting.append((loop.time(), waiting))
        if self._timer is None:
            self._timer = loop.call_later(self._timeout, self._expire, loop)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        while self._waiting:
            asked, waiting = self._waiting[0]
            future = waiting.future if isinstance(waiting, Job) else waiting
            if not future.done():
                if asked + self._timeout > now + 0.001:
                    self._timer = loop.call_at(asked + self._timeout, self._expire, loop)
                    return
                self.timeouts += 1
                future.set_exception(self._held_too_long(now))
            self.waited += now - asked
            self._waiting.popleft()

    def _held_too_long(self, now: float) -> DatabaseUnavailableError:
        return DatabaseUnavailableError(
            "TRI-DB-011",
            f"SQLite's one writer was not free within {self._timeout:g} s.{self._holder(now)}",
            "Keep slow work (requests to others, waiting) out of transactions.",
        )

    def _holder(self, now: float | None = None) -> str:
        if not self.held:
            return ""
        place = describe_place(self.place) or "an unknown place"
        seconds = f" {now - self.since:.1f} s ago" if now is not None else ""
        return f" The transaction begun{seconds} at {place} holds it."
