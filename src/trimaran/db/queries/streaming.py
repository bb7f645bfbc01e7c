"""Rows in bounded memory, whatever their order and number."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from trimaran.db.queries.extras import NONE
from trimaran.db.queries.shapes import statements
from trimaran.db.sql.rows import project_rows
from trimaran.db.sql.terms import Ref

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trimaran.db.backends.base import Database

_open: set[str] = set()


def seekable(query: Any) -> bool:
    """Tell whether each batch can begin behind the last row of the one before."""
    projection = query._projection
    plain = (
        query._limit is None
        and not query._offset
        and query._extras is NONE
        and not query._distinct
        and (projection is None or (projection.rows and projection.loaded is None))
        and "order" in query._table.key.kind.lookups
    )
    order = query._ordering()
    # In another order each batch would read, and perhaps sort, everything once more.
    return plain and (
        not order
        or (
            len(order) == 1
            and isinstance(order[0][0], Ref)
            and order[0][0].lookup.plain
            and not order[0][0].lookup.hops
            and order[0][0].lookup.column is query._table.key
            and not isinstance(order[0][1], tuple)
        )
    )


async def by_seeking(query: Any, size: int) -> AsyncIterator[Any]:
    """Yield the rows, a batch for each statement; none holds a connection meanwhile."""
    if not query._ordering():
        query = query.order_by(*query._table.key_names)
    last = None
    while True:
        rows = await (query if last is None else query.after(last)).limit(size)
        for row in rows:
            yield row
        if len(rows) < size:
            return
        last = rows[-1]


async def by_cursor(query: Any, used: Database, size: int) -> AsyncIterator[Any]:
    """Yield what PostgreSQL's own cursor returns; it lives on one connection."""
    projection = query._projection or project_rows(query._table)
    values: list[Any] = []
    statement = statements.statement(query._shape(projection, values, used.vendor), used)
    name = _cursor_name(statement.sql)
    holder: Any = getattr(used, "primary", used)
    # A loop inside a transaction reads in it; else on a connection that the loop has for itself.
    own = None if used.in_transaction() else await holder.take(None)
    run = holder.run if own is None else own.run
    try:
        if own is not None:
            await own.begin()
        declared = f"DECLARE {name} NO SCROLL CURSOR FOR {statement.sql}"
        await run("execute", declared, statement.parameters(values))
        while fetched := await run("fetch", f"FETCH {int(size)} FROM {name}", ()):
            for row in await query._finished(projection, fetched, used):
                yield row
        if own is None:
            await run("execute", f"CLOSE {name}", ())
            _open.discard(name)
    finally:
        if own is not None:
            _open.discard(name)
            try:
                await own.rollback()
            finally:
                holder.give_back(own)


def _cursor_name(sql: str) -> str:
    """Return a name that is the same for the same text, so that FETCH is prepared once."""
    first = name = f"trimaran_{zlib.crc32(sql.encode()):08x}"
    number = 1
    while name in _open:
        number += 1
        name = f"{first}_{number}"
    _open.add(name)
    return name


async def by_keys(query: Any, size: int) -> AsyncIterator[Any]:
    """Yield rows by their keys, of which the list is read first: a few bytes for each."""
    keys = await query._keys_alone()
    name = query._table.key.name
    base = query._unordered()
    for start in range(0, len(keys), size):
        part = keys[start : start + size]
        found = {getattr(row, name): row for row in await base.filter(**{f"{name}__in": part})}
        for key in part:
            if key in found:
                yield found[key]
