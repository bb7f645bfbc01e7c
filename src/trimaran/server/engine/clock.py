"""One timer a process: the Date header and every time-out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from trimaran.http.dates import http_date

if TYPE_CHECKING:
    import asyncio

    from trimaran.server.config import Limits

NEVER = float("inf")


class Timed(Protocol):
    """Something that the clock watches."""

    deadline: float

    def expire(self) -> None:
        """Its deadline has passed."""

    def check_writing(self, elapsed: float) -> None:
        """Its answer is not being taken; ``elapsed`` seconds since the last look."""


class Clock:
    """A coarse clock that looks at all connections a few times a second.

    Setting a deadline is then one attribute, where a timer for each request would cost a heap
    operation and a handle. The clock stands still while nothing is connected.

    now:           the loop's time at the last tick
    head_deadline: when a head that begins now must be complete
    response_deadline: when a handler that begins now must have answered
    idle_deadline: when a connection that falls idle now is to be closed
    date_end:      ``\\r\\ndate: …\\r\\n\\r\\n``: what follows the length in a complete head
    date_line:     ``date: …\\r\\n``
    """

    __slots__ = (
        "_handle",
        "_header_timeout",
        "_interval",
        "_keep_alive",
        "_loop",
        "_response_timeout",
        "_second",
        "date_end",
        "date_line",
        "head_deadline",
        "idle_deadline",
        "now",
        "response_deadline",
        "stalled",
        "watched",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self._loop = loop
        self._keep_alive = limits.keep_alive
        self._header_timeout = limits.header_timeout
        self._response_timeout = limits.response_timeout or NEVER
        shortest = min(
            *(limits.header_timeout, limits.body_timeout, limits.write_timeout),
            *(limits.keep_alive, limits.linger, limits.response_timeout or NEVER),
            *(limits.ping_interval, limits.ping_timeout),
        )
        self._interval = min(0.5, max(0.02, shortest / 4))
        self._handle: asyncio.TimerHandle | None = None
        self._second = 0
        self.watched: set[Timed] = set()
        self.stalled: set[Timed] = set()
        self._look()

    def watch(self, connection: Timed) -> None:
        """Hold a connection to its deadlines from now on."""
        self.watched.add(connection)
        if self._handle is None:
            self._look()
            self._handle = self._loop.call_later(self._interval, self._tick)

    def forget(self, connection: Timed) -> None:
        """Stop watching a connection."""
        self.watched.discard(connection)
        self.stalled.discard(connection)

    def stop(self) -> None:
        """Cancel the timer."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        self.now = self._loop.time()
        self.head_deadline = self.now + self._header_timeout
        self.response_deadline = self.now + self._response_timeout
        self.idle_deadline = self.now + self._keep_alive
        second = int(time.time())
        if second != self._second:
            self._second = second
            self.date_line = b"date: %b\r\n" % http_date(second).encode("ascii")
            self.date_end = b"\r\n%b\r\n" % self.date_line

    def _tick(self) -> None:
        before = self.now
        self._look()
        now = self.now
        for connection in [item for item in self.watched if item.deadline < now]:
            connection.expire()
        for connection in tuple(self.stalled):
            connection.check_writing(now - before)
        if self.watched:
            self._handle = self._loop.call_later(self._interval, self._tick)
        else:
            self._handle = None
