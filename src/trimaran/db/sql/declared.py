"""Conditions and expressions of a declaration as SQL text. Import it lazily.

Constraints, indexes, generated columns and defaults stand in migration files, so their text holds
its values and is the same for every database, as far as that is possible.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from trimaran.db.sql.conditions import resolve, resolve_term
from trimaran.db.sql.functions.dates import Now
from trimaran.db.sql.source import Source
from trimaran.db.sql.statement import Compiler
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Column, Table

_VENDOR = "sqlite"  # its forms of plain conditions and functions are those that all others know


class _Dialect(DefaultDialect):
    name = _VENDOR


class _Literals(Compiler):
    """Writes each value into the text, in the order of the shape."""

    def __init__(self, values: list[Any]) -> None:
        super().__init__(_Dialect(), _refuse_subquery)
        self.values = iter(values)

    def parameter(self, type_: Any) -> Any:
        """Return the next value as text."""
        return sa.literal_column(literal(next(self.values)), type_)


class _Alone(Source):
    """A table whose columns are named without it."""

    def column(self, hops: Any, column: Column) -> Any:
        """Return the bare column; raises ``QueryError`` for one of another table."""
        if hops:
            raise QueryError(
                "TRI-QUERY-012",
                f"{self.table.label}: a declaration names a field of another table.",
                "Constraints, indexes and generated columns know their own row alone.",
                where=self.table.where,
            )
        return sa.column(column.db_name, self.clause.c[column.db_name].type)

    def _operation(self, op: str, column: Any, kind: Kind) -> Any:
        if op == "in":
            text = next(self.compiler.values)  # type: ignore[attr-defined]  # it is _Literals
            listed = msgspec.json.decode(text)
            return column.in_([sa.literal_column(literal(value)) for value in listed])
        return super()._operation(op, column, kind)


def _refuse_subquery(source: Source, shape: Any) -> Any:
    raise QueryError(
        "TRI-QUERY-012",
        f"{source.table.label}: a declaration holds a query.",
        "Constraints, indexes and generated columns know their own row alone.",
        where=source.table.where,
    )


def literal(value: Any) -> str:
    """Return a value as SQL text that every database reads alike."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, datetime):
        text = value.isoformat(" ", "microseconds")
    elif isinstance(value, (date, time)):
        text = value.isoformat()
    elif isinstance(value, timedelta):
        text = f"{value.days} days {value.seconds}.{value.microseconds:06d} seconds"
    elif isinstance(value, UUID):
        text = str(value)
    else:
        text = str(value)
    return "'" + text.replace("'", "''") + "'"


def condition_text(table: Table, condition: Any) -> str:
    """Return a condition (a ``Q``, a comparison of columns, or SQL text) as SQL text."""
    if isinstance(condition, str):
        return condition
    node = resolve(table.scope, condition)
    values: list[Any] = []
    shape = node.shape(_listing(values), _VENDOR)
    return _text(_Alone(_Literals(values), table).condition(shape))


def expression_text(table: Table, expression: Any) -> str:
    """Return an expression, or SQL text, as SQL text."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Now):
        return "CURRENT_TIMESTAMP"
    term = resolve_term(table.scope, expression)
    values: list[Any] = []
    return _text(_Alone(_Literals(values), table).term(term.shape(_listing(values), _VENDOR)))


def _listing(values: list[Any]) -> list[Any]:
    return values


def _text(clause: Any) -> str:
    return str(clause.compile(dialect=_Dialect(), compile_kwargs={"include_table": False}))
