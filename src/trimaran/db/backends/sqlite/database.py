"""SQLite in a file or in memory: one writer, several readers, in threads."""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, ClassVar, cast

from trimaran._internal.callsite import caller
from trimaran.db.backends.base import Stats, Vendor
from trimaran.db.backends.connection import USUAL, Connection
from trimaran.db.backends.faults import connection_lost, transaction_by_hand
from trimaran.db.backends.sqlite import work
from trimaran.db.backends.sqlite.errors import DRIVER_ERRORS, translate
from trimaran.db.backends.sqlite.lane import WriteLane
from trimaran.db.backends.sqlite.worker import Job, Workers
from trimaran.db.backends.statements import CONTROL, KNOWN, first_word, kind_of
from trimaran.db.backends.transactional import TransactionalDatabase
from trimaran.db.backends.transactions import Atomic
from trimaran.db.backends.url import MEMORY
from trimaran.errors import DatabaseUnavailableError, IntegrityError, TransactionError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from sqlalchemy.engine import Dialect

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.base import Row
    from trimaran.db.backends.connection import Mode, Verb
    from trimaran.db.backends.transactions import Transaction
    from trimaran.db.backends.url import DatabaseURL

_READS: dict[Verb, Any] = {"fetch": work.fetch, "fetch_row": work.fetch_row}
_WRITES: dict[Verb, Any] = {
    "fetch": work.fetch,
    "fetch_row": work.write_row,
    "execute": work.execute,
    "execute_many": work.execute_many,
    "execute_script": work.execute_script,
}
_MAX_WAITING = 10_000
_CLOSE_SECONDS = 10.0
_EXIT_SECONDS = 2.0

logger = logging.getLogger("trimaran.db")

_running_loop = asyncio.get_running_loop


class SQLiteConnection(Connection):
    """The writer's connection while a transaction holds it."""

    __slots__ = ("_database", "_read_only", "lane", "unchecked")

    def __init__(self, database: SQLiteDatabase) -> None:
        super().__init__()
        self._database = database
        self.lane = database.lane
        self.unchecked = False
        self._read_only = False

    @property
    def fails_whole(self) -> bool:
        """A refused statement leaves SQLite's transaction as it was."""
        return False

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement in the writer's thread."""
        refuse_control(verb, sql)
        return await self._do(_WRITES[verb], sql, argument)

    async def control(self, sql: str) -> None:
        """Run a statement of Trimaran's own."""
        await self._do(work.execute, sql, ())

    async def begin(self, mode: Mode = USUAL) -> None:
        """Begin as a writer at once: a reader that becomes one later may be refused.

        Every transaction of SQLite is serializable, which is what any level asks for or more.
        """
        if not mode.read_only:
            await self._do(work.execute, "BEGIN IMMEDIATE", ())
            return
        self._read_only = True
        await self._do(work.execute, "PRAGMA query_only=ON", ())
        await self._do(work.execute, "BEGIN", ())

    async def commit(self) -> None:
        """Commit the transaction."""
        await self._do(work.execute, "COMMIT", ())
        await self._allow_writing()

    async def rollback(self) -> None:
        """Roll back, if SQLite has not done so by itself."""
        await self._do(_rollback, "ROLLBACK", ())
        await self._allow_writing()

    async def _allow_writing(self) -> None:
        if self._read_only:
            self._read_only = False
            await self._do(work.execute, "PRAGMA query_only=OFF", ())

    async def leave_foreign_keys_unchecked(self) -> None:
        """Enforce no foreign key and no time-out until the connection is given back."""
        self.unchecked = True
        self.lane.workers.limit = 0.0
        await self._do(work.execute, "PRAGMA foreign_keys=OFF", ())

    async def _do(self, what: Any, sql: str, argument: Any) -> Any:
        database = self._database
        job = Job(_running_loop().create_future(), what, sql, argument, abandonable=False)
        if self.lane is not database.lane:
            # The database was closed under the transaction.
            self.lost = True
            raise connection_lost(sql, sent=False)
        self.lane.workers.put(_running_loop(), job)
        try:
            return await job.future
        except DRIVER_ERRORS as exc:
            self.lost = job.ended
            raise database.translated(exc, sql) from None


def _rollback(connection: sqlite3.Connection, sql: str, _: Any) -> None:
    if connection.in_transaction:
        connection.execute(sql)


def refuse_control(verb: Verb, sql: str) -> None:
    """Raise for a BEGIN or COMMIT sent as a statement."""
    if verb != "execute_script":
        kind_of(sql)
        return
    for statement in work.split_script(sql):
        word = first_word(statement)
        if word in CONTROL:
            raise transaction_by_hand(word, caller())


class SchemaChange(Atomic):
    """A transaction that may drop and rebuild tables others point to.

    SQLite deletes a table's rows before it drops the table, and with foreign keys enforced that
    would cascade. The switch works only outside of a transaction.
    """

    __slots__ = ()

    async def start(self, connection: Connection) -> None:
        """Switch foreign keys off, then begin."""
        if not isinstance(connection, SQLiteConnection):
            raise TransactionError(
                "TRI-DB-049",
                "Tables cannot be rebuilt inside a sandbox: SQLite cannot switch foreign keys off"
                " within a transaction.",
                "Migrate before the sandbox begins.",
            )
        await connection.leave_foreign_keys_unchecked()
        await super().start(connection)

    async def finish(self, transaction: Transaction) -> None:
        """Check every foreign key, then commit."""
        connection = transaction.connection
        broken = await connection.run("fetch", "PRAGMA foreign_key_check", ())
        if broken:
            tables = ", ".join(sorted({f"{row[0]} -> {row[2]}" for row in broken}))
            error = IntegrityError(
                "TRI-DB-025",
                f"{len(broken)} row(s) would point to no row after this change ({tables});"
                " it was rolled back.",
                "Mend or delete those rows first.",
            )
            error.kind = "foreign_key"
            raise error
        await super().finish(transaction)


class SQLiteDatabase(TransactionalDatabase):
    """A SQLite database; see ``docs/topics/databases.md`` for its URL's options."""

    vendor: ClassVar[Vendor] = "sqlite"

    def __init__(self, target: DatabaseURL, *, alias: str = "default") -> None:
        options = target.options
        super().__init__(
            target.safe, alias=alias, acquire_timeout=options.get("acquire_timeout", 10.0)
        )
        self.path = target.path
        self.statement_timeout: float = options.get("statement_timeout", 30.0)
        self.in_memory = target.path == MEMORY
        self._threads = options.get("readers", 4)
        self._connect = functools.partial(
            work.connect,
            target.path,
            synchronous=options.get("synchronous", "normal"),
            busy_timeout=options.get("busy_timeout", 5.0),
        )
        self._direct = False
        self._make_workers()

    def _make_workers(self) -> None:
        limit = self.statement_timeout
        self.writer = Workers(
            functools.partial(self._connect, read_only=False),
            threads=1,
            name=f"sqlite-{self.alias}-writer",
            limit=limit,
        )
        self._readers = Workers(
            functools.partial(self._connect, read_only=True),
            threads=self._threads,
            name=f"sqlite-{self.alias}-reader",
            limit=limit,
        )
        self.lane = WriteLane(self.writer, timeout=self.acquire_timeout, max_waiting=_MAX_WAITING)
        self._finalizer = weakref.finalize(self, _stop, self.writer, self._readers)

    @property
    def dialect(self) -> Dialect:
        """The dialect with ``?`` placeholders."""
        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        return SQLiteDialect_pysqlite()

    def translated(self, exc: BaseException, sql: str) -> Exception:
        """Tell a driver's error as one of Trimaran's."""
        return translate(exc, sql, limit=self.statement_timeout, path=self.path)

    # Statements

    async def fetch_row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """Run a statement and return its first row."""
        if (
            self._direct
            and KNOWN.get(sql) == "read"
            and self.current.get() is None
            and (loop := _running_loop()) is self.loop
        ):
            # The shortest way there is: one job for a thread that is awake already.
            self.statements += 1
            try:
                row: Row | None = await self._readers.submit(loop, work.fetch_row, sql, params)
            except DRIVER_ERRORS as exc:
                row = await self._not_read(exc, work.fetch_row, sql, params)
            return row
        return cast("Row | None", await self.run("fetch_row", sql, params))

    async def _read(self, what: Any, sql: str, argument: Any) -> Any:
        try:
            return await self._readers.submit(_running_loop(), what, sql, argument)
        except DRIVER_ERRORS as exc:
            return await self._not_read(exc, what, sql, argument)

    async def _not_read(self, exc: BaseException, what: Any, sql: str, argument: Any) -> Any:
        """Send to the writer what turned out to write; otherwise tell the error."""
        if getattr(exc, "sqlite_errorname", "") != "SQLITE_READONLY":
            raise self.translated(exc, sql) from None
        return await self._write(what, sql, argument)

    async def _write(self, what: Any, sql: str, argument: Any) -> Any:
        loop = _running_loop()
        job = Job(loop.create_future(), what, sql, argument, abandonable=True)
        self.lane.put(loop, job)
        try:
            return await job.future
        except DRIVER_ERRORS as exc:
            raise self.translated(exc, sql) from None

    async def autocommit(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement outside every transaction, on a reader where it only reads."""
        refuse_control(verb, sql)
        if not self.in_memory and verb in _READS and kind_of(sql) == "read":
            return await self._read(_READS[verb], sql, argument)
        return await self._write(_WRITES[verb], sql, argument)

    # Connections

    async def take_own(self, place: Place | None) -> Connection:
        """Wait until the writer is free."""
        await self.lane.take(_running_loop(), place)
        return SQLiteConnection(self)

    def give_back_own(self, connection: Connection) -> None:
        """Let the next statements and transactions have the writer."""
        loop = _running_loop()
        held = cast(SQLiteConnection, connection)
        if held.lane is not self.lane:
            return
        if held.unchecked:
            self.writer.limit = self.statement_timeout
            self.writer.submit(loop, work.execute, "PRAGMA foreign_keys=ON", (), abandonable=False)
        self.lane.give_back(loop)

    def schema_change(self) -> Atomic:
        """Begin a transaction that may rebuild tables; it ends with a check of keys."""
        return SchemaChange(self, durable=True)

    async def connect(self) -> None:
        """Open the writer, which makes the file and shows what is wrong with it."""
        job = Job(_running_loop().create_future(), work.fetch, "SELECT 1", (), abandonable=False)
        self.writer.put(_running_loop(), job)
        try:
            await job.future
        except DRIVER_ERRORS as exc:
            await self._end_threads()
            raise self.translated(exc, "") from None
        self.shorten()

    async def disconnect(self) -> None:
        """Wait for what is under way, then end the threads."""
        self._direct = False
        try:
            await self.lane.take(_running_loop(), None)
        except DatabaseUnavailableError:
            logger.warning("closing %r under a transaction, which is rolled back", self.alias)
        finally:
            await self._end_threads()

    async def _end_threads(self) -> None:
        self._finalizer.detach()
        threads = [*self.writer.stop(), *self._readers.stop()]
        self._make_workers()
        until = time.monotonic() + _CLOSE_SECONDS
        for thread in threads:
            # A thread's end sets no event, and joining would block the loop.
            while thread.is_alive() and time.monotonic() < until:  # noqa: ASYNC110  as said
                await asyncio.sleep(0.001)

    def shorten(self) -> None:
        """Send a look-up to the readers at once, or the long way."""
        self._direct = self.short_way and not self.in_memory

    def change_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Go on in another loop: the threads serve any, as long as nothing is under way."""
        under_way = self.writer.pending or self._readers.pending or self.lane.waiting
        if loop.is_running() and (under_way or (self.lane.held and self.shared is None)):
            raise self.used_by_two_loops()
        self.writer.forget_loop()
        self._readers.forget_loop()
        if self.shared is None:
            if self.lane.held:
                # The loop ended inside a transaction; nobody is left to finish it.
                now = _running_loop()
                self.writer.submit(now, _rollback, "ROLLBACK", (), abandonable=False)
            self.lane.clear()

    def abandon(self) -> None:
        """Leave threads and connections, which did not come along, to the parent process."""
        self._finalizer.detach()
        # A connection must not be closed by another process than its own.
        _left_behind.append((self.writer, self._readers))
        self._direct = False
        self._make_workers()

    def stats(self) -> Stats:
        """What the threads are doing now, and have done so far."""
        lane = self.lane
        return Stats(
            size=len(self.writer.started) + len(self._readers.started),
            max_size=1 if self.in_memory else 1 + self._threads,
            in_use=max(self.writer.running, int(lane.held)) + self._readers.running,
            waiting=lane.waiting,
            waits=lane.waits,
            waited_ms=lane.waited * 1000,
            statements=self.statements,
            timeouts=lane.timeouts,
            lost=0,
        )


_left_behind: list[object] = []


def _stop(*groups: Workers) -> None:
    threads: list[threading.Thread] = []
    for group in groups:
        threads += group.stop()
    for thread in threads:
        if thread is not threading.current_thread():
            thread.join(timeout=_EXIT_SECONDS)
