"""Aggregates and subqueries, as written in ``annotate`` and ``filter``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.db.sql import kinds
from trimaran.db.sql.conditions import ordering_term, resolve, resolve_term
from trimaran.db.sql.expressions import Computed, Test
from trimaran.db.sql.functions.base import MISUSE, argument_term, refused
from trimaran.db.sql.table import Scope
from trimaran.db.sql.terms import Aggregated, Call, Found, Scalar, ScalarList, walk

if TYPE_CHECKING:
    from trimaran.db.sql.expressions import Condition
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.terms import Node, Term


class Aggregate(Computed[Any]):
    """A value made of several rows.

    filter:  of those that fulfil a condition
    default: instead of NULL, where there is no value
    """

    __slots__ = ("argument", "default", "distinct", "filter", "order_by")
    name: ClassVar[str]

    def __init__(
        self,
        expression: Any,
        *,
        filter: Condition | bool | None = None,
        distinct: bool = False,
        default: Any = None,
    ) -> None:
        self.argument = expression
        self.filter = filter
        self.distinct = distinct
        self.default = default
        self.order_by: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.argument!r})"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return what comes out where rows hold this."""
        return kind

    def option(self) -> Any:
        """Return what is part of the aggregate itself, such as a separator."""
        return None

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the aggregate; relations backwards are joined inside it."""
        inside = Scope(scope.table, scope.annotations, joined=True, joins=scope.joins)
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
        order = [ordering_term(inside, key) for key in self.order_by]
        aggregated = Aggregated(
            self.name,
            term,
            made,
            distinct=self.distinct,
            condition=condition,
            order=order,
            option=self.option(),
            other=self.second(inside),
        )
        if self.default is None:
            return aggregated
        return Call("coalesce", [aggregated, resolve_term(scope, self.default, made)], made)

    def second(self, scope: Scope) -> Term | None:
        """Return the other column, of an aggregate of two."""
        return None


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


class AnyValue(Aggregate):
    """One of the values that are not NULL: the smallest."""

    __slots__ = ()
    name = "min"


class _Spread(Aggregate):
    """How far values lie apart; ``sample``: they are a sample of more."""

    __slots__ = ("sample",)
    names: ClassVar[tuple[str, str]]

    def __init__(
        self,
        expression: Any,
        *,
        sample: bool = False,
        filter: Condition | bool | None = None,
        distinct: bool = False,
        default: Any = None,
    ) -> None:
        super().__init__(expression, filter=filter, distinct=distinct, default=default)
        self.sample = sample

    @property
    def name(self) -> str:  # type: ignore[override]  # depends on the sample here
        """The function."""
        return self.names[self.sample]

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return a float."""
        _check_number(self, kind)
        return kinds.FLOAT


class StdDev(_Spread):
    """The standard deviation, NULL where there is no value."""

    __slots__ = ()
    names = ("stddev_pop", "stddev_samp")


class Variance(_Spread):
    """The variance, NULL where there is no value."""

    __slots__ = ()
    names = ("var_pop", "var_samp")


class BoolAnd(Aggregate):
    """Whether all values are true; NULLs are left out."""

    __slots__ = ()
    name = "bool_and"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return a bool."""
        return kinds.BOOL


class BoolOr(BoolAnd):
    """Whether a value is true; NULLs are left out."""

    __slots__ = ()
    name = "bool_or"


class BitAnd(Aggregate):
    """Whole numbers joined bit by bit: what all have."""

    __slots__ = ()
    name = "bit_and"


class BitOr(BitAnd):
    """Whole numbers joined bit by bit: what one has."""

    __slots__ = ()
    name = "bit_or"


class BitXor(BitAnd):
    """Whole numbers joined bit by bit: what an odd number of them has."""

    __slots__ = ()
    name = "bit_xor"


class _Collected(Aggregate):
    """An aggregate that takes its rows in an order, as a rule that of the values."""

    __slots__ = ()

    def __init__(
        self,
        expression: Any,
        *,
        order_by: Any = (),
        filter: Condition | bool | None = None,
        distinct: bool = False,
        default: Any = None,
    ) -> None:
        super().__init__(expression, filter=filter, distinct=distinct, default=default)
        self.order_by = tuple(order_by) if isinstance(order_by, (list, tuple)) else (order_by,)


class StringAgg(_Collected):
    """Texts joined by a delimiter, NULLs left out: ``StringAgg("name", ", ")``."""

    __slots__ = ("delimiter",)
    name = "string_agg"

    def __init__(
        self,
        expression: Any,
        delimiter: Any = ",",
        *,
        order_by: Any = (),
        filter: Condition | bool | None = None,
        distinct: bool = False,
        default: Any = None,
    ) -> None:
        super().__init__(
            expression, order_by=order_by, filter=filter, distinct=distinct, default=default
        )
        plain = getattr(delimiter, "value", delimiter)
        if not isinstance(plain, str) or "\\" in plain or "\0" in plain or len(plain) > 100:
            raise refused(
                MISUSE,
                f"StringAgg was given the delimiter {delimiter!r:.40}.",
                "Give a short text without a backslash.",
            )
        self.delimiter = plain

    def option(self) -> Any:
        """Return the delimiter."""
        return self.delimiter

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return text."""
        return kinds.TEXT


class ArrayAgg(_Collected):
    """The values as a list: ``ArrayAgg("title", order_by="title")``."""

    __slots__ = ()
    name = "array_agg"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return a list of what rows hold."""
        return kinds.listed(kind or kinds.TEXT)


class JSONArrayAgg(_Collected):
    """The values as a JSON list: ``JSONArrayAgg(JSONObject(id="id"), order_by="id")``."""

    __slots__ = ()
    name = "json_agg"

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return a document."""
        return kinds.JSON


JSONBAgg = JSONArrayAgg
"""Django's name of it."""


class _OfTwo(Aggregate):
    """Statistics of pairs of numbers (PostgreSQL): ``Corr("y", "x")``."""

    __slots__ = ("x",)

    def __init__(
        self,
        y: Any,
        x: Any,
        *,
        filter: Condition | bool | None = None,
        default: Any = None,
    ) -> None:
        super().__init__(y, filter=filter, default=default)
        self.x = x

    def second(self, scope: Scope) -> Term | None:
        """Return the other column."""
        return argument_term(scope, self.x)

    def kind_of(self, kind: Kind | None) -> Kind | None:
        """Return a float."""
        return kinds.FLOAT


class Corr(_OfTwo):
    """The correlation of two columns (PostgreSQL)."""

    __slots__ = ()
    name = "corr"


class CovarPop(_OfTwo):
    """The covariance of two columns (PostgreSQL)."""

    __slots__ = ()
    name = "covar_pop"


class RegrSlope(_OfTwo):
    """The slope of the line that fits the pairs best (PostgreSQL)."""

    __slots__ = ()
    name = "regr_slope"


class RegrIntercept(_OfTwo):
    """Where the line that fits the pairs best meets the axis (PostgreSQL)."""

    __slots__ = ()
    name = "regr_intercept"


class RegrR2(_OfTwo):
    """The square of the correlation (PostgreSQL)."""

    __slots__ = ()
    name = "regr_r2"


# Subqueries


class ArraySubquery(Computed[Any]):
    """All values of another query as a list, in its order."""

    __slots__ = ("query",)

    def __init__(self, query: Any) -> None:
        if not _is_query(query):
            raise refused(
                MISUSE, f"ArraySubquery was given {query!r:.60}.", "Give a query: Book.objects..."
            )
        self.query = query

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the subquery."""
        return ScalarList(self.query, kinds.listed(self.query.column_kind() or kinds.TEXT))


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
