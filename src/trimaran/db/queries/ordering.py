"""Orderings, and the ways over relations that related rows are fetched by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran._internal.callsite import callsite
from trimaran.db.sql.conditions import keywords, ordering_term
from trimaran.db.sql.lookups import MAX_HOPS
from trimaran.db.sql.table import Back
from trimaran.db.sql.terms import Group, Ref
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.sql.expressions import Expression, Ordering
    from trimaran.db.sql.rows import Hops
    from trimaran.db.sql.table import Many, Relation, Scope, Table
    from trimaran.db.sql.terms import Node, Term

Way: TypeAlias = "bool | tuple[bool, str]"
"""Descending, or that and where NULLs go: ``first`` or ``last``."""
Order: TypeAlias = "tuple[tuple[Term, Way], ...]"


def orderings(scope: Scope, fields: Sequence[str | Ordering | Expression[Any]]) -> Order:
    """Return what to order by: the terms, and which way each."""
    return tuple([ordering_term(scope, field) for field in fields])


def flipped(order: Order) -> Order:
    """Return the opposite order."""
    return tuple([(term, _opposite(way)) for term, way in order])


def _opposite(way: Way) -> Way:
    if isinstance(way, tuple):
        return (not way[0], "last" if way[1] == "first" else "first")
    return not way


def seek(table: Table, order: Order, row: Any) -> tuple[Order, Node]:
    """Return the order made total by the key, and what comes after a row.

    row: a row, or a mapping with the values of the fields that are ordered by
    """
    named = {term.lookup.column for term, _ in order if isinstance(term, Ref)}
    if not named.issuperset(table.keys):
        order = (*order, *orderings(table.scope, table.key_names))
    equal: list[Node] = []
    ways: list[Node] = []
    for term, descending in order:
        if (
            not isinstance(term, Ref)
            or isinstance(descending, tuple)
            or term.lookup.hops
            or term.lookup.column.null
        ):
            raise QueryError(
                "TRI-QUERY-028",
                f"after() cannot go on in this order of {table.label}.",
                "Order by the model's own fields that are never NULL.",
                where=callsite(),
            )
        name = term.lookup.column.name
        value = _value_of(table, row, name)
        op = "lt" if descending else "gt"
        further = keywords(table.scope, {f"{name}__{op}": value})
        ways.append(Group("and", [*equal, *further]))
        equal += keywords(table.scope, {name: value})
    return order, Group("or", ways)


def _value_of(table: Table, row: Any, name: str) -> Any:
    value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    if value is None:
        raise QueryError(
            "TRI-QUERY-028",
            f"after() was given nothing to compare {table.label}.{name} with.",
            "Give a row of the query, or a mapping with every field that it is ordered by.",
            where=callsite(),
        )
    return value


def relation_ways(table: Table, names: Sequence[str]) -> list[Hops]:
    """Return the ways that ``"author__country"`` names: the author, then the country."""
    ways: list[Hops] = []
    for name in names:
        here = table
        way: Hops = ()
        for part in _parts(name):
            relation: Relation | Back | None = here.relations.get(part)
            reverse = here.reverse.get(part)
            if relation is None and reverse is not None and reverse.one:
                relation = Back(reverse)
            if relation is None:
                raise _no_relation(here, part)
            way = (*way, relation)
            ways.append(way)
            here = relation.target
    return ways


def prefetch_way(table: Table, name: str) -> tuple[tuple[Relation | Many, bool], ...]:
    """Return the relations that a name follows, and which of them backwards."""
    way: list[tuple[Relation | Many, bool]] = []
    here = table
    for part in _parts(name):
        forward, backward = here.relations.get(part), here.reverse.get(part)
        if forward is not None:
            way.append((forward, False))
            here = forward.target
        elif part in here.many:
            way.append((here.many[part], False))
            here = here.many[part].target
        elif backward is not None:
            way.append((backward, True))
            here = backward.source
        else:
            raise _no_relation(here, part, backwards=True)
    return tuple(way)


def _parts(name: str) -> list[str]:
    parts = name.split("__")
    if len(parts) > MAX_HOPS:
        raise QueryError(
            "TRI-QUERY-004",
            f"{name[:80]!r} follows more than {MAX_HOPS} relations.",
            "Load the farther ones by a query of their own.",
        )
    return parts


def _no_relation(table: Table, name: str, *, backwards: bool = False) -> QueryError:
    further = (*table.many, *table.reverse)
    names = [*table.relations, *(further if backwards else ())]
    listing = f"It has: {', '.join(sorted(names))}." if names else "It has none."
    return QueryError("TRI-QUERY-017", f"{table.label} has no relation {name[:80]!r}.", listing)
