"""The table of the applied migrations, and the lock of those who change it.

Nothing here loads SQLAlchemy or Alembic, so that a server may ask what is pending.
"""

from __future__ import annotations

import asyncio
import datetime
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from trimaran.db.migrations.files import full_name
from trimaran.errors import DatabaseUnavailableError, MigrationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from contextlib import AbstractAsyncContextManager

    from trimaran.db.backends.base import Database

_LOCK = 0x7472696D_6D696772  # "trimmigr": the advisory lock's number in PostgreSQL
_NAMED_LOCK = "SELECT GET_LOCK(CONCAT('trimaran_migrations.', MD5(DATABASE())), 0)"
_PAUSE = 0.1
_BUSY = frozenset({"TRI-DB-011", "TRI-DB-014"})
"""The ids of errors that say that somebody else holds SQLite's write lock."""

_CREATE = {
    "postgresql": """CREATE TABLE IF NOT EXISTS trimaran_migrations (
        app text NOT NULL,
        name text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (app, name))""",
    "sqlite": """CREATE TABLE IF NOT EXISTS trimaran_migrations (
        app TEXT NOT NULL,
        name TEXT NOT NULL,
        applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
        PRIMARY KEY (app, name)) WITHOUT ROWID""",
    "mariadb": """CREATE TABLE IF NOT EXISTS trimaran_migrations (
        app varchar(190) NOT NULL,
        name varchar(190) NOT NULL,
        applied_at datetime(6) NOT NULL DEFAULT utc_timestamp(6),
        PRIMARY KEY (app, name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin""",
}
_EXISTS = {
    "postgresql": "SELECT to_regclass('trimaran_migrations') IS NOT NULL",
    "sqlite": "SELECT count(*) FROM pragma_table_info('trimaran_migrations')",
    "mariadb": "SELECT count(*) FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name = 'trimaran_migrations'",
}
_APPLIED = {
    "postgresql": "SELECT app, name, applied_at FROM trimaran_migrations",
    "sqlite": "SELECT app, name, applied_at FROM trimaran_migrations",
    "mariadb": "SELECT app, name, applied_at FROM trimaran_migrations",
}
_RECORD = {
    "postgresql": "INSERT INTO trimaran_migrations (app, name) VALUES ($1, $2)",
    "sqlite": "INSERT INTO trimaran_migrations (app, name) VALUES (?, ?)",
    "mariadb": "INSERT INTO trimaran_migrations (app, name) VALUES (?, ?)",
}
_FORGET = {
    "postgresql": "DELETE FROM trimaran_migrations WHERE app = $1 AND name = $2",
    "sqlite": "DELETE FROM trimaran_migrations WHERE app = ? AND name = ?",
    "mariadb": "DELETE FROM trimaran_migrations WHERE app = ? AND name = ?",
}


class History:
    """What a database has of the migrations of apps; ``""`` is the project."""

    def __init__(self, database: Database, *, apps: Iterable[str] = ("",)) -> None:
        self.database = database
        self.apps = frozenset(apps)

    async def applied(self) -> dict[str, datetime.datetime]:
        """The names of the applied migrations and when each was applied."""
        database = self.database
        exists = await database.fetch_row(_EXISTS[database.vendor])
        if exists is None or not exists[0]:
            return {}
        rows = await database.fetch(_APPLIED[database.vendor])
        return {
            full_name(app, name): _moment(applied_at)
            for app, name, applied_at in rows
            if app in self.apps
        }

    async def create(self) -> None:
        """Create the table if it is not there."""
        await self.database.execute(_CREATE[self.database.vendor])

    async def write_down(self, name: str, *, backwards: bool) -> None:
        """Record that a migration is applied, or undone; in its own transaction."""
        sql = (_FORGET if backwards else _RECORD)[self.database.vendor]
        app, _, own = name.rpartition(".")
        await self.database.execute(sql, [app, own])

    @asynccontextmanager
    async def exclusive(self, *, enforce: bool, patience: float) -> AsyncIterator[None]:
        """A transaction in which no other process migrates this database.

        PostgreSQL: an advisory lock that ends with the transaction, asked for again and again
        rather than waited for, because a waiting statement would hold up concurrent index builds.
        SQLite: its write lock. MariaDB: a named lock of the connection, which is closed afterwards.

        enforce:  a data migration's deletions cascade; SQLite can then rebuild no table
        patience: seconds to wait for the lock before a ``MigrationError``
        """
        deadline = time.monotonic() + patience
        while True:
            entered = False
            try:
                async with self._transaction(enforce=enforce):
                    if await self._locked():
                        entered = True
                        yield
                        return
            except DatabaseUnavailableError as error:
                if entered or error.id not in _BUSY:
                    raise
            if time.monotonic() >= deadline:
                raise MigrationError(
                    "TRI-MIGRATION-021",
                    f"Another process has been migrating this database for {patience:g} s.",
                    "Wait until it is done, or end it; its lock goes with it.",
                )
            await asyncio.sleep(_PAUSE)

    def _transaction(self, *, enforce: bool) -> AbstractAsyncContextManager[None]:
        if self.database.vendor == "sqlite" and enforce:
            return self.database.atomic(durable=True)
        return self.database.schema_change()

    async def _locked(self) -> bool:
        if self.database.vendor == "sqlite":
            return True
        if self.database.vendor == "mariadb":
            row = await self.database.fetch_row(_NAMED_LOCK)
        else:
            row = await self.database.fetch_row("SELECT pg_try_advisory_xact_lock($1)", [_LOCK])
        return row is not None and bool(row[0])


def _moment(value: object) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=datetime.UTC)
    return datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
