"""Statements that write: every value has passed the gate before it comes here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.db.backends.registry import database
from trimaran.db.queries.shapes import statements
from trimaran.db.sql.conditions import resolve_term
from trimaran.db.sql.expressions import Expression
from trimaran.db.sql.gate import clean
from trimaran.db.sql.lookups import Lookup, find
from trimaran.db.sql.terms import Group, Match, joins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.db.backends.base import Database
    from trimaran.db.sql.table import Column, Table
    from trimaran.db.sql.terms import Shape

# One statement inserts at most this many rows and parameters; SQLite allows 32,766 parameters.
_ROWS_AT_ONCE = 256
_PARAMETERS_AT_ONCE = 16_384


def stored(column: Column, value: Any, vendor: str) -> Any:
    """Return the parameter for a value that has passed the gate."""
    return None if value is None else column.kind.storages[vendor].bind(value)


async def insert(table: Table, values: Mapping[Column, Any], alias: str) -> dict[Column, Any]:
    """Insert one row and return what the database gave it: its key as a rule."""
    used = database(alias)
    columns = tuple(values)
    returning = returned(table, values)
    statement = statements.statement(("insert", table, columns, 1, returning), used)
    vendor = used.vendor
    parameters = statement.parameters(
        [stored(column, value, vendor) for column, value in values.items()]
    )
    if not returning:
        await used.execute(statement.sql, parameters)
        return {}
    row = await used.fetch_row(statement.sql, parameters)
    if row is None:
        return {}
    return {
        column: _read(column, value, vendor) for column, value in zip(returning, row, strict=True)
    }


def returned(table: Table, values: Mapping[Column, Any]) -> tuple[Column, ...]:
    """Return the columns whose values only the database knows after an INSERT."""
    if not table.returns:
        return () if table.key in values else (table.key,)
    given = () if table.key in values else (table.key,)
    return (*given, *[column for column in table.returns if column not in values])


def _read(column: Column, value: Any, vendor: str) -> Any:
    read = column.kind.storages[vendor].read
    return value if value is None or read is None else read(value)


async def insert_many(table: Table, rows: Sequence[Mapping[Column, Any]], alias: str) -> list[Any]:
    """Insert rows that fill the same columns, all or none; return their keys."""
    used = database(alias)
    keys: list[Any] = []
    columns = tuple(rows[0])
    async with used.atomic():
        start = 0
        for size in chunks(len(rows), len(columns)):
            keys += await _insert_chunk(table, rows[start : start + size], used)
            start += size
    return keys


def chunks(count: int, width: int, *, largest: int = _ROWS_AT_ONCE) -> list[int]:
    """Return the sizes of statements: powers of two, so that few shapes suffice."""
    while largest * max(width, 1) > _PARAMETERS_AT_ONCE and largest > 1:
        largest //= 2
    sizes = [largest] * (count // largest)
    rest = count % largest
    sizes += [1 << bit for bit in reversed(range(rest.bit_length())) if rest & (1 << bit)]
    return sizes


async def _insert_chunk(
    table: Table, rows: Sequence[Mapping[Column, Any]], used: Database
) -> list[Any]:
    columns = tuple(rows[0])
    given = table.key in columns
    returning = () if given else (table.key,)
    statement = statements.statement(("insert", table, columns, len(rows), returning), used)
    vendor = used.vendor
    parameters = statement.parameters(
        [stored(column, row[column], vendor) for row in rows for column in columns]
    )
    if given:
        await used.execute(statement.sql, parameters)
        return [row[table.key] for row in rows]
    fetched = await used.fetch(statement.sql, parameters)
    # Keys are drawn in the order of VALUES; RETURNING promises no order of its own.
    return sorted(row[0] for row in fetched)


async def update_by_key(table: Table, key: Any, values: Mapping[Column, Any], alias: str) -> int:
    """Write some columns of one row and return whether it exists: 1 or 0."""
    used = database(alias)
    vendor = used.vendor
    parameters = [stored(column, value, vendor) for column, value in values.items()]
    where = key_shape(table, key, parameters, vendor)
    assignments = tuple((column, None) for column in values)
    statement = statements.statement(("update", table, assignments, where), used)
    return await used.execute(statement.sql, statement.parameters(parameters))


async def delete_by_key(table: Table, key: Any, alias: str) -> int:
    """Delete one row and return whether it existed: 1 or 0."""
    used = database(alias)
    parameters: list[Any] = []
    where = key_shape(table, key, parameters, used.vendor)
    statement = statements.statement(("delete", table, where), used)
    return await used.execute(statement.sql, statement.parameters(parameters))


def key_shape(table: Table, key: Any, values: list[Any], vendor: str) -> Shape:
    """Return the shape of the condition that names one row, and append its key."""
    whole = key if len(table.keys) > 1 else (key,)
    matches = []
    for column, value in zip(table.keys, whole, strict=True):
        lookup = find(table, column.name)
        assert isinstance(lookup, Lookup)  # noqa: S101  a column's own name crosses no relation
        matches.append(Match(lookup, value))
    node = matches[0] if len(matches) == 1 else Group("and", matches)
    return node.shape(values, vendor)


def assignments(
    table: Table, given: Mapping[str, Any], values: list[Any], vendor: str
) -> tuple[tuple[Column, Shape | None], ...]:
    """Return the shape of what UPDATE sets, values checked, expressions resolved."""
    plain: dict[str, Any] = {}
    columns: list[Column] = []
    for name, value in given.items():
        column = table.column(name)
        if column is None:
            raise table.unknown(name)
        columns.append(column)
        if not isinstance(value, Expression):
            plain[column.name] = key_of(column, value)
    cleaned = clean(
        table, plain, [column for column in columns if column.name in plain], adding=False
    )
    made: list[tuple[Column, Shape | None]] = []
    for column, value in zip(columns, given.values(), strict=True):
        if column in cleaned:
            values.append(stored(column, cleaned[column], vendor))
            made.append((column, None))
        else:
            term = resolve_term(table.scope, value, column.kind)
            if joins(term):
                raise table.unknown(str(value))
            made.append((column, term.shape(values, vendor)))
    return tuple(made)


def key_of(column: Column, value: Any) -> Any:
    """Return the key of a row that was given for a foreign key."""
    if column.relation is None:
        return value
    table = getattr(type(value), "__table_info__", None)
    return value if table is None else getattr(value, table.key.name)
