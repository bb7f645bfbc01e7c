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

import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar, overload

from trimaran._internal.callsite import caller
from trimaran.db.backends.registry import database
from trimaran.errors import ConfigurationError, TransactionError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from types import TracebackType

    from trimaran.types import AsyncHook

__all__ = ["atomic", "independent", "on_commit"]

P = ParamSpec("P")
T = TypeVar("T")


class AtomicBlock:
    """What ``atomic()`` returns: a context manager, or a decorator for many calls."""

    __slots__ = ("_block", "_durable", "_using")

    def __init__(self, using: str, durable: bool) -> None:
        self._using = using
        self._durable = durable
        self._block: AbstractAsyncContextManager[None] | None = None

    async def __aenter__(self) -> None:
        if self._block is not None:
            raise TransactionError(
                "TRI-DB-045",
                "One atomic() was entered twice.",
                "Call atomic() for each block.",
                where=caller(),
            )
        block = database(self._using).atomic(durable=self._durable)
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
        using, durable = self._using, self._durable

        @functools.wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            async with database(using).atomic(durable=durable):
                return await function(*args, **kwargs)

        return run


@overload
def atomic(function: Callable[P, Awaitable[T]], /) -> Callable[P, Awaitable[T]]: ...
@overload
def atomic(*, using: str = "default", durable: bool = False) -> AtomicBlock: ...
def atomic(
    function: Callable[P, Awaitable[T]] | None = None,
    /,
    *,
    using: str = "default",
    durable: bool = False,
) -> AtomicBlock | Callable[P, Awaitable[T]]:
    """Make a block or a coroutine function one transaction; nested, a savepoint.

    It is rolled back when an exception leaves it, a cancellation among them.

    durable: refuse to be a savepoint, so that leaving means committed
    """
    block = AtomicBlock(using, durable)
    return block if function is None else block(function)


async def on_commit(hook: AsyncHook, *, using: str = "default") -> None:
    """Await the hook after the outermost transaction's commit; at once without one.

    Hooks of a savepoint that is rolled back are dropped. One that fails is logged, and the others
    still run: the transaction has lasted.
    """
    await database(using).on_commit(hook)


def independent(*, using: str = "default") -> AbstractContextManager[None]:
    """Let a task started inside ``atomic`` use connections of its own."""
    return database(using).independent()
