"""What a database lacks of what a table may declare, told before any SQL is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.migrations.tables import ForeignKey, Sql, Unique
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimaran.db.migrations.tables import Column, Constraint, Index, Table

_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "mariadb": "MariaDB"}
_NULLS = "postgresql_nulls_not_distinct"


def refuse_lacking(table: Table, vendor: str) -> None:
    """Raise ``MigrationError`` where the database lacks what a table declares."""
    for what, mend in _lacking(table, vendor):
        raise MigrationError(
            "TRI-MIGRATION-006",
            f"{_NAMES[vendor]} has no {what} (table {table.name!r}).",
            mend,
        )


def _lacking(table: Table, vendor: str) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        yield from _of_column(column, vendor)
    for constraint in table.constraints:
        yield from _of_constraint(constraint, vendor)
    for index in table.indexes:
        yield from _of_index(index, vendor)


def _of_column(column: Column, vendor: str) -> Iterator[tuple[str, str]]:
    if vendor == "postgresql" and column.computed is not None and column.stored is False:
        yield f"generated column that is not stored ({column.name})", "Drop stored=False."


def _of_constraint(item: Constraint, vendor: str) -> Iterator[tuple[str, str]]:
    if vendor == "postgresql":
        return
    if isinstance(item, Unique):
        if item.deferrable:
            yield f"deferrable unique constraint ({item.name})", "Drop deferrable=..."
        if item.options.get(_NULLS):
            mend = "Drop nulls_distinct=False, or let the field hold no NULL."
            yield f"unique constraint that takes NULLs for equal ({item.name})", mend
    if isinstance(item, ForeignKey) and vendor == "mariadb" and item.on_delete == "SET DEFAULT":
        yield f"ON DELETE SET DEFAULT ({item.name})", "Use set_null, cascade or restrict."


def _of_index(index: Index, vendor: str) -> Iterator[tuple[str, str]]:
    if vendor != "postgresql" and index.options.get(_NULLS):
        yield f"unique index that takes NULLs for equal ({index.name})", "Let no NULL be in it."
    if vendor != "mariadb":
        return
    if index.where is not None:
        mend = "Drop the condition, or make a generated column of it."
        yield f"index with a condition ({index.name})", mend
    if any(isinstance(part, Sql) and not _is_order(part.text) for part in index.columns):
        mend = "Index a generated column that holds the expression."
        yield f"index on an expression ({index.name})", mend


def _is_order(text: str) -> bool:
    return text.upper().endswith((" DESC", " ASC"))
