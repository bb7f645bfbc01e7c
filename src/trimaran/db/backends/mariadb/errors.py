"""MariaDB's and asyncmy's errors, told in Trimaran's."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

from asyncmy import errors

from trimaran.db.backends import faults
from trimaran.db.backends.pool import ServerBusyError
from trimaran.db.backends.pooled import STALE
from trimaran.errors import DatabaseUnavailableError, DataError, TrimaranError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.errors import DatabaseOperationError, IntegrityError

# https://mariadb.com/docs/server/reference/error-codes
_UNIQUE = frozenset({1062, 1169, 1557, 1586, 1859})
_FOREIGN_KEY = frozenset({1216, 1217, 1451, 1452})
_NOT_NULL = frozenset({1048, 1263, 1364})
_CHECK = frozenset({3819, 4025})
_VALUE = frozenset({
    1139, 1264, 1265, 1292, 1366, 1367, 1406, 1411, 1441, 1690, 3140, 4038, 1918, 1916,
})  # fmt: skip
_ABSENT = frozenset({1054, 1146})
_CONFLICT = frozenset({1020, 1205, 1213})
_WHOLE = frozenset({1020, 1213})
_STALE = frozenset({1243, 1615, 4120})
_LOST = frozenset({1053, 1077, 1152, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2055})
_BUSY = frozenset({1040, 1053, 1203, 1226})
_FULL = frozenset({1021, 1114, 1041, 1037})
_TIMED_OUT = 1969
_KILLED = 1317

_KEY = re.compile(r"for key '([^']*)'")
_CONSTRAINT = re.compile(r"CONSTRAINT `([^`]*)` FOREIGN KEY \(([^)]*)\)")
_COLUMN = re.compile(r"[Cc]olumn '([^']*)'|Field '([^']*)'|for column [^ ]*?`?([^`' ]+)[`'] at row")
_NAMED = re.compile(r"CONSTRAINT `([^`]*)`")
_TABLE = re.compile(r"`[^`]*`\.`([^`]*)`")
_INTO = re.compile(
    r"\s*(?:INSERT\s+(?:IGNORE\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+`?(\w+)`?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'[^']*'")

DRIVER_ERRORS = (
    errors.MySQLError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    UnicodeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""Everything that running a statement can raise."""


def number_of(exc: BaseException) -> int:
    """Return the server's or the driver's error number, 0 where there is none."""
    code = exc.args[0] if isinstance(exc, errors.MySQLError) and exc.args else 0
    return code if isinstance(code, int) else 0


def ends_transaction(exc: BaseException) -> bool:
    """Whether the server has rolled the whole transaction back with this error."""
    return number_of(exc) in _WHOLE


def translate(
    exc: BaseException, sql: str, *, closed: bool, limit: float, sent: bool = True
) -> DataError:
    """Tell a driver's error as one of Trimaran's, without the values that caused it.

    closed: the connection broke with it
    """
    if isinstance(exc, DataError):
        return exc
    code = number_of(exc)
    if closed or code in _LOST or isinstance(exc, OSError):
        return faults.connection_lost(sql, sent=sent and code != 2006)
    if isinstance(exc, errors.MySQLError) and code:
        return _refusal(exc, code, sql, limit=limit)
    if isinstance(exc, errors.MySQLError):
        message = str(exc.args[-1]) if exc.args else type(exc).__name__
        return faults.refused(message.splitlines()[0], sql)
    if isinstance(exc, OverflowError) or "64-bit" in str(exc):
        return faults.bad_parameter("the number is outside of 64 bits", sql)
    if isinstance(exc, UnicodeError):
        return faults.bad_parameter("the text contains a lone surrogate", sql)
    return faults.bad_parameter("the driver could not encode it", sql)


def _refusal(exc: BaseException, code: int, sql: str, *, limit: float) -> DataError:
    message = str(exc.args[1]).splitlines()[0] if len(exc.args) > 1 else type(exc).__name__
    broken = _integrity(code, message, sql)
    if broken is not None:
        return broken
    named = str(code)
    if code == _TIMED_OUT:
        return faults.timed_out(limit, sql, code=named)
    if code == _KILLED:
        return faults.cancelled_by_server(sql, code=named)
    if code in _CONFLICT:
        return faults.try_again(message, sql, code=named)
    if code in _FULL:
        return faults.disk_full(sql, code=named)
    if code in _STALE:
        return _stale(sql, named)
    if code in _VALUE:
        column = _COLUMN.search(message)
        reason = "column " + next(name for name in column.groups() if name) if column else ""
        error = faults.bad_parameter(reason or _QUOTED.sub("…", message), sql)
        error.code = named
        return error
    mend = faults.NO_TABLE if code in _ABSENT else ""
    return faults.refused(message, sql, code=named, mend=mend)


def _integrity(code: int, message: str, sql: str) -> IntegrityError | None:
    into = _INTO.match(sql)
    table = into[1] if into else ""
    if code in _UNIQUE:
        found = _KEY.search(message)
        key = found[1].rpartition(".")[2] if found else ""
        return faults.constraint_broken("unique", constraint=key, table=table)
    if code in _FOREIGN_KEY:
        named = _CONSTRAINT.search(message)
        columns = [name.strip(" `") for name in named[2].split(",")] if named else []
        owner = _TABLE.search(message)
        return faults.constraint_broken(
            "foreign_key",
            constraint=named[1] if named else "",
            table=owner[1] if owner else table,
            columns=columns,
        )
    if code in _NOT_NULL:
        column = _COLUMN.search(message)
        names = [name for name in column.groups() if name] if column else []
        return faults.constraint_broken("not_null", table=table, columns=names)
    if code in _CHECK:
        found = _NAMED.search(message)
        owner = _TABLE.search(message)
        return faults.constraint_broken(
            "check",
            constraint=(found[1] if found else "").rpartition(".")[2],
            table=owner[1] if owner else table,
        )
    return None


def _stale(sql: str, code: str) -> DatabaseOperationError:
    error = faults.refused(
        "a table changed while a prepared statement on it was in use",
        sql,
        code=code,
        mend="Run the transaction again: the statement has been prepared anew.",
    )
    error.id = STALE
    return error


def not_connected(exc: BaseException, url: str, timeout: float) -> TrimaranError:
    """Tell why no connection could be opened."""
    if isinstance(exc, TimeoutError):
        reason = f"no answer within {timeout:g} s"
    elif isinstance(exc, OSError):
        reason = exc.strerror or str(exc)
    else:
        parts: Sequence[Any] = exc.args
        reason = str(parts[-1]).splitlines()[0] if parts and str(parts[-1]) else type(exc).__name__
    kind = ServerBusyError if number_of(exc) in _BUSY else DatabaseUnavailableError
    return kind(
        "TRI-DB-010",
        f"No connection to {url} could be opened: {reason.rstrip('.')}.",
        "Check that the server runs, and the URL's host, port, user, password and name.",
    )
