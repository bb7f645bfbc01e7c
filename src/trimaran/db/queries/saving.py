"""A row through the gate and into the database, and back."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import UNROUTED, database, routed, routers
from trimaran.db.queries import writes
from trimaran.db.queries.deferred import Unread
from trimaran.db.queries.peers import Batch, alias_of, has_key
from trimaran.db.queries.shapes import statements
from trimaran.db.queries.signals import everywhere, post_delete, post_save, pre_delete, pre_save
from trimaran.db.sql.gate import clean
from trimaran.db.sql.rows import project_rows
from trimaran.db.sql.validation import refused, violation
from trimaran.errors import IntegrityError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trimaran.db.sql.table import Column, Table


def _values(row: Any, table: Table) -> dict[str, Any]:
    """Return the row's values by column name, with the keys of relations saved since."""
    remembered: dict[str, Any] = getattr(row, "_related", {})
    for name, relation in table.relations.items():
        other = remembered.get(name)
        if other is not None and not has_key(row, relation.column.name):
            setattr(row, relation.column.name, getattr(other, relation.target.key.name))
    values = {name: getattr(row, name) for name in table.columns}
    if hasattr(type(row), "__variant__"):
        # What only() and defer() left out is not known, so that it is not written.
        values = {name: value for name, value in values.items() if not isinstance(value, Unread)}
    return values


def _settle(row: Any, cleaned: Mapping[Column, Any]) -> None:
    for column, value in cleaned.items():
        setattr(row, column.name, value)


def _sink(row: Any) -> str:
    """Return the alias of the database to write a row to: a router's, else where it is from."""
    if routers:
        found = routed(UNROUTED, type(row), write=True, instance=row)
        if found is not UNROUTED:
            return found
    return alias_of(row)


def _remember(row: Any, alias: str) -> None:
    if alias != "default":
        row._batch = Batch([row], alias)


async def add(row: Any, alias: str) -> None:
    """Insert a row and give it its key."""
    table: Table = type(row).__table_info__
    if table.cleans or table.receivers or everywhere:
        await _before(row, table, table.columns.values(), alias, created=True)
        await _insert(row, table, alias)
        await post_save.send(table, instance=row, created=True, using=alias, update_fields=None)
    else:
        await _insert(row, table, alias)


async def _insert(row: Any, table: Table, alias: str) -> None:
    cleaned = clean(table, _values(row, table), table.columns.values(), adding=True)
    try:
        cleaned |= await writes.insert(table, cleaned, alias)
    except IntegrityError as error:
        raise violation(table, error) from error
    _settle(row, cleaned)
    _remember(row, alias)


async def _before(
    row: Any,
    table: Table,
    columns: Iterable[Column],
    alias: str,
    *,
    created: bool,
    names: Sequence[str] | None = None,
) -> None:
    """Let the model's ``clean()`` and the receivers of ``pre_save`` see the row."""
    if table.cleans:
        _settle(row, clean(table, _values(row, table), columns, adding=created))
        await run_clean(row, table)
    await pre_save.send(table, instance=row, created=created, using=alias, update_fields=names)


async def run_clean(row: Any, table: Table) -> None:
    """Call a row's own ``clean()``, async or not; raises ``ModelValidationError``."""
    try:
        made = row.clean()
        if isawaitable(made):
            await made
    except ValueError as error:
        raise refused(table, error) from error


def grouped(
    table: Table, rows: Sequence[Any]
) -> dict[tuple[Column, ...], list[tuple[Any, dict[Column, Any]]]]:
    """Return rows with checked values, by the columns that they fill."""
    groups: dict[tuple[Column, ...], list[tuple[Any, dict[Column, Any]]]] = {}
    for row in rows:
        if not isinstance(row, table.model):
            raise QueryError(
                "TRI-QUERY-018",
                f"bulk_create of {table.label} was given a {type(row).__name__}.",
                f"Give instances: [{table.label}(...), ...].",
                where=callsite(),
            )
        cleaned = clean(table, _values(row, table), table.columns.values(), adding=True)
        groups.setdefault(tuple(cleaned), []).append((row, cleaned))
    return groups


async def add_many(table: Table, rows: Sequence[Any], alias: str) -> None:
    """Insert rows, all or none; with their own key or without, each kind together."""
    groups = grouped(table, rows)
    if table.cleans:
        for row, cleaned in [pair for group in groups.values() for pair in group]:
            _settle(row, cleaned)
            await run_clean(row, table)
        groups = grouped(table, rows)
    async with database(alias).atomic():
        for group in groups.values():
            try:
                keys = await writes.insert_many(table, [cleaned for _, cleaned in group], alias)
            except IntegrityError as error:
                raise violation(table, error) from error
            for (row, cleaned), key in zip(group, keys, strict=True):
                _settle(row, cleaned)
                if len(table.keys) == 1:
                    setattr(row, table.key.name, key)
                _remember(row, alias)


async def save(row: Any, names: Iterable[str] | None, alias: str | None) -> None:
    """Write a row: update it where the database knows its key, else insert it."""
    table: Table = type(row).__table_info__
    alias = alias or _sink(row)
    values = _values(row, table)
    key = table.key_of(row)
    if key is None or key is UNSET:
        if names is not None:
            raise _never_saved(table, "save(update_fields=...)")
        await add(row, alias)
        return
    names = None if names is None else list(names)
    columns = [column for column in _columns(table, names) if column.name in values]
    hooked = table.cleans or table.receivers or everywhere
    if hooked:
        await _before(row, table, columns, alias, created=False, names=names)
        values = _values(row, table)
    cleaned = clean(table, values, columns, adding=False)
    touched = await _update(table, key, cleaned, alias) if cleaned else 1
    if touched:
        _settle(row, cleaned)
    elif names is not None:
        raise _gone(table)
    else:
        await _insert(row, table, alias)
    if hooked:
        created = not touched
        told = {"instance": row, "created": created, "using": alias, "update_fields": names}
        await post_save.send(table, **told)


async def _update(table: Table, key: Any, cleaned: dict[Column, Any], alias: str) -> int:
    try:
        return await writes.update_by_key(table, key, cleaned, alias)
    except IntegrityError as error:
        raise violation(table, error) from error


def _columns(table: Table, names: Iterable[str] | None) -> list[Column]:
    if names is None:
        return [column for column in table.columns.values() if column not in table.keys]
    columns: list[Column] = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise table.unknown(name, where=callsite())
        columns.append(column)
    columns += [
        column for column in table.columns.values() if column.auto_now and column not in columns
    ]
    return columns


async def change(row: Any, fields: Mapping[str, Any]) -> None:
    """Write some fields of a row, which stays as it was if one of them is refused."""
    table: Table = type(row).__table_info__
    key = table.key_of(row)
    if key is None or key is UNSET:
        raise _never_saved(table, "update()")
    given: dict[str, Any] = {}
    for name, value in fields.items():
        column = table.column(name)
        if column is None:
            raise table.unknown(name, where=callsite())
        given[column.name] = writes.key_of(column, value)
    if not given:
        return
    cleaned = clean(table, given, _columns(table, given), adding=False)
    alias = _sink(row)
    if table.cleans or table.receivers or everywhere:
        await _change_seen(row, table, cleaned, alias)
    else:
        if not await _update(table, key, cleaned, alias):
            raise _gone(table)
        _settle(row, cleaned)
    for name, value in fields.items():
        if name in table.relations:
            setattr(row, name, value)


async def _change_seen(row: Any, table: Table, cleaned: dict[Column, Any], alias: str) -> None:
    """Write columns of a row that ``clean()`` or receivers see before; else it stays as it was."""
    before = {column: getattr(row, column.name) for column in cleaned}
    names = [column.name for column in cleaned]
    _settle(row, cleaned)
    try:
        await _before(row, table, list(cleaned), alias, created=False, names=names)
        cleaned = clean(table, _values(row, table), list(cleaned), adding=False)
        if not await _update(table, table.key_of(row), cleaned, alias):
            raise _gone(table)
    except BaseException:
        _settle(row, before)
        raise
    _settle(row, cleaned)
    told = {"instance": row, "created": False, "using": alias, "update_fields": names}
    await post_save.send(table, **told)


async def remove(row: Any) -> bool:
    """Delete a row and return whether it was still there."""
    table: Table = type(row).__table_info__
    key = table.key_of(row)
    if key is None or key is UNSET:
        raise _never_saved(table, "delete()")
    alias = _sink(row)
    if not (table.receivers or everywhere):
        return await writes.delete_by_key(table, key, alias) > 0
    await pre_delete.send(table, instance=row, using=alias)
    found = await writes.delete_by_key(table, key, alias) > 0
    await post_delete.send(table, instance=row, using=alias)
    return found


async def refresh(row: Any) -> None:
    """Read a row's columns again and forget its relations."""
    table: Table = type(row).__table_info__
    key = table.key_of(row)
    if key is None or key is UNSET:
        raise _never_saved(table, "refresh()")
    used = database(alias_of(row))
    values: list[Any] = []
    where = writes.key_shape(table, key, values, used.vendor)
    projection = project_rows(table)
    statement = statements.statement(("select", projection, where, (), False, False, False), used)
    fetched = await used.fetch(statement.sql, statement.parameters(values))
    if not fetched:
        raise _gone(table)
    fresh = projection.decoder(used.vendor)(fetched)[0]
    for name in table.columns:
        setattr(row, name, getattr(fresh, name))
    row._related = {}


def _never_saved(table: Table, done: str) -> QueryError:
    return QueryError(
        "TRI-QUERY-010",
        f"{done} was called on a {table.label} that was never saved.",
        "Call save() or objects.create() first.",
        where=callsite(),
    )


def _gone(table: Table) -> Exception:
    fault: Exception = table.model.DoesNotExist(
        "TRI-MODEL-002",
        f"The {table.label} is no longer in the database.",
        "Another request may have deleted it: catch DoesNotExist where that can happen.",
        where=callsite(),
    )
    return fault
