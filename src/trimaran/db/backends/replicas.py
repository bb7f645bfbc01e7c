"""A database and its read replicas, as one.

Reads outside of transactions go to the replicas in turn; everything else to the primary. A task
that has written reads from the primary from then on, and so do the tasks that it starts: it reads
its own writes, whatever the replicas lag behind.
"""

from __future__ import annotations

import logging
import time
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from trimaran.db.backends.base import Database
from trimaran.db.backends.statements import kind_of
from trimaran.errors import DatabaseOperationError, DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from sqlalchemy.engine import Dialect

    from trimaran.db.backends.base import Observer, Row, Stats
    from trimaran.db.backends.connection import Isolation
    from trimaran.types import Hook

_REST_SECONDS = 5.0
_READ_ONLY = frozenset({"25006", "1290", "1792", "SQLITE_READONLY"})

logger = logging.getLogger("trimaran.db")


class ReplicatedDatabase(Database):
    """A primary and its replicas under the primary's alias.

    A replica that cannot be reached is left alone for 5 s; another one, or the primary, answers.
    """

    def __init__(self, primary: Database, replicas: Sequence[Database]) -> None:
        super().__init__(primary.url, alias=primary.alias)
        self.primary = primary
        self.replicas = tuple(replicas)
        self.vendor = primary.vendor  # type: ignore[misc]  # the primary's, not the class' own
        self._wrote: ContextVar[bool] = ContextVar(f"wrote:{primary.alias}", default=False)
        self._turn = 0
        self._resting: dict[str, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.primary, name)

    # Where a statement goes

    def _reads_here(self) -> bool:
        """Whether the running task must read from the primary."""
        primary = self.primary
        return (
            self._wrote.get()
            or primary.in_transaction()
            or getattr(primary, "shared", None) is not None
        )

    def _awake(self) -> list[Database]:
        """Return the replicas to ask, in the order of their turn."""
        now = time.monotonic()
        self._turn = (self._turn + 1) % len(self.replicas)
        ordered = self.replicas[self._turn :] + self.replicas[: self._turn]
        return [one for one in ordered if self._resting.get(one.alias, 0.0) <= now]

    async def _read(self, verb: str, sql: str, params: Sequence[Any]) -> Any:
        if kind_of(sql) != "read":
            self._wrote.set(True)
        elif not self._reads_here():
            for replica in self._awake():
                try:
                    return await getattr(replica, verb)(sql, params)
                except DatabaseUnavailableError as error:
                    self._resting[replica.alias] = time.monotonic() + _REST_SECONDS
                    logger.warning("the replica %r is left out for now: %s", replica.alias, error)
                except DatabaseOperationError as error:
                    if error.code not in _READ_ONLY:
                        raise
                    # A function that writes: a replica cannot.
                    self._wrote.set(True)
                    break
        return await getattr(self.primary, verb)(sql, params)

    @contextmanager
    def reading_primary(self) -> Iterator[None]:
        """Read from the primary inside the block."""
        token = self._wrote.set(True)
        try:
            yield
        finally:
            self._wrote.reset(token)

    # Statements

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """Run a statement and return all of its rows."""
        rows: Sequence[Row] = await self._read("fetch", sql, params)
        return rows

    async def fetch_row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """Run a statement and return its first row."""
        row: Row | None = await self._read("fetch_row", sql, params)
        return row

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement on the primary and return the number of rows it touched."""
        self._wrote.set(True)
        return await self.primary.execute(sql, params)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement on the primary once for each row, all of them or none."""
        self._wrote.set(True)
        await self.primary.execute_many(sql, rows)

    async def execute_script(self, sql: str) -> None:
        """Run several statements on the primary."""
        self._wrote.set(True)
        await self.primary.execute_script(sql)

    # Transactions

    def atomic(
        self,
        *,
        durable: bool = False,
        savepoint: bool = True,
        isolation: Isolation | None = None,
        read_only: bool = False,
    ) -> AbstractAsyncContextManager[None]:
        """Begin a transaction on the primary."""
        if not read_only:
            self._wrote.set(True)
        return self.primary.atomic(
            durable=durable, savepoint=savepoint, isolation=isolation, read_only=read_only
        )

    def schema_change(self) -> AbstractAsyncContextManager[None]:
        """Begin a transaction that may rebuild tables, on the primary."""
        self._wrote.set(True)
        return self.primary.schema_change()

    def in_transaction(self) -> bool:
        """Whether the running task is inside ``atomic``."""
        return self.primary.in_transaction()

    def independent(self) -> AbstractContextManager[None]:
        """Let the running task use connections of its own beside its transaction."""
        return self.primary.independent()

    async def on_commit(self, hook: Hook) -> None:
        """Call the hook after the outermost transaction's commit; at once without one."""
        await self.primary.on_commit(hook)

    @asynccontextmanager
    async def sandbox(self) -> AsyncIterator[None]:
        """Run everything, of every task, in one transaction of the primary (tests)."""
        async with self.primary.sandbox():
            yield

    # Life

    @property
    def dialect(self) -> Dialect:
        """The primary's dialect."""
        return self.primary.dialect

    async def open(self) -> None:
        """Connect the primary; a replica connects when it is first asked."""
        await self.primary.open()

    async def close(self) -> None:
        """Close the primary and every replica."""
        for one in (*self.replicas, self.primary):
            await one.close()

    def stats(self) -> Stats:
        """What the primary's connections are doing; replicas have their own."""
        return self.primary.stats()

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell an observer of every statement of the primary and of the replicas."""
        stops = [one.observe(observer) for one in (self.primary, *self.replicas)]

        def stop() -> None:
            for end in stops:
                end()

        return stop
