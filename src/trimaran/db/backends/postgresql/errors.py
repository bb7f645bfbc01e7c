"""PostgreSQL's and asyncpg's errors, told in Trimaran's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import asyncpg

from trimaran.db.backends import faults
from trimaran.db.backends.pool import ServerBusyError
from trimaran.errors import ConfigurationError, DatabaseUnavailableError, DataError, TrimaranError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.backends.faults import ConstraintKind
    from trimaran.errors import DatabaseOperationError, IntegrityError

_KINDS: dict[str, ConstraintKind] = {
    "23505": "unique",
    "23503": "foreign_key",
    "23001": "foreign_key",
    "23502": "not_null",
    "23514": "check",
}
_ABSENT = frozenset({"42P01", "42703"})  # undefined table, undefined column
_LOST = frozenset({"57P01", "57P02", "57P05", "25P03"})
_BUSY = frozenset({"53300", "57P03", "57P02", "57P01"})
_KEY = re.compile(r"\(([^)]*)\)=")
_ARGUMENT = re.compile(r"query argument \$(\d+)")

DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    ValueError,
    TypeError,
    UnicodeError,
    OverflowError,
)
"""Everything that running a statement can raise."""

STALE_ERRORS = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.OutdatedSchemaCacheError,
)
"""A prepared statement no longer fits the tables."""


def translate(
    exc: BaseException, sql: str, params: Sequence[Any], *, closed: bool, limit: float
) -> DataError:
    """Tell a driver's error as one of Trimaran's, without the values that caused it.

    closed: the connection broke with it
    """
    if isinstance(exc, DataError):
        return exc
    code = getattr(exc, "sqlstate", None) or ""
    if closed or code in _LOST or isinstance(exc, (asyncpg.PostgresConnectionError, OSError)):
        sent = not isinstance(exc, asyncpg.InterfaceError)
        return faults.connection_lost(sql, sent=sent)
    if isinstance(exc, STALE_ERRORS):
        return _stale(sql, code)
    if isinstance(exc, asyncpg.PostgresError):
        return _refusal(exc, code, sql, params, limit=limit)
    if isinstance(exc, (ValueError, TypeError, OverflowError)):
        return faults.bad_parameter(_argument(str(exc), params), sql)
    if isinstance(exc, asyncpg.InterfaceError):
        return faults.refused(str(exc).splitlines()[0], sql)
    return faults.refused(f"the driver raised {type(exc).__name__}", sql)


def _refusal(
    exc: asyncpg.PostgresError, code: str, sql: str, params: Sequence[Any], *, limit: float
) -> DataError:
    kind = code[:2]
    if kind == "23":
        return _integrity(exc, code)
    if code == "57014":
        if "statement timeout" in str(exc):
            return faults.timed_out(limit, sql, code=code)
        return faults.cancelled_by_server(sql, code=code)
    if kind == "40":
        return faults.try_again(_message(exc), sql, code=code)
    if code in {"53100", "53200"}:
        return faults.disk_full(sql, code=code)
    if kind == "22":
        # The value that does not fit stands behind the colon.
        message = _message(exc)
        ours = "query argument $" in message
        reason = _argument(message, params) if ours else message.partition(": ")[0]
        error = faults.bad_parameter(reason, sql)
        error.code = code
        return error
    mend = getattr(exc, "hint", None) or (faults.NO_TABLE if code in _ABSENT else "")
    return faults.refused(_message(exc), sql, code=code, mend=mend)


def _message(exc: asyncpg.PostgresError) -> str:
    # The detail is left out: it quotes the row's values.
    return str(exc.args[0]).splitlines()[0] if exc.args else type(exc).__name__


def _integrity(exc: asyncpg.PostgresError, code: str) -> IntegrityError:
    column = getattr(exc, "column_name", None)
    key = _KEY.search(getattr(exc, "detail", None) or "")
    columns = [column] if column else key[1].split(", ") if key else []
    return faults.constraint_broken(
        _KINDS.get(code, "other"),
        constraint=getattr(exc, "constraint_name", None) or "",
        table=getattr(exc, "table_name", None) or "",
        columns=columns,
    )


def _argument(message: str, params: Sequence[Any]) -> str:
    found = _ARGUMENT.search(message)
    if found is None:
        return "the driver could not encode it"
    number = int(found[1])
    kind = type(params[number - 1]).__name__ if 0 < number <= len(params) else "value"
    reason = ""
    if "out of" in message and "range" in message:
        reason = ", its value out of range"
    elif expected := re.search(r"\((?:an? |expected )(\w+)[^)]*(?:is required|got)", message):
        reason = f", expected {expected[1]}"
    return f"argument ${number} is a Python {kind}{reason}"


def _stale(sql: str, code: str) -> DatabaseOperationError:
    error = faults.refused(
        "a table changed while a prepared statement on it was in use",
        sql,
        code=code,
        mend="Run the transaction again: the statement has been prepared anew.",
    )
    error.id = "TRI-DB-036"
    return error


def not_connected(exc: BaseException, url: str, timeout: float) -> TrimaranError:
    """Tell why no connection could be opened."""
    if isinstance(exc, asyncpg.ClientConfigurationError):
        return ConfigurationError("TRI-DB-003", f"The database URL {url} is refused: {exc}.")
    if isinstance(exc, TimeoutError):
        reason = f"no answer within {timeout:g} s"
    elif isinstance(exc, OSError):
        reason = exc.strerror or str(exc)
    else:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
    kind = ServerBusyError if getattr(exc, "sqlstate", None) in _BUSY else DatabaseUnavailableError
    return kind(
        "TRI-DB-010",
        f"No connection to {url} could be opened: {reason.rstrip('.')}.",
        "Check that the server runs, and the URL's host, port, user, password and name.",
    )
