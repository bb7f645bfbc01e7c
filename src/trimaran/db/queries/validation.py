"""``full_clean``: what can be known to be wrong of a row before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from trimaran.db.queries import saving
from trimaran.db.queries.peers import alias_of
from trimaran.db.queries.queryset import QuerySet
from trimaran.db.sql.constraints import UniqueConstraint
from trimaran.db.sql.gate import clean
from trimaran.errors import ModelValidationError

if TYPE_CHECKING:
    from collections.abc import Collection

    from trimaran.db.sql.table import Table


async def full_clean(row: Any, exclude: Collection[str], *, unique: bool) -> None:
    """Check a row's values, its ``clean()`` and what must be unique, all at once."""
    table: Table = type(row).__table_info__
    key = table.key_of(row)
    adding = key is None or key is UNSET
    faults: list[Any] = []
    for column in table.columns.values():
        if column.name in exclude or (column is table.key and adding):
            continue
        values = {column.name: getattr(row, column.name)}
        try:
            for found, value in clean(table, values, [column], adding=adding).items():
                setattr(row, found.name, value)
        except ModelValidationError as error:
            faults += error.errors
    if table.cleans:
        try:
            await saving.run_clean(row, table)
        except ModelValidationError as error:
            faults += error.errors
    wrong = {str(fault["loc"][0]) for fault in faults if fault["loc"]}
    for names in _unique_sets(table) if unique else ():
        if not wrong.union(exclude).intersection(names) and await _taken(row, table, names):
            loc = [names[0]] if len(names) == 1 else []
            text = f"{table.label} with this {' and '.join(names)} already exists"
            faults.append({"type": "unique", "loc": loc, "msg": text, "ctx": {"fields": names}})
    if faults:
        raise ModelValidationError(faults, model=table.label)


def _unique_sets(table: Table) -> list[list[str]]:
    own = [[column.name] for column in table.columns.values() if column.unique]
    sets = [
        [column.name for part in constraint.fields if (column := table.column(str(part)))]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
        and constraint.condition is None
        and all(isinstance(name, str) for name in constraint.fields)
    ]
    return own + sets


async def _taken(row: Any, table: Table, names: list[str]) -> bool:
    values = {name: getattr(row, name) for name in names}
    if any(value is None or value is UNSET for value in values.values()):
        return False
    query: QuerySet[Any] = QuerySet(table).using(alias_of(row)).filter(**values)
    if table.key_of(row) not in (None, UNSET):
        query = query.exclude(**{column.name: getattr(row, column.name) for column in table.keys})
    return await query.exists()
