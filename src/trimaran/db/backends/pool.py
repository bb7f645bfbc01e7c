"""A pool of a server's connections: last in, first out; first come, first served."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from trimaran._internal.callsite import describe_place
from trimaran.db.backends.connection import Connection
from trimaran.db.backends.faults import shown_sql
from trimaran.errors import DatabaseUnavailableError, DataError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

logger = logging.getLogger("trimaran.db")

_TICK_SECONDS = 5.0
_RETRY_SECONDS = 0.25
_CLOSE_SECONDS = 10.0
_SHOWN_HOLDERS = 20


class ServerBusyError(DatabaseUnavailableError):
    """The server takes no connection at the moment: starting, stopping, or full."""


class PooledConnection(Connection):
    """A connection that a pool lends.

    opened:  the loop's time
    retired: to be closed when it comes back
    """

    __slots__ = ("opened", "retired")

    def __init__(self, now: float) -> None:
        super().__init__()
        self.opened = now
        self.since = now
        self.retired = False

    @abstractmethod
    def state(self) -> str:
        """``clean``; ``dirty``: has to be mended before another may use it; ``dead``."""

    @abstractmethod
    async def mend(self) -> None:
        """Bring it back to clean: wait for what was cancelled, roll back; or raise."""

    @abstractmethod
    async def close(self) -> None:
        """Say goodbye to the server."""

    @abstractmethod
    def terminate(self) -> None:
        """Close at once."""


C = TypeVar("C", bound=PooledConnection)


class Pool(Generic[C]):
    """Lends connections.

    A hot caller may by itself pop from ``idle``, a stack, and push back onto it what is clean and
    not retired while nobody is in ``waiters``.

    Connections are opened by tasks of the pool's own, so that a caller that is cancelled leaves
    nothing half open, and whoever waits longest gets the first that is free, new or returned.
    """

    def __init__(
        self,
        opener: Callable[[], Awaitable[C]],
        *,
        min_size: int,
        max_size: int,
        max_waiting: int,
        timeout: float,
        max_idle: float,
        max_lifetime: float,
        hang_after: float,
    ) -> None:
        self.idle: list[C] = []
        self.members: set[C] = set()
        self.min_size = min(min_size, max_size)
        self.max_size = max_size
        self.waits = 0
        self.waited = 0.0
        self.timeouts = 0
        self.lost = 0
        self._opener = opener
        self._max_waiting = max_waiting
        self._timeout = timeout
        self._max_idle = max_idle
        self._max_lifetime = max_lifetime
        self._hang_after = hang_after
        self.waiters: deque[tuple[float, asyncio.Future[C]]] = deque()
        self._opening = 0
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._failure: DataError | None = None
        self._loop = asyncio.get_running_loop()
        self._again("tick", _TICK_SECONDS, self._tick)

    @property
    def size(self) -> int:
        """Connections open or being opened."""
        return len(self.members) + self._opening

    @property
    def waiting(self) -> int:
        """How many wait for a connection."""
        return len(self.waiters)

    def now(self) -> float:
        """The time by the loop's clock."""
        return self._loop.time()

    # Taking and giving back

    async def take(self) -> C:
        """Return an idle connection, or wait for one in the order of asking."""
        if self.idle:
            return self.idle.pop()
        if self._closing:
            raise _closing()
        if len(self.waiters) >= self._max_waiting:
            raise self._crowded()
        waiter: asyncio.Future[C] = self._loop.create_future()
        asked = self._loop.time()
        self.waiters.append((asked, waiter))
        self._open_for_waiters()
        if "expire" not in self._timers:
            self._again("expire", self._timeout, self._expire)
        self.waits += 1
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.give_back(waiter.result())
            raise
        finally:
            self.waited += self._loop.time() - asked

    def give_back(self, connection: C) -> None:
        """Return a connection; a dirty one is mended first, a dead one replaced."""
        connection.sql = ""
        connection.place = None
        state = connection.state()
        if state == "dead":
            self.drop(connection)
        elif state == "dirty":
            self._spawn(self._mend(connection))
        elif connection.retired or self._closing:
            self._discard(connection)
        else:
            self.lend(connection)

    def lend(self, connection: C) -> None:
        """Hand a clean connection to who waits longest, or keep it idle."""
        while self.waiters:
            _, waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self.idle.append(connection)

    def drop(self, connection: C) -> None:
        """Forget a connection that broke, and open another if somebody waits."""
        if connection not in self.members:
            return
        self.members.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
        connection.terminate()
        self.lost += 1
        if not self._closing:
            self._doubt_idle()
        self._open_for_waiters()

    def _doubt_idle(self) -> None:
        """Ask the server on every idle connection: what broke one may have broken all."""
        doubtful = self.idle.copy()
        self.idle.clear()
        for connection in doubtful:
            self._spawn(self._mend(connection))

    # Opening

    async def fill(self) -> None:
        """Open the least number of connections; raises where the server cannot be reached."""
        for _ in range(self.min_size - self.size):
            self.lend(await self._add())

    async def _add(self) -> C:
        self._opening += 1
        try:
            connection = await self._opener()
        finally:
            self._opening -= 1
        self.members.add(connection)
        return connection

    def _open_for_waiters(self) -> None:
        if "retry" in self._timers:
            return
        wanted = min(len(self.waiters) - self._opening, self.max_size - self.size)
        for _ in range(wanted):
            self._opening += 1
            self._spawn(self._open_one())

    async def _open_one(self) -> None:
        try:
            connection = await self._opener()
        except DataError as exc:
            self._opening -= 1
            self._not_opened(exc)
            return
        except BaseException:
            self._opening -= 1
            raise
        self._opening -= 1
        self._failure = None
        self.members.add(connection)
        if self._closing and not self.waiters:
            self._discard(connection)
        else:
            self.lend(connection)

    def _not_opened(self, exc: DataError) -> None:
        """Fail those who wait, unless there are connections that will come back to them."""
        self._failure = exc
        if self.members or isinstance(exc, ServerBusyError):
            self._again("retry", _RETRY_SECONDS, self._open_for_waiters)
            return
        if self._opening:
            return
        while self.waiters:
            _, waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_exception(exc)

    # Care

    async def _mend(self, connection: C) -> None:
        try:
            await connection.mend()
        except (DataError, TimeoutError):
            self.drop(connection)
            return
        except BaseException:
            self.drop(connection)
            raise
        if connection.state() == "clean" and connection in self.members:
            self.give_back(connection)
        else:
            self.drop(connection)

    def _discard(self, connection: C) -> None:
        self.members.discard(connection)
        self._spawn(self._close_one(connection))
        self._open_for_waiters()

    async def _close_one(self, connection: C) -> None:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await connection.close()
        except (Exception, asyncio.CancelledError):  # noqa: BLE001  it is closed either way
            connection.terminate()

    def _tick(self) -> None:
        """Close what was idle or open for too long; cut off what has stopped to answer."""
        now = self._loop.time()
        self._again("tick", _TICK_SECONDS, self._tick)
        for connection in list(self.idle):
            spare = len(self.members) > self.min_size
            stale = spare and now - connection.since > self._max_idle
            if stale or now - connection.opened > self._max_lifetime:
                self.idle.remove(connection)
                self._discard(connection)
        for connection in self.members:
            if now - connection.opened > self._max_lifetime:
                connection.retired = True
            hangs = connection.sql and self._hang_after
            if hangs and now - connection.since > self._hang_after:
                logger.error("a statement got no answer: %s", shown_sql(connection.sql))
                connection.terminate()

    def _expire(self) -> None:
        now = self._loop.time()
        late: list[asyncio.Future[C]] = []
        while self.waiters:
            asked, waiter = self.waiters[0]
            if not waiter.done():
                if asked + self._timeout > now + 0.001:
                    self._again("expire", asked + self._timeout - now, self._expire)
                    break
                late.append(waiter)
            self.waiters.popleft()
        if late:
            self.timeouts += len(late)
            report = self._report(now)
            for waiter in late:
                waiter.set_exception(self._exhausted(report))

    def _again(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.pop(name, None)
            call()

        if name not in self._timers:
            self._timers[name] = self._loop.call_later(seconds, run)

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # The end

    async def close(self) -> None:
        """Serve those who wait, wait for what is held, close everything."""
        self._closing = True
        until = self._loop.time() + _CLOSE_SECONDS
        while self.waiters or self._held() or self._opening:
            if self._loop.time() > until:
                logger.warning("closing the pool under %d connection(s) in use", len(self._held()))
                break
            await asyncio.sleep(0.005)
        for connection in self._held():
            connection.terminate()
        while self.idle:
            self._discard(self.idle.pop())
        self.cancel_timers()
        while self._tasks:
            await asyncio.wait(list(self._tasks))
        self.members.clear()

    def cancel_timers(self) -> None:
        """Stop looking after connections."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _held(self) -> list[C]:
        return [connection for connection in self.members if connection not in self.idle]

    # Words

    def _report(self, now: float) -> str:
        lines = []
        held = sorted(self._held(), key=lambda connection: connection.since)
        places = _places_of_statements(set(held))
        for connection in held[:_SHOWN_HOLDERS]:
            seconds = now - connection.since
            if connection.place is not None:
                what = f"the transaction begun at {describe_place(connection.place)}"
            else:
                where = places.get(connection, "")
                what = f"{where + ', ' if where else ''}{shown_sql(connection.sql) or 'mending'}"
            lines.append(f"\n  held for {seconds:.1f} s by {what}")
        return "".join(lines)

    def _exhausted(self, report: str) -> DatabaseUnavailableError:
        failure = ""
        if self._failure is not None:
            failure = f" The last attempt to open another failed: {self._failure.what}"
        return DatabaseUnavailableError(
            "TRI-DB-011",
            f"No connection was free within {self._timeout:g} s: {len(self._held())} of"
            f" {self.max_size} are in use.{failure}{report}\n",
            "Keep slow work (requests to others, waiting) out of transactions, or raise pool_max"
            " in the database URL.",
        )

    def _crowded(self) -> DatabaseUnavailableError:
        return DatabaseUnavailableError(
            "TRI-DB-012",
            f"{len(self.waiters)} statements already wait for one of {self.max_size} connections.",
            "Answer 503 and let clients come back, or raise pool_max or max_waiting in the"
            " database URL.",
        )


def _closing() -> DatabaseUnavailableError:
    return DatabaseUnavailableError("TRI-DB-015", "The database is being closed.")


def _places_of_statements(held: set[Any]) -> dict[Any, str]:
    """Find where the application awaits each connection's statement; only asked in trouble.

    A statement notes nothing about its caller while it runs, since that would cost every one of
    them. The tasks' suspended frames tell it afterwards.
    """
    from trimaran._internal.callsite import is_user_code

    places: dict[Any, str] = {}
    for task in asyncio.all_tasks():
        awaited: Any = task.get_coro()
        place = ""
        for _ in range(64):
            frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
            if frame is None:
                break
            if is_user_code(frame.f_code):
                place = describe_place((frame.f_code, frame.f_lineno))
            connection = frame.f_locals.get("connection")
            if isinstance(connection, PooledConnection) and connection in held:
                places[connection] = place
            awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return places
