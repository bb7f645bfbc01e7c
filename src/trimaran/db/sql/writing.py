"""Statements that write, from their shapes; import it lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering import matching
from trimaran.db.sql.rendering.upserts import upsert
from trimaran.db.sql.selecting import begin, select_column
from trimaran.db.sql.source import Source
from trimaran.db.sql.statement import Statement, constant, light

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

    from trimaran.db.sql.terms import Shape


def compile_insert(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("insert", table, columns, rows, returning)``."""
    _, table, columns, rows, returning = shape
    compiler = begin(dialect)
    clause = light(table)
    if columns:
        values = [
            {clause.c[column.db_name]: compiler.of_kind(column.kind) for column in columns}
            for _ in range(rows)
        ]
    else:  # DEFAULT VALUES makes one row alone
        drawn = constant("DEFAULT" if dialect.name == "postgresql" else "NULL")
        values = [{clause.c[table.key.db_name]: drawn}] * rows
    statement: Any = sa.insert(clause).values(values if rows > 1 else values[0])
    if returning:
        statement = statement.returning(*[clause.c[column.db_name] for column in returning])
    return compiler.statement(statement)


def compile_upsert(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("upsert", table, columns, rows, unique, update)``."""
    _, table, columns, rows, unique, update = shape
    compiler = begin(dialect)
    clause = light(table)
    values = [
        {clause.c[column.db_name]: compiler.of_kind(column.kind) for column in columns}
        for _ in range(rows)
    ]
    names = [column.db_name for column in update]
    statement = upsert(dialect.name, clause, values, [column.db_name for column in unique], names)
    return compiler.statement(statement)


def compile_update(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("update", table, assignments, where)``."""
    _, table, assignments, where, *returning = shape
    compiler = begin(dialect)
    source = Source(compiler, table)
    values = {
        source.clause.c[column.db_name]: (
            compiler.of_kind(column.kind) if term is None else source.term(term)
        )
        for column, term in assignments
    }
    statement = sa.update(source.clause).values(values)
    return compiler.statement(_returning(source, _restricted(source, statement, where), returning))


def _returning(source: Source, statement: Any, projection: list[Any]) -> Any:
    """Add the columns that come back of the rows that were written, if any."""
    if not projection:
        return statement
    columns = [source.clause.c[column.db_name] for _, column in projection[0].columns]
    return statement.returning(*columns)


def compile_delete(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("delete", table, where)``."""
    _, table, where, *returning = shape
    source = Source(begin(dialect), table)
    statement = _restricted(source, sa.delete(source.clause), where)
    return source.compiler.statement(_returning(source, statement, returning))


def _restricted(source: Source, statement: Any, where: Shape | None) -> Any:
    """Add WHERE to an UPDATE or DELETE.

    where: a condition, or the SELECT of the keys where joins, an order or a limit take part
    """
    if where is None:
        return statement
    if where[0] in ("select", "query"):
        source.table.refuse_composite("update() or delete() over joins, an order or a limit")
        key = source.clause.c[source.table.key.db_name]
        keys = matching.derived(source.compiler.dialect.name, select_column(source, where))
        return statement.where(key.in_(keys))
    return statement.where(source.condition(where))
