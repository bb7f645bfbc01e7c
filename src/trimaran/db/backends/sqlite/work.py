"""What the threads run on their connection, a function for each kind."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from trimaran.db.backends.sqlite.functions import define_functions

if TYPE_CHECKING:
    from collections.abc import Sequence

_CACHED_STATEMENTS = 512


def fetch(connection: sqlite3.Connection, sql: str, params: Sequence[Any]) -> list[Any]:
    """Return all rows."""
    return connection.execute(sql, params).fetchall()


def fetch_row(connection: sqlite3.Connection, sql: str, params: Sequence[Any]) -> Any:
    """Return the first row of a read."""
    return connection.execute(sql, params).fetchone()


def write_row(connection: sqlite3.Connection, sql: str, params: Sequence[Any]) -> Any:
    """Return the first row of a statement that may write; it is run to its end."""
    rows = connection.execute(sql, params).fetchall()
    return rows[0] if rows else None


def execute(connection: sqlite3.Connection, sql: str, params: Sequence[Any]) -> int:
    """Return the number of rows touched, or of rows that were read."""
    cursor = connection.execute(sql, params)
    # With RETURNING the count is right only when every row was taken.
    rows = cursor.fetchall()
    return cursor.rowcount if cursor.rowcount >= 0 else len(rows)


def execute_many(connection: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for each row, all of them or none."""
    inside = connection.in_transaction
    connection.execute("SAVEPOINT trimaran_many" if inside else "BEGIN IMMEDIATE")
    try:
        connection.executemany(sql, rows)
    except BaseException:
        if connection.in_transaction:
            if inside:
                connection.execute("ROLLBACK TO trimaran_many")
                connection.execute("RELEASE trimaran_many")
            else:
                connection.execute("ROLLBACK")
        raise
    connection.execute("RELEASE trimaran_many" if inside else "COMMIT")


def execute_script(connection: sqlite3.Connection, sql: str, _: Sequence[Any]) -> None:
    """Run several statements, all of them or none.

    ``Connection.executescript`` would commit the open transaction first.
    """
    inside = connection.in_transaction
    statements = split_script(sql)
    # These refuse to run inside a transaction, or mean nothing there.
    bare = not inside and any(
        statement.lstrip()[:6].lower() in {"pragma", "vacuum"} for statement in statements
    )
    if bare:
        for statement in statements:
            connection.execute(statement)
        return
    connection.execute("SAVEPOINT trimaran_script" if inside else "BEGIN IMMEDIATE")
    try:
        for statement in statements:
            connection.execute(statement)
    except BaseException:
        if connection.in_transaction:
            if inside:
                connection.execute("ROLLBACK TO trimaran_script")
                connection.execute("RELEASE trimaran_script")
            else:
                connection.execute("ROLLBACK")
        raise
    connection.execute("RELEASE trimaran_script" if inside else "COMMIT")


def split_script(sql: str) -> list[str]:
    """Split at the semicolons that end statements, not in strings and triggers."""
    statements: list[str] = []
    start = position = 0
    while (position := sql.find(";", position)) >= 0:
        position += 1
        if sqlite3.complete_statement(sql[start:position]):
            statements.append(sql[start:position])
            start = position
    if sql[start:].strip():
        statements.append(sql[start:])
    return statements


def connect(path: str, *, synchronous: str, busy_timeout: float, read_only: bool) -> Any:
    """Open a connection with the settings that every connection has.

    WAL lets readers go on beside the writer. With it ``synchronous=NORMAL`` cannot damage the
    file, and a commit survives the process' death; only a power failure may take back the last
    ones, which ``synchronous=full`` in the URL prevents at the price of an fsync for each commit.
    """
    connection = sqlite3.connect(
        path,
        timeout=busy_timeout,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    try:
        define_functions(connection)
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        if read_only:
            # A statement mistaken for a read is refused here and sent to the writer instead.
            connection.execute("PRAGMA query_only=ON")
        else:
            # Reading the schema shows at once a file that is no database.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection
