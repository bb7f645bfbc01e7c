"""What few queries have: annotations, groups, locks, queries joined by UNION."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trimaran._internal.callsite import callsite
from trimaran.db.sql.conditions import column_of, resolve_term
from trimaran.db.sql.expressions import Condition, Expression
from trimaran.db.sql.rows import project_annotated
from trimaran.db.sql.table import Back, Scope
from trimaran.db.sql.terms import Named, OfRow, Ref, Term, Windowed, walk
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.rows import Projection
    from trimaran.db.sql.table import Table
    from trimaran.db.sql.terms import Node

_ALIAS = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*_?")
_LONGEST_ALIAS = 63
_MOST = 100


@dataclass(frozen=True, slots=True)
class Extras:
    """What a query has beyond conditions and an order; replaced whole, never changed.

    annotations: expressions by alias
    form:        ``dict``, ``tuple`` or ``flat`` where values() was called, with its names
    group:       the names that an aggregate groups by, where values() came before it
    having:      conditions on aggregates of groups
    distinct_on: expressions of which each value appears once (PostgreSQL)
    lock:        nowait, skip_locked, and the ways to the tables whose rows are locked
    combined:    the operation and the queries that take part in it
    """

    annotations: Mapping[str, Term] = field(default_factory=dict)
    form: tuple[str, tuple[str, ...]] | None = None
    group: tuple[str, ...] | None = None
    having: tuple[Node, ...] = ()
    distinct_on: tuple[Term, ...] = ()
    lock: tuple[bool, bool, tuple[Any, ...]] | None = None
    combined: tuple[str, tuple[Any, ...]] | None = None


NONE = Extras()


def check_alias(table: Table, alias: str, taken: Iterable[str]) -> None:
    """Raise ``QueryError`` where an annotation cannot be called so."""
    if len(alias) > _LONGEST_ALIAS or not _ALIAS.fullmatch(alias):
        raise QueryError(
            "TRI-QUERY-022",
            f"An annotation cannot be called {alias[:80]!r}.",
            "Use letters, digits and single underscores, a letter first, 63 at most.",
            where=callsite(),
        )
    if alias in table.names() or alias in taken or hasattr(table.model, alias):
        raise QueryError(
            "TRI-QUERY-022",
            f"{table.label} has something called {alias!r} already.",
            "Give the annotation another name.",
            where=callsite(),
        )


def annotated(
    table: Table, extras: Extras, given: Mapping[str, Any], *, grouped: bool
) -> dict[str, Term]:
    """Return the annotations with these added, each resolved; raises ``QueryError``.

    grouped: whether aggregates are of groups, rather than of what belongs to each row
    """
    known = dict(extras.annotations)
    for alias, value in given.items():
        check_alias(table, alias, known)
        if len(known) >= _MOST:
            raise QueryError("TRI-QUERY-022", f"More than {_MOST} annotations.", "Ask for fewer.")
        if not isinstance(value, (Expression, Condition)):
            raise QueryError(
                "TRI-QUERY-021",
                f"The annotation {alias!r} is no expression but a {type(value).__name__}.",
                "Give F('price'), Value(3), Count('books') or another expression.",
                where=callsite(),
            )
        term = resolve_term(Scope(table, known), value)
        known[alias] = term if grouped else of_rows(table, term)
    if grouped:
        _check_ways(table, known)
    return known


def of_rows(table: Table, term: Term) -> Term:
    """Return an expression in which an aggregate is of what belongs to each row."""
    return OfRow(table, term) if aggregates(term) else term


def aggregates(item: Node | Term) -> bool:
    """Tell whether an expression or a condition takes several rows together."""
    if isinstance(item, (OfRow, Windowed)):
        return False
    if getattr(item, "aggregates", False):
        return True
    return any(aggregates(part) for part in item.parts())


def _check_ways(table: Table, annotations: Mapping[str, Term]) -> None:
    """Refuse aggregates over two ways backwards: each would multiply the other's rows."""
    ways = set()
    for term in annotations.values():
        for part in walk(term):
            lookup = getattr(part, "lookup", None)
            if lookup is not None:
                hops = lookup.hops
                last = max((n for n, hop in enumerate(hops, 1) if isinstance(hop, Back)), default=0)
                if last:
                    ways.add(hops[:last])
    if len(ways) > 1:
        raise QueryError(
            "TRI-QUERY-023",
            f"Aggregates of {table.label} over several relations at once would count rows twice.",
            "Ask in two queries, or annotate each row without values() before it.",
            where=callsite(),
        )


def totals(table: Table, extras: Extras, given: Mapping[str, Any]) -> dict[str, Term]:
    """Return the terms of aggregate(): aggregates of all rows, expressions of them."""
    if not given:
        raise QueryError("TRI-QUERY-021", "aggregate() was asked nothing.", "Give total=Sum(...).")
    made: dict[str, Term] = {}
    for alias, value in given.items():
        check_alias(table, alias, made)
        term = resolve_term(Scope(table, extras.annotations), value)
        if not aggregates(term):
            raise QueryError(
                "TRI-QUERY-021",
                f"{alias!r} of aggregate() takes no rows together.",
                "Give Sum, Count, Avg, Min or Max, or an expression of them.",
                where=callsite(),
            )
        made[alias] = term
    _check_ways(table, made)
    return made


def projection_of(table: Table, extras: Extras) -> Projection:
    """Return what the SELECT returns: the fields of values(), then the annotations."""
    if extras.form is None:
        items = [((), column) for column in table.columns.values()]
        kinds = [(alias, term.kind) for alias, term in extras.annotations.items()]
        return project_annotated(table, "rows", [*items, *kinds], tuple(table.columns))
    form, names = extras.form
    chosen = [_item(table, extras, name) for name in names]
    return project_annotated(table, form, chosen, names)


def _item(table: Table, extras: Extras, name: str) -> tuple[Any, Any]:
    term = extras.annotations.get(name)
    if term is not None:
        return (name, term.kind)
    lookup = column_of(table.scope, name)
    return (lookup.hops, lookup.column)


def group_terms(table: Table, extras: Extras) -> tuple[Term, ...]:
    """Return what the groups are made of; the key where values() named nothing."""
    terms: list[Term] = []
    for name in extras.group or ():
        term = extras.annotations.get(name)
        if term is None:
            terms.append(Ref(column_of(table.scope, name)))
        else:
            terms.append(Named(name, term))
    return tuple(terms)


def kind_of(table: Table, extras: Extras, name: str) -> Kind | None:
    """Return what a field or an annotation holds."""
    term = extras.annotations.get(name)
    return column_of(table.scope, name).column.kind if term is None else term.kind
