"""SQLite's errors, told in Trimaran's."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from trimaran.db.backends import faults
from trimaran.db.backends.sqlite.worker import StatementStoppedError
from trimaran.errors import DatabaseUnavailableError, DataError

if TYPE_CHECKING:
    from trimaran.db.backends.faults import ConstraintKind
    from trimaran.errors import IntegrityError

_KINDS: dict[str, ConstraintKind] = {
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_ROWID": "unique",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign_key",
    "SQLITE_CONSTRAINT_NOTNULL": "not_null",
    "SQLITE_CONSTRAINT_CHECK": "check",
}
_COLUMNS = re.compile(r"([^\s.,]+)\.([^\s,]+)")
_ABSENT = re.compile(r"no such (?:table|column):|table \S+ has no column named ")
_NAMED = re.compile(r"constraint failed: (?:index )?'?([^']+)'?$")

DRIVER_ERRORS = (
    sqlite3.Error,
    sqlite3.Warning,
    StatementStoppedError,
    OverflowError,
    UnicodeError,
    ValueError,
    TypeError,
)
"""Everything that running a statement can raise: the driver tells bad values in several ways."""


def translate(exc: BaseException, sql: str, *, limit: float, path: str) -> DataError:
    """Tell a driver's error as one of Trimaran's, without the values that caused it."""
    if isinstance(exc, DataError):
        return exc
    if isinstance(exc, StatementStoppedError):
        return faults.timed_out(limit, sql, code="SQLITE_INTERRUPT")
    if not isinstance(exc, (sqlite3.Error, sqlite3.Warning)):
        return _not_bound(exc, sql)
    code = getattr(exc, "sqlite_errorname", "") or ""
    if code == "SQLITE_MISMATCH":
        return faults.bad_parameter("an INTEGER PRIMARY KEY takes whole numbers of 64 bits", sql)
    if isinstance(exc, sqlite3.IntegrityError):
        return _integrity(str(exc), code)
    base = "_".join(code.split("_")[:2])
    if base in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
        return locked(sql)
    if base == "SQLITE_FULL":
        return faults.disk_full(sql, code=code)
    if base in {"SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_IOERR"}:
        return unavailable(str(exc), path, code)
    if base == "SQLITE_INTERRUPT":
        return faults.cancelled_by_server(sql, code=code)
    if not code and isinstance(exc, (sqlite3.InterfaceError, sqlite3.ProgrammingError)):
        return _binding(str(exc), sql)
    mend = faults.NO_TABLE if _ABSENT.match(str(exc)) else ""
    if base == "SQLITE_READONLY":
        mend = (
            f"Give the process the right to write to {path} and to its folder, where SQLite keeps"
            " the log beside it; or leave read_only=True out of the transaction."
        )
    return faults.refused(str(exc), sql, code=code, mend=mend)


def locked(sql: str) -> DatabaseUnavailableError:
    """Make the error for a file that another process would not let go in time."""
    return DatabaseUnavailableError(
        "TRI-DB-014",
        "The SQLite file was locked by another process for longer than busy_timeout. Statement:"
        f" {faults.shown_sql(sql)}.",
        "Keep transactions in the other process short, or move to PostgreSQL.",
    )


def unavailable(message: str, path: str, code: str) -> DatabaseUnavailableError:
    """Make the error for a file that cannot be opened, read or written."""
    return DatabaseUnavailableError(
        "TRI-DB-010",
        f"The SQLite database {path} cannot be used: {message} [{code}].",
        "Check that its folder exists, that it may be read and written, and that it is a"
        " SQLite file.",
    )


def _not_bound(exc: BaseException, sql: str) -> DataError:
    if isinstance(exc, OverflowError):
        return faults.bad_parameter("the number is outside of 64 bits", sql)
    if isinstance(exc, UnicodeError):
        return faults.bad_parameter("the text contains a lone surrogate", sql)
    return faults.bad_parameter(f"the driver raised {type(exc).__name__}", sql)


def _binding(message: str, sql: str) -> DataError:
    if "binding" in message and "supplied" in message:
        return faults.refused(message, sql, code="SQLITE_MISUSE", mend="Give one value for each ?.")
    kind = re.search(r"type '(\w+)' is not supported", message)
    if kind:
        return faults.bad_parameter(f"SQLite cannot store a Python {kind[1]}", sql)
    return faults.refused(message, sql, code="SQLITE_MISUSE")


def _integrity(message: str, code: str) -> IntegrityError:
    kind = _KINDS.get(code, "other")
    pairs = _COLUMNS.findall(message.partition("constraint failed: ")[2])
    named = _NAMED.search(message) if not pairs else None
    return faults.constraint_broken(
        kind,
        constraint=named[1] if named else "",
        table=pairs[0][0] if pairs else "",
        columns=[column for _, column in pairs],
    )
