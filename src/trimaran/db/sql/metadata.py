"""Tables as SQLAlchemy's ``MetaData``: what migrations compare. Import it lazily."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from trimaran.db.sql.table import MISSING
from trimaran.db.sql.types import column_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.db.sql.table import Column, Index, Table

# Every constraint has a name, so that a migration can drop it.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_ON_DELETE = {
    "cascade": "CASCADE",
    "restrict": "RESTRICT",
    "set_null": "SET NULL",
    "no_action": "NO ACTION",
}


def build_metadata(tables: Iterable[Table]) -> sa.MetaData:
    """Return every table with its keys, indexes and constraints."""
    metadata = sa.MetaData(naming_convention=NAMING)
    for table in tables:
        _build_table(table, metadata)
    return metadata


def _build_table(table: Table, metadata: sa.MetaData) -> sa.Table:
    built = sa.Table(
        table.name,
        metadata,
        *[_build_column(column) for column in table.columns.values()],
        comment=None,
    )
    for constraint in table.constraints:
        columns = [built.c[_db_name(table, name)] for name in constraint.fields]
        built.append_constraint(sa.UniqueConstraint(*columns, name=constraint.name or None))
    for index in table.indexes:
        _build_index(table, index, built)
    return built


def _build_column(column: Column) -> sa.Column[object]:
    keys: list[sa.ForeignKey] = []
    if column.relation is not None:
        target = column.relation.target
        keys.append(
            sa.ForeignKey(
                f"{target.name}.{target.key.db_name}",
                ondelete=_ON_DELETE[column.relation.on_delete],
            )
        )
    return sa.Column(
        column.db_name,
        column_type(column.kind),
        *keys,
        primary_key=column.primary_key,
        autoincrement="auto" if column.auto else False,
        nullable=column.null,
        unique=True if column.unique and not column.primary_key else None,
        index=True if column.index and not column.unique and not column.primary_key else None,
        info=_fill(column),
    )


def _fill(column: Column) -> dict[str, object]:
    """What rows that exist get when a migration adds the column: a value or a function.

    Not SQLAlchemy's own ``default``: it would join every INSERT made from the table.
    """
    store = column.kind.storages["postgresql"].bind
    if column.auto_now or column.auto_now_add:
        return {"fill": lambda: store(datetime.now(UTC))}
    if column.default_factory is not None:
        factory = column.default_factory
        return {"fill": lambda: store(factory())}
    if column.default is not MISSING and column.default is not None:
        return {"fill": store(column.default)}
    return {}


def _build_index(table: Table, index: Index, built: sa.Table) -> None:
    columns: list[sa.ColumnElement[object]] = []
    for name in index.fields:
        column = built.c[_db_name(table, name.removeprefix("-"))]
        columns.append(column.desc() if name.startswith("-") else column)
    plain = [_db_name(table, name.removeprefix("-")) for name in index.fields]
    name = index.name or f"ix_{table.name}_{'_'.join(plain)}"
    sa.Index(name, *columns, unique=index.unique)


def _db_name(table: Table, name: str) -> str:
    column = table.column(name)
    if column is None:
        raise table.unknown(name, where=table.where)
    return column.db_name
