"""Operations in MariaDB's SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.building import TAB, build_alone, build_default, build_text
from trimaran.db.migrations.tables import split_name
from trimaran.db.migrations.values import value_literal
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from trimaran.db.migrations.ddl import Ddl
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State


def mariadb_steps(operation: Operation, before: State, after: State, ddl: Ddl) -> list[str]:
    """The statements of one operation, between the states before and after it."""
    match operation:
        case ops.CreateTable(name=name):
            built = build_alone(after, name)
            for index in built.indexes:
                _refuse_special(name, index, ddl)
            ddl.impl.create_table(built)
        case ops.DropTable(name=name):
            ddl.impl.drop_table(build_alone(before, name))
        case ops.RenameTable(old=old, new=new):
            return [f"ALTER TABLE {_place(old, ddl)} RENAME TO {_place(new, ddl)}"]
        case ops.SetComment(table=table):
            comment = value_literal(build_alone(after, table).comment or "", sa.Text(), "mariadb")
            return [_alter(table, f"COMMENT {comment}", ddl)]
        case ops.AddColumn():
            return _add_column(operation, after, ddl)
        case ops.DropColumn(table=table, name=name):
            return _drop_column(table, name, before, ddl)
        case ops.AlterColumn():
            return _alter_column(operation, before, after, ddl)
        case ops.RenameColumn(table=table, old=old, new=new):
            return [_alter(table, f"RENAME COLUMN {ddl.quote(old)} TO {ddl.quote(new)}", ddl)]
        case ops.AddConstraint() | ops.DropConstraint() | ops.RenameConstraint():
            return _constraint(operation, before, after, ddl)
        case ops.AddIndex() | ops.DropIndex() | ops.RenameIndex():
            return _index(operation, before, after, ddl)
        case _:
            raise TypeError(operation)
    return ddl.take()


def _place(table: str, ddl: Ddl) -> str:
    schema, own = split_name(table)
    return ddl.quote(own) if schema is None else f"{ddl.quote(schema)}.{ddl.quote(own)}"


def _alter(table: str, change: str, ddl: Ddl) -> str:
    return f"ALTER TABLE {_place(table, ddl)} {change.replace(TAB, chr(9))}"


def _specification(column: sa.Column[Any], ddl: Ddl) -> str:
    compiler = ddl.dialect.ddl_compiler(ddl.dialect, None)  # type: ignore[arg-type]  # asks for a statement that a column's text does not need
    text: str = compiler.get_column_specification(column)
    return text


def _add_column(operation: ops.AddColumn, after: State, ddl: Ddl) -> list[str]:
    column = build_alone(after, operation.table).c[operation.column.name]
    if operation.fill is None:
        return [_alter(operation.table, f"ADD COLUMN {_specification(column, ddl)}", ddl)]
    default = build_default(operation.column)
    literal = ddl.literal(operation.fill, operation.column.type)
    column.server_default = sa.DefaultClause(build_text(f"({literal})"))
    added = _alter(operation.table, f"ADD COLUMN {_specification(column, ddl)}", ddl)
    name = ddl.quote(column.name)
    if default is None:
        return [added, _alter(operation.table, f"ALTER COLUMN {name} DROP DEFAULT", ddl)]
    column = build_alone(after, operation.table).c[operation.column.name]
    return [added, _alter(operation.table, f"MODIFY COLUMN {_specification(column, ddl)}", ddl)]


def _drop_column(table: str, name: str, before: State, ddl: Ddl) -> list[str]:
    built = build_alone(before, table)
    keys = [
        f"DROP FOREIGN KEY {ddl.quote(str(key.name))}"
        for key in built.foreign_key_constraints
        if name in key.column_keys and key.name
    ]
    return [_alter(table, ", ".join([*keys, f"DROP COLUMN {ddl.quote(name)}"]), ddl)]


def _alter_column(operation: ops.AlterColumn, before: State, after: State, ddl: Ddl) -> list[str]:
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
        place, name = _place(operation.table, ddl), ddl.quote(new.name)
        statements.append(f"UPDATE {place} SET {name} = {literal} WHERE {name} IS NULL")  # noqa: S608  names are quoted, the value is a literal
    column = build_alone(after, operation.table).c[new.name]
    change = f"MODIFY COLUMN {_specification(column, ddl)}"
    return [*statements, _alter(operation.table, change, ddl)]


def _constraint(operation: Operation, before: State, after: State, ddl: Ddl) -> list[str]:
    match operation:
        case ops.AddConstraint(table=table, constraint=added):
            _add_constraint(after, table, added.name, ddl)
        case ops.DropConstraint(table=table, name=name):
            before.constraint(table, name)
            return [_alter(table, _dropping(before, table, name, ddl), ddl)]
        case ops.RenameConstraint(table=table, old=old, new=new):
            if _is_key(after, table, new):
                # A primary key has no name of its own.
                return []
            _add_constraint(after, table, new, ddl)
            return [*ddl.take(), _alter(table, _dropping(before, table, old, ddl), ddl)]
        case _:
            raise TypeError(operation)
    return ddl.take()


def _add_constraint(state: State, table: str, name: str, ddl: Ddl) -> None:
    built = build_alone(state, table)
    ddl.impl.add_constraint(next(item for item in built.constraints if item.name == name))


def _dropping(state: State, table: str, name: str, ddl: Ddl) -> str:
    found = next(item for item in build_alone(state, table).constraints if item.name == name)
    if isinstance(found, sa.PrimaryKeyConstraint):
        return "DROP PRIMARY KEY"
    # DROP CONSTRAINT does not find a unique key over a long text.
    word = "INDEX" if isinstance(found, sa.UniqueConstraint) else "CONSTRAINT"
    return f"DROP {word} {ddl.quote(name)}"


def _is_key(state: State, table: str, name: str) -> bool:
    return build_alone(state, table).primary_key.name == name


def _index(operation: Operation, before: State, after: State, ddl: Ddl) -> list[str]:
    match operation:
        case ops.AddIndex(table=table, index=added):
            built = build_alone(after, table)
            index = next(item for item in built.indexes if item.name == added.name)
            _refuse_special(table, index, ddl)
            ddl.impl.create_index(index)
        case ops.DropIndex(table=table, name=name):
            built = build_alone(before, table)
            ddl.impl.drop_index(next(item for item in built.indexes if item.name == name))
        case ops.RenameIndex(table=table, old=old, new=new):
            return [_alter(table, f"RENAME INDEX {ddl.quote(old)} TO {ddl.quote(new)}", ddl)]
        case _:
            raise TypeError(operation)
    return ddl.take()


def _refuse_special(table: str, index: sa.Index, ddl: Ddl) -> None:
    dialect = ddl.dialect
    texts = [
        part if isinstance(part, str) else str(part.compile(dialect=dialect))
        for part in index.expressions
    ]
    if any("(" in text for text in texts):
        raise MigrationError(
            "TRI-MIGRATION-006",
            f"MariaDB has no index on an expression, as {index.name} on {table} is.",
            "Add a generated column for the expression, and an index on that.",
        )
    partial = any(
        index.dialect_options[vendor].get("where") is not None
        for vendor in ("postgresql", "sqlite")
    )
    if index.unique and partial:
        raise MigrationError(
            "TRI-MIGRATION-006",
            f"MariaDB has no partial index, and {index.name} on {table} would bind every row.",
            "Add a generated column that is NULL for the other rows, and a unique index on that.",
        )
