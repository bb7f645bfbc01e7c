"""``Shaped``: what a query holds, and the shape of its statement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import UNROUTED, routed, routers
from trimaran.db.queries import extras as extra
from trimaran.db.queries.ordering import orderings
from trimaran.db.sql.rows import project_rows, project_values
from trimaran.db.sql.table import Scope
from trimaran.db.sql.terms import Group, Node, joins
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from trimaran.db.queries.ordering import Order
    from trimaran.db.queries.prefetching import Prefetch
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.rows import Projection
    from trimaran.db.sql.table import Table
    from trimaran.db.sql.terms import Shape

T = TypeVar("T")


class Shaped(Generic[T]):
    """What is asked for, and its shape."""

    __slots__ = (
        "_alias",
        "_distinct",
        "_empty",
        "_extras",
        "_limit",
        "_offset",
        "_order",
        "_prefetch",
        "_projection",
        "_table",
        "_where",
    )

    _table: Table
    _projection: Projection | None

    def __init__(self, table: Table) -> None:
        self._table = table
        self._where: tuple[Node, ...] = ()
        self._order: Order | None = None
        self._limit: int | None = None
        self._offset = 0
        self._distinct = False
        self._empty = False
        self._projection = None
        self._prefetch: tuple[Prefetch, ...] = ()
        self._alias = UNROUTED
        self._extras = extra.NONE

    def _clone(self) -> Self:
        new = object.__new__(type(self))
        new._table = self._table
        new._where = self._where
        new._order = self._order
        new._limit = self._limit
        new._offset = self._offset
        new._distinct = self._distinct
        new._empty = self._empty
        new._projection = self._projection
        new._prefetch = self._prefetch
        new._alias = self._alias
        new._extras = self._extras
        return new

    def _with(self, **changes: Any) -> Self:
        new = self._clone()
        new._extras = replace(self._extras, **changes)
        if new._extras.annotations or new._extras.form is not None:
            new._projection = extra.projection_of(self._table, new._extras, self._projection)
        return new

    @property
    def _scope(self) -> Scope:
        known = self._extras.annotations
        joins = self._extras.joined
        if known or joins:
            return Scope(self._table, known, joins=dict(joins))
        return self._table.scope

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._table.label}>"

    @property
    def label(self) -> str:
        """The model's name."""
        return self._table.label

    @property
    def _source(self) -> str:
        """The alias of the database to read from: chosen by ``using``, or by a router."""
        return routed(self._alias, self._table.model) if routers else self._alias

    @property
    def _sink(self) -> str:
        """The alias of the database to write to."""
        return routed(self._alias, self._table.model, write=True) if routers else self._alias

    # The shape

    def _plain(self) -> bool:
        """Tell whether nothing was asked yet but which database."""
        return not (
            self._where
            or self._empty
            or self._offset
            or self._prefetch
            or self._limit is not None
            or self._projection is not None
            or self._extras is not extra.NONE
        )

    def _ordering(self) -> Order:
        if self._order is not None:
            return self._order
        if self._extras.group is not None or self._extras.combined is not None:
            return ()
        return orderings(self._table.scope, self._table.ordering) if self._table.ordering else ()

    def _condition(self) -> Node | None:
        where = self._where
        if not where:
            return None
        return where[0] if len(where) == 1 else Group("and", where)

    def _shape(
        self, projection: Projection, values: list[Any], vendor: str, *, ordered: bool = True
    ) -> Shape:
        if self._extras is not extra.NONE:
            return self._extended(projection, values, vendor, ordered=ordered)
        condition = self._condition()
        where = None if condition is None else condition.shape(values, vendor)
        order = self._ordering() if ordered or self._limit is not None or self._offset else ()
        terms = tuple([(term.shape(values, vendor), down) for term, down in order])
        if self._limit is not None:
            values.append(self._limit)
        if self._offset:
            values.append(self._offset)
        limited, moved = self._limit is not None, self._offset != 0
        return ("select", projection, where, terms, self._distinct, limited, moved)

    def _extended(
        self, projection: Projection, values: list[Any], vendor: str, *, ordered: bool
    ) -> Shape:
        """Return the shape of a query that has extras, each value in the compiler's order."""
        extras = self._extras
        if extras.combined is not None:
            return self._combined_shape(projection, values, vendor)
        ctes = tuple([cte.shape(values, vendor) for cte in extras.ctes if not cte.open])
        known = _shapes_of(extras.annotations, values, vendor)
        condition = self._condition()
        where = None if condition is None else condition.shape(values, vendor)
        having = None
        if extras.having:
            having = Group("and", extras.having).shape(values, vendor)
        qualify = None
        if extras.qualify:
            qualify = Group("and", extras.qualify).shape(values, vendor)
        group = None
        if extras.group is not None:
            terms = extra.group_terms(self._table, extras)
            group = tuple([term.shape(values, vendor) for term in terms])
        order = self._ordering() if ordered or self._limit is not None or self._offset else ()
        ordering = tuple([(term.shape(values, vendor), down) for term, down in order])
        distinct: Any = self._distinct
        if extras.distinct_on:
            if vendor != "postgresql":
                raise QueryError(
                    "TRI-QUERY-027",
                    f"distinct() with fields was asked of {vendor}, which has no DISTINCT ON.",
                    "Leave the fields out, or annotate groups: values(...).annotate(...).",
                    where=callsite(),
                )
            distinct = tuple([term.shape(values, vendor) for term in extras.distinct_on])
        limited, moved = self._slice(values)
        around = (having, qualify, ctes, tuple([hop for _, hop in extras.joined]))
        what = (projection, known, where, around, group, ordering, distinct)
        return ("query", *what, limited, moved, extras.lock)

    def _totals_shape(self, terms: Mapping[str, Any], values: list[Any], vendor: str) -> Shape:
        """Return the shape of one row of aggregates over all of this."""
        known = _shapes_of(self._extras.annotations, values, vendor)
        condition = self._condition()
        where = None if condition is None else condition.shape(values, vendor)
        return ("aggregated", self._table, known, where, _shapes_of(terms, values, vendor))

    def _slice(self, values: list[Any]) -> tuple[bool, bool]:
        if self._limit is not None:
            values.append(self._limit)
        if self._offset:
            values.append(self._offset)
        return self._limit is not None, self._offset != 0

    def _combined_shape(self, projection: Projection, values: list[Any], vendor: str) -> Shape:
        assert self._extras.combined is not None  # noqa: S101  asked by the caller
        operation, queries = self._extras.combined
        parts = []
        for query in queries:
            theirs = query._projection or project_rows(query._table)
            parts.append(query._shape(theirs, values, vendor, ordered=query._limit is not None))
        columns = [
            (hops, column.name if hops is None else column) for hops, column in projection.columns
        ]
        order = []
        for term, down in self._order or ():
            lookup, alias = getattr(term, "lookup", None), getattr(term, "alias", None)
            wanted: Any = (None, alias) if lookup is None else (lookup.hops, lookup.column)
            if wanted not in columns:
                raise QueryError(
                    "TRI-QUERY-026",
                    "Combined queries are ordered by what they return.",
                    "Name a field that is among the values.",
                    where=callsite(),
                )
            order.append((columns.index(wanted), down))
        limited, moved = self._slice(values)
        return ("combined", operation, tuple(parts), tuple(order), limited, moved)

    def column_shape(self, values: list[Any], vendor: str, *, ordered: bool = False) -> Shape:
        """Return the shape of this query as a subquery: of its only column, or of its key."""
        projection = self._projection
        if projection is None or len(projection.columns) != 1:
            self._table.refuse_composite("A query as a subquery")
            projection = self._key_projection()
        return self._shape(projection, values, vendor, ordered=ordered)

    def column_kind(self) -> Kind | None:
        """Return what its only column holds, or its key."""
        projection = self._projection
        if projection is None or len(projection.columns) != 1:
            return self._table.key.kind
        return projection.columns[0][1].kind

    def limited(self, count: int) -> Self:
        """Return at most so many of these rows; a slice stays one."""
        if self._limit is not None and self._limit <= count:
            return self
        new = self._clone()
        new._limit = count
        return new

    def _key_projection(self) -> Projection:
        key = self._table.key
        return project_values(self._table, "flat", [((), key)], (key.name,))

    def _counting_projection(self) -> Projection:
        """Return the least that must be selected for the rows to be counted."""
        extras = self._extras
        if self._distinct or extras.group is not None or extras.distinct_on or extras.combined:
            return self._projection or project_rows(self._table)
        return self._key_projection()

    def _write_shape(self, values: list[Any], vendor: str) -> Shape | None:
        condition = self._condition()
        if self._limit is None and not self._offset:
            if condition is None:
                return None
            if self._extras is extra.NONE and not joins(condition):
                return condition.shape(values, vendor)
        return self._shape(self._key_projection(), values, vendor, ordered=False)


def _shapes_of(terms: Mapping[str, Any], values: list[Any], vendor: str) -> tuple[Any, ...]:
    return tuple([(alias, term.kind, term.shape(values, vendor)) for alias, term in terms.items()])
