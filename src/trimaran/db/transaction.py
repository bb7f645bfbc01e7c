"""Transactions, as an application writes them.

::

    from trimaran.db import transaction

    async with transaction.atomic():
        order = await Order.objects.create(total=total)
        await transaction.on_commit(lambda: mail.send(order))

    @transaction.atomic
    async def pay(order_id: int) -> None: ...
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import random
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from trimaran._internal.callsite import caller
from trimaran.db.backends.registry import database
from trimaran.errors import ConfigurationError, DatabaseOperationError, TransactionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from types import TracebackType

    from trimaran.db.backends.connection import Isolation
    from trimaran.types import Hook

__all__ = ["atomic", "independent", "on_commit"]

P = ParamSpec("P")
T = TypeVar("T")


_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0
_AGAIN = frozenset({"TRI-DB-035", "TRI-DB-036"})
"""The ids of errors after which the same transaction may succeed: deadlock, serialization."""


class AtomicBlock:
    """What ``atomic()`` returns: a context manager, or a decorator for many calls."""

    __slots__ = ("_block", "_options", "_retry", "_using")

    def __init__(self, using: str, retry: int, options: Mapping[str, Any]) -> None:
        self._using = using
        self._retry = retry
        self._options = options
        self._block: AbstractAsyncContextManager[None] | None = None

    async def __aenter__(self) -> None:
        if self._block is not None:
            raise TransactionError(
                "TRI-DB-045",
                "One atomic() was entered twice.",
                "Call atomic() for each block.",
                where=caller(),
            )
        if self._retry:
            raise TransactionError(
                "TRI-DB-054",
                "atomic(retry=...) was entered as a block, which Python cannot run again.",
                "Decorate a function with it, and call that: @transaction.atomic(retry=3).",
                where=caller(),
            )
        block = database(self._using).atomic(**self._options)
        await block.__aenter__()
        self._block = block

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        block, self._block = self._block, None
        if block is not None:
            await block.__aexit__(kind, exc, tb)

    def __call__(self, function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """Wrap a coroutine function so that each call is a transaction."""
        if not inspect.iscoroutinefunction(function):
            name = getattr(function, "__qualname__", repr(function))
            raise ConfigurationError(
                "TRI-DB-050",
                f"atomic() decorates {name}, which is not an `async def` function.",
                "Declare it with `async def`, or write `async with transaction.atomic():` inside.",
                where=caller(),
            )
        using, options, retry = self._using, self._options, self._retry

        @functools.wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            used = database(using)
            # Inside a transaction only the outermost block can begin anew.
            attempts = 1 if used.in_transaction() else retry + 1
            for attempt in range(1, attempts + 1):
                try:
                    async with used.atomic(**options):
                        return await function(*args, **kwargs)
                except DatabaseOperationError as error:
                    if attempt == attempts or error.id not in _AGAIN:
                        raise
                await asyncio.sleep(_pause(attempt))
            raise AssertionError

        return run


def _pause(attempt: int) -> float:
    """Return seconds to wait before the next attempt: random, so that two do not meet again."""
    longest: float = min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE)
    return random.uniform(longest / 2, longest)  # noqa: S311  no secret


@overload
def atomic(function: Callable[P, Awaitable[T]], /) -> Callable[P, Awaitable[T]]: ...
@overload
def atomic(
    *,
    using: str = "default",
    durable: bool = False,
    savepoint: bool = True,
    isolation: Isolation | None = None,
    read_only: bool = False,
    retry: int = 0,
) -> AtomicBlock: ...
def atomic(
    function: Callable[P, Awaitable[T]] | None = None,
    /,
    *,
    using: str = "default",
    durable: bool = False,
    savepoint: bool = True,
    isolation: Isolation | None = None,
    read_only: bool = False,
    retry: int = 0,
) -> AtomicBlock | Callable[P, Awaitable[T]]:
    """Make a block or a coroutine function one transaction; nested, a savepoint.

    It is rolled back when an exception leaves it, a cancellation among them.

    durable:   refuse to be a savepoint, so that leaving means committed
    savepoint: false: set none where it is nested; an exception then spoils the outer one
    isolation: ``"serializable"``, ``"repeatable read"``, ``"read committed"``; of the outermost
               block. SQLite's transactions are always serializable
    read_only: the database refuses to write
    retry:     how often the decorated function is called again after a deadlock or serialization
               failure, each time in a new transaction and after a pause of at most 1 s; what it
               does besides the database is then done again too
    """
    options: dict[str, Any] = {"durable": durable}
    if not savepoint:
        options["savepoint"] = False
    if isolation is not None or read_only:
        options |= {"isolation": isolation, "read_only": read_only}
    block = AtomicBlock(using, retry, options)
    return block if function is None else block(function)


async def on_commit(hook: Hook, *, using: str = "default") -> None:
    """Call the hook after the outermost transaction's commit; at once without one.

    Hooks of a savepoint that is rolled back are dropped. One that fails is logged, and the others
    still run: the transaction has lasted.
    """
    await database(using).on_commit(hook)


def independent(*, using: str = "default") -> AbstractContextManager[None]:
    """Let a task started inside ``atomic`` use connections of its own."""
    return database(using).independent()
