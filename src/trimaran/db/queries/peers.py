"""Rows that were fetched together, and the loading of what they point to.

Each row of a query knows its peers, weakly. The first ``await row.relation`` loads the related rows
of all of them with one statement; the others then find theirs at hand.
"""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from trimaran.db.backends.registry import UNROUTED, database
from trimaran.db.queries.shapes import statements
from trimaran.db.queries.strictness import check_lazy
from trimaran.db.sql.lookups import Lookup, find
from trimaran.db.sql.rows import project_pairs, project_rows
from trimaran.db.sql.table import Many
from trimaran.db.sql.terms import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimaran.db.sql.table import Relation, Table


class RowState:
    """What a row remembers beside its columns; never serialised, copied or pickled.

    _batch:   the rows fetched with it
    _extra:   what the query annotated, by alias
    _related: related rows by relation name, lists of them by related name
    """

    __slots__ = ("_batch", "_extra", "_related")

    _batch: Batch
    _extra: dict[str, Any]
    _related: dict[str, Any]


class Batch:
    """Rows fetched together.

    loading: futures of the relations that are being loaded, by name
    """

    __slots__ = ("alias", "loading", "refs")

    def __init__(self, rows: Iterable[Any], alias: str) -> None:
        self.refs = list(map(weakref.ref, rows))
        self.alias = alias
        self.loading: dict[str, asyncio.Future[bool]] = {}

    def rows(self) -> list[Any]:
        """Return the rows that are still in use."""
        return [row for ref in self.refs if (row := ref()) is not None]


def join_batch(table: Table, rows: Sequence[Any], alias: str, *, always: bool = False) -> None:
    """Make rows of one query each other's peers."""
    if rows and (always or alias != "default" or table.relations or table.many or table.reverse):
        batch = Batch(rows, alias)
        for row in rows:
            row._batch = batch


def alias_of(row: Any) -> str:
    """Return the alias of the database that a row was read from."""
    batch = getattr(row, "_batch", None)
    return UNROUTED if batch is None else batch.alias


def related_of(row: Any) -> dict[str, Any]:
    """Return what the row remembers of its relations, to read and to write."""
    try:
        found: dict[str, Any] = row._related
    except AttributeError:
        found = row._related = {}
    return found


def has_key(row: Any, name: str) -> bool:
    """Tell whether a foreign key's column holds a key."""
    key = getattr(row, name)
    return key is not None and key is not UNSET


def loaded(row: Any, relation: Relation) -> Any:
    """Return the row that a foreign key points to if it is at hand, else None."""
    try:
        found = row._related.get(relation.name)
    except AttributeError:
        return None
    if found is None:
        return None
    key = getattr(found, relation.target.key.name)
    # The key may have been assigned since: then what is remembered is another row.
    return found if key == getattr(row, relation.column.name) or key is None else None


async def load(row: Any, relation: Relation | Many, *, reverse: bool = False) -> None:
    """Load a relation of a row and of all its peers, with one statement."""
    name = relation.related_name if reverse else relation.name
    check_lazy(row.__table_info__.label, name)
    batch = getattr(row, "_batch", None)
    if batch is None:
        await load_all([row], relation, "default", reverse=reverse)
        return
    if database(batch.alias).in_transaction():
        # Another task's statement may have to wait for this very transaction to end.
        await load_all(batch.rows(), relation, batch.alias, reverse=reverse)
        return
    name = relation.related_name if reverse else relation.name
    while (pending := batch.loading.get(name)) is not None:
        if await asyncio.shield(pending):
            return
    await _load_for_all(batch, name, relation, reverse=reverse)


async def _load_for_all(
    batch: Batch, name: str, relation: Relation | Many, *, reverse: bool
) -> None:
    """Load for the whole batch while tasks that ask for the same wait."""
    pending: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    batch.loading[name] = pending
    try:
        await load_all(batch.rows(), relation, batch.alias, reverse=reverse)
    except Exception as fault:
        pending.set_exception(fault)
        pending.exception()  # seen: nobody may be waiting
        raise
    except BaseException:
        pending.set_result(False)  # cancelled: the next one that waits does it
        raise
    else:
        pending.set_result(True)
    finally:
        del batch.loading[name]


async def load_all(
    rows: Sequence[Any], relation: Relation | Many, alias: str, *, reverse: bool = False
) -> None:
    """Load a relation of these rows, those that have it already left out."""
    if isinstance(relation, Many):
        await _load_many(rows, relation, alias)
    elif reverse:
        await _load_reverse(rows, relation, alias)
    else:
        await _load_forward(rows, relation, alias)


async def _load_forward(rows: Sequence[Any], relation: Relation, alias: str) -> None:
    name = relation.column.name
    needed = [row for row in rows if has_key(row, name) and loaded(row, relation) is None]
    keys = {getattr(row, name) for row in needed}
    target = relation.target
    found = await select_in(target, find(target, f"{target.key.name}__in"), keys, alias)
    by_key = {getattr(row, target.key.name): row for row in found}
    for row in needed:
        related_of(row)[relation.name] = by_key.get(getattr(row, name))


async def _load_reverse(rows: Sequence[Any], relation: Relation, alias: str) -> None:
    name, key = relation.related_name, relation.target.key.name
    needed = {getattr(row, key): row for row in rows if name not in related_of(row)}
    source = relation.source
    lookup = find(source, f"{relation.column.name}__in")
    found = await select_in(source, lookup, needed.keys(), alias)
    groups: dict[Any, list[Any]] = {value: [] for value in needed}
    for child in found:
        value = getattr(child, relation.column.name)
        groups[value].append(child)
        related_of(child)[relation.name] = needed[value]
    for row in rows:
        if name not in related_of(row):
            members = groups[getattr(row, key)]
            row._related[name] = (members[0] if members else None) if relation.one else members


async def _load_many(rows: Sequence[Any], many: Many, alias: str) -> None:
    name, key = many.name, many.source.key.name
    needed = {getattr(row, key) for row in rows if name not in related_of(row)}
    groups: dict[Any, list[Any]] = {value: [] for value in needed}
    for owner, member in await select_pairs(many, needed, alias):
        members = groups[owner]
        if not any(member is other for other in members[-1:]):
            members.append(member)
    for row in rows:
        if name not in related_of(row):
            row._related[name] = list(groups[getattr(row, key)])


async def select_pairs(many: Many, keys: Iterable[Any], alias: str) -> list[tuple[Any, Any]]:
    """Return keys of this end, each with a row of the other, in its model's order.

    A row that belongs to several keys is one object.
    """
    wanted = list(keys)
    if not wanted:
        return []
    used = database(alias)
    values: list[Any] = []
    lookup = find(many.through, f"{many.near.column.name}__in")
    assert isinstance(lookup, Lookup)  # noqa: S101  a column's own "in" crosses no relation
    where = Match(lookup, wanted).shape(values, used.vendor)
    projection = project_pairs(many)
    order = []
    for text in (*many.target.ordering, *many.target.key_names):
        column = many.target.column(text.removeprefix("-"))
        if column is not None:
            order.append((("column", (many.far,), column), text.startswith("-")))
    shape = ("select", projection, where, tuple(order), False, False, False)
    statement = statements.statement(shape, used)
    fetched = await used.fetch(statement.sql, statement.parameters(values))
    pairs: list[tuple[Any, Any]] = projection.decoder(used.vendor)(fetched)
    join_batch(many.target, list({id(row): row for _, row in pairs}.values()), alias)
    return pairs


async def select_in(table: Table, lookup: Any, keys: Iterable[Any], alias: str) -> list[Any]:
    """Return a table's rows whose column is one of the keys, ordered by their key."""
    wanted = list(keys)
    if not wanted:
        return []
    assert isinstance(lookup, Lookup)  # noqa: S101  a column's own "in" crosses no relation
    used = database(alias)
    values: list[Any] = []
    where = Match(lookup, wanted).shape(values, used.vendor)
    projection = project_rows(table)
    order = ((("column", (), table.key), False),)
    shape = ("select", projection, where, order, False, False, False)
    statement = statements.statement(shape, used)
    fetched = await used.fetch(statement.sql, statement.parameters(values))
    rows: list[Any] = projection.decoder(used.vendor)(fetched)
    join_batch(table, rows, alias)
    return rows
