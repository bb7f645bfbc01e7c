"""What databases behind a server share: pooled connections and their use."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from trimaran.db.backends.base import Stats
from trimaran.db.backends.pool import Pool, PooledConnection
from trimaran.db.backends.sockets import hang_up
from trimaran.db.backends.statements import kind_of
from trimaran.db.backends.transactional import TransactionalDatabase
from trimaran.errors import DatabaseOperationError, DatabaseUnavailableError, DataError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from typing import Self

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.connection import Connection, Verb
    from trimaran.db.backends.url import DatabaseURL

_HANG_GRACE_SECONDS = 10.0
STALE = "TRI-DB-036"
"""The id of the error that says that a statement has to be prepared anew."""

C = TypeVar("C", bound=PooledConnection)


class PooledDatabase(TransactionalDatabase, Generic[C]):
    """A database of a server: a backend fills in ``open_one`` and ``socket_of``.

    idle: the pool's stack of free connections for a hot ``fetch_row``; empty while a sandbox is
          open or nothing is
    """

    def __init__(self, target: DatabaseURL, *, alias: str) -> None:
        options = target.options
        super().__init__(
            target.safe, alias=alias, acquire_timeout=options.get("acquire_timeout", 10.0)
        )
        self.statement_timeout: float = options.get("statement_timeout", 30.0)
        self.connect_timeout: float = options.get("connect_timeout", 10.0)
        self.most_prepared: int = options.get("statements", 256)
        self.target = target
        self.idle: list[C] = []
        self._pool: Pool[C] | None = None

    def beside(self) -> Self:
        """Make another database of the same server, without a statement time-out.

        For work that goes on beside a transaction, and may take long.
        """
        options = {**self.target.options, "statement_timeout": 0.0, "pool_min": 0, "pool_max": 4}
        kind: Any = type(self)
        twin: Self = kind(replace(self.target, options=options), alias=self.alias)
        return twin

    @abstractmethod
    async def open_one(self) -> C:
        """Open a connection; raises a ``TrimaranError`` that says why it could not."""

    @abstractmethod
    def socket_of(self, connection: C) -> Any:
        """Return the socket beneath a connection, None where there is none any more."""

    @property
    def pool(self) -> Pool[C]:
        """The pool; there is one from the first use on."""
        if self._pool is None:
            self._pool = self._make_pool()
        return self._pool

    def drop(self, connection: C) -> None:
        """Forget a connection that broke while nobody used it."""
        if self._pool is not None:
            self._pool.drop(connection)

    # Statements

    async def again(self, connection: C, error: DataError, sql: str, params: Sequence[Any]) -> Any:
        """Give a look-up that failed its one retry, if it deserves it."""
        self.pool.give_back(connection)
        if not may_repeat(error, sql):
            raise error from None
        return await self.autocommit("fetch_row", sql, params, retry=False)

    async def autocommit(self, verb: Verb, sql: str, argument: Any, *, retry: bool = True) -> Any:
        """Run a statement outside every transaction, on a connection for its duration."""
        pool = self.pool
        connection = pool.idle.pop() if pool.idle else await pool.take()
        connection.sql = sql
        connection.since = self.pool.now()
        connection.lost = False
        try:
            return await connection.run(verb, sql, argument)
        except DataError as error:
            if not retry or not may_repeat(error, sql):
                raise
        finally:
            pool.give_back(connection)
        return await self.autocommit(verb, sql, argument, retry=False)

    # Connections

    async def take_own(self, place: Place | None) -> Connection:
        """Wait for a connection to hold."""
        connection = await self.pool.take()
        connection.place = place
        connection.since = self.pool.now()
        connection.lost = False
        return connection

    def give_back_own(self, connection: Connection) -> None:
        """Return a connection that was held."""
        self.pool.give_back(cast(C, connection))

    def shorten(self) -> None:
        """Give a hot ``fetch_row`` the pool's stack, or none."""
        self.idle = self._pool.idle if self.short_way and self._pool is not None else []

    async def connect(self) -> None:
        """Open the least number of connections."""
        pool = self.pool
        try:
            await pool.fill()
        except BaseException:
            if not pool.size:
                pool.cancel_timers()
                self._pool = None
            raise
        self.shorten()

    async def disconnect(self) -> None:
        """Wait for what is under way and close the connections."""
        pool = self._pool
        if pool is not None:
            try:
                await pool.close()
            finally:
                self.idle = []
                self._pool = None

    def change_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Leave the connections of a loop that has ended."""
        if loop.is_running():
            raise self.used_by_two_loops()
        if self._pool is not None:
            for connection in self._pool.members:
                hang_up(self.socket_of(connection))
        self.abandon()

    def abandon(self) -> None:
        """Forget connections that belong to another process or to a loop that has ended."""
        if self._pool is not None:
            # Closing them here would say goodbye in the parent process' name.
            _left_behind.append(self._pool)
        self.shared = None
        self._pool = None
        self.idle = []

    def _make_pool(self) -> Pool[C]:
        options = self.target.options
        limit = self.statement_timeout
        return Pool(
            self.open_one,
            min_size=options.get("pool_min", 1),
            max_size=options.get("pool_max", 10),
            max_waiting=options.get("max_waiting", 10_000),
            timeout=self.acquire_timeout,
            max_idle=options.get("max_idle", 300.0),
            max_lifetime=options.get("max_lifetime", 3600.0),
            hang_after=limit + _HANG_GRACE_SECONDS if limit else 0.0,
        )

    def stats(self) -> Stats:
        """What the pool is doing now, and has done so far."""
        pool = self._pool
        shared = self.shared
        if pool is None:
            return Stats(
                size=0,
                max_size=self.target.options.get("pool_max", 10),
                in_use=0,
                waiting=0,
                waits=0,
                waited_ms=0.0,
                statements=self.statements,
                timeouts=0,
                lost=0,
            )
        return Stats(
            size=pool.size,
            max_size=pool.max_size,
            in_use=len(pool.members) - len(pool.idle),
            waiting=pool.waiting + (shared.waiting if shared else 0),
            waits=pool.waits,
            waited_ms=pool.waited * 1000,
            statements=self.statements,
            timeouts=pool.timeouts,
            lost=pool.lost,
        )


_left_behind: list[object] = []


def may_repeat(error: DataError, sql: str) -> bool:
    """Whether a statement outside a transaction may safely be sent again.

    It may when it never left, when it has to be prepared anew, and when it only reads.
    """
    if isinstance(error, DatabaseOperationError):
        return error.id == STALE
    if not isinstance(error, DatabaseUnavailableError) or error.id != "TRI-DB-013":
        return False
    return "was not run" in error.what or kind_of(sql) == "read"
