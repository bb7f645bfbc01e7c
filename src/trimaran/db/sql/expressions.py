"""What a developer writes in queries: ``Q``, ``F``, columns, comparisons, orders.

They are resolved against a table by ``conditions``; nothing here knows one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope, Table

T = TypeVar("T")


class Condition:
    """Something true or false of a row: combine with ``&``, ``|`` and ``~``."""

    __slots__ = ()

    def __and__(self, other: Condition | bool) -> Q:
        return Q(self, other)

    def __or__(self, other: Condition | bool) -> Q:
        return Q(self, other, connector="or")

    def __invert__(self) -> Q:
        return Q(self, negated=True)

    def __bool__(self) -> bool:
        raise QueryError(
            "TRI-QUERY-005",
            "A condition on columns has no truth value in Python.",
            "Combine conditions with &, | and ~ in parentheses, not with and, or, not or a "
            "chained comparison.",
            where=callsite(),
        )


class Q(Condition):
    """Conditions joined by ``and``, as keywords of look-ups or as expressions.

    ::

        Book.objects.filter(Q(title__startswith="A") | ~Q(author__name="Homer"))
    """

    __slots__ = ("conditions", "connector", "lookups", "negated")

    def __init__(
        self,
        /,
        *conditions: Condition | bool,
        connector: str = "and",
        negated: bool = False,
        **lookups: Any,
    ) -> None:
        if connector not in ("and", "or"):
            raise QueryError(
                "TRI-QUERY-006", f"Q has no connector {connector!r}.", "Give 'and' or 'or'."
            )
        self.conditions = conditions
        self.lookups = lookups
        self.connector = connector
        self.negated = negated

    def __repr__(self) -> str:
        parts = [repr(part) for part in self.conditions]
        parts += [f"{key}={value!r}" for key, value in self.lookups.items()]
        return f"{'~' if self.negated else ''}Q({f' {self.connector} '.join(parts)})"


class Expression(Generic[T]):
    """A value computed by the database: a column, or arithmetic over columns."""

    __slots__ = ()

    # Comparisons. They make conditions, so that equality of two expressions is `is`.

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]  # makes SQL, not a bool
        return Comparison("exact", self, other)

    def __ne__(self, other: object) -> Q:  # type: ignore[override]  # makes SQL, not a bool
        return ~Comparison("exact", self, other)

    def __lt__(self, other: Any) -> Comparison:
        return Comparison("lt", self, other)

    def __le__(self, other: Any) -> Comparison:
        return Comparison("lte", self, other)

    def __gt__(self, other: Any) -> Comparison:
        return Comparison("gt", self, other)

    def __ge__(self, other: Any) -> Comparison:
        return Comparison("gte", self, other)

    __hash__ = object.__hash__

    # Arithmetic

    def __add__(self, other: Any) -> Arithmetic:
        return Arithmetic("+", self, other)

    def __radd__(self, other: Any) -> Arithmetic:
        return Arithmetic("+", other, self)

    def __sub__(self, other: Any) -> Arithmetic:
        return Arithmetic("-", self, other)

    def __rsub__(self, other: Any) -> Arithmetic:
        return Arithmetic("-", other, self)

    def __mul__(self, other: Any) -> Arithmetic:
        return Arithmetic("*", self, other)

    def __rmul__(self, other: Any) -> Arithmetic:
        return Arithmetic("*", other, self)

    def __truediv__(self, other: Any) -> Arithmetic:
        return Arithmetic("/", self, other)

    def __mod__(self, other: Any) -> Arithmetic:
        return Arithmetic("%", self, other)

    def __rtruediv__(self, other: Any) -> Arithmetic:
        return Arithmetic("/", other, self)

    def __rmod__(self, other: Any) -> Arithmetic:
        return Arithmetic("%", other, self)

    def __pow__(self, other: Any) -> Arithmetic:
        return Arithmetic("**", self, other)

    def __rpow__(self, other: Any) -> Arithmetic:
        return Arithmetic("**", other, self)

    def __neg__(self) -> Arithmetic:
        return Arithmetic("*", self, -1)

    def bitand(self, other: Any) -> Arithmetic:
        """Join two whole numbers bit by bit: both."""
        return Arithmetic("&", self, other)

    def bitor(self, other: Any) -> Arithmetic:
        """Join two whole numbers bit by bit: one or both."""
        return Arithmetic("|", self, other)

    def bitxor(self, other: Any) -> Arithmetic:
        """Join two whole numbers bit by bit: one of them."""
        return Arithmetic("^", self, other)

    def bitleftshift(self, other: Any) -> Arithmetic:
        """Shift a whole number's bits to the left."""
        return Arithmetic("<<", self, other)

    def bitrightshift(self, other: Any) -> Arithmetic:
        """Shift a whole number's bits to the right."""
        return Arithmetic(">>", self, other)

    # Orders

    def asc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> Ordering:
        """Order by this, the smallest first."""
        return Ordering(self, descending=False, nulls=_nulls(nulls_first, nulls_last))

    def desc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> Ordering:
        """Order by this, the largest first."""
        return Ordering(self, descending=True, nulls=_nulls(nulls_first, nulls_last))

    # The look-ups that have no operator

    def in_(self, values: Iterable[Any]) -> Comparison:
        """Is one of these values."""
        return Comparison("in", self, values)

    def is_null(self, null: bool = True) -> Comparison:
        """Is NULL, or is not."""
        return Comparison("isnull", self, null)

    def between(self, low: Any, high: Any) -> Comparison:
        """Lies between two values, both included."""
        return Comparison("range", self, (low, high))

    def contains(self, text: str) -> Comparison:
        """Contains this text."""
        return Comparison("contains", self, text)

    def icontains(self, text: str) -> Comparison:
        """Contains this text, whatever its case."""
        return Comparison("icontains", self, text)

    def startswith(self, text: str) -> Comparison:
        """Begins with this text."""
        return Comparison("startswith", self, text)

    def istartswith(self, text: str) -> Comparison:
        """Begins with this text, whatever its case."""
        return Comparison("istartswith", self, text)

    def endswith(self, text: str) -> Comparison:
        """Ends with this text."""
        return Comparison("endswith", self, text)

    def iendswith(self, text: str) -> Comparison:
        """Ends with this text, whatever its case."""
        return Comparison("iendswith", self, text)

    def iexact(self, text: str) -> Comparison:
        """Equals this text, whatever its case."""
        return Comparison("iexact", self, text)

    if not TYPE_CHECKING:

        def __iter__(self) -> Any:
            message = f"{type(self).__name__} is an expression of a query, not a sequence"
            raise TypeError(message)


def _nulls(first: bool, last: bool) -> str:
    if first and last:
        raise QueryError(
            "TRI-QUERY-014", "nulls_first and nulls_last exclude each other.", "Give one of them."
        )
    return "first" if first else "last" if last else ""


class F(Expression[Any]):
    """A column by its name, over relations too: ``F("price")``, ``F("author__age")``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"F({self.name!r})"


class Computed(Expression[T]):
    """An expression that resolves itself: a function, an aggregate, a subquery."""

    __slots__ = ()

    def resolved(self, scope: Scope, kind: Kind | None) -> Any:
        """Return the term; ``kind``: what it will be compared with or stored in, if known."""
        raise NotImplementedError


class Test(Condition):
    """A condition that knows how to resolve itself."""

    __slots__ = ()

    def resolved(self, scope: Scope) -> Any:
        """Return the node."""
        raise NotImplementedError


class OuterRef(Expression[Any]):
    """A column of the query around: ``Book.objects.filter(author=OuterRef("pk"))``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"OuterRef({self.name!r})"


class Col(F, Generic[T]):
    """A column of one model: ``Book.price``, or ``Book.c.price`` for type checkers."""

    __slots__ = ("table",)

    def __init__(self, table: Table, name: str) -> None:
        super().__init__(name)
        self.table = table

    def __repr__(self) -> str:
        return f"{self.table.label}.{self.name}"


class Arithmetic(Expression[Any]):
    """Two values joined by an operator."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Any, right: Any) -> None:
        self.op = op
        self.left = left
        self.right = right

    def __repr__(self) -> str:
        return f"({self.left!r} {self.op} {self.right!r})"


class Comparison(Condition):
    """An expression compared with a value or with another expression."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Expression[Any], right: Any) -> None:
        self.op = op
        self.left = left
        self.right = right

    def __repr__(self) -> str:
        return f"({self.left!r} {self.op} {self.right!r})"


class Ordering:
    """An expression to order by; ``nulls``: ``first``, ``last`` or empty."""

    __slots__ = ("descending", "expression", "nulls")

    def __init__(self, expression: Expression[Any], *, descending: bool, nulls: str = "") -> None:
        self.expression = expression
        self.descending = descending
        self.nulls = nulls
