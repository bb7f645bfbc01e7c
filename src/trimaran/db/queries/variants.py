"""Classes of rows that hold more than their columns, or fewer.

They are ones of their own because a class with ``__getattr__``, or with properties in place of
columns, reads its attributes more slowly.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from trimaran.db.queries.deferred import Unread

if TYPE_CHECKING:
    from trimaran.db.sql.table import Column, Table


@lru_cache(maxsize=1_000)
def build_variant(model: Any, annotated: bool, unread: tuple[str, ...]) -> Any:
    """Return what builds rows that can be annotated, or lack the columns named."""
    return msgspec.StructMeta.__call__.__get__(variant_of(model, annotated, unread))


@lru_cache(maxsize=1_000)
def variant_of(model: Any, annotated: bool, unread: tuple[str, ...]) -> Any:
    """Return the class of rows that can be annotated, or lack the columns named."""
    if not annotated and not unread:
        return model
    table: Table = model.__table_info__
    namespace: dict[str, Any] = {
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
        "__doc__": model.__doc__,
        "__annotations__": {},
        "__reduce__": _reduce_unread if unread else _reduce_annotated,
    }
    if annotated:
        namespace["__getattr__"] = _read_annotation
    for name in unread:
        namespace[name] = _UnreadColumn(table.columns[name], getattr_static(model, name))
    made: Any = msgspec.StructMeta.__new__(
        type(model), model.__name__, (model,), namespace, eq=False, weakref=True
    )
    made.__variant__ = (model, annotated, unread)
    return made


def make_annotated(row: Any) -> None:
    """Let a row be annotated, whatever class it has."""
    plain: tuple[Any, bool, tuple[str, ...]] = (type(row), False, ())
    model, annotated, unread = getattr(type(row), "__variant__", plain)
    if not annotated:
        row.__class__ = variant_of(model, True, unread)
        row._extra = {}


class _UnreadColumn:
    """In place of a column that a query left out: its value once it has one."""

    __slots__ = ("column", "slot")

    def __init__(self, column: Column, slot: Any) -> None:
        self.column = column
        self.slot = slot

    def __get__(self, row: Any, cls: Any) -> Any:
        if row is None:
            return self
        value = self.slot.__get__(row)
        return Unread(row, self.column) if value is UNSET else value

    def __set__(self, row: Any, value: Any) -> None:
        self.slot.__set__(row, value)


def _read_annotation(row: Any, name: str) -> Any:
    if not name.startswith("_"):
        with suppress(AttributeError, KeyError):
            return row._extra[name]
    message = f"{type(row).__name__!r} object has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=row)


def _reduce_annotated(row: Any) -> tuple[Any, ...]:
    """Let a copy be a plain row: what a query annotated stays behind, as relations do."""
    table: Table = row.__table_info__
    return table.model, tuple([getattr(row, name) for name in table.columns])


def _reduce_unread(row: Any) -> tuple[Any, ...]:
    """Let a copy lack the same columns, but for those that were read since."""
    table: Table = row.__table_info__
    values = {
        name: value for name in table.columns if not isinstance(value := getattr(row, name), Unread)
    }
    return _built_again, (table.model, values)


def _built_again(model: Any, values: dict[str, Any]) -> Any:
    names = model.__table_info__.columns
    unread = tuple([name for name in names if name not in values])
    return build_variant(model, False, unread)(*[values.get(name, UNSET) for name in names])
