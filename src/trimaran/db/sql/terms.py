"""Conditions and expressions that know their columns, and their SQL's *shape*.

``shape`` returns a hashable tree that holds no value, and appends the values, already bound, to a
list: queries of one shape share one SQL text. The compiler visits the tree in the same order, so
the n-th value is the n-th parameter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.db.sql import kinds
from trimaran.db.sql.arithmetic import of_arithmetic
from trimaran.db.sql.cleaning import Fault
from trimaran.db.sql.lookups import Lookup, binder
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Back, Relation, Table

Shape: TypeAlias = tuple[Any, ...]


class Node:
    """A condition that knows its table's columns."""

    __slots__ = ()
    nullable = False

    def parts(self) -> Sequence[Node | Term]:
        """Return the conditions and expressions that it is made of."""
        return ()

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the shape and append the values that it needs."""
        raise NotImplementedError


class Constant(Node):
    """Always true or always false."""

    __slots__ = ("truth",)

    def __init__(self, *, truth: bool) -> None:
        self.truth = truth

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return ``("true",)`` or ``("false",)``."""
        return ("true",) if self.truth else ("false",)


class Match(Node):
    """A look-up with its value."""

    __slots__ = ("lookup", "value")

    def __init__(self, lookup: Lookup, value: Any) -> None:
        self.lookup = lookup
        self.value = value

    @property
    def nullable(self) -> bool:  # type: ignore[override]  # computed here, constant in the base
        """Whether it may be neither true nor false."""
        return self.lookup.nullable

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the look-up itself; there is one object for each."""
        lookup = self.lookup
        if lookup.op == "range":
            low, high = self.value
            values.append(lookup.bind(low, vendor))
            values.append(lookup.bind(high, vendor))
        else:
            values.append(lookup.bind(self.value, vendor))
        return ("match", lookup)


class Null(Node):
    """A column that is NULL, or is not."""

    __slots__ = ("lookup", "null")

    def __init__(self, lookup: Lookup, *, null: bool) -> None:
        self.lookup = lookup
        self.null = null

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the look-up and which of the two it is."""
        return ("null", self.lookup, self.null)


class Compare(Node):
    """Two expressions compared."""

    __slots__ = ("left", "op", "right")
    nullable = True

    def __init__(self, op: str, left: Term, right: Term) -> None:
        self.op = op
        self.left = left
        self.right = right

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the operator and both sides' shapes."""
        left = self.left.shape(values, vendor)
        return ("compare", self.op, left, self.right.shape(values, vendor))

    def parts(self) -> Sequence[Node | Term]:
        """Return both sides."""
        return (self.left, self.right)


class Tested(Node):
    """An expression compared with a value by a look-up."""

    __slots__ = ("op", "right", "term")
    nullable = True

    def __init__(self, term: Term, op: str, *, right: Any) -> None:
        self.term = term
        self.op = op
        self.right = right

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the look-up, its type and the expression's shape."""
        term = self.term.shape(values, vendor)
        if self.op == "isnull":
            return ("unset", term, self.right)
        kind = self.term.kind or kinds.TEXT
        try:
            bind = _binder(self.op, kind, vendor)
            given = self.right if self.op == "range" else (self.right,)
            values.extend([bind(value) for value in given])
        except Fault as fault:
            raise QueryError(
                "TRI-QUERY-003",
                f"An expression of type {kind.name} cannot be compared with a value of type "
                f"{type(self.right).__name__}: {fault.msg}.",
                f"Give a value that fits {kind.name}.",
            ) from None
        return ("tested", self.op, kind, term)

    def parts(self) -> Sequence[Node | Term]:
        """Return the expression."""
        return (self.term,)


@lru_cache(maxsize=1_000)
def _binder(op: str, kind: Kind, vendor: str) -> Callable[[Any], Any]:
    return binder(op, kind, vendor)


class Subquery(Node):
    """A column whose value is among those that another query returns."""

    __slots__ = ("lookup", "query")
    nullable = True

    def __init__(self, lookup: Lookup, query: Any) -> None:
        self.lookup = lookup
        self.query = query

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the look-up and the inner query's shape."""
        return ("subquery", self.lookup, self.query.column_shape(values, vendor))


class Among(Node):
    """An expression whose value is among those that another query returns."""

    __slots__ = ("query", "term")
    nullable = True

    def __init__(self, term: Term, query: Any) -> None:
        self.term = term
        self.query = query

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the expression's shape and the inner query's."""
        term = self.term.shape(values, vendor)
        return ("among", term, self.query.column_shape(values, vendor))

    def parts(self) -> Sequence[Node | Term]:
        """Return the expression."""
        return (self.term,)


class Exists(Node):
    """Some row of another table points here and fulfils a condition."""

    __slots__ = ("hops", "inner", "relation")

    def __init__(self, hops: tuple[Relation | Back, ...], relation: Relation, inner: Node) -> None:
        self.hops = hops
        self.relation = relation
        self.inner = inner

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the way to the other table and the inner condition's shape."""
        return ("exists", self.hops, self.relation, self.inner.shape(values, vendor))


class Group(Node):
    """Conditions of which all or one must hold."""

    __slots__ = ("children", "connector")

    def __init__(self, connector: str, children: Sequence[Node]) -> None:
        self.connector = connector
        self.children = tuple(children)

    @property
    def nullable(self) -> bool:  # type: ignore[override]  # computed here, constant in the base
        """Whether one of the conditions may be neither true nor false."""
        return any(child.nullable for child in self.children)

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the connector and every child's shape."""
        return (self.connector, *[child.shape(values, vendor) for child in self.children])

    def parts(self) -> Sequence[Node | Term]:
        """Return the conditions that are joined."""
        return self.children


class Not(Node):
    """The complement of a condition: every row for which it is false or unknown."""

    __slots__ = ("inner",)

    def __init__(self, inner: Node) -> None:
        self.inner = inner

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the inner shape, and whether unknown must be taken for false."""
        return ("not", self.inner.nullable, self.inner.shape(values, vendor))

    def parts(self) -> Sequence[Node | Term]:
        """Return the condition that is negated."""
        return (self.inner,)


def joins(item: Node | Term) -> bool:
    """Tell whether a condition or an expression reads a column of another table."""
    lookup = getattr(item, "lookup", None)
    if lookup is not None:
        return bool(lookup.hops)
    if isinstance(item, Exists):
        return bool(item.hops)
    return any(joins(part) for part in item.parts())


def walk(item: Node | Term) -> Iterator[Node | Term]:
    """Yield a condition or an expression and everything that it is made of."""
    yield item
    for part in item.parts():
        yield from walk(part)


# Expressions


class Term:
    """An expression that knows its columns."""

    __slots__ = ("kind",)

    kind: Kind | None
    aggregates = False

    def parts(self) -> Sequence[Node | Term]:
        """Return the conditions and expressions that it is made of."""
        return ()

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the shape and append the values that it needs."""
        raise NotImplementedError


class Ref(Term):
    """A column, perhaps over relations."""

    __slots__ = ("lookup",)

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.kind = lookup.column.kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the way to the column."""
        return ("column", self.lookup.hops, self.lookup.column)


class Literal(Term):
    """A value inside an expression."""

    __slots__ = ("value",)

    def __init__(self, value: Any, kind: Kind) -> None:
        self.value = value
        self.kind = kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the value's kind; the value becomes a parameter."""
        kind = self.kind or kinds.TEXT
        # Only what a field holds may be None: a bare None has no kind.
        values.append(None if self.value is None else kind.storages[vendor].bind(self.value))
        return ("value", kind)


class Binary(Term):
    """Arithmetic."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Term, right: Term) -> None:
        self.op = op
        self.left = left
        self.right = right
        self.kind = of_arithmetic(op, left.kind, right.kind)

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the operator and both sides' shapes."""
        left = self.left.shape(values, vendor)
        return ("arithmetic", self.op, left, self.right.shape(values, vendor))

    def parts(self) -> Sequence[Node | Term]:
        """Return both sides."""
        return (self.left, self.right)


class Named(Term):
    """An annotation of the query, by its alias: written once, referred to elsewhere."""

    __slots__ = ("alias", "term")

    def __init__(self, alias: str, term: Term) -> None:
        self.alias = alias
        self.term = term
        self.kind = term.kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the alias; the query's own shape holds what it stands for."""
        return ("named", self.alias)

    def parts(self) -> Sequence[Node | Term]:
        """Return what the alias stands for."""
        return (self.term,)


class Outer(Term):
    """A column of the query around, which is known when the SQL is made."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name
        self.kind = None

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the name, which the compiler looks up in the query around."""
        return ("outer", self.name)


class Call(Term):
    """A function of the database; the compiler knows how each vendor writes it.

    option: what is part of the function itself, such as ``month`` of a truncated date
    """

    __slots__ = ("arguments", "name", "option")

    def __init__(
        self, name: str, arguments: Sequence[Term], kind: Kind | None, *, option: Any = None
    ) -> None:
        self.name = name
        self.arguments = tuple(arguments)
        self.kind = kind
        self.option = option

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the name, the kinds and the arguments' shapes."""
        arguments = tuple([argument.shape(values, vendor) for argument in self.arguments])
        given = tuple([argument.kind for argument in self.arguments])
        return ("call", self.name, self.option, self.kind, given, arguments)

    def parts(self) -> Sequence[Node | Term]:
        """Return the arguments."""
        return self.arguments


class Choice(Term):
    """The value of the first condition that holds."""

    __slots__ = ("branches", "default")

    def __init__(
        self, branches: Sequence[tuple[Node, Term]], default: Term | None, kind: Kind | None
    ) -> None:
        self.branches = tuple(branches)
        self.default = default
        self.kind = kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the shapes of conditions and values in turn."""
        branches = []
        for condition, term in self.branches:
            asked = condition.shape(values, vendor)
            branches.append((asked, term.shape(values, vendor)))
        default = None if self.default is None else self.default.shape(values, vendor)
        return ("choice", self.kind, tuple(branches), default)

    def parts(self) -> Sequence[Node | Term]:
        """Return conditions and values."""
        inner = [part for branch in self.branches for part in branch]
        return inner if self.default is None else [*inner, self.default]


class Truth(Term):
    """A condition as a value."""

    __slots__ = ("condition",)

    def __init__(self, condition: Node) -> None:
        self.condition = condition
        self.kind = kinds.BOOL

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the condition's shape."""
        return ("truth", self.condition.shape(values, vendor))

    def parts(self) -> Sequence[Node | Term]:
        """Return the condition."""
        return (self.condition,)


class Aggregated(Term):
    """A value made of several rows."""

    __slots__ = ("condition", "distinct", "name", "option", "order", "other", "term")
    aggregates = True

    def __init__(
        self,
        name: str,
        term: Term | None,
        kind: Kind | None,
        *,
        distinct: bool,
        condition: Node | None,
        order: Sequence[tuple[Term, Any]] = (),
        option: Any = None,
        other: Term | None = None,
    ) -> None:
        self.order = tuple(order)
        self.option = option
        self.other = other
        self.name = name
        self.term = term
        self.kind = kind
        self.distinct = distinct
        self.condition = condition

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the name, the argument's shape and that of the condition."""
        term = None if self.term is None else self.term.shape(values, vendor)
        if self.other is not None:
            term = ("pair", self.other.shape(values, vendor), term)
        condition = None if self.condition is None else self.condition.shape(values, vendor)
        order = tuple([(key.shape(values, vendor), way) for key, way in self.order])
        given = None if self.term is None else self.term.kind
        what = (self.name, self.kind, self.distinct, self.option, given)
        return ("aggregate", what, term, condition, order)

    def parts(self) -> Sequence[Node | Term]:
        """Return the argument, the condition and the order."""
        held = (self.term, self.other, self.condition, *[key for key, _ in self.order])
        return [part for part in held if part is not None]


class Windowed(Term):
    """A function over the rows around each row.

    frame: ``rows`` or ``range`` and both ends, as numbers of rows; None is unbounded
    """

    __slots__ = ("frame", "order", "partitions", "term")

    def __init__(
        self,
        term: Term,
        partitions: Sequence[Term],
        order: Sequence[tuple[Term, Any]],
        frame: tuple[str, int | None, int | None] | None,
    ) -> None:
        self.term = term
        self.partitions = tuple(partitions)
        self.order = tuple(order)
        self.frame = frame
        self.kind = term.kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the shapes of the function, the partition and the order."""
        term = self.term.shape(values, vendor)
        partitions = tuple([part.shape(values, vendor) for part in self.partitions])
        order = tuple([(key.shape(values, vendor), way) for key, way in self.order])
        return ("window", self.kind, term, partitions, order, self.frame)

    def parts(self) -> Sequence[Node | Term]:
        """Return the function, the partition and the order."""
        return (self.term, *self.partitions, *[key for key, _ in self.order])


class OfRow(Term):
    """An aggregate of what belongs to one row: a subquery, lest several multiply."""

    __slots__ = ("table", "term")

    def __init__(self, table: Table, term: Term) -> None:
        self.table = table
        self.term = term
        self.kind = term.kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the table and the aggregate's shape."""
        return ("of_row", self.table, self.term.shape(values, vendor))


class Scalar(Term):
    """The only value of another query."""

    __slots__ = ("query",)

    def __init__(self, query: Any, kind: Kind | None) -> None:
        self.query = query
        self.kind = kind

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the inner query's shape."""
        return ("scalar", self.query.column_shape(values, vendor, ordered=True))


class ScalarList(Scalar):
    """All values of another query, as a list."""

    __slots__ = ()

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the inner query's shape, in its order."""
        return ("scalar_list", self.query.column_shape(values, vendor, ordered=True))


class Found(Node):
    """Whether another query returns a row."""

    __slots__ = ("query",)

    def __init__(self, query: Any) -> None:
        self.query = query

    def shape(self, values: list[Any], vendor: str) -> Shape:
        """Return the inner query's shape."""
        return ("found", self.query.column_shape(values, vendor))
