"""SQLAlchemy's tables from a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.migrations import tables as spec

if TYPE_CHECKING:
    from trimaran.db.migrations.state import State


TAB = "\ue009"
"""Stands for a tab in SQL text: Alembic would make four spaces of it, in strings too."""


def build_metadata(state: State) -> sa.MetaData:
    """SQLAlchemy's metadata of all tables of a state."""
    metadata = sa.MetaData()
    for table in state.tables.values():
        build_table(table, metadata)
    return metadata


def build_alone(state: State, name: str) -> sa.Table:
    """One table of a state, with only the columns of those that it refers to."""
    metadata = sa.MetaData()
    table = state.table(name)
    for target in {key.target for key in table.foreign_keys()} - {name}:
        if target in state.tables:
            columns = state.tables[target].columns
        else:  # a table that migrations do not manage
            named = {
                c
                for key in table.foreign_keys()
                if key.target == target
                for c in key.target_columns
            }
            columns = tuple(spec.Column(column, sa.BigInteger()) for column in sorted(named))
        build_table(spec.Table(target, columns), metadata)
    return build_table(table, metadata)


def build_table(table: spec.Table, metadata: sa.MetaData, *, name: str | None = None) -> sa.Table:
    """SQLAlchemy's table, under its own or another name."""
    schema, own_name = spec.split_name(table.name)
    built = sa.Table(
        name or own_name,
        metadata,
        *(build_column(column) for column in table.columns),
        *(build_constraint(item) for item in table.constraints),
        schema=schema,
        comment=table.comment,
        **table.options,
    )
    for index in table.indexes:
        build_index(index, built)
    return built


def build_column(column: spec.Column) -> sa.Column[Any]:
    """SQLAlchemy's column. Its type is a copy: some types belong to one column only."""
    generated: list[Any] = []
    if column.identity is not False:
        options = {} if column.identity is True else dict(column.identity)
        generated.append(sa.Identity(**options))
    if column.computed is not None:
        generated.append(sa.Computed(build_text(column.computed), persisted=column.stored))
    return sa.Column(
        column.name,
        column.type.copy(),
        *generated,
        nullable=column.null,
        server_default=build_default(column),
        autoincrement="auto" if column.autoincrement is None else column.autoincrement,
        comment=column.comment,
    )


def build_default(column: spec.Column) -> sa.ColumnElement[Any] | None:
    """The default that the database knows, as an expression."""
    return None if column.default is None else build_text(column.default)


def build_constraint(item: spec.Constraint) -> sa.Constraint:
    """SQLAlchemy's constraint, not yet of a table."""
    match item:
        case spec.PrimaryKey():
            return sa.PrimaryKeyConstraint(*item.columns, name=item.name, **item.options)
        case spec.Unique():
            return sa.UniqueConstraint(
                *item.columns,
                name=item.name,
                deferrable=item.deferrable,
                initially=item.initially,
                **item.options,
            )
        case spec.Check():
            return sa.CheckConstraint(build_text(item.condition), name=item.name)
        case spec.ForeignKey():
            return sa.ForeignKeyConstraint(
                list(item.columns),
                [f"{item.target}.{column}" for column in item.target_columns],
                name=item.name,
                ondelete=item.on_delete,
                onupdate=item.on_update,
                deferrable=item.deferrable,
                initially=item.initially,
                match=item.match,
                **item.options,
            )


def build_index(index: spec.Index, table: sa.Table) -> sa.Index:
    """SQLAlchemy's index of a table."""
    options = dict(index.options)
    if index.where is not None:
        where: sa.ColumnElement[bool] = build_text(index.where)
        options |= {"postgresql_where": where, "sqlite_where": where}
    expressions = [
        build_text(item.text) if isinstance(item, spec.Sql) else table.c[item]
        for item in index.columns
    ]
    return sa.Index(index.name, *expressions, _table=table, unique=index.unique, **options)


def build_text(text: str) -> sa.ColumnElement[Any]:
    """SQL text as an expression that is used as it stands."""
    # Never text(): a colon in it would be taken for a parameter.
    return sa.literal_column(text.replace("\t", TAB))
