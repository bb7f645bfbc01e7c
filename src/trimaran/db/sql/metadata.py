"""Tables as SQLAlchemy's ``MetaData``: what migrations compare. Import it lazily."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from trimaran.db.sql.table import MISSING
from trimaran.db.sql.types import column_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.db.sql.constraints import CheckConstraint, Index, UniqueConstraint
    from trimaran.db.sql.table import Column, Table

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
    "set_default": "SET DEFAULT",
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
        *[_build_column(table, column) for column in table.columns.values()],
        schema=table.schema or None,
        comment=table.comment or None,
        info={"managed": table.managed},
    )
    for constraint in table.constraints:
        _build_constraint(table, constraint, built)
    for index in table.indexes:
        _build_index(table, index, built)
    return built


def _build_column(table: Table, column: Column) -> sa.Column[object]:
    keys: list[sa.ForeignKey] = []
    if column.relation is not None:
        target = column.relation.target
        keys.append(
            sa.ForeignKey(
                f"{target.full_name}.{target.key.db_name}",
                ondelete=_ON_DELETE[column.relation.on_delete],
            )
        )
    return sa.Column(
        column.db_name,
        column_type(column.kind),
        *keys,
        *_computed(table, column),
        primary_key=column.primary_key,
        autoincrement="auto" if column.auto else False,
        nullable=column.null,
        server_default=_server_default(table, column),
        comment=column.comment or None,
        unique=True if column.unique and not column.primary_key else None,
        index=True if column.index and not column.unique and not column.primary_key else None,
        info={"kind": column.kind, **_fill(column)},
    )


def _computed(table: Table, column: Column) -> list[sa.Computed]:
    if column.computed is None:
        return []
    from trimaran.db.sql.declared import expression_text

    text = expression_text(table, column.computed)
    return [sa.Computed(sa.literal_column(text), persisted=column.stored)]


def _server_default(table: Table, column: Column) -> sa.ColumnElement[object] | None:
    if column.db_default is MISSING:
        return None
    from trimaran.db.sql.declared import expression_text, literal
    from trimaran.db.sql.expressions import Expression

    if isinstance(column.db_default, Expression):
        return sa.literal_column(expression_text(table, column.db_default))
    # Each vendor reads the text that PostgreSQL does; SQLite keeps booleans and dates likewise.
    value = column.kind.storages["postgresql"].bind(column.db_default)
    return sa.literal_column(literal(value))


def _build_constraint(
    table: Table, constraint: UniqueConstraint | CheckConstraint, built: sa.Table
) -> None:
    from trimaran.db.sql.constraints import CheckConstraint, Index

    if isinstance(constraint, CheckConstraint):
        from trimaran.db.sql.declared import condition_text

        text: sa.ColumnElement[bool] = sa.literal_column(
            condition_text(table, constraint.condition)
        )
        # conv: the name stands as it is, no convention is put around it
        built.append_constraint(sa.CheckConstraint(text, name=conv(constraint.name)))
        return
    plain = all(isinstance(part, str) for part in constraint.fields)
    if constraint.condition is not None or constraint.include or not plain:
        # As in Django: a partial or an expression's uniqueness is that of an index.
        prefix = "uq"
        index = Index(
            *constraint.fields,
            name=constraint.name or f"{prefix}_{table.name}_{_joined(table, constraint.fields)}",
            unique=True,
            condition=constraint.condition,
            include=constraint.include,
        )
        _build_index(table, index, built, nulls_distinct=constraint.nulls_distinct)
        return
    columns = [built.c[_db_name(table, str(name))] for name in constraint.fields]
    options = {} if constraint.nulls_distinct else {"postgresql_nulls_not_distinct": True}
    built.append_constraint(
        sa.UniqueConstraint(
            *columns,
            name=constraint.name or None,
            deferrable=True if constraint.deferrable else None,
            initially="DEFERRED" if constraint.deferrable == "deferred" else None,
            **options,  # type: ignore[arg-type]  # options of a dialect, by name
        )
    )


def _joined(table: Table, fields: object) -> str:
    import hashlib

    names = []
    for part in fields:  # type: ignore[attr-defined]  # a tuple of names and expressions
        if isinstance(part, str):
            names.append(_db_name(table, part.removeprefix("-")))
        else:
            names.append(hashlib.sha256(repr(part).encode()).hexdigest()[:8])
    return "_".join(names)


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


def _build_index(
    table: Table, index: Index, built: sa.Table, *, nulls_distinct: bool = True
) -> None:
    columns: list[sa.ColumnElement[object]] = []
    for part in index.fields:
        if isinstance(part, str):
            column = built.c[_db_name(table, part.removeprefix("-"))]
            columns.append(column.desc() if part.startswith("-") else column)
        else:
            from trimaran.db.sql.declared import expression_text

            columns.append(sa.literal_column(expression_text(table, part)))
    options: dict[str, object] = {}
    if index.condition is not None:
        from trimaran.db.sql.declared import condition_text

        where: sa.ColumnElement[bool] = sa.literal_column(condition_text(table, index.condition))
        options |= {"postgresql_where": where, "sqlite_where": where}
    if index.include:
        options["postgresql_include"] = [_db_name(table, name) for name in index.include]
    if index.method:
        options["postgresql_using"] = index.method
    if index.opclasses:
        options["postgresql_ops"] = {
            _db_name(table, name): value for name, value in index.opclasses.items()
        }
    if not nulls_distinct:
        options["postgresql_nulls_not_distinct"] = True
    name = index.name or f"ix_{table.name}_{_joined(table, index.fields)}"
    sa.Index(name, *columns, unique=index.unique, _table=built, **options)  # type: ignore[arg-type]  # options of a dialect, by name


def _db_name(table: Table, name: str) -> str:
    column = table.column(name)
    if column is None:
        raise table.unknown(name, where=table.where)
    return column.db_name
