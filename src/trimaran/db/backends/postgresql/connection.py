"""One asyncpg connection and its prepared statements."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from trimaran._internal.callsite import caller
from trimaran.db.backends.connection import USUAL
from trimaran.db.backends.faults import (
    commit_unknown,
    connection_lost,
    refused,
    timed_out,
    transaction_by_hand,
)
from trimaran.db.backends.pool import PooledConnection
from trimaran.db.backends.postgresql.errors import DRIVER_ERRORS, STALE_ERRORS, translate
from trimaran.db.backends.statements import CONTROL, first_word
from trimaran.errors import DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.backends.connection import Mode, Verb
    from trimaran.errors import DataError

_MEND_SECONDS = 5.0
_ROLLBACK_SECONDS = 10.0
_JSONB_VERSION = b"\x01"


class PostgreSQLConnection(PooledConnection):
    """A connection of asyncpg's, spoken to through its protocol object.

    asyncpg's ``Connection`` and ``PreparedStatement`` add a lock, a time-out and two coroutines
    around ``bind_execute``; without them a look-up by key costs about a tenth less.

    protocol: asyncpg's; kept because the driver forgets it when it closes
    prepared: by SQL text, at most ``_most`` of them
    patience: seconds after which the driver gives a statement up; None where the server does
    bouncing: the next transaction may be another server connection's, PgBouncer's way: what is
              prepared has no name and is parsed again each time, in the same round trip
    """

    __slots__ = (
        "_bouncing",
        "_limit",
        "_most",
        "_named",
        "driver",
        "patience",
        "prepared",
        "protocol",
    )

    def __init__(self, driver: Any, *, most: int, limit: float, bouncing: bool = False) -> None:
        super().__init__(asyncio.get_running_loop().time())
        self.driver = driver
        self.protocol = driver._protocol
        self.prepared: dict[str, Any] = {}
        self._most = most
        self._named = 0
        self._limit = limit
        self._bouncing = bouncing
        self.patience = limit if bouncing and limit else None

    @property
    def fails_whole(self) -> bool:
        """PostgreSQL takes nothing more after a failed statement but a rollback."""
        return True

    # Statements

    async def prepare(self, sql: str) -> Any:
        """Prepare a statement and keep it."""
        word = first_word(sql)
        if word in CONTROL:
            raise transaction_by_hand(word, caller())
        self._named += 1
        # Without a name the driver parses the statement again each time it is run.
        name = "" if self._bouncing else f"trimaran_{self._named}"
        statement = await self.driver.prepare(sql, name=name)
        if len(self.prepared) >= self._most:
            del self.prepared[next(iter(self.prepared))]
        self.prepared[sql] = statement
        return statement

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement; drivers' errors are mapped."""
        try:
            if verb == "execute_script":
                return await self._script(sql)
            statement = self.prepared.get(sql) or await self.prepare(sql)
            if verb == "execute_many":
                await statement.executemany(argument, timeout=self.patience)
                return None
            limit = 1 if verb == "fetch_row" else 0
            rows, status, _ = await self.protocol.bind_execute(
                statement._state, argument, "", limit, True, self.patience
            )
        except STALE_ERRORS as exc:
            await self._forget_statements(exc)
            raise self.translated(exc, sql, argument) from None
        except DRIVER_ERRORS as exc:
            self.lost = self.driver.is_closed()
            raise self.translated(exc, sql, argument) from None
        if verb == "fetch":
            return rows
        if verb == "fetch_row":
            return rows[0] if rows else None
        return _count(status)

    async def _script(self, sql: str) -> None:
        word = first_word(sql)
        if word in CONTROL:
            raise transaction_by_hand(word, caller())
        inside = self.protocol.is_in_transaction()
        await self.driver.execute(sql)
        self.prepared.clear()
        if self.protocol.is_in_transaction() is not inside:
            self.lost = inside
            raise transaction_by_hand("", caller())

    async def _forget_statements(self, exc: BaseException) -> None:
        self.prepared.clear()
        if isinstance(exc, asyncpg.OutdatedSchemaCacheError):
            with contextlib.suppress(*DRIVER_ERRORS):
                await self.driver.reload_schema_state()

    def translated(self, exc: BaseException, sql: str, params: Sequence[Any] = ()) -> DataError:
        """Tell a driver's error as one of Trimaran's."""
        if self.patience is not None and isinstance(exc, TimeoutError):
            return timed_out(self._limit, sql, code="57014")
        return translate(exc, sql, params, closed=self.driver.is_closed(), limit=self._limit)

    # Transactions

    async def control(self, sql: str) -> None:
        """Run a statement of Trimaran's own."""
        try:
            await self.driver.execute(sql)
        except DRIVER_ERRORS as exc:
            self.lost = self.driver.is_closed()
            raise self.translated(exc, sql) from None

    async def begin(self, mode: Mode = USUAL) -> None:
        """Begin a transaction."""
        level = f" ISOLATION LEVEL {mode.isolation.upper()}" if mode.isolation else ""
        await self.control(f"BEGIN{level}{' READ ONLY' if mode.read_only else ''}")

    async def commit(self) -> None:
        """Commit; where the connection breaks meanwhile, the error says that nobody knows."""
        try:
            status = await self.driver.execute("COMMIT")
        except DRIVER_ERRORS as exc:
            self.lost = True
            error = self.translated(exc, "COMMIT")
            if not isinstance(error, DatabaseUnavailableError):
                raise error from None
            raise commit_unknown() from None
        if status != "COMMIT":
            self.lost = True
            message = "the transaction was rolled back instead of committed"
            raise refused(message, "COMMIT")

    async def rollback(self) -> None:
        """Roll back, once a statement that was cancelled has ended."""
        await self._settle("ROLLBACK", _ROLLBACK_SECONDS)

    async def _settle(self, sql: str, seconds: float) -> None:
        """Run a statement after a cancellation.

        The driver waits until the server has closed the connection that asked for cancelling. From
        then on the signal is on its way to the backend, and the next statement is the last that
        it can hit: where it does, the statement is sent once more.
        """
        try:
            async with asyncio.timeout(seconds):
                try:
                    await self.driver.execute(sql)
                except asyncpg.QueryCanceledError:
                    await self.driver.execute(sql)
        except TimeoutError:
            self.terminate()
            raise connection_lost(sql, sent=True) from None
        except DRIVER_ERRORS as exc:
            raise self.translated(exc, sql) from None

    # The pool's side

    def state(self) -> str:
        """Whether the next user may have it as it is."""
        if self.driver.is_closed():
            return "dead"
        if self.protocol._is_cancelling() or self.protocol.is_in_transaction():
            return "dirty"
        return "clean"

    async def mend(self) -> None:
        """Wait for the cancelled statement's end and leave every transaction."""
        await self._settle("SELECT 1", _MEND_SECONDS)
        if self.protocol.is_in_transaction():
            await self._settle("ROLLBACK", _MEND_SECONDS)

    async def close(self) -> None:
        """Say goodbye to the server."""
        self.prepared.clear()
        await self.driver.close()

    def terminate(self) -> None:
        """Close at once."""
        self.lost = True
        self.prepared.clear()
        with contextlib.suppress(Exception):
            self.driver.terminate()


def _count(status: bytes | None) -> int:
    last = status.rsplit(b" ", 1)[-1] if status else b""
    return int(last) if last.isdigit() else 0


async def set_codecs(driver: Any) -> None:
    """Read and write JSON by msgspec: decoded values, not text."""
    encode, decode = msgspec.json.encode, msgspec.json.decode
    await driver.set_type_codec(
        "json", schema="pg_catalog", encoder=encode, decoder=decode, format="binary"
    )
    await driver.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: _JSONB_VERSION + encode(value),
        decoder=lambda data: decode(data[1:]),
        format="binary",
    )


def socket_of(driver: Any) -> Any:
    """Return the socket beneath a driver's connection, if there is one still."""
    transport = getattr(driver, "_transport", None)
    return transport.get_extra_info("socket") if transport is not None else None
