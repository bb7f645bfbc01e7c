"""Tables straight from the models, for databases of development and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    import sqlalchemy as sa

    from trimaran.db.backends.base import Database

_COLUMNS = {
    "postgresql": "SELECT attname FROM pg_attribute "
    "WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
    "sqlite": "SELECT name FROM pragma_table_xinfo(?)",
    "mariadb": "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = ?",
}


async def create_tables(database: Database, metadata: sa.MetaData) -> list[str]:
    """Create the tables that are missing and return their names.

    A table that is there is left alone; a ``MigrationError`` says so if it lacks a column, since
    only a migration can change a table.
    """
    from sqlalchemy.engine.mock import MockConnection

    from trimaran.db.migrations.abilities import refuse_lacking
    from trimaran.db.migrations.ddl import offline
    from trimaran.db.migrations.reading import read_table

    dialect = offline(database.dialect)
    quote = dialect.identifier_preparer.format_table
    missing: list[sa.Table] = []
    for table in metadata.tables.values():
        if not table.info.get("managed", True):
            continue
        refuse_lacking(read_table(table), database.vendor)
        name = quote(table) if database.vendor == "postgresql" else table.name
        rows = await database.fetch(_COLUMNS[database.vendor], [name])
        if not rows:
            missing.append(table)
            continue
        lacking = {column.name for column in table.columns} - {row[0] for row in rows}
        if lacking:
            raise MigrationError(
                "TRI-MIGRATION-023",
                f"The database's table {table.key!r} has no column {', '.join(sorted(lacking))}, "
                "which the model has.",
                "Start with an empty database; or, to keep the rows, take the change back, run "
                "`trimaran makemigrations` and `trimaran migrate --fake`, make the change again, "
                "and run `trimaran makemigrations` and `trimaran migrate`.",
            )
    statements: list[str] = []

    def collect(element: Any, *_: object, **__: object) -> None:
        statements.append(str(element.compile(dialect=dialect)).strip())

    metadata.create_all(MockConnection(dialect, collect), tables=missing, checkfirst=False)
    if statements:
        async with _block(database):
            for statement in statements:
                await database.execute_script(statement)
    return [table.key for table in missing]


def _block(database: Database) -> AbstractAsyncContextManager[None]:
    # MariaDB commits each table by itself and takes none inside a transaction.
    return database.schema_change() if database.vendor == "mariadb" else database.atomic()
