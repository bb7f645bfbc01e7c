"""``Query``: which rows are asked for, and the shape of the statement that asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.db.backends.registry import UNROUTED, routed, routers
from trimaran.db.queries import extras as extra
from trimaran.db.queries.ordering import flipped, orderings, prefetch_way, relation_ways, seek
from trimaran.db.sql.conditions import keywords, resolve
from trimaran.db.sql.rows import project_rows, project_values
from trimaran.db.sql.table import Scope
from trimaran.db.sql.terms import Group, Node, Not, joins
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from trimaran.db.queries.ordering import Order
    from trimaran.db.sql.expressions import Condition, Expression, Ordering
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.rows import Projection
    from trimaran.db.sql.table import Many, Relation, Table
    from trimaran.db.sql.terms import Shape

T = TypeVar("T")

_LARGEST = 2**63 - 1


class Query(Generic[T]):
    """What is asked for: immutable, every method returns a new one."""

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
        self._prefetch: tuple[tuple[tuple[Relation | Many, bool], ...], ...] = ()
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
            new._projection = extra.projection_of(self._table, new._extras)
        return new

    @property
    def _scope(self) -> Scope:
        known = self._extras.annotations
        return Scope(self._table, known) if known else self._table.scope

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

    # Which rows

    def all(self) -> Self:
        """Return the same query."""
        return self._clone()

    def none(self) -> Self:
        """Return a query without rows; it does not ask the database."""
        new = self._clone()
        new._empty = True
        return new

    def using(self, alias: str) -> Self:
        """Ask the database of this alias."""
        new = self._clone()
        new._alias = alias
        return new

    def filter(self, /, *conditions: Condition | bool, **lookups: Any) -> Self:
        """Keep the rows for which all of this is true.

        conditions: ``Q``, or comparisons of columns: ``Book.price > 10``. To a type checker such
                    a comparison is a bool
        lookups:    ``title="Emma"``, ``author__name__icontains="austen"``
        """
        nodes = self._nodes(conditions, lookups)
        if self._extras is not extra.NONE:
            return self._restricted(nodes)
        new = self._clone()
        new._where = (*self._where, *nodes)
        return new

    def exclude(self, /, *conditions: Condition | bool, **lookups: Any) -> Self:
        """Drop the rows for which all of this is true."""
        nodes = self._nodes(conditions, lookups)
        if nodes:
            nodes = [Not(nodes[0] if len(nodes) == 1 else Group("and", nodes))]
        return self._restricted(nodes)

    def _restricted(self, nodes: Sequence[Node]) -> Self:
        new = self._clone()
        if self._extras.annotations:
            held = [node for node in nodes if extra.aggregates(node)]
            if held:
                new._extras = replace(self._extras, having=(*self._extras.having, *held))
                nodes = [node for node in nodes if node not in held]
        new._where = (*self._where, *nodes)
        return new

    def _nodes(self, conditions: Sequence[Any], lookups: dict[str, Any]) -> list[Node]:
        if self._limit is not None or self._offset:
            raise QueryError(
                "TRI-QUERY-013",
                "A query cannot be filtered once it has been sliced.",
                "Filter first, then limit.",
                where=callsite(),
            )
        scope = self._table.scope
        if self._extras is not extra.NONE:
            if self._extras.combined is not None:
                raise combined_cannot("filtered")
            scope = self._scope
        nodes = [resolve(scope, condition) for condition in conditions]
        return [*nodes, *keywords(scope, lookups)]

    def annotate(self, /, **expressions: Expression[Any] | Condition | bool) -> Self:
        """Compute expressions for every row, to read and order by: ``n=Count("books")``.

        Rows have them as attributes. After ``values()`` an aggregate is of the groups that its
        fields make; else it is of what belongs to each row.
        """
        if self._limit is not None or self._offset or self._extras.combined is not None:
            raise QueryError(
                "TRI-QUERY-013",
                "A query cannot be annotated once it has been sliced or combined.",
                "Annotate first, then limit.",
                where=callsite(),
            )
        return self._annotated(expressions)

    def _annotated(self, expressions: dict[str, Any]) -> Self:
        before = self._extras
        form = before.form or (self._projection.form if self._projection is not None else None)
        if self._projection is not None and self._projection.ways and expressions:
            raise QueryError(
                "TRI-QUERY-024",
                "A query with select_related() cannot be annotated.",
                "Use prefetch_related(), or await the relation of a row.",
                where=callsite(),
            )
        known = extra.annotated(self._table, before, expressions, grouped=form is not None)
        changes: dict[str, Any] = {"annotations": known}
        if form is not None:
            names = (*form[1], *[alias for alias in expressions if alias not in form[1]])
            changes["form"] = (form[0], names)
            fresh = [known[alias] for alias in expressions]
            if before.group is None and any(extra.aggregates(term) for term in fresh):
                changes["group"] = form[1]
        return self._with(**changes)

    def order_by(self, *fields: str | Ordering | Expression[Any]) -> Self:
        """Order by these fields, ``-`` before a name for descending; none: no order."""
        new = self._clone()
        new._order = orderings(self._scope, fields)
        return new

    def after(self, row: Any) -> Self:
        """Go on behind a row: the next page, found by index however far it is.

        row: the last one of the page before, or a mapping of the fields that are ordered by, its
             key among them
        The order is the query's, made total by the key; NULL and related fields take no part.
        """
        if self._limit is not None or self._offset or self._extras is not extra.NONE:
            raise QueryError(
                "TRI-QUERY-013",
                "after() is of a query without a slice and annotations.",
                "Write order_by(...).after(row).limit(20).",
                where=callsite(),
            )
        order, condition = seek(self._table, self._ordering(), row)
        new = self._clone()
        new._order = order
        new._where = (*self._where, condition)
        return new

    def reverse(self) -> Self:
        """Turn the order around."""
        new = self._clone()
        new._order = flipped(self._ordering() or orderings(self._table.scope, ("pk",)))
        return new

    def distinct(self, *fields: str) -> Self:
        """Return equal results once; with fields the first row of each value (PostgreSQL)."""
        if not fields:
            new = self._clone()
            new._distinct = True
            return new
        terms = tuple([term for term, _ in orderings(self._scope, fields)])
        return self._with(distinct_on=terms)

    def select_for_update(
        self, *, nowait: bool = False, skip_locked: bool = False, of: Sequence[str] = ("self",)
    ) -> Self:
        """Lock the rows until the transaction ends; SQLite has one writer anyway.

        nowait, skip_locked: raise, or leave out, where another transaction holds a row
        of:                  ``self`` and names given to ``select_related``
        """
        if nowait and skip_locked:
            raise QueryError(
                "TRI-QUERY-025", "nowait and skip_locked exclude each other.", "Give one of them."
            )
        ways = [() if name == "self" else relation_ways(self._table, [name])[-1] for name in of]
        known = () if self._projection is None else self._projection.ways
        if any(way and way not in known for way in ways):
            raise QueryError(
                "TRI-QUERY-025",
                f"of={tuple(of)!r:.80} names rows that the query does not fetch.",
                "Call select_related() first, or leave them out.",
                where=callsite(),
            )
        return self._with(lock=(nowait, skip_locked, tuple(ways)))

    def union(self, *others: Query[Any], all: bool = False) -> Self:
        """Return the results of this query and of others; equal ones once, unless ``all``."""
        return self._joined("union all" if all else "union", others)

    def intersection(self, *others: Query[Any]) -> Self:
        """Return the results that all of these queries have."""
        return self._joined("intersection", others)

    def difference(self, *others: Query[Any]) -> Self:
        """Return the results that none of the others has."""
        return self._joined("difference", others)

    def _joined(self, operation: str, others: Sequence[Query[Any]]) -> Self:
        new = type(self)(self._table)
        new._alias = self._alias
        new._projection = self._projection or project_rows(self._table)
        width = len(new._projection.columns)
        for other in others:
            theirs = other._projection or project_rows(other._table)
            if len(theirs.columns) != width or (
                new._projection.rows and theirs.table is not self._table
            ):
                raise QueryError(
                    "TRI-QUERY-026",
                    f"{other!r} returns other columns than {self!r}.",
                    "Call values() with as many fields of the same types on each.",
                    where=callsite(),
                )
        new._extras = replace(
            extra.NONE,
            combined=(operation, (self, *others)),
            annotations=self._extras.annotations,
            form=new._projection.form,
        )
        return new

    def limit(self, count: int) -> Self:
        """Return at most so many rows."""
        new = self._clone()
        new._limit = _counted(count, "limit")
        new._empty = self._empty or new._limit == 0
        return new

    def offset(self, count: int) -> Self:
        """Leave out so many rows at the beginning."""
        new = self._clone()
        new._offset = _counted(count, "offset")
        return new

    def _sliced(self, start: int, stop: int | None) -> Self:
        start = _counted(start, "offset")
        new = self._clone()
        room = None if self._limit is None else max(self._limit - start, 0)
        if stop is not None:
            width = max(_counted(stop, "limit") - start, 0)
            room = width if room is None else min(width, room)
        new._offset = min(self._offset + start, _LARGEST)
        new._limit = room
        new._empty = self._empty or room == 0
        return new

    # What is made of them

    def select_related(self, *names: str) -> Self:
        """Fetch the rows that these foreign keys point to by a join: ``"author__x"``."""
        new = self._clone()
        ways = relation_ways(self._table, names)
        before = () if self._projection is None else self._projection.ways
        ordered = sorted(dict.fromkeys((*before, *ways)), key=len)
        if self._extras.annotations or self._extras.form or self._extras.combined:
            raise QueryError(
                "TRI-QUERY-024",
                "select_related() is of rows without annotations.",
                "Use prefetch_related(), or await the relation of a row.",
                where=callsite(),
            )
        new._projection = project_rows(self._table, tuple(ordered))
        return new

    def prefetch_related(self, *names: str) -> Self:
        """Fetch related rows, backwards too, with one more statement for each relation."""
        new = self._clone()
        new._prefetch = (*self._prefetch, *[prefetch_way(self._table, name) for name in names])
        return new

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
        known = _shapes_of(extras.annotations, values, vendor)
        condition = self._condition()
        where = None if condition is None else condition.shape(values, vendor)
        having = None
        if extras.having:
            having = Group("and", extras.having).shape(values, vendor)
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
        what = (projection, known, where, having, group, ordering, distinct)
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
        return self if self._limit is not None and self._limit <= count else self.limit(count)

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


def combined_cannot(done: str) -> QueryError:
    """Return the error of what must be done to the parts of a combined query."""
    return QueryError(
        "TRI-QUERY-026",
        f"A combined query cannot be {done}.",
        "Do it to each query before they are combined.",
        where=callsite(),
    )


def _counted(count: int, what: str) -> int:
    if type(count) is not int or count < 0:
        raise QueryError(
            "TRI-QUERY-014",
            f"{what} must be a whole number that is not negative, not {count!r:.40}.",
            "Check it first, as Annotated[int, Query(ge=0)] does.",
            where=callsite(),
        )
    return min(count, _LARGEST)
