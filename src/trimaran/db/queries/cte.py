"""Common table expressions: ``With``, recursive ones too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trimaran.db.sql.conditions import column_of, reference
from trimaran.db.sql.expressions import Computed
from trimaran.db.sql.functions.base import refused
from trimaran.db.sql.lookups import Lookup, find
from trimaran.db.sql.table import Column, Joined, Table
from trimaran.db.sql.terms import Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.queries.queryset import QuerySet
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Shape, Term

_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*", re.IGNORECASE)


_ID = "TRI-QUERY-031"


class With:
    """A query under a name, for other queries to join or to read from::

        sums = With(Book.objects.values("author").annotate(total=Sum("price")), name="sums")
        await sums.join(Author, id=sums.col.author).annotate(total=sums.col.total)

    query: of values; their names are its columns
    open:  its shape is being made
    """

    def __init__(self, query: QuerySet[Any], *, name: str = "cte") -> None:
        if not _NAME.fullmatch(name) or len(name) > 60:
            raise refused(_ID, f"A With cannot be called {name[:60]!r}.", "Use letters and digits.")
        self.name = name
        self.is_recursive = False
        self.open = False
        self._query: QuerySet[Any] | None = None
        self.table = self._table_of(query)
        self._query = query

    @classmethod
    def recursive(
        cls,
        start: QuerySet[Any],
        step: Callable[[With], QuerySet[Any]],
        *,
        name: str = "cte",
        all: bool = True,
    ) -> With:
        """Return rows that lead to further rows, until there are none::

            tree = With.recursive(
                Part.objects.filter(parent=None).values("id", depth=Value(0)),
                lambda tree: tree.join(Part, parent=tree.col.id).values(
                    "id", depth=tree.col.depth + 1
                ),
            )

        start: the first rows; the names of its values are the columns
        step:  makes the query of the rows that follow
        all:   whether equal rows are kept; without, a circle ends by itself
        """
        made = cls(start, name=name)
        made.is_recursive = True
        made._query = start.union(step(made), all=all)
        return made

    def _table_of(self, query: QuerySet[Any]) -> Table:
        projection = query._projection
        if projection is None or projection.form is None:
            raise refused(
                _ID,
                f"With was given {query!r:.60}, which returns rows.",
                "Call values() with the fields that it shall have.",
            )
        names = projection.form[1]
        columns: dict[str, Column] = {}
        for name, (_, column) in zip(names, projection.columns, strict=True):
            columns[name] = Column(name, name, column.kind, null=True)
            if "__" in name:
                columns[name.replace("__", "_")] = columns[name]
        key = next(iter(columns.values()))
        return Table(self.name, self.name, "", columns, key)

    @property
    def col(self) -> CTEColumns:
        """Its columns as expressions: ``tree.col.depth``."""
        return CTEColumns(self)

    def queryset(self) -> QuerySet[dict[str, Any]]:
        """Return a query of its rows, as dicts."""
        from trimaran.db.queries.queryset import QuerySet

        query: QuerySet[Any] = QuerySet(self.table)
        return query.with_cte(self).values(*self._names())

    def _names(self) -> list[str]:
        return [name for name, column in self.table.columns.items() if name == column.name]

    def join(self, source: Any, *, outer: bool = False, **equal: Any) -> QuerySet[Any]:
        """Return a query of a model whose rows are joined to this one's.

        source: a model, or a query of one
        equal:  the model's fields, and what they equal: ``id=cte.col.author``
        outer:  keep rows to which nothing belongs
        """
        query: QuerySet[Any] = getattr(source, "objects", source).all()
        table = query._table
        pairs = []
        for name, value in equal.items():
            if not isinstance(value, CTEColumn) or value.cte is not self:
                raise refused(
                    _ID,
                    f"join({name[:40]}=...) equals no column of {self.name}.",
                    f"Give {name[:40]}={self.name}.col.<column>.",
                )
            lookup = column_of(table.scope, name)
            if lookup.hops:
                raise refused(_ID, f"join() cannot follow {name[:60]!r}.", "Name an own field.")
            pairs.append((lookup.column, value.column))
        if not pairs:
            raise refused(_ID, "join() was told nothing.", "Give fields: id=cte.col.author.")
        hop = Joined(self.table, tuple(pairs), outer)
        return query._with(joined=((self, hop), *query._extras.joined)).with_cte(self)

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the name, the columns and the query's shape."""
        query = self._query
        if query is None or query._projection is None:
            raise refused(_ID, f"{self.name} is used while it is made.", "Give it to with_cte().")
        # The step of a recursive one names it, and must not hold it once more.
        self.open = True
        try:
            ordered = query._limit is not None
            inner = query._shape(query._projection, values, vendor, ordered=ordered)
        finally:
            self.open = False
        return (self.name, self.is_recursive, tuple(self._names()), inner)


class CTEColumns:
    """``cte.col``: the columns of a ``With``."""

    __slots__ = ("_cte",)

    def __init__(self, cte: With) -> None:
        self._cte = cte

    def __getattr__(self, name: str) -> CTEColumn:
        column = self._cte.table.columns.get(name)
        if column is None:
            known = ", ".join(self._cte._names())
            raise refused(
                _ID, f"{self._cte.name} has no column {name[:60]!r}.", f"It has: {known}."
            )
        return CTEColumn(self._cte, column)


class CTEColumn(Computed[Any]):
    """A column of a ``With``, wherever the query has joined it."""

    __slots__ = ("column", "cte")

    def __init__(self, cte: With, column: Column) -> None:
        self.cte = cte
        self.column = column

    def __repr__(self) -> str:
        return f"{self.cte.name}.col.{self.column.name}"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the way to the column."""
        table = self.cte.table
        if scope.table is table:
            return reference(scope, self.column.name)
        hop = scope.joins.get(self.cte)
        if hop is None:
            raise refused(
                _ID,
                f"{self!r} is asked of a query that has not joined {self.cte.name}.",
                f"Begin with {self.cte.name}.join(Model, ...).",
            )
        own = find(table, self.column.name)
        assert isinstance(own, Lookup)  # noqa: S101  it has no relations
        key = (hop, self.column.name)
        known: Lookup | None = table.lookups.get(key)
        if known is None:
            known = Lookup(self.column.name, (hop,), self.column, "exact", (), own.binds, own.label)
            table.lookups[key] = known
        return Ref(known)
