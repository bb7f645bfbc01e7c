"""How long a migration may wait for a table's lock.

A statement that waits for a strong lock makes everybody wait who comes after it, readers too. So it
gives up after some seconds, lets the others go, and is tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.errors import DatabaseOperationError, MigrationError

if TYPE_CHECKING:
    from trimaran.db.backends.base import Database

# PostgreSQL's lock_not_available, MariaDB's ER_LOCK_WAIT_TIMEOUT.
_CODES = frozenset({"55P03", "1205"})


async def limit_locks(database: Database, seconds: float) -> None:
    """Let the transaction's statements wait so long for locks; 0: any time.

    On MariaDB it is of the connection, which a migration's transaction closes afterwards.
    """
    if not seconds or database.vendor == "sqlite":
        return
    if database.vendor == "postgresql":
        await database.execute(f"SET LOCAL lock_timeout = {max(1, int(seconds * 1000))}")
    else:
        whole = max(1, round(seconds))
        await database.execute(f"SET SESSION lock_wait_timeout = {whole}")
        await database.execute(f"SET SESSION innodb_lock_wait_timeout = {whole}")


def lock_timed_out(error: MigrationError) -> bool:
    """Whether a migration was stopped because it waited too long for a lock."""
    cause = error.__cause__
    return isinstance(cause, DatabaseOperationError) and cause.code in _CODES


def too_often(name: str, seconds: float, attempts: int, error: MigrationError) -> MigrationError:
    """The error of a migration that never got its lock."""
    return MigrationError(
        "TRI-MIGRATION-026",
        f"{name} did not get its lock within {seconds:g} s, {attempts} times: {error.what}",
        "End long transactions (PostgreSQL lists them in pg_stat_activity, MariaDB in "
        "information_schema.innodb_trx), or migrate when less is going on. Nothing waits behind "
        "it meanwhile.",
    )
