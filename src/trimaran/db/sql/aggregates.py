"""Aggregates and subqueries, as written in ``annotate`` and ``filter``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.db.sql import kinds
from trimaran.db.sql.conditions import resolve
from trimaran.db.sql.expressions import Computed, Test
from trimaran.db.sql.functions import MISUSE, argument_term, refused
from trimaran.db.sql.table import Scope
from trimaran.db.sql.terms import Aggregated, Found, Scalar, walk

if TYPE_CHECKING:
    from trimaran.db.sql.expressions import Condition
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.terms import Node, Term


class Aggregate(Computed[Any]):
    """A value made of several rows; ``filter``: of those that fulfil a condition."""

    __slots__ = ("argument", "distinct", "filter")
    name: ClassVar[str]

    def __init__(
        self, expression: Any, *, filter: Condition | bool | None = None, distinct: bool = False
    ) -> None:
        self.argument = expression
        self.filter = filter
        self.distinct = distinct

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.argument!r})"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return what comes out where rows hold this."""
        return kind

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the aggregate; relations backwards are joined inside it."""
        inside = Scope(scope.table, scope.annotations, joined=True)
        counted = isinstance(self.argument, str) and self.argument == "*"
        term = None if counted else argument_term(inside, self.argument)
        if term is not None and any(getattr(part, "aggregates", False) for part in walk(term)):
            raise refused(
                MISUSE,
                f"{self!r:.80} is an aggregate of an aggregate.",
                "Annotate the inner one first, then call aggregate().",
            )
        condition = None if self.filter is None else resolve(inside, self.filter)
        made = self.kind_of(None if term is None else term.kind)
        return Aggregated(self.name, term, made, distinct=self.distinct, condition=condition)


class Count(Aggregate):
    """How many there are, of ``"*"`` or of values not NULL: ``Count("books")``."""

    __slots__ = ()
    name = "count"

    def __init__(
        self,
        expression: Any = "*",
        *,
        filter: Condition | bool | None = None,
        distinct: bool = False,
    ) -> None:
        super().__init__(expression, filter=filter, distinct=distinct)

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class Sum(Aggregate):
    """The sum, NULL where there is no value."""

    __slots__ = ()
    name = "sum"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return the kind of the numbers, wide enough."""
        _check_number(self, kind)
        if kind is not None and kind.sql == "decimal":
            return kinds.decimal_result(kind.size[1])
        return kind


class Avg(Aggregate):
    """The mean, NULL where there is no value."""

    __slots__ = ()
    name = "avg"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return a float; a decimal of four more places where the numbers are decimals."""
        _check_number(self, kind)
        if kind is not None and kind.sql == "decimal":
            return kinds.decimal_result(kind.size[1] + 4)
        return kinds.FLOAT


class Min(Aggregate):
    """The smallest value, NULL where there is none."""

    __slots__ = ()
    name = "min"


class Max(Aggregate):
    """The largest value, NULL where there is none."""

    __slots__ = ()
    name = "max"


def _check_number(aggregate: Aggregate, kind: Kind | None) -> None:
    if kind is None or kind.sql not in ("bigint", "float", "decimal"):
        held = "unknown" if kind is None else kind.name
        raise refused(
            MISUSE,
            f"{aggregate!r:.80} is asked of values of type {held}.",
            "Name a field that holds numbers.",
        )


# Subqueries


def _is_query(query: Any) -> bool:
    return hasattr(query, "column_shape")


class Subquery(Computed[Any]):
    """The first value of another query: of its only column, or of its key.

    ::

        latest = Book.objects.filter(author=OuterRef("pk")).order_by("-id").values("title")
        Author.objects.annotate(newest=Subquery(latest[:1]))
    """

    __slots__ = ("query",)

    def __init__(self, query: Any) -> None:
        if not _is_query(query):
            raise refused(
                MISUSE, f"Subquery was given {query!r:.60}.", "Give a query: Book.objects..."
            )
        self.query = query

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the subquery, of one row."""
        return Scalar(self.query.limited(1), self.query.column_kind())


class Exists(Test):
    """Whether another query finds a row: ``Exists(Book.objects.filter(...))``."""

    __slots__ = ("query",)

    def __init__(self, query: Any) -> None:
        if not _is_query(query):
            raise refused(
                MISUSE, f"Exists was given {query!r:.60}.", "Give a query: Book.objects..."
            )
        self.query = query

    def __repr__(self) -> str:
        return f"Exists({self.query!r})"

    def resolved(self, scope: Scope) -> Node:
        """Return the condition."""
        return Found(self.query)
