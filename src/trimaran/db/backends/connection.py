"""One connection to a database, as transactions use it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from trimaran._internal.callsite import Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mode:
    """How a transaction is begun: its isolation level, whether it may write."""

    isolation: Isolation | None = None
    read_only: bool = False

    def __str__(self) -> str:
        words = [f"isolation={self.isolation!r}"] if self.isolation else []
        return ", ".join([*words, "read_only=True"] if self.read_only else words)


USUAL = Mode()
"""The database's own isolation level, reading and writing."""

Isolation: TypeAlias = Literal[
    "read uncommitted", "read committed", "repeatable read", "serializable"
]

Verb: TypeAlias = Literal["fetch", "fetch_row", "execute", "execute_many", "execute_script"]
"""The methods by which a statement is run, alike on databases and connections."""


class Connection(ABC):
    """One connection that its holder alone uses.

    lost:   the transaction begun on it has ended by itself (the connection broke, or the database
            rolled back), so that a later statement would stand outside it
    place:  where the transaction that holds it was begun, for messages
    since:  the loop's time when it was taken
    sql:    the statement it was taken for
    """

    __slots__ = ("__weakref__", "lost", "place", "since", "sql")

    def __init__(self) -> None:
        self.lost = False
        self.place: Place | None = None
        self.since = 0.0
        self.sql = ""

    @property
    def breaks_when_cancelled(self) -> bool:
        """Whether the driver gives the connection up when a statement is cancelled midway."""
        return False

    @property
    @abstractmethod
    def fails_whole(self) -> bool:
        """Whether one refused statement makes the database refuse the transaction."""

    @abstractmethod
    async def run(self, verb: Verb, sql: str, argument: Any) -> Any:
        """Run a statement; drivers' errors are mapped."""

    @abstractmethod
    async def begin(self, mode: Mode = USUAL) -> None:
        """Begin a transaction."""

    @abstractmethod
    async def commit(self) -> None:
        """Commit it. When this raises, the transaction is over and nothing was written."""

    @abstractmethod
    async def rollback(self) -> None:
        """Roll it back; waits for a statement that was cancelled midway. Bounded in time."""

    @abstractmethod
    async def control(self, sql: str) -> None:
        """Run a statement of Trimaran's own: savepoints and settings."""

    async def savepoint(self, name: str) -> None:
        """Set a savepoint."""
        await self.control(f"SAVEPOINT {name}")

    async def release(self, name: str) -> None:
        """Forget a savepoint and keep what was done since."""
        await self.control(f"RELEASE SAVEPOINT {name}")

    async def rollback_to(self, name: str) -> None:
        """Undo what was done since a savepoint, and forget it."""
        await self.control(f"ROLLBACK TO SAVEPOINT {name}")
        await self.control(f"RELEASE SAVEPOINT {name}")


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Finish the work even when the running task is cancelled, then be cancelled.

    For what must not be left half done: COMMIT and ROLLBACK. The work bounds its own time.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            cancelled = exc
        except Exception:  # noqa: BLE001, S110  raised again below, from the task
            pass
    if cancelled is not None:
        if not task.cancelled() and task.exception() is not None:
            raise cancelled from task.exception()
        raise cancelled
    return task.result()
