"""What a model's class is given beside its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran._internal.callsite import callsite
from trimaran.db.models.fields import ForeignKey, OneToOne
from trimaran.db.queries.manyrows import many_not_assignable
from trimaran.db.queries.queryset import UNBOUND, Manager, QuerySet
from trimaran.db.queries.variants import build_variant
from trimaran.db.sql.expressions import Col
from trimaran.errors import MultipleObjectsError, ObjectDoesNotExistError

if TYPE_CHECKING:
    from trimaran.db.sql.table import Table


class ColumnAccess:
    """``Book.price`` on the class: the column as an expression, not on instances."""

    __slots__ = ("column",)

    def __init__(self, column: Col[Any]) -> None:
        self.column = column

    def __get__(self, cls: Any, metaclass: Any) -> Col[Any]:
        return self.column

    def __set__(self, cls: Any, value: Any) -> None:
        message = f"{self.column!r} is a column and cannot be assigned on the class"
        raise AttributeError(message)


class ColumnNamespace:
    """``Book.c``: every column as an expression, typed as one."""

    __slots__ = ("_table",)

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Col[Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._table.column(name) is None:
            raise self._table.unknown(name, where=callsite())
        return Col(self._table, name)

    def __dir__(self) -> list[str]:
        return self._table.names()


def equip(cls: Any, table: Table) -> None:
    """Give the class its manager, errors and a metaclass that knows its columns."""
    table.model = cls
    table.cleans = hasattr(cls, "clean")
    table.build = msgspec.StructMeta.__call__.__get__(cls)
    cls.__table_info__ = table
    cls.__derived__ = {}
    _set_managers(cls, table)
    cls.c = ColumnNamespace(table)
    cls.DoesNotExist = type(
        "DoesNotExist",
        (ObjectDoesNotExistError,),
        {
            "__module__": cls.__module__,
            "__qualname__": f"{cls.__qualname__}.DoesNotExist",
            "__doc__": f"No such {table.label}.",
        },
    )
    cls.MultipleObjectsReturned = type(
        "MultipleObjectsReturned",
        (MultipleObjectsError,),
        {
            "__module__": cls.__module__,
            "__qualname__": f"{cls.__qualname__}.MultipleObjectsReturned",
            "__doc__": f"Several {table.label} rows where one was asked for.",
        },
    )
    for name, relation in table.relations.items():
        access: Any = OneToOne if relation.one else ForeignKey
        setattr(cls, name, access(relation))
    members: dict[str, Any] = {name: ColumnAccess(Col(table, name)) for name in table.columns}
    members["__call__"] = _construct
    members["__doc__"] = f"The metaclass of {table.label}, which holds its columns."
    cls.__class__ = type(f"{table.label}Meta", (type(cls),), members)
    table.build_variant = lambda annotated, unread: build_variant(table.model, annotated, unread)


class _LazyManager:
    """A manager whose ``get_queryset`` is asked when it is first used: models may come later."""

    __slots__ = ("made", "manager")

    def __init__(self, manager: Any) -> None:
        self.manager = manager
        self.made: Any = None

    def __get__(self, row: Any, model: Any) -> Any:
        if self.made is None:
            self.made = self.manager.get_queryset()
        return self.made


def _set_managers(cls: Any, table: Table) -> None:
    """Give the class managers of its own: those that it and its bases declare, and ``objects``."""
    declared: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, QuerySet) and value._table is UNBOUND:
                declared[name] = value
            elif name in declared and name != "objects":
                del declared[name]
    declared.setdefault("objects", Manager())
    for name, value in declared.items():
        bound = value._clone()
        bound._table = table
        own = getattr(type(value), "get_queryset", Manager.get_queryset)
        setattr(cls, name, bound if own is Manager.get_queryset else _LazyManager(bound))


def _construct(cls: Any, *args: Any, **values: Any) -> Any:
    """Make a row of keywords: columns, or rows for relations."""
    table: Table = cls.__table_info__
    related = {name: values.pop(name) for name in table.relations if name in values}
    try:
        row = table.build(*args, **values)
    except TypeError:
        for name in values:
            if name in table.many:
                raise many_not_assignable(table.many[name]) from None
            if name not in table.columns:
                raise table.unknown(name, where=callsite()) from None
        raise
    for name, value in related.items():
        setattr(row, name, value)
    return row
