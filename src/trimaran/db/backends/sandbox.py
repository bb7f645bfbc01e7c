"""One transaction that every task shares, to be rolled back: for tests."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from trimaran._internal.callsite import describe_place
from trimaran.db.backends.connection import USUAL, Connection, uninterrupted
from trimaran.errors import DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.connection import Mode, Verb

T = TypeVar("T")


class SandboxConnection(Connection):
    """A connection inside the sandbox's transaction, which it divides by savepoints."""

    __slots__ = ("_count", "_inner", "_names")

    def __init__(self, inner: Connection) -> None:
        super().__init__()
        self._inner = inner
        self._names: list[str] = []
        self._count = 0

    @property
    def fails_whole(self) -> bool:
        """Whether the wrapped connection's database works so."""
        return self._inner.fails_whole

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement inside a transaction of the sandbox."""
        try:
            return await self._whole(self._inner.run(verb, sql, argument))
        finally:
            self.lost = self._inner.lost

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        # There is one connection only: what breaks it would end every task's transaction.
        return await (uninterrupted(work) if self._inner.breaks_when_cancelled else work)

    async def control(self, sql: str) -> None:
        """Run a statement of Trimaran's own."""
        await self._whole(self._inner.control(sql))

    async def begin(self, mode: Mode = USUAL) -> None:
        """Set a savepoint that stands for a transaction, of the sandbox's own mode."""
        del mode
        self._count += 1
        name = f"sandbox_{self._count}"
        await self._whole(self._inner.savepoint(name))
        self._names.append(name)

    async def commit(self) -> None:
        """Keep what was done."""
        await self._whole(self._inner.release(self._names[-1]))
        self._names.pop()

    async def rollback(self) -> None:
        """Undo what was done since ``begin``."""
        if self._names:
            await self._whole(self._inner.rollback_to(self._names.pop()))


class Sandbox:
    """Gives the one connection to one task after another, in the order of asking."""

    def __init__(self, inner: Connection, *, timeout: float) -> None:
        self._connection = SandboxConnection(inner)
        self._timeout = timeout
        self._taken = False
        self._waiters: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """How many tasks wait for their turn."""
        return len(self._waiters)

    def owns(self, connection: Connection) -> bool:
        """Whether a connection is the one that this sandbox lends."""
        return connection is self._connection

    async def drain(self) -> None:
        """Wait until no task has its turn: nothing is rolled back under a running task."""
        await self.take(None)

    async def take(self, place: Place | None) -> SandboxConnection:
        """Wait for the turn."""
        if self._taken:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                async with asyncio.timeout(self._timeout):
                    await waiter
            except BaseException as exc:
                if waiter.done() and not waiter.cancelled():
                    self.give_back(self._connection)
                elif waiter in self._waiters:
                    self._waiters.remove(waiter)
                if isinstance(exc, TimeoutError):
                    raise self._held() from None
                raise
        self._taken = True
        self._connection.place = place
        return self._connection

    def give_back(self, connection: Connection) -> None:
        """End the turn; the next in the queue has it."""
        connection.place = None
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._taken = False

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run one statement as if it were a transaction of its own."""
        connection = await self.take(None)
        try:
            await connection.begin()
            try:
                result = await connection.run(verb, sql, argument)
            except BaseException:
                await uninterrupted(connection.rollback())
                raise
            await uninterrupted(connection.commit())
        finally:
            self.give_back(connection)
        return result

    def _held(self) -> DatabaseUnavailableError:
        place = describe_place(self._connection.place)
        holder = f" The transaction begun at {place} holds it." if place else ""
        return DatabaseUnavailableError(
            "TRI-DB-011",
            f"The sandbox's only connection was not free within {self._timeout:g} s.{holder}",
            "In a test, end the atomic block before another task (a client's request) works.",
        )
