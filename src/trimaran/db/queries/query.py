"""``Query``: which rows are asked for, and the shape of the statement that asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.db.queries import extras as extra
from trimaran.db.queries.ordering import flipped, orderings, relation_ways, seek
from trimaran.db.queries.prefetching import Prefetch
from trimaran.db.queries.shaping import Shaped
from trimaran.db.sql.conditions import keywords, resolve
from trimaran.db.sql.rows import project_rows
from trimaran.db.sql.terms import Group, Not
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from trimaran.db.sql.expressions import Condition, Expression, Ordering
    from trimaran.db.sql.rows import Projection
    from trimaran.db.sql.table import Back, Column, Relation
    from trimaran.db.sql.terms import Node

T = TypeVar("T")

_LARGEST = 2**63 - 1


class Query(Shaped[T]):
    """What is asked for: immutable, every method returns a new one."""

    __slots__ = ()

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
            around = [node for node in nodes if extra.windowed(node)]
            held = [node for node in nodes if extra.aggregates(node) and node not in around]
            if held or around:
                having = (*self._extras.having, *held)
                qualify = (*self._extras.qualify, *around)
                new._extras = replace(self._extras, having=having, qualify=qualify)
                nodes = [node for node in nodes if node not in held and node not in around]
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

    def annotate(
        self, /, *aggregates: Expression[Any], **expressions: Expression[Any] | Condition | bool
    ) -> Self:
        """Compute expressions for every row, to read and order by: ``n=Count("books")``.

        Rows have them as attributes; an aggregate without a name is called ``books__count``.
        After ``values()`` an aggregate is of the groups that its fields make; else it is of what
        belongs to each row.
        """
        self._check_annotatable()
        new = self
        if aggregates:
            named = {extra.default_alias(value): value for value in aggregates}
            new = new._annotated(named, own=True)
        return new._annotated(expressions) if expressions or not aggregates else new

    def alias(self, /, **expressions: Expression[Any] | Condition | bool) -> Self:
        """Name expressions for look-ups, orders and annotations, without returning them."""
        self._check_annotatable()
        new = self._annotated(expressions, shown=False)
        return new._with(hidden=new._extras.hidden | expressions.keys())

    def _check_annotatable(self) -> None:
        if self._limit is not None or self._offset or self._extras.combined is not None:
            raise QueryError(
                "TRI-QUERY-013",
                "A query cannot be annotated once it has been sliced or combined.",
                "Annotate first, then limit.",
                where=callsite(),
            )

    def _annotated(
        self, expressions: dict[str, Any], *, own: bool = False, shown: bool = True
    ) -> Self:
        before = self._extras
        form = before.form or (self._projection.form if self._projection is not None else None)
        grouped = form is not None
        known = extra.annotated(self._table, before, expressions, grouped=grouped, own=own)
        changes: dict[str, Any] = {"annotations": known}
        if form is not None and not shown:
            changes["form"] = form
        elif form is not None:
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
        new._order = flipped(
            self._ordering() or orderings(self._table.scope, self._table.key_names)
        )
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

    def with_cte(self, *ctes: extra.NamedQuery) -> Self:
        """Name these common table expressions in the query, to read from or to join."""
        fresh = [cte for cte in ctes if cte not in self._extras.ctes]
        new = self._clone()
        new._extras = replace(self._extras, ctes=(*self._extras.ctes, *fresh))
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
        self._check_rows("select_related()")
        loaded = None if self._projection is None else self._projection.loaded
        new._projection = self._rows_projection(tuple(ordered), loaded)
        return new

    def _check_rows(self, what: str) -> None:
        form = self._projection is not None and not self._projection.rows
        if form or self._extras.combined:
            raise QueryError(
                "TRI-QUERY-024",
                f"{what} is of rows of {self._table.label}, not of values or combined queries.",
                "Call it before values(), and on each query before they are combined.",
                where=callsite(),
            )

    def _rows_projection(
        self, ways: tuple[tuple[Relation | Back, ...], ...], loaded: tuple[str, ...] | None
    ) -> Projection:
        extras = self._extras
        shown = [(a, term.kind) for a, term in extras.annotations.items() if a not in extras.hidden]
        if loaded:
            # What is joined stands beside its key.
            keys = {way[0].near.name for way in ways}
            loaded = tuple([name for name in self._table.columns if name in {*loaded, *keys}])
        return project_rows(self._table, ways, loaded=loaded, annotations=tuple(shown))

    def only(self, *names: str) -> Self:
        """Read these columns alone, and keys: others are awaited where they are needed."""
        self._table.refuse_composite("only()")
        columns = [self._own_column(name).name for name in names]
        keys = [relation.column.name for relation in self._table.relations.values()]
        return self._loading({*columns, *keys, self._table.key.name})

    def defer(self, *names: str | None) -> Self:
        """Leave out these columns, beside those left out before; None: read all again."""
        self._table.refuse_composite("defer()")
        if names == (None,):
            return self._loading(set(self._table.columns))
        left_out = {self._own_column(name).name for name in names if name is not None}
        left_out.discard(self._table.key.name)
        loaded = None if self._projection is None else self._projection.loaded
        return self._loading(set(loaded or self._table.columns) - left_out)

    def _own_column(self, name: str) -> Column:
        column = self._table.column(name)
        if column is None:
            raise self._table.unknown(name, where=callsite())
        return column

    def _loading(self, names: set[str]) -> Self:
        self._check_rows("only()")
        new = self._clone()
        loaded = tuple([name for name in self._table.columns if name in names])
        ways = () if self._projection is None else self._projection.ways
        every = len(loaded) == len(self._table.columns)
        new._projection = self._rows_projection(ways, None if every else loaded)
        return new

    def prefetch_related(self, *lookups: str | Prefetch | None) -> Self:
        """Fetch related rows, backwards too, with one more statement for each relation.

        lookups: ``"books__translator"``, or a ``Prefetch`` with a query; None: none any more
        """
        new = self._clone()
        if lookups == (None,):
            new._prefetch = ()
            return new
        given = [Prefetch(item) if isinstance(item, str) else item for item in lookups]
        made = [item.resolved(self._table) for item in given if item is not None]
        new._prefetch = (*self._prefetch, *made)
        return new


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
