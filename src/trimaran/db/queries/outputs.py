"""Queries as answers: what a route declares says which relations are fetched."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from trimaran.db.sql.lookups import MAX_HOPS
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from trimaran.db.sql.table import Table

_LISTS = (list, Sequence, tuple)


class Output(NamedTuple):
    """How rows become a declared type.

    joins, prefetches: the relations to fetch, for ``select_related`` and ``prefetch_related``
    build:             makes the declared type of a row
    """

    joins: tuple[str, ...]
    prefetches: tuple[str, ...]
    build: Callable[[Any], Any]


def element_of(declared: Any) -> Any:
    """Return what a declared list holds; None where no list was declared."""
    if get_origin(declared) in _LISTS:
        return get_args(declared)[0]
    return None


def _struct_of(python: Any) -> Any:
    """Return the Struct that a field holds, which may be None; else None."""
    if get_origin(python) in (Union, types.UnionType):
        inner = [part for part in get_args(python) if part is not type(None)]
        python = inner[0] if len(inner) == 1 else None
    return python if isinstance(python, type) and issubclass(python, msgspec.Struct) else None


@lru_cache(maxsize=500)
def output_of(model: Any, struct: Any) -> Output | None:
    """Return how a model's rows become a Struct; None where they are sent as they are."""
    if _struct_of(struct) is not struct or struct is model or hasattr(struct, "__table_info__"):
        return None
    joins: list[str] = []
    prefetches: list[str] = []
    made = _Plan(joins, prefetches).build(model.__table_info__, struct, "", 0, deep=False)
    return Output(tuple(joins), tuple(prefetches), made)


class _Plan:
    """The relations that an output needs, and the functions that make it."""

    def __init__(self, joins: list[str], prefetches: list[str]) -> None:
        self.joins = joins
        self.prefetches = prefetches

    def build(
        self, table: Table, struct: Any, prefix: str, depth: int, *, deep: bool
    ) -> Callable[[Any], Any]:
        """Return what makes a Struct of a row.

        deep: several rows may stand here for one, so that nothing more can be joined
        """
        if depth > MAX_HOPS:
            raise QueryError(
                "TRI-QUERY-004",
                f"The answer {struct.__name__} follows more than {MAX_HOPS} relations.",
                "Declare a type that does not hold itself.",
            )
        getters: list[Callable[[Any], Any]] = []
        names: list[str] = []
        for field in msgspec.structs.fields(struct):
            getter = self._related(table, field, prefix, depth, deep=deep)
            if getter is None:
                if not field.required and not hasattr(table.model, field.name):
                    continue
                getter = _attribute(field.name)
            names.append(field.name)
            getters.append(getter)
        pairs = tuple(zip(names, getters, strict=True))
        return lambda row: struct(**{name: getter(row) for name, getter in pairs})

    def _related(
        self, table: Table, field: Any, prefix: str, depth: int, *, deep: bool
    ) -> Callable[[Any], Any] | None:
        name, path = field.name, f"{prefix}{field.name}"
        inner = _struct_of(field.type)
        relation = table.relations.get(name)
        if relation is not None and inner is not None:
            (self.prefetches if deep else self.joins).append(path)
            build = self.build(relation.target, inner, f"{path}__", depth + 1, deep=deep)
            return _single(name, build)
        inner = _struct_of(element_of(field.type))
        target = table.many[name].target if name in table.many else None
        if target is None and name in table.reverse:
            target = table.reverse[name].source
        if target is None or inner is None:
            return None
        self.prefetches.append(path)
        build = self.build(target, inner, f"{path}__", depth + 1, deep=True)
        return _several(name, build)


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _single(name: str, build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def get(row: Any) -> Any:
        found = row._related.get(name) if hasattr(row, "_related") else None
        return None if found is None else build(found)

    return get


def _several(name: str, build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda row: [build(found) for found in row._related.get(name, ())]
