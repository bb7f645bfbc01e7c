"""What few queries have: annotations, groups, locks, queries joined by UNION."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from trimaran._internal.callsite import callsite
from trimaran.db.sql.conditions import column_of, resolve_term
from trimaran.db.sql.expressions import Condition, Expression
from trimaran.db.sql.rows import project_annotated, project_rows
from trimaran.db.sql.table import Back, Scope
from trimaran.db.sql.terms import Named, OfRow, Ref, Term, Windowed, walk
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.rows import Projection
    from trimaran.db.sql.table import Table
    from trimaran.db.sql.terms import Node, Shape

_ALIAS = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*_?")
_LONGEST_ALIAS = 63
_MOST = 100


class NamedQuery(Protocol):
    """A common table expression: ``With``.

    open: its shape is being made
    """

    open: bool

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the name, the columns and the query's shape."""
        ...


@dataclass(frozen=True, slots=True)
class Extras:
    """What a query has beyond conditions and an order; replaced whole, never changed.

    annotations: expressions by alias
    form:        ``dict``, ``tuple`` or ``flat`` where values() was called, with its names
    group:       the names that an aggregate groups by, where values() came before it
    having:      conditions on aggregates of groups
    qualify:     conditions on windows
    hidden:      annotations that are not returned
    ctes:        each ``With`` that the query names
    joined:      those that are joined, and how
    distinct_on: expressions of which each value appears once (PostgreSQL)
    lock:        nowait, skip_locked, and the ways to the tables whose rows are locked
    combined:    the operation and the queries that take part in it
    """

    annotations: Mapping[str, Term] = field(default_factory=dict)
    form: tuple[str, tuple[str, ...]] | None = None
    group: tuple[str, ...] | None = None
    having: tuple[Node, ...] = ()
    qualify: tuple[Node, ...] = ()
    hidden: frozenset[str] = frozenset()
    ctes: tuple[NamedQuery, ...] = ()
    joined: tuple[tuple[Any, Any], ...] = ()
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


def default_alias(expression: Any) -> str:
    """Return the alias of an aggregate that was given none: ``books__count``."""
    argument = getattr(expression, "argument", None)
    if not isinstance(argument, str) or argument == "*":
        raise QueryError(
            "TRI-QUERY-022",
            f"{expression!r:.80} needs a name.",
            "Give one: annotate(total=...).",
            where=callsite(),
        )
    return f"{argument}__{type(expression).__name__.lower()}"


def windowed(item: Node | Term) -> bool:
    """Tell whether a condition or an expression looks at the rows around."""
    return any(isinstance(part, Windowed) for part in walk(item))


def annotated(
    table: Table,
    extras: Extras,
    given: Mapping[str, Any],
    *,
    grouped: bool,
    own: bool = False,
) -> dict[str, Term]:
    """Return the annotations with these added, each resolved; raises ``QueryError``.

    grouped: whether aggregates are of groups, rather than of what belongs to each row
    own:     whether the aliases are Trimaran's own, which have been looked up
    """
    known = dict(extras.annotations)
    for alias, value in given.items():
        if not own:
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
        term = resolve_term(Scope(table, known, joins=dict(extras.joined)), value)
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


def totals(
    table: Table, extras: Extras, given: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Term]:
    """Return the terms of aggregate(): aggregates of all rows, expressions of them.

    own: those under names that were made for them
    """
    if not given and not own:
        raise QueryError("TRI-QUERY-021", "aggregate() was asked nothing.", "Give total=Sum(...).")
    made: dict[str, Term] = {}
    for alias, value in {**own, **given}.items():
        if alias not in own:
            check_alias(table, alias, made)
        scope = Scope(table, extras.annotations, joins=dict(extras.joined))
        term = resolve_term(scope, value)
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


def projection_of(table: Table, extras: Extras, before: Projection | None = None) -> Projection:
    """Return what the SELECT returns: values, or rows with annotations."""
    if extras.form is None:
        shown = [(a, term.kind) for a, term in extras.annotations.items() if a not in extras.hidden]
        ways = before.ways if before is not None and before.rows else ()
        loaded = before.loaded if before is not None and before.rows else None
        return project_rows(table, ways, loaded=loaded, annotations=tuple(shown))
    form, names = extras.form
    chosen = [_item(table, extras, name) for name in names]
    return project_annotated(table, form, chosen, names)


def _item(table: Table, extras: Extras, name: str) -> tuple[Any, Any]:
    term = extras.annotations.get(name)
    if term is not None:
        return (name, term.kind)
    lookup = column_of(Scope(table, extras.annotations), name)
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
