"""Transactions: bound to one task, nested by savepoints, hooks for after commit."""

from __future__ import annotations

import asyncio
import inspect
import logging
from typing import TYPE_CHECKING, Any, Protocol

from trimaran._internal.callsite import calling_place, describe_place
from trimaran.db.backends.connection import USUAL, Mode, uninterrupted
from trimaran.db.backends.faults import shown_sql
from trimaran.errors import DatabaseUnavailableError, DataError, TransactionError

if TYPE_CHECKING:
    from contextvars import ContextVar
    from types import TracebackType

    from trimaran._internal.callsite import Place
    from trimaran.db.backends.connection import Connection, Isolation, Verb
    from trimaran.types import Hook

_BEGIN_ATTEMPTS = 3
_LEVELS = ("read uncommitted", "read committed", "repeatable read", "serializable")

logger = logging.getLogger("trimaran.db")


class Holder(Protocol):
    """What a transaction needs of the database that it belongs to."""

    current: ContextVar[Transaction | None]

    def own_transaction(self) -> Transaction | None:
        """Return the running task's transaction; raises where it is another task's."""

    async def take(self, place: Place | None) -> Connection:
        """Wait for a connection to hold."""
        ...

    def give_back(self, connection: Connection) -> None:
        """Return a connection that was held."""


class Transaction:
    """One transaction under way, with its savepoints.

    mode:   what it was begun with
    broken: the statement that made the database refuse the rest, until its savepoint ends
    """

    __slots__ = ("broken", "connection", "depth", "ended", "hooks", "mode", "place", "task")

    def __init__(self, connection: Connection, place: Place | None, mode: Mode = USUAL) -> None:
        self.connection = connection
        self.mode = mode
        self.place = place
        self.task = _running_task()
        self.depth = 0
        self.broken = ""
        self.ended = False
        self.hooks: list[Hook] = []

    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement inside the transaction."""
        if self.broken or self.connection.lost:
            raise self.refusal()
        try:
            return await self.connection.run(verb, sql, argument)
        except DataError:
            if self.connection.fails_whole:
                self.broken = f"a statement in it failed: {shown_sql(sql)}"
            raise
        except BaseException:
            self.broken = f"a statement in it was interrupted: {shown_sql(sql)}"
            raise

    def refusal(self) -> TransactionError:
        """Explain why the transaction takes no more statements and cannot be committed."""
        if self.connection.lost:
            return TransactionError(
                "TRI-DB-043",
                "The database has already ended this transaction and undone it, because a"
                " statement in it failed or its connection broke.",
                "Let the error leave the atomic block, and run the whole of it again.",
                where=describe_place(self.place),
            )
        return TransactionError(
            "TRI-DB-042",
            f"This transaction can only be rolled back: {self.broken}",
            "Put a statement that may fail into `async with transaction.atomic():` of its own"
            " and catch the error outside of that block.",
            where=describe_place(self.place),
        )

    def is_mine(self) -> bool:
        """Whether the running task may use it; it takes over from a task that ended."""
        if self.ended:
            return False
        task = _running_task()
        if self.task is task:
            return True
        if self.task is not None and self.task.done():
            self.task = task
            return True
        return False

    def of_another_task(self) -> TransactionError:
        """Explain that a child task inherited a transaction that it cannot use."""
        return TransactionError(
            "TRI-DB-041",
            "A transaction belongs to the task that began it, and another task tried to use it.",
            "Await the statement in the task itself (asyncio.timeout() instead of wait_for(), one"
            " after another instead of gather()), or let the new task work beside the transaction"
            " with `with transaction.independent():`.",
            where=describe_place(self.place),
        )


def _running_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def mode_of(isolation: Isolation | None, *, read_only: bool) -> Mode:
    """Return the mode that was asked for; raises for an unknown isolation level."""
    if isolation is not None and isolation not in _LEVELS:
        raise TransactionError(
            "TRI-DB-053",
            f"There is no isolation level {isolation!r:.40}.",
            f"Write one of: {', '.join(map(repr, _LEVELS))}.",
            where=describe_place(calling_place()),
        )
    return Mode(isolation, read_only)


class Atomic:
    """One ``async with database.atomic()``: a transaction, or a savepoint inside one."""

    __slots__ = (
        "_before",
        "_durable",
        "_entered",
        "_holder",
        "_hooks",
        "_joins",
        "_mode",
        "_savepoint",
        "_sets_one",
    )

    def __init__(
        self,
        holder: Holder,
        *,
        durable: bool = False,
        savepoint: bool = True,
        mode: Mode = USUAL,
    ) -> None:
        self._holder = holder
        self._durable = durable
        self._sets_one = savepoint
        self._joins = False
        self._mode = mode
        self._entered: Transaction | None = None
        self._savepoint = ""
        self._hooks = 0
        self._before: Transaction | None = None

    async def __aenter__(self) -> None:
        if self._entered is not None:
            raise TransactionError(
                "TRI-DB-045", "One atomic() was entered twice.", "Call atomic() for each block."
            )
        transaction = self._holder.own_transaction()
        if transaction is None:
            self._entered = await self._begin()
        else:
            await self._nest(transaction)
            self._entered = transaction

    async def _begin(self) -> Transaction:
        holder = self._holder
        place = calling_place()
        connection = await self._begun(place)
        transaction = Transaction(connection, place, self._mode)
        self._before = holder.current.get()
        holder.current.set(transaction)
        return transaction

    async def _begun(self, place: Place | None) -> Connection:
        """Take a connection and begin on it; another one where it turns out to be dead."""
        holder = self._holder
        attempts = 0
        while True:
            connection = await holder.take(place)
            attempts += 1
            try:
                await self.start(connection)
            except BaseException as exc:
                dead = isinstance(exc, DatabaseUnavailableError) and connection.lost
                # A BEGIN that was cancelled midway may still have begun.
                await _undo(holder, connection)
                if not dead or attempts == _BEGIN_ATTEMPTS:
                    raise
            else:
                return connection

    async def start(self, connection: Connection) -> None:
        """Begin on a connection just taken; a kind of transaction may do more."""
        connection.lost = False
        await connection.begin(self._mode)

    async def finish(self, transaction: Transaction) -> None:
        """Commit; a kind of transaction may do more."""
        await transaction.connection.commit()

    async def _nest(self, transaction: Transaction) -> None:
        if self._durable:
            raise TransactionError(
                "TRI-DB-040",
                "A durable transaction was begun inside another, which decides whether it lasts.",
                "Move it out of the outer atomic block, or leave durable=True away.",
                where=describe_place(calling_place()),
            )
        if transaction.broken or transaction.connection.lost:
            raise transaction.refusal()
        if self._mode not in (USUAL, transaction.mode):
            raise TransactionError(
                "TRI-DB-052",
                f"{self._mode} was asked of a block inside a transaction that began with"
                f" {str(transaction.mode) or 'the usual mode'}.",
                "Ask it of the outermost block: a savepoint cannot change it.",
                where=describe_place(calling_place()),
            )
        if not self._sets_one:
            self._joins = True
            return
        name = f"trimaran_{transaction.depth + 1}"
        try:
            await transaction.connection.savepoint(name)
        except BaseException:
            transaction.broken = "a statement in it was interrupted: SAVEPOINT"
            raise
        transaction.depth += 1
        self._savepoint = name
        self._hooks = len(transaction.hooks)

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        transaction, self._entered = self._entered, None
        if transaction is None:
            return
        if self._joins:
            self._joins = False
            if exc is not None and not transaction.broken:
                transaction.broken = "an exception left a block of savepoint=False in it"
            return
        if self._savepoint:
            await self._leave_savepoint(transaction, exc)
            return
        hooks = await self._leave_transaction(transaction, exc)
        await run_hooks(hooks)

    async def _leave_savepoint(self, transaction: Transaction, exc: BaseException | None) -> None:
        name, self._savepoint = self._savepoint, ""
        connection = transaction.connection
        transaction.depth -= 1
        if connection.lost:
            if exc is None:
                raise transaction.refusal()
            return
        if exc is None and not transaction.broken:
            try:
                await uninterrupted(connection.release(name))
            except BaseException:
                transaction.broken = "a statement in it failed: RELEASE SAVEPOINT"
                raise
            return
        refusal = transaction.refusal() if exc is None else None
        del transaction.hooks[self._hooks :]
        try:
            await uninterrupted(connection.rollback_to(name))
        except DataError:
            connection.lost = True
            logger.exception("a savepoint could not be rolled back")
        else:
            transaction.broken = ""
        if refusal is not None:
            raise refusal

    async def _leave_transaction(
        self, transaction: Transaction, exc: BaseException | None
    ) -> list[Hook]:
        holder, connection = self._holder, transaction.connection
        if holder.current.get() is transaction:
            holder.current.set(self._before)
        transaction.ended = True
        if exc is not None or transaction.broken or connection.lost:
            refusal = transaction.refusal() if exc is None else None
            await _undo(holder, connection)
            if refusal is not None:
                raise refusal
            return []
        committed = False

        async def commit() -> None:
            nonlocal committed
            try:
                await self.finish(transaction)
                committed = True
            finally:
                if committed:
                    holder.give_back(connection)
                else:
                    await _undo(holder, connection)

        try:
            await uninterrupted(commit())
        except asyncio.CancelledError:
            if committed:
                await run_hooks(transaction.hooks)
            raise
        return transaction.hooks


async def _undo(holder: Holder, connection: Connection) -> None:
    """Roll back and return the connection, whatever happens to the task meanwhile."""

    async def undo() -> None:
        try:
            await connection.rollback()
        except DataError as exc:
            # A connection that broke took its transaction with it.
            if not connection.lost:
                connection.lost = True
                logger.error("a transaction could not be rolled back: %s", exc)
        finally:
            holder.give_back(connection)

    await uninterrupted(undo())


async def run_hooks(hooks: list[Hook]) -> None:
    """Call hooks in order and await them; one that fails is logged."""
    for hook in hooks:
        try:
            result = hook()
            if inspect.isawaitable(result):
                await result
        except Exception:
            logger.exception("an on_commit hook failed: %r", hook)
