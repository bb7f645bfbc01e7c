"""One asyncmy connection and its prepared statements."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Any

from trimaran._internal.callsite import caller
from trimaran.db.backends.connection import USUAL
from trimaran.db.backends.faults import (
    commit_unknown,
    connection_lost,
    constraint_broken,
    refused,
    transaction_by_hand,
)
from trimaran.db.backends.mariadb.errors import (
    DRIVER_ERRORS,
    ends_transaction,
    number_of,
    translate,
)
from trimaran.db.backends.pool import PooledConnection
from trimaran.db.backends.statements import CONTROL, first_word
from trimaran.errors import DatabaseUnavailableError, IntegrityError, TransactionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from trimaran.db.backends.connection import Mode, Verb
    from trimaran.errors import DataError

_MEND_SECONDS = 5.0
_ROLLBACK_SECONDS = 10.0
_BULK_ROWS = 1_000
_BULK_BYTES = 4 * 1024 * 1024
_CANNOT_PREPARE = 1295
_EMPTY = 1065
_COMMITTING = frozenset(
    {"alter", "analyze", "create", "drop", "flush", "grant", "lock", "optimize", "rename"}
    | {"repair", "revoke", "truncate", "unlock"}
)
_MEASURED = re.compile(r"\s*analyze\s+(?:format\s*=\s*json\s+)?(?:select|with)\s", re.IGNORECASE)
"""A plan with times, where ANALYZE TABLE would commit."""
_TEMPORARY = re.compile(r"\s*(?:create|drop)\s+temporary\s", re.IGNORECASE)
_PIECES = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--\s[^\n]*|#[^\n]*|/\*.*?\*/|(;)",
    re.DOTALL,
)
_KEY_COLUMNS = (
    "SELECT column_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
    " AND table_name = ? AND index_name = ? ORDER BY seq_in_index"
)


class PlainStatement:
    """A statement that the server does not prepare: its text is sent each time."""

    def __init__(self, driver: Any, sql: str) -> None:
        self._driver = driver
        self._sql = sql

    async def execute(self, params: Sequence[Any]) -> Any:
        """Run it; it takes no parameters."""
        if params:
            message = "this statement takes no parameters"
            raise refused(message, self._sql)
        await self._driver.query(self._sql)
        return self._driver._result

    async def close(self) -> None:
        """Nothing is kept on the server."""


class MariaDBConnection(PooledConnection):
    """A connection of asyncmy's, spoken to by prepared statements.

    The driver closes a connection whose statement is cancelled midway. The server does not notice,
    so that the statement and its locks would live on: it is killed by the connection that takes
    the old one's place.

    busy:          a statement is under way, or was cancelled midway
    schema_change: statements that commit by themselves are meant, as in a migration
    prepared:      by SQL text, at most ``most`` of them
    """

    __slots__ = ("_keys", "_limit", "_most", "_open", "busy", "driver", "prepared", "schema_change")

    def __init__(
        self, driver: Any, opener: Callable[[], Awaitable[Any]], *, most: int, limit: float
    ) -> None:
        super().__init__(asyncio.get_running_loop().time())
        self.driver = driver
        self.prepared: dict[str, Any] = {}
        self.schema_change = False
        self.busy = False
        self._keys: dict[tuple[str, str], tuple[str, ...]] = {}
        self._limit = limit
        self._most = most
        self._open = opener

    @property
    def breaks_when_cancelled(self) -> bool:
        """The driver closes it: half an answer is still on its way."""
        return True

    @property
    def fails_whole(self) -> bool:
        """MariaDB undoes the failed statement alone."""
        return False

    # Statements

    async def prepare(self, sql: str) -> Any:
        """Prepare a statement and keep it."""
        word = first_word(sql)
        if word in CONTROL:
            raise transaction_by_hand(word, caller())
        if word in _COMMITTING and not _MEASURED.match(sql):
            self._check_commit(sql, word)
            self._keys.clear()
            return PlainStatement(self.driver, sql)
        try:
            statement = await self.driver.prepare(sql)
        except DRIVER_ERRORS as exc:
            if number_of(exc) != _CANNOT_PREPARE:
                raise
            statement = PlainStatement(self.driver, sql)
        if len(self.prepared) >= self._most:
            await self.prepared.pop(next(iter(self.prepared))).close()
        self.prepared[sql] = statement
        return statement

    def _check_commit(self, sql: str, word: str) -> None:
        if self._inside() and not self.schema_change and not _TEMPORARY.match(sql):
            raise TransactionError(
                "TRI-DB-051",
                f"{word.upper()} ends a transaction on MariaDB, and this one is not over.",
                "Move the statement out of the atomic block, or into a migration.",
                where=caller(),
            )

    def _inside(self) -> bool:
        return bool(self.driver.get_transaction_status())

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement; drivers' errors are mapped."""
        # A cancellation leaves the flag set: nobody knows what the server is doing then.
        self.busy = True
        try:
            result = await self._run(verb, sql, argument)
        except DRIVER_ERRORS as exc:
            self.busy = False
            raise await self.failed(exc, sql) from None
        except (TransactionError, DatabaseUnavailableError):
            self.busy = False
            raise
        self.busy = False
        return result

    async def _run(self, verb: Verb, sql: str, argument: Any) -> Any:
        if verb == "execute_script":
            return await self._script(sql)
        statement = self.prepared.get(sql) or await self.prepare(sql)
        if verb == "execute_many":
            return await self._together("trimaran_many", self._each(statement, argument))
        again = self.schema_change and self._inside()
        result = await statement.execute(argument)
        if again and not self._inside():
            await self.driver.query("BEGIN")
        if verb == "fetch":
            return list(result.rows or ())
        if verb == "fetch_row":
            return result.rows[0] if result.rows else None
        return result.affected_rows

    async def _each(self, statement: Any, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row, in few round trips where the rows are alike."""
        for batch in batches(rows):
            if self.driver._bulk_supported and len(batch) > 1:
                try:
                    await statement.execute_bulk(batch)
                except ValueError:
                    # Nothing was sent: a column holds values of several types.
                    pass
                else:
                    continue
            for row in batch:
                await statement.execute(row)

    async def _together(self, name: str, work: Awaitable[None]) -> None:
        """Await the work so that all of it lasts or none."""
        inside = self._inside()
        await self.driver.query(f"SAVEPOINT {name}" if inside else "BEGIN")
        try:
            await work
        except DRIVER_ERRORS as exc:
            if self.driver.connected and not ends_transaction(exc):
                await self.driver.query(f"ROLLBACK TO {name}" if inside else "ROLLBACK")
            raise
        await self.driver.query(f"RELEASE SAVEPOINT {name}" if inside else "COMMIT")

    async def _script(self, sql: str) -> None:
        words = [first_word(piece) for piece in pieces(sql)]
        if words and words[0] in CONTROL:
            raise transaction_by_hand(words[0], caller())
        committing = next((word for word in words if word in _COMMITTING), None)
        if committing is None:
            await self._together("trimaran_script", self._all(sql))
            return
        # What such statements commit cannot be undone, so that nothing is gained by a transaction.
        self._check_commit(sql, committing)
        again = self._inside()
        self._keys.clear()
        await self._all(sql)
        if again and not self._inside():
            await self.driver.query("BEGIN")

    async def _all(self, sql: str) -> None:
        driver = self.driver
        try:
            await driver.query(sql)
            while driver._result is not None and driver._result.has_next:
                await driver.next_result()
        except DRIVER_ERRORS as exc:
            # A comment behind the last semicolon.
            if number_of(exc) != _EMPTY:
                raise

    async def failed(self, exc: BaseException, sql: str) -> DataError:
        """Tell a driver's error as one of Trimaran's; note what it did."""
        closed = self.broken()
        self.lost = closed or ends_transaction(exc)
        error = translate(exc, sql, closed=closed, limit=self._limit)
        if error.id == "TRI-DB-036":
            self.prepared.clear()
        if isinstance(error, IntegrityError) and error.kind == "unique" and not closed:
            with contextlib.suppress(*DRIVER_ERRORS):
                return await self._with_columns(error)
        return error

    async def _with_columns(self, error: IntegrityError) -> IntegrityError:
        """Say which columns a unique key has: the server names only the key."""
        key = (error.table, error.constraint)
        if not all(key):
            return error
        if key not in self._keys:
            statement = await self.driver.prepare(_KEY_COLUMNS)
            result = await statement.execute(key)
            await statement.close()
            self._keys[key] = tuple(row[0] for row in result.rows)
        return constraint_broken(
            "unique", constraint=error.constraint, table=error.table, columns=self._keys[key]
        )

    # Transactions

    async def control(self, sql: str) -> None:
        """Run a statement of Trimaran's own."""
        self.busy = True
        try:
            await self.driver.query(sql)
        except DRIVER_ERRORS as exc:
            self.busy = False
            raise await self.failed(exc, sql) from None
        self.busy = False

    async def begin(self, mode: Mode = USUAL) -> None:
        """Begin a transaction."""
        if mode.isolation:
            # Without SESSION it is of the next transaction alone.
            await self.control(f"SET TRANSACTION ISOLATION LEVEL {mode.isolation.upper()}")
        await self.control("START TRANSACTION READ ONLY" if mode.read_only else "BEGIN")

    async def commit(self) -> None:
        """Commit; where the connection breaks meanwhile, the error says that nobody knows."""
        try:
            await self.control("COMMIT")
        except DatabaseUnavailableError:
            self.lost = True
            raise commit_unknown() from None

    async def rollback(self) -> None:
        """Roll back; a statement that was cancelled is killed, its locks with it."""
        try:
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                if self.busy:
                    self.lost = True
                    await self._replace()
                elif self.broken():
                    # It took its transaction with it.
                    self.lost = True
                else:
                    await self.control("ROLLBACK")
        except TimeoutError:
            self.terminate()
            raise connection_lost("ROLLBACK", sent=True) from None

    # The pool's side

    def broken(self) -> bool:
        """Whether the connection can no longer be used."""
        return not self.driver.connected or self.driver._stream_broken

    def state(self) -> str:
        """Whether the next user may have it as it is."""
        if self.busy:
            return "dirty"
        if self.broken():
            return "dead"
        return "dirty" if self._inside() else "clean"

    async def mend(self) -> None:
        """End what was cancelled and every transaction; ask if the server is there."""
        async with asyncio.timeout(_MEND_SECONDS):
            if self.busy:
                await self._replace()
            elif self._inside():
                await self.control("ROLLBACK")
            else:
                await self.control("DO 1")

    async def _replace(self) -> None:
        """Open another connection in place of one that was cancelled midway, and kill that one."""
        old = self.driver
        old.close()
        self.prepared.clear()
        driver = await self._open()
        with contextlib.suppress(*DRIVER_ERRORS):
            # It may be gone already.
            await driver.query(f"KILL {old.thread_id()}")
        self.driver = driver
        self.opened = asyncio.get_running_loop().time()
        self.busy = False

    async def close(self) -> None:
        """Say goodbye to the server."""
        self.prepared.clear()
        await self.driver.ensure_closed()

    def terminate(self) -> None:
        """Close at once."""
        self.lost = True
        self.prepared.clear()
        with contextlib.suppress(Exception):
            self.driver.close()


def pieces(sql: str) -> list[str]:
    """Split a script at its semicolons, not at those in strings and comments."""
    found: list[str] = []
    start = 0
    for match in _PIECES.finditer(sql):
        if match[1]:
            found.append(sql[start : match.end()])
            start = match.end()
    if sql[start:].strip():
        found.append(sql[start:])
    return found


def batches(rows: Sequence[Sequence[Any]]) -> list[list[Sequence[Any]]]:
    """Divide rows so that none of the parts is larger than the server takes at once."""
    found: list[list[Sequence[Any]]] = [[]]
    size = 0
    for row in rows:
        weight = sum(len(value) * 3 for value in row if isinstance(value, (str, bytes)))
        if found[-1] and (len(found[-1]) >= _BULK_ROWS or size + weight > _BULK_BYTES):
            found.append([])
            size = 0
        found[-1].append(row)
        size += weight
    return found if found[-1] else []
