"""Carrying out the steps of one migration, inside its transaction."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations.steps import Batches, Call, Online, Rebuild, Script, Statement
from trimaran.db.migrations.tables import split_name
from trimaran.errors import DatabaseUnavailableError, DataError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.backends.base import Database
    from trimaran.db.migrations.steps import Step

_SHOWN = 300
_MEND = "Nothing of this migration was kept. Mend the file or the data, then migrate again."
_MENDS = {
    "mariadb": "The steps before it were kept, for MariaDB cannot undo them. Mend the data, or this"
    " step and those behind it, then migrate again: it goes on here."
}
_TABLE = {
    "postgresql": "SELECT count(*) FROM information_schema.tables "
    "WHERE table_name = $1 AND table_schema = coalesce($2::text, current_schema())",
    "sqlite": "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)",
    "mariadb": "SELECT count(*) FROM information_schema.tables "
    "WHERE table_name = ? AND table_schema = coalesce(?, DATABASE())",
}


async def run_steps(database: Database, steps: Sequence[Step], *, name: str) -> None:
    """Carry out the steps of one migration; the error says which was refused."""
    for step in steps:
        match step:
            case Statement(sql=sql) | Online(sql=sql):
                await _run(database, sql, name=name)
            case Batches(sql=sql):
                await _run_batches(database, sql, name=name)
            case Script(sql=sql):
                await _run(database, sql, name=name)
            case Rebuild():
                await _rebuild(database, step, name=name)
            case Call():
                await _call(database, step, name=name)


async def refuse_present(database: Database, tables: Sequence[str], *, name: str) -> None:
    """Raise a ``MigrationError`` if a table that is to be created is there already."""
    for table in tables:
        schema, own = split_name(table)
        arguments = [own] if database.vendor == "sqlite" else [own, schema]
        row = await database.fetch_row(_TABLE[database.vendor], arguments)
        if row is not None and row[0]:
            raise MigrationError(
                "TRI-MIGRATION-024",
                f"{name} creates the table {table!r}, which the database has already.",
                "If the tables are what the migration makes, write it down as applied: "
                f"`trimaran migrate {name} --fake`; else drop the table or start with an empty "
                "database.",
            )


async def _run(database: Database, sql: str, *, name: str) -> None:
    try:
        await database.execute_script(sql)
    except DatabaseUnavailableError:
        raise
    except DataError as error:
        raise refused(name, sql, error, vendor=database.vendor) from error


async def _run_batches(database: Database, sql: str, *, name: str) -> None:
    try:
        while await database.execute(sql):
            pass
    except DatabaseUnavailableError:
        raise
    except DataError as error:
        raise refused(name, sql, error, vendor=database.vendor) from error


async def _rebuild(database: Database, step: Rebuild, *, name: str) -> None:
    """Make a table anew, with the triggers and indexes that migrations do not know of."""
    rows = await database.fetch(
        "SELECT type, name, sql FROM sqlite_master "
        "WHERE lower(tbl_name) = lower(?) AND type IN ('index', 'trigger') AND sql IS NOT NULL "
        "ORDER BY type, name",
        [step.table],
    )
    kept = [sql for kind, own, sql in rows if kind == "trigger" or own not in step.indexes]
    # Otherwise views that name the table would stop the renaming, which they survive unchanged.
    await database.execute("PRAGMA legacy_alter_table=ON")
    try:
        for sql in (*step.statements, *kept):
            await _run(database, sql, name=name)
    finally:
        await database.execute("PRAGMA legacy_alter_table=OFF")


async def _call(database: Database, step: Call, *, name: str) -> None:
    from trimaran.db.backends.registry import installed
    from trimaran.db.migrations.building import build_metadata
    from trimaran.db.migrations.data import Data
    from trimaran.db.migrations.historical import historical_models

    function: Any = step.function
    try:
        with installed(database), historical_models(step.state) as apps:
            data = Data(database, build_metadata(step.state).tables, apps)
            # Django's functions take (apps, schema_editor).
            both = len(inspect.signature(function).parameters) > 1
            await (function(apps, data) if both else function(data))
    except DatabaseUnavailableError:
        raise
    except DataError as error:
        raise refused(name, f"{function.__name__}()", error, vendor=database.vendor) from error


def refused(name: str, sql: str, error: DataError, *, vendor: str) -> MigrationError:
    """The error of a migration that the database stopped at a statement."""
    shown = " ".join(sql.split())
    if len(shown) > _SHOWN:
        shown = shown[:_SHOWN] + " ..."
    return MigrationError(
        "TRI-MIGRATION-022",
        f"{name} was stopped at `{shown}`: {error}",
        _MENDS.get(vendor, _MEND),
    )
