"""Operations that go on beside the application, as steps of each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.migrations import operations as ops
from trimaran.db.migrations.postgresql import postgresql_steps
from trimaran.db.migrations.steps import Batches, Online, Statement
from trimaran.db.migrations.tables import split_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.migrations.ddl import Ddl
    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.steps import Step


def online_steps(
    operation: Operation, before: State, after: State, ddl: Ddl
) -> Sequence[Step] | None:
    """The steps of such an operation; None where the ordinary way is right."""
    if isinstance(operation, ops.Backfill):
        return [Batches(_backfill(operation, before, ddl))]
    if ddl.dialect.name != "postgresql":
        return [] if isinstance(operation, ops.ValidateConstraint) else None
    match operation:
        case ops.ValidateConstraint(table=table, name=name):
            return [
                Statement(f"ALTER TABLE {_place(table, ddl)} VALIDATE CONSTRAINT {ddl.quote(name)}")
            ]
        case ops.AddConstraintNotValid():
            told = postgresql_steps(operation, before, after, ddl)
            return [Statement(f"{sql} NOT VALID") for sql in told]
        case ops.AddIndexConcurrently(table=table, index=index):
            (sql,) = postgresql_steps(operation, before, after, ddl)
            return [
                Online(
                    sql.replace(" INDEX ", " INDEX CONCURRENTLY ", 1), _drop(table, index.name, ddl)
                )
            ]
        case ops.DropIndexConcurrently(table=table, name=name):
            return [Online(_drop(table, name, ddl))]
    return None


def _drop(table: str, name: str, ddl: Ddl) -> str:
    schema, _ = split_name(table)
    place = ddl.quote(name) if schema is None else f"{ddl.quote(schema)}.{ddl.quote(name)}"
    return f"DROP INDEX CONCURRENTLY IF EXISTS {place}"


def _place(table: str, ddl: Ddl) -> str:
    schema, own = split_name(table)
    return ddl.quote(own) if schema is None else f"{ddl.quote(schema)}.{ddl.quote(own)}"


def _backfill(operation: ops.Backfill, before: State, ddl: Ddl) -> str:
    place, name = _place(operation.table, ddl), ddl.quote(operation.column)
    value = ddl.literal(operation.value, before.column(operation.table, operation.column).type)
    size = max(1, int(operation.size))
    # A value that is NULL itself would be written again and again.
    wanted = f"{name} IS NULL AND ({value}) IS NOT NULL"
    if ddl.dialect.name == "mariadb":
        return f"UPDATE {place} SET {name} = {value} WHERE {wanted} LIMIT {size}"  # noqa: S608  names are quoted, the value is a literal
    row = "ctid" if ddl.dialect.name == "postgresql" else "rowid"
    some = f"SELECT {row} FROM {place} WHERE {wanted} LIMIT {size}"  # noqa: S608  likewise
    if ddl.dialect.name == "postgresql":
        return f"UPDATE {place} SET {name} = {value} WHERE ctid = ANY(ARRAY({some} FOR UPDATE))"  # noqa: S608  likewise
    return f"UPDATE {place} SET {name} = {value} WHERE rowid IN ({some})"  # noqa: S608  likewise
