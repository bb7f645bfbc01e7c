"""What databases share: the ways of statements, transactions, the sandbox."""

from __future__ import annotations

import asyncio
import os
import weakref
from abc import abstractmethod
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast, overload

from trimaran._internal.callsite import calling_place
from trimaran.db.backends.base import Database, Row
from trimaran.db.backends.connection import USUAL
from trimaran.db.backends.observing import Observers
from trimaran.db.backends.sandbox import Sandbox
from trimaran.db.backends.transactions import Atomic, Transaction, mode_of, run_hooks
from trimaran.errors import ConfigurationError, TransactionError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence

    from sqlalchemy.sql import ClauseElement

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.connection import Connection, Isolation, Verb
    from trimaran.db.backends.observing import Observer
    from trimaran.types import Hook


class TransactionalDatabase(Database):
    """A database whose statements go to a transaction, the sandbox, a connection.

    A backend fills in ``connect``, ``disconnect``, ``abandon``, ``autocommit``, ``take_own`` and
    ``give_back_own``, and may answer ``fetch_row`` itself where nothing special applies.
    """

    def __init__(self, url: str, *, alias: str, acquire_timeout: float) -> None:
        super().__init__(url, alias=alias)
        self.current: ContextVar[Transaction | None] = ContextVar(
            f"transaction:{alias}", default=None
        )
        self.acquire_timeout = acquire_timeout
        self.statements = 0
        self.shared: Sandbox | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Future[None] | None = None
        self._observers: Observers | None = None
        _databases.add(self)

    # What a backend fills in

    @abstractmethod
    async def connect(self) -> None:
        """Open connections; the loop is set."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Wait for what is under way and close the connections."""

    @abstractmethod
    def abandon(self) -> None:
        """Forget connections that belong to another process."""

    @abstractmethod
    def change_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make ready to be opened in another loop; raises while the old one is in use."""

    @abstractmethod
    async def autocommit(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement outside every transaction."""

    @abstractmethod
    async def take_own(self, place: Place | None) -> Connection:
        """Wait for a connection to hold for a transaction."""

    @abstractmethod
    def give_back_own(self, connection: Connection) -> None:
        """Return a connection that was held."""

    # Statements

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement where the running task's statements belong."""
        self.statements += 1
        transaction = self.own_transaction()
        if transaction is not None:
            return await transaction.run(verb, sql, argument)
        if self.loop is not asyncio.get_running_loop():
            await self.open()
        if self.shared is not None:
            return await self.shared.run(verb, sql, argument)
        return await self.autocommit(verb, sql, argument)

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """Run a statement and return all of its rows."""
        return cast("Sequence[Row]", await self.run("fetch", sql, params))

    async def fetch_row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """Run a statement and return its first row."""
        return cast("Row | None", await self.run("fetch_row", sql, params))

    @overload
    async def execute(self, sql: str, params: Sequence[Any] = ()) -> int: ...

    @overload
    async def execute(self, sql: ClauseElement) -> Any: ...

    async def execute(self, sql: str | ClauseElement, params: Sequence[Any] = ()) -> Any:
        """Run a statement and return the number of rows it touched.

        A statement of SQLAlchemy Core that returns rows gives a list of them, as named tuples.
        """
        if not isinstance(sql, str):
            from trimaran.db.sql.core import prepared

            made = prepared(sql, self.dialect)
            if made.returns:
                return made.make(await self.run("fetch", made.sql, made.params))
            return await self.run("execute", made.sql, made.params)
        return cast(int, await self.run("execute", sql, params))

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row, all of them or none."""
        await self.run("execute_many", sql, rows if isinstance(rows, list) else list(rows))

    async def execute_script(self, sql: str) -> None:
        """Run several statements without parameters (migrations)."""
        await self.run("execute_script", sql, ())

    # Opening and closing

    async def open(self) -> None:
        """Connect; tasks that ask meanwhile wait for the same."""
        loop = asyncio.get_running_loop()
        if self.loop is loop:
            return
        if self._opening is not None and self._opening.get_loop() is loop:
            await asyncio.shield(self._opening)
            return
        if self.loop is not None:
            self.change_loop(self.loop)
            self.loop = None
        opening = asyncio.ensure_future(self._open(loop))
        # A failure is told to whoever still waits; it is no news for the loop.
        opening.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._opening = opening
        await asyncio.shield(opening)

    async def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            await self.connect()
            self.loop = loop
        finally:
            self._opening = None

    def used_by_two_loops(self) -> ConfigurationError:
        """Explain that connections belong to the loop that opened them."""
        return ConfigurationError(
            "TRI-DB-005",
            f"The database {self.alias!r} is open in one event loop and used from another.",
            "Use it from one loop, or open a second Database for the other one.",
        )

    async def close(self) -> None:
        """Wait for statements under way, then close every connection; may be opened again."""
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if self.loop is None:
            return
        if self.loop is not asyncio.get_running_loop():
            self.change_loop(self.loop)
        try:
            await self.disconnect()
        finally:
            self.loop = None
            self.shared = None

    def forget_after_fork(self) -> None:
        """Leave the parent process its connections; the next statement opens new ones."""
        self.loop = None
        self._opening = None
        self.shared = None
        self.abandon()

    # Transactions

    def own_transaction(self) -> Transaction | None:
        """Return the running task's transaction; raises where it is another task's."""
        transaction = self.current.get()
        if transaction is None or transaction.ended:
            return None
        if not transaction.is_mine():
            raise transaction.of_another_task()
        return transaction

    async def take(self, place: Place | None) -> Connection:
        """Wait for a connection to hold: the sandbox's, or one of its own."""
        if self.loop is not asyncio.get_running_loop():
            await self.open()
        if self.shared is not None:
            return await self.shared.take(place)
        return await self.take_own(place)

    def give_back(self, connection: Connection) -> None:
        """Return a connection that was held."""
        shared = self.shared
        if shared is not None and shared.owns(connection):
            shared.give_back(connection)
        else:
            self.give_back_own(connection)

    def atomic(
        self,
        *,
        durable: bool = False,
        savepoint: bool = True,
        isolation: Isolation | None = None,
        read_only: bool = False,
    ) -> Atomic:
        """Begin a transaction, or a savepoint inside one; an exception rolls it back."""
        mode = mode_of(isolation, read_only=read_only) if isolation or read_only else USUAL
        return Atomic(self, durable=durable, savepoint=savepoint, mode=mode)

    def schema_change(self) -> Atomic:
        """Begin a transaction that may rebuild tables."""
        return Atomic(self, durable=True)

    def in_transaction(self) -> bool:
        """Whether the running task is inside ``atomic``."""
        transaction = self.current.get()
        return transaction is not None and transaction.is_mine()

    @contextmanager
    def independent(self) -> Iterator[None]:
        """Let the running task use connections of its own beside its transaction."""
        before = self.current.get()
        if before is not None and before.is_mine():
            raise TransactionError(
                "TRI-DB-047",
                "independent() was entered by the task that holds the transaction itself.",
                "Use it inside the task that was started beside the transaction.",
            )
        token = self.current.set(None)
        try:
            yield
        finally:
            self.current.reset(token)

    async def on_commit(self, hook: Hook) -> None:
        """Call the hook after the outermost transaction's commit; at once without one.

        A hook of a savepoint that is rolled back is dropped. A hook that fails is logged.
        """
        transaction = self.own_transaction()
        if transaction is None:
            await run_hooks([hook])
        else:
            transaction.hooks.append(hook)

    @asynccontextmanager
    async def sandbox(self) -> AsyncIterator[None]:
        """Run everything, of every task, in one transaction that is rolled back (tests)."""
        if self.in_transaction():
            raise TransactionError(
                "TRI-DB-048", "A sandbox was begun inside a transaction.", "Begin it outside."
            )
        outer = await self.take(calling_place())
        before = self.shared
        try:
            outer.lost = False
            await outer.begin()
            self.shared = Sandbox(outer, timeout=self.acquire_timeout)
            self.shorten()
            yield
        finally:
            shared, self.shared = self.shared, before
            self.shorten()
            try:
                if shared is not None and shared is not before:
                    await shared.drain()
                await outer.rollback()
            finally:
                self.give_back(outer)

    # Observing

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell an observer of every statement from now on; returns what ends that."""
        if self._observers is None:
            self._observers = Observers(self.alias, type(self).run.__get__(self))
            # Found before the class' own: nothing is asked for each statement.
            self.run = self._observers.run  # type: ignore[method-assign]  # as said
            self.shorten()
        self._observers.observers.append(observer)

        def stop() -> None:
            held = self._observers
            if held is None or observer not in held.observers:
                return
            held.observers.remove(observer)
            if not held.observers:
                self._observers = None
                del self.run
                self.shorten()

        return stop

    @property
    def short_way(self) -> bool:
        """Whether a backend may answer without ``run``: nothing special applies."""
        return self.shared is None and self._observers is None

    def shorten(self) -> None:
        """Open or close a short way, as ``short_way`` says; a backend may have one."""


_databases: weakref.WeakSet[TransactionalDatabase] = weakref.WeakSet()


def _forget_after_fork() -> None:
    for database in list(_databases):
        database.forget_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
