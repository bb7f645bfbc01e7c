"""What carrying out a migration consists of, once it is known for which database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from trimaran.db.migrations.operations import DataFunction
    from trimaran.db.migrations.state import State


@dataclass(frozen=True)
class Statement:
    """One SQL statement, without its final semicolon."""

    sql: str


@dataclass(frozen=True)
class Script:
    """SQL text of a developer's own, one or several statements."""

    sql: str


@dataclass(frozen=True)
class Call:
    """A coroutine function of a data migration, and the tables as they stand for it."""

    function: DataFunction
    state: State


@dataclass(frozen=True)
class Rebuild:
    """A table that SQLite makes anew, because its ALTER TABLE can do little.

    indexes: the indexes that the statements make again; others are kept by the executor, and so
        are triggers
    """

    table: str
    statements: tuple[str, ...]
    indexes: frozenset[str]


@dataclass(frozen=True)
class Online:
    """A statement that runs outside of every transaction.

    undo: what clears away an attempt that was interrupted
    """

    sql: str
    undo: str = ""


@dataclass(frozen=True)
class Batches:
    """A statement that is run until it touches no row."""

    sql: str


Step: TypeAlias = Statement | Script | Call | Rebuild | Online | Batches


def step_sql(step: Step) -> str:
    """A step as the text that ``sqlmigrate`` shows."""
    match step:
        case Statement() | Online():
            return f"{step.sql};"
        case Batches():
            return f"-- again and again, until no row is left\n{step.sql};"
        case Script():
            return step.sql.strip()
        case Rebuild():
            return "\n".join(f"{statement};" for statement in step.statements)
        case Call():
            return f"-- calls {getattr(step.function, '__name__', 'a function')}()"
