"""Errors that every backend raises alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trimaran.errors import (
    DatabaseOperationError,
    DatabaseUnavailableError,
    IntegrityError,
    TransactionError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ConstraintKind = Literal["unique", "foreign_key", "not_null", "check", "other"]

_SHOWN_SQL = 200
_CONSTRAINTS: dict[str, tuple[str, str, str]] = {
    "unique": (
        "TRI-DB-020",
        "Another row has the same value",
        "Change the value, or catch IntegrityError and answer that it is taken.",
    ),
    "foreign_key": (
        "TRI-DB-021",
        "A foreign key points to no row, or rows still point to this one",
        "Create the row it points to first, or give the field another on_delete.",
    ),
    "not_null": (
        "TRI-DB-022",
        "A column that must have a value got none",
        "Give it a value, or declare the field with `| None`.",
    ),
    "check": ("TRI-DB-023", "A check constraint refused the row", "Mend the value."),
    "other": ("TRI-DB-024", "A constraint refused the row", "Mend the values."),
}


def shown_sql(sql: str) -> str:
    """Shorten a statement for a message; parameters never stand in its text."""
    text = " ".join(sql[: _SHOWN_SQL * 4].split())
    return text if len(text) <= _SHOWN_SQL else text[:_SHOWN_SQL] + " …"


def constraint_broken(
    kind: ConstraintKind, *, constraint: str = "", table: str = "", columns: Sequence[str] = ()
) -> IntegrityError:
    """Make the error for a constraint that refused a statement."""
    id, what, mend = _CONSTRAINTS[kind]
    place = ".".join(part for part in (table, ", ".join(columns)) if part)
    where = f" in {place}" if place else ""
    named = f" (constraint {constraint})" if constraint else ""
    error = IntegrityError(id, f"{what}{where}{named}.", mend)
    error.kind = kind
    error.constraint = constraint
    error.table = table
    error.columns = tuple(columns)
    return error


NO_TABLE = (
    "Run `trimaran migrate`; where a model is new or has changed, `trimaran makemigrations` first."
)
"""How to mend a statement on a table or a column that the database does not have."""


def refused(message: str, sql: str, *, code: str = "", mend: str = "") -> DatabaseOperationError:
    """Make the error for a statement that the database would not run."""
    named = f" [{code}]" if code else ""
    statement = f" Statement: {shown_sql(sql)}." if sql else ""
    text = message.strip().rstrip(".")
    error = DatabaseOperationError(
        "TRI-DB-030", f"The database refused a statement: {text}{named}.{statement}", mend
    )
    error.code = code
    return error


def timed_out(seconds: float, sql: str, *, code: str = "") -> DatabaseOperationError:
    """Make the error for a statement that ran longer than it may."""
    error = DatabaseOperationError(
        "TRI-DB-031",
        f"A statement was stopped after {seconds:g} s, its statement_timeout. Statement:"
        f" {shown_sql(sql)}.",
        "Add an index or a limit, or raise statement_timeout in the database URL.",
    )
    error.code = code
    return error


def cancelled_by_server(sql: str, *, code: str = "") -> DatabaseOperationError:
    """Make the error for a statement that somebody else cancelled."""
    error = DatabaseOperationError(
        "TRI-DB-034", f"The statement was cancelled from outside. Statement: {shown_sql(sql)}."
    )
    error.code = code
    return error


def bad_parameter(reason: str, sql: str) -> DatabaseOperationError:
    """Make the error for a parameter that could not be sent; its value is not shown."""
    return DatabaseOperationError(
        "TRI-DB-032",
        f"A parameter does not fit its column: {reason}. Statement: {shown_sql(sql)}.",
        "Check the value before the query: its type, and its range.",
    )


def disk_full(sql: str, *, code: str) -> DatabaseOperationError:
    """Make the error for a database that has no room left."""
    error = DatabaseOperationError(
        "TRI-DB-033",
        f"The database has no room left; nothing was written. Statement: {shown_sql(sql)}.",
        "Free disk space, or raise the limit on the database's size.",
    )
    error.code = code
    return error


def try_again(message: str, sql: str, *, code: str) -> DatabaseOperationError:
    """Make the error for a deadlock or a serialization failure."""
    error = DatabaseOperationError(
        "TRI-DB-035",
        f"The database gave this transaction up for another: {message.rstrip('.')} [{code}]."
        f" Statement: {shown_sql(sql)}.",
        "Run the whole transaction again; touch rows in one order everywhere to avoid it.",
    )
    error.code = code
    return error


def connection_lost(sql: str, *, sent: bool) -> DatabaseUnavailableError:
    """Make the error for a broken connection; sent: the statement may have been run."""
    outcome = "whether it took effect is not known" if sent else "it was not run"
    statement = f" Statement: {shown_sql(sql)}." if sql else ""
    return DatabaseUnavailableError(
        "TRI-DB-013",
        f"The connection to the database broke during a statement; {outcome}.{statement}",
        "Try again; if it happens often, look at the server's log.",
    )


def transaction_by_hand(word: str, where: str) -> TransactionError:
    """Make the error for a transaction statement sent as SQL; word: may be empty."""
    name = word.upper() or "A transaction's beginning or end"
    return TransactionError(
        "TRI-DB-044",
        f"{name} was sent as a statement, but connections return to the pool after each.",
        "Write `async with transaction.atomic():` instead.",
        where=where,
    )


def commit_unknown() -> DatabaseUnavailableError:
    """Make the error for a connection that broke during its COMMIT."""
    return DatabaseUnavailableError(
        "TRI-DB-046",
        "The connection broke during COMMIT; whether the transaction lasted is not known.",
        "Look for what it wrote before doing it again.",
    )
