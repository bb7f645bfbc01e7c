"""Threads that run statements and answer in batches.

A statement is a job in a queue that several threads share, each with its connection. A thread takes
jobs until the queue is empty, and hands what it has finished to the loop in one call: waking the
loop costs more than a look-up by key does.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    import sqlite3
    from collections.abc import Callable, Sequence

    Work = Callable[[sqlite3.Connection, str, Any], Any]
    Answer = tuple[asyncio.Future[Any], Any, BaseException | None]

_BATCH = 64
_BATCH_SECONDS = 0.0005
_STALL_SECONDS = 0.002
_CHECK_EVERY = 20_000
"""Virtual machine instructions between looks at the clock: a fraction of a millisecond."""


class StatementStoppedError(Exception):
    """A statement ran longer than it may, or its task was cancelled."""


class Job:
    """One statement on its way through a thread.

    abandonable: may be dropped, and stopped midway, when its task is cancelled
    ended:       it failed, and no transaction is open behind it
    """

    __slots__ = ("abandonable", "argument", "ended", "future", "sql", "work")

    def __init__(
        self, future: asyncio.Future[Any], work: Work, sql: str, argument: Any, abandonable: bool
    ) -> None:
        self.future = future
        self.work = work
        self.sql = sql
        self.argument = argument
        self.abandonable = abandonable
        self.ended = False


class Workers:
    """A queue of jobs and the threads that serve it, started as they are needed."""

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], *, threads: int, name: str, limit: float
    ) -> None:
        self.threads = threads
        self.limit = limit
        self.started: list[_Worker] = []
        self.jobs: deque[Job] = deque()
        self.sleepers: deque[SimpleQueue[bool]] = deque()
        self._connect = connect
        self._name = name
        self._guard: asyncio.TimerHandle | None = None

    @property
    def running(self) -> int:
        """How many threads run a statement."""
        return sum(worker.job is not None for worker in self.started)

    def submit(
        self,
        loop: asyncio.AbstractEventLoop,
        work: Work,
        sql: str,
        argument: Any,
        abandonable: bool = True,
    ) -> asyncio.Future[Any]:
        """Queue a job and return its future."""
        future: asyncio.Future[Any] = loop.create_future()
        # As ``put``, once more: this is the hottest call of all.
        self.jobs.append(job := Job(future, work, sql, argument, abandonable))
        if len(self.sleepers) == len(self.started):
            self._wake()
        elif self._guard is None and self.threads > 1:
            self._guard = loop.call_later(_STALL_SECONDS, self._relieve, loop, job)
        return future

    def put(self, loop: asyncio.AbstractEventLoop, job: Job) -> None:
        """Queue a job; wake a thread if none is awake."""
        self.jobs.append(job)
        if len(self.sleepers) == len(self.started):
            self._wake()
        elif self._guard is None and self.threads > 1:
            self._guard = loop.call_later(_STALL_SECONDS, self._relieve, loop, job)

    def _wake(self) -> None:
        try:
            self.sleepers.pop().put(True)
        except IndexError:
            if len(self.started) < self.threads:
                self.started.append(
                    _Worker(self, self._connect, f"{self._name}-{len(self.started)}")
                )

    def _relieve(self, loop: asyncio.AbstractEventLoop, seen: Job) -> None:
        """Wake another thread where a job waits behind a long one."""
        self._guard = None
        try:
            head = self.jobs[0]
        except IndexError:
            return
        if seen in self.jobs:
            self._wake()
        self._guard = loop.call_later(_STALL_SECONDS, self._relieve, loop, head)

    @property
    def pending(self) -> bool:
        """Whether a job is queued or under way."""
        return bool(self.jobs) or self.running > 0

    def forget_loop(self) -> None:
        """Drop the timer of a loop that is used no more."""
        self._guard = None

    def stop(self) -> list[threading.Thread]:
        """Tell every thread to end when the queue is empty; returns them for joining."""
        if self._guard is not None:
            self._guard.cancel()
            self._guard = None
        threads = [worker.thread for worker in self.started]
        for worker in self.started:
            worker.wake.put(False)
        self.started = []
        self.sleepers.clear()
        return threads


class _Worker:
    """One thread and its connection."""

    def __init__(
        self, workers: Workers, connect: Callable[[], sqlite3.Connection], name: str
    ) -> None:
        self.wake: SimpleQueue[bool] = SimpleQueue()
        self._workers = workers
        self._connect = connect
        self.job: Job | None = None
        self._started = 0.0
        self._stopped = False
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        jobs, sleepers = self._workers.jobs, self._workers.sleepers
        batch: list[Answer] = []
        first_done = 0.0
        while True:
            try:
                job = jobs.popleft()
            except IndexError:
                if batch:
                    _hand_over(batch)
                    batch = []
                    continue
                sleepers.append(self.wake)
                if jobs and _take_back(sleepers, self.wake):
                    continue
                if self.wake.get():
                    continue
                break
            if connection is None and (connection := self._open(job)) is None:
                continue
            self._started = now = time.monotonic()
            if batch and (now - first_done > _BATCH_SECONDS or len(batch) >= _BATCH):
                _hand_over(batch)
                batch = []
            if not batch:
                first_done = now
            self.job = job
            try:
                # Testing for cancellation here, not in the loop, spares the queue a search.
                if job.abandonable and job.future.cancelled():
                    self.job = None
                    continue
                batch.append((job.future, job.work(connection, job.sql, job.argument), None))
            except BaseException as exc:  # noqa: BLE001  told to the task that asked
                job.ended = not connection.in_transaction
                stopped, self._stopped = self._stopped, False
                batch.append((job.future, None, StatementStoppedError() if stopped else exc))
            # Kept, it would hold a request's values until the next one.
            del job
            self.job = None
        if connection is not None:
            connection.close()

    def _open(self, job: Job) -> sqlite3.Connection | None:
        try:
            connection = self._connect()
        except BaseException as exc:  # noqa: BLE001  a thread that died would leave its jobs waiting
            _hand_over([(job.future, None, exc)])
            return None
        connection.set_progress_handler(self._watch, _CHECK_EVERY)
        return connection

    def _watch(self) -> int:
        """Called by SQLite during a statement; anything but 0 stops it."""
        job = self.job
        if job is None:
            return 0
        limit = self._workers.limit
        late = limit and time.monotonic() - self._started > limit
        if late or (job.abandonable and job.future.cancelled()):
            self._stopped = True
            return 1
        return 0


def _take_back(sleepers: deque[SimpleQueue[bool]], wake: SimpleQueue[bool]) -> bool:
    """Leave the sleepers again; False where the loop has already taken this one to wake it."""
    with contextlib.suppress(ValueError):
        sleepers.remove(wake)
        return True
    return False


def _hand_over(batch: list[Answer]) -> None:
    # A loop that is closed has nobody left who waits.
    with contextlib.suppress(RuntimeError):
        batch[0][0].get_loop().call_soon_threadsafe(_deliver, batch)


def _deliver(batch: Sequence[Answer]) -> None:
    for future, result, error in batch:
        if future.done():
            continue
        try:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
        except RuntimeError:
            # Its loop has been closed meanwhile, so that nobody can be woken.
            continue
