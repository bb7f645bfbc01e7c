"""The port that every database backend fills."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from sqlalchemy.engine import Dialect

    from trimaran.db.backends.connection import Isolation
    from trimaran.db.backends.observing import Observation
    from trimaran.types import Hook

    Observer = Callable[[Observation], None]

Vendor: TypeAlias = Literal["postgresql", "sqlite", "mariadb"]
Row: TypeAlias = "Sequence[Any]"
"""One row, by position: a tuple, or a driver's record that unpacks like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What a database's connections are doing, and have done since it was made.

    size:      open connections; at most ``max_size``
    in_use:    of these, at work for a statement or held by a transaction
    waiting:   statements and transactions that wait for a connection now
    waits, waited_ms: how often somebody had to wait, and for how long in total
    timeouts:  waits that ended without a connection
    lost:      connections that broke or were dropped as unsafe
    """

    size: int
    max_size: int
    in_use: int
    waiting: int
    waits: int
    waited_ms: float
    statements: int
    timeouts: int
    lost: int


class Database(ABC):
    """One database: a pool of connections, and the transactions of its tasks.

    Every statement takes a connection for its own duration, or the one that the running task's
    transaction holds. SQL text uses the vendor's own placeholders (``$1``, ``?``). The drivers'
    errors never leave: they become ``IntegrityError``, ``DatabaseOperationError``,
    ``DatabaseUnavailableError``. No error's text contains a parameter's value.

    url: without its password; safe to print
    """

    vendor: ClassVar[Vendor]

    def __init__(self, url: str, *, alias: str = "default") -> None:
        self.url = url
        self.alias = alias

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.alias!r} {self.url}>"

    @property
    @abstractmethod
    def dialect(self) -> Dialect:
        """The SQLAlchemy dialect that compiles for this backend, with its placeholders."""

    @abstractmethod
    async def open(self) -> None:
        """Connect, so that a database that cannot be reached shows at start-up.

        May be left out: the first statement opens what is not open.
        """

    @abstractmethod
    async def close(self) -> None:
        """Wait for statements under way, then close every connection; may be opened again."""

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """Run a statement and return all of its rows."""

    @abstractmethod
    async def fetch_row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """Run a statement and return its first row."""

    @abstractmethod
    async def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement and return the number of rows it touched."""

    @abstractmethod
    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row, all of them or none."""

    @abstractmethod
    async def execute_script(self, sql: str) -> None:
        """Run several statements without parameters (migrations)."""

    @abstractmethod
    def atomic(
        self,
        *,
        durable: bool = False,
        savepoint: bool = True,
        isolation: Isolation | None = None,
        read_only: bool = False,
    ) -> AbstractAsyncContextManager[None]:
        """Begin a transaction, or a savepoint inside one; an exception rolls it back.

        durable:   refuse to be a savepoint, so that leaving means committed
        savepoint: false: inside a transaction set none; an exception then spoils the whole of it
        isolation: of the transaction; the database's own where it is left out
        read_only: let the database refuse to write
        """

    @abstractmethod
    def schema_change(self) -> AbstractAsyncContextManager[None]:
        """Begin a transaction that may rebuild tables: a durable one, for migrations.

        No statement time-out applies. SQLite does not enforce foreign keys meanwhile, so that a
        table can be dropped and made again; all of them are checked before it commits.
        """

    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether the running task is inside ``atomic``."""

    @abstractmethod
    def independent(self) -> AbstractContextManager[None]:
        """Let the running task use connections of its own beside its transaction.

        For a task started inside ``atomic`` that lives beside it on purpose.
        """

    @abstractmethod
    async def on_commit(self, hook: Hook) -> None:
        """Call the hook after the outermost transaction's commit; at once without one."""

    @abstractmethod
    def sandbox(self) -> AbstractAsyncContextManager[None]:
        """Run everything, of every task, in one transaction that is rolled back (tests).

        All tasks share one connection and take turns; ``atomic`` becomes a savepoint and holds
        the turn until it ends. Hooks of ``on_commit`` run as if the savepoint were a commit.
        """

    @abstractmethod
    def stats(self) -> Stats:
        """What the connections are doing now, and have done so far."""

    @abstractmethod
    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell an observer of every statement from now on; returns what ends that.

        While there is none, nothing is measured and nothing costs anything.
        """
