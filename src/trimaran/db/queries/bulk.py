"""Many rows written at once: each its own values, inserts that may meet others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import database
from trimaran.db.queries import writes
from trimaran.db.queries.shapes import statements
from trimaran.db.sql.gate import clean
from trimaran.db.sql.lookups import Lookup, find
from trimaran.db.sql.terms import Choice, Literal, Match
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.db.sql.table import Column, Table

_UPDATED_AT_ONCE = 64


def named_columns(table: Table, names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of these names; raises ``QueryError`` with those that exist."""
    columns = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise table.unknown(name, where=callsite())
        columns.append(column)
    return tuple(columns)


async def update_many(table: Table, rows: Sequence[Any], names: Sequence[str], alias: str) -> int:
    """Write some columns of rows that exist, all or none; return how many were found."""
    table.refuse_composite("bulk_update()")
    columns = named_columns(table, names)
    if not columns or table.key in columns:
        raise QueryError(
            "TRI-QUERY-018",
            f"bulk_update of {table.label} was given {names!r:.80} to write.",
            "Name one field or more, the key not among them.",
            where=callsite(),
        )
    pairs = []
    for row in rows:
        key = getattr(row, table.key.name, UNSET)
        if not isinstance(row, table.model) or key is None or key is UNSET:
            raise QueryError(
                "TRI-QUERY-010",
                f"bulk_update of {table.label} was given {row!r:.60}, which was never saved.",
                "Give rows that were read, or saved before.",
                where=callsite(),
            )
        given = {column.name: getattr(row, column.name) for column in columns}
        pairs.append((key, clean(table, given, columns, adding=False)))
    found = 0
    async with database(alias).atomic():
        start = 0
        for size in writes.chunks(len(pairs), len(columns) * 2, largest=_UPDATED_AT_ONCE):
            found += await _update_chunk(table, pairs[start : start + size], columns, alias)
            start += size
    return found


async def _update_chunk(
    table: Table,
    pairs: Sequence[tuple[Any, Mapping[Column, Any]]],
    columns: Sequence[Column],
    alias: str,
) -> int:
    used = database(alias)
    values: list[Any] = []
    own, among = find(table, table.key.name), find(table, f"{table.key.name}__in")
    assert isinstance(own, Lookup)  # noqa: S101  a column's own name crosses no relation
    assert isinstance(among, Lookup)  # noqa: S101  likewise
    assigned = []
    for column in columns:
        branches = [(Match(own, key), Literal(new[column], column.kind)) for key, new in pairs]
        term = Choice(branches, None, column.kind)
        assigned.append((column, term.shape(values, used.vendor)))
    where = Match(among, [key for key, _ in pairs]).shape(values, used.vendor)
    statement = statements.statement(("update", table, tuple(assigned), where), used)
    return await used.execute(statement.sql, statement.parameters(values))


async def insert_or_meet(
    table: Table,
    rows: Sequence[Mapping[Column, Any]],
    alias: str,
    *,
    unique: tuple[Column, ...],
    update: tuple[Column, ...],
) -> None:
    """Insert rows, all or none; those that exist are left alone, or updated."""
    used = database(alias)
    columns = tuple(rows[0])
    async with used.atomic():
        start = 0
        for size in writes.chunks(len(rows), len(columns)):
            chunk = rows[start : start + size]
            start += size
            shape = ("upsert", table, columns, size, unique, update)
            statement = statements.statement(shape, used)
            values = [
                writes.stored(column, row[column], used.vendor)
                for row in chunk
                for column in columns
            ]
            await used.execute(statement.sql, statement.parameters(values))
