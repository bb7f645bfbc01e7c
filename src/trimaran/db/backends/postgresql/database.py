"""PostgreSQL: statements on pooled connections."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast

import asyncpg

from trimaran.db.backends.pooled import PooledDatabase
from trimaran.db.backends.postgresql.connection import (
    PostgreSQLConnection,
    set_codecs,
    socket_of,
)
from trimaran.db.backends.postgresql.errors import DRIVER_ERRORS, STALE_ERRORS, not_connected
from trimaran.db.backends.sockets import keep_alive
from trimaran.db.backends.transactions import Atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Dialect

    from trimaran.db.backends.base import Row, Vendor
    from trimaran.db.backends.connection import Connection

_running_loop = asyncio.get_running_loop


class SchemaChange(Atomic):
    """A transaction in which a statement may take as long as it needs."""

    __slots__ = ()

    async def start(self, connection: Connection) -> None:
        """Begin without a statement time-out."""
        await super().start(connection)
        if isinstance(connection, PostgreSQLConnection) and connection.patience is not None:
            # The next user gets a connection with the usual patience.
            connection.patience, connection.retired = None, True
        await connection.control("SET LOCAL statement_timeout = 0")


class PostgreSQLDatabase(PooledDatabase[PostgreSQLConnection]):
    """A PostgreSQL database; see ``docs/topics/databases.md`` for its URL's options."""

    vendor: ClassVar[Vendor] = "postgresql"

    @property
    def dialect(self) -> Dialect:
        """The dialect with ``$1`` placeholders; it does not import the driver."""
        from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

        return cast("Dialect", PGDialect_asyncpg())  # type: ignore[no-untyped-call]  # SQLAlchemy's own

    # Statements

    async def fetch_row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """Run a statement and return its first row."""
        idle = self.idle
        if not idle or self.current.get() is not None or (loop := _running_loop()) is not self.loop:
            return cast("Row | None", await self.run("fetch_row", sql, params))
        # The shortest way there is: connection and statement at hand, one round trip.
        pool = self.pool
        self.statements += 1
        connection = idle.pop()
        connection.sql = sql
        connection.since = loop.time()
        try:
            statement = connection.prepared.get(sql)
            if statement is None:
                statement = await connection.prepare(sql)
            rows = await connection.protocol.bind_execute(
                statement._state, params, "", 1, False, connection.patience
            )
        except STALE_ERRORS + DRIVER_ERRORS as exc:
            if isinstance(exc, STALE_ERRORS):
                connection.prepared.clear()
            error = connection.translated(exc, sql, params)
            return cast("Row | None", await self.again(connection, error, sql, params))
        except BaseException:
            pool.give_back(connection)
            raise
        if connection.retired or pool.waiters:
            pool.give_back(connection)
        else:
            connection.sql = ""
            idle.append(connection)
        return rows[0] if rows else None

    # Connections

    def schema_change(self) -> Atomic:
        """Begin a transaction that may rebuild tables, without a statement time-out."""
        return SchemaChange(self, durable=True)

    async def open_one(self) -> PostgreSQLConnection:
        """Open a connection; raises a ``TrimaranError`` that says why it could not."""
        options = self.target.options
        settings = {"application_name": options.get("application_name", "trimaran")}
        bouncing = options.get("pgbouncer") == "transaction"
        if self.statement_timeout and not bouncing:
            # PgBouncer takes few settings from a client.
            settings["statement_timeout"] = str(max(1, int(self.statement_timeout * 1000)))
        driver: Any = None
        try:
            async with asyncio.timeout(self.connect_timeout):
                driver = await asyncpg.connect(
                    self.target.dsn, server_settings=settings, statement_cache_size=0
                )
                await set_codecs(driver)
        except (*DRIVER_ERRORS, TimeoutError) as exc:
            if driver is not None:
                driver.terminate()
            raise not_connected(exc, self.url, self.connect_timeout) from None
        keep_alive(socket_of(driver))
        connection = PostgreSQLConnection(
            driver, most=self.most_prepared, limit=self.statement_timeout, bouncing=bouncing
        )
        driver.add_termination_listener(lambda _: self.drop(connection))
        return connection

    def socket_of(self, connection: PostgreSQLConnection) -> Any:
        """Return the socket beneath a connection, None where there is none any more."""
        return socket_of(connection.driver)
