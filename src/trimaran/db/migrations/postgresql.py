"""Operations in PostgreSQL's SQL: every one of them is an ALTER away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.building import build_alone, build_column, build_default, build_text
from trimaran.db.migrations.source import same
from trimaran.db.migrations.tables import Column, split_name
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from trimaran.db.migrations.ddl import Ddl
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State


def postgresql_steps(operation: Operation, before: State, after: State, ddl: Ddl) -> list[str]:
    """The statements of one operation, between the states before and after it."""
    match operation:
        case ops.CreateTable(name=name):
            ddl.impl.create_table(build_alone(after, name))
        case ops.DropTable(name=name):
            ddl.impl.drop_table(build_alone(before, name))
        case ops.RenameTable(old=old, new=new):
            return _rename_table(old, new, ddl)
        case ops.SetComment(table=table):
            ddl.impl.create_table_comment(build_alone(after, table))
        case ops.AddColumn():
            return _add_column(operation, after, ddl)
        case ops.DropColumn(table=table, name=name):
            schema, own = split_name(table)
            ddl.impl.drop_column(own, build_column(before.column(table, name)), schema=schema)
        case ops.AlterColumn():
            return _alter_column(operation, before, ddl)
        case ops.RenameColumn(table=table, old=old, new=new):
            schema, own = split_name(table)
            ddl.impl.alter_column(own, old, name=new, schema=schema)
        case ops.AddConstraint() | ops.DropConstraint() | ops.RenameConstraint():
            return _constraint(operation, before, after, ddl)
        case ops.AddIndex() | ops.DropIndex() | ops.RenameIndex():
            return _index(operation, before, after, ddl)
        case _:
            raise TypeError(operation)
    return ddl.take()


def _qualified(table: str, ddl: Ddl) -> str:
    return _joined(*split_name(table), ddl)


def _joined(schema: str | None, own: str, ddl: Ddl) -> str:
    return ddl.quote(own) if schema is None else f"{ddl.quote(schema)}.{ddl.quote(own)}"


def _rename_table(old: str, new: str, ddl: Ddl) -> list[str]:
    (old_schema, old_name), (new_schema, new_name) = split_name(old), split_name(new)
    statements = []
    place = _qualified(old, ddl)
    if old_schema != new_schema:
        if new_schema is None:
            raise MigrationError(
                "TRI-MIGRATION-006",
                f"Table {old!r} cannot be moved out of its schema without naming another.",
                "Name the schema: RenameTable('audit.entry', 'public.entry').",
            )
        statements.append(f"ALTER TABLE {place} SET SCHEMA {ddl.quote(new_schema)}")
        place = f"{ddl.quote(new_schema)}.{ddl.quote(old_name)}"
    if old_name != new_name:
        statements.append(f"ALTER TABLE {place} RENAME TO {ddl.quote(new_name)}")
    return statements


def _add_column(operation: ops.AddColumn, after: State, ddl: Ddl) -> list[str]:
    schema, own = split_name(operation.table)
    column = build_alone(after, operation.table).c[operation.column.name]
    fills = operation.fill is not None
    if fills:
        literal = ddl.literal(operation.fill, operation.column.type)
        column.server_default = sa.DefaultClause(build_text(literal))
    ddl.impl.add_column(own, column, schema=schema)
    if fills:
        default = build_default(operation.column)
        ddl.impl.alter_column(own, column.name, server_default=default, schema=schema)
    if column.comment is not None:
        ddl.impl.create_column_comment(column)
    return ddl.take()


def _alter_column(operation: ops.AlterColumn, before: State, ddl: Ddl) -> list[str]:
    schema, own = split_name(operation.table)
    new = operation.column
    old = before.column(operation.table, new.name)
    if (old.computed, old.stored) != (new.computed, new.stored):
        raise MigrationError(
            "TRI-MIGRATION-006",
            f"What {operation.table}.{new.name} is computed from cannot be altered.",
            "Drop the column and add it again: its values are computed anew.",
        )
    statements: list[str] = []
    if not new.null and old.null and operation.fill is not None:
        literal = ddl.literal(operation.fill, new.type)
        place, name = _qualified(operation.table, ddl), ddl.quote(new.name)
        statements.append(f"UPDATE {place} SET {name} = {literal} WHERE {name} IS NULL")  # noqa: S608  names are quoted, the value is a literal
    types_differ = not same(old.type, new.type)
    if types_differ and old.default is not None:
        # The old default need not fit the new type; it is set again below.
        ddl.impl.alter_column(own, new.name, server_default=None, schema=schema)
    _alter(own, schema, old, new, operation.using if types_differ else None, ddl)
    return statements + ddl.take()


def _alter(
    own: str, schema: str | None, old: Column, new: Column, using: str | None, ddl: Ddl
) -> None:
    types_differ = not same(old.type, new.type)
    changes: dict[str, Any] = {}
    if types_differ:
        changes["type_"] = new.type
        type_text = new.type.compile(dialect=ddl.dialect)
        changes["postgresql_using"] = using or f"{ddl.quote(new.name)}::{type_text}"
    if old.null != new.null:
        changes["nullable"] = new.null
    if old.default != new.default or (types_differ and old.default is not None):
        changes["server_default"] = build_default(new)
    if old.comment != new.comment:
        changes["comment"] = new.comment
    if changes:
        ddl.impl.alter_column(own, new.name, schema=schema, **changes)
    if not same(_identity(old), _identity(new)):
        ddl.impl.alter_column(
            own,
            new.name,
            schema=schema,
            server_default=build_column(new).identity,
            existing_server_default=build_column(old).identity,
        )


def _identity(column: Column) -> Any:
    return column.identity if isinstance(column.identity, bool) else dict(column.identity)


def _constraint(operation: Operation, before: State, after: State, ddl: Ddl) -> list[str]:
    match operation:
        case ops.AddConstraint(table=table, constraint=added):
            built = build_alone(after, table)
            ddl.impl.add_constraint(
                next(item for item in built.constraints if item.name == added.name)
            )
        case ops.DropConstraint(table=table, name=name):
            before.constraint(table, name)
            return [f"ALTER TABLE {_qualified(table, ddl)} DROP CONSTRAINT {ddl.quote(name)}"]
        case ops.RenameConstraint(table=table, old=old, new=new):
            names = f"{ddl.quote(old)} TO {ddl.quote(new)}"
            return [f"ALTER TABLE {_qualified(table, ddl)} RENAME CONSTRAINT {names}"]
        case _:
            raise TypeError(operation)
    return ddl.take()


def _index(operation: Operation, before: State, after: State, ddl: Ddl) -> list[str]:
    match operation:
        case ops.AddIndex(table=table, index=added):
            built = build_alone(after, table)
            ddl.impl.create_index(next(item for item in built.indexes if item.name == added.name))
        case ops.DropIndex(table=table, name=name):
            built = build_alone(before, table)
            ddl.impl.drop_index(next(item for item in built.indexes if item.name == name))
        case ops.RenameIndex(table=table, old=old, new=new):
            schema, _ = split_name(table)
            place = _joined(schema, old, ddl)
            return [f"ALTER INDEX {place} RENAME TO {ddl.quote(new)}"]
        case _:
            raise TypeError(operation)
    return ddl.take()
