"""A table inside one statement: its joins, conditions and expressions as clauses."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from trimaran.db.sql.conditions import column_of
from trimaran.db.sql.rendering import matching
from trimaran.db.sql.rendering.aggregates import Group, aggregate
from trimaran.db.sql.rendering.calls import call
from trimaran.db.sql.rendering.documents import PATH, Place
from trimaran.db.sql.statement import constant, light
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimaran.db.sql import kinds
    from trimaran.db.sql.lookups import Lookup
    from trimaran.db.sql.statement import Compiler
    from trimaran.db.sql.table import Back, Column, Relation, Table
    from trimaran.db.sql.terms import Shape

Hops: TypeAlias = "tuple[Relation | Back, ...]"

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "**": sa.func.power,
    "&": lambda left, right: left.bitwise_and(right),
    "|": lambda left, right: left.bitwise_or(right),
    "<<": lambda left, right: left.bitwise_lshift(right),
    ">>": lambda left, right: left.bitwise_rshift(right),
}


class Source:
    """A table as one statement names it, with the tables joined to it.

    annotations: the clauses of the query's expressions, by alias
    outer:       the table of the query around, for ``OuterRef``
    """

    def __init__(
        self, compiler: Compiler, table: Table, *, alias: bool = False, outer: Source | None = None
    ) -> None:
        self.compiler = compiler
        self.table = table
        self.clause: Any = light(table)
        if alias:
            compiler.aliases += 1
            self.clause = self.clause.alias(f"t{compiler.aliases}")
        self.joins: dict[Hops, Any] = {}
        self.annotations: dict[str, Any] = {}
        self.outer = outer

    def at(self, hops: Hops) -> Any:
        """Return the table that a way over foreign keys leads to, joined once."""
        if not hops:
            return self.clause
        found = self.joins.get(hops)
        if found is None:
            self.at(hops[:-1])
            compiler = self.compiler
            compiler.aliases += 1
            found = light(hops[-1].target).alias(f"t{compiler.aliases}")
            self.joins[hops] = found
        return found

    def column(self, hops: Hops, column: Column) -> Any:
        """Return a column at the end of such a way."""
        return self.at(hops).c[column.db_name]

    def joined(self) -> Any:
        """Return what FROM names: a left join for each way, so that no row is lost by one."""
        clause = self.clause
        for hops, alias in self.joins.items():
            relation = hops[-1]
            here = self.at(hops[:-1])
            outer = any(hop.outer for hop in hops)
            pairs = getattr(relation, "pairs", ((relation.near, relation.far),))
            equal = [here.c[near.db_name] == alias.c[far.db_name] for near, far in pairs]
            clause = clause.join(alias, sa.and_(*equal), isouter=outer)
        return clause

    # Conditions

    def condition(self, shape: Shape) -> Any:
        """Return the clause of a condition's shape."""
        method: Callable[..., Any] = getattr(self, f"_{shape[0]}")
        return method(*shape[1:])

    def _true(self) -> Any:
        return sa.true()

    def _false(self) -> Any:
        return sa.false()

    def _and(self, *children: Shape) -> Any:
        return sa.and_(*[self.condition(child) for child in children])

    def _or(self, *children: Shape) -> Any:
        return sa.or_(*[self.condition(child) for child in children])

    def _not(self, nullable: bool, child: Shape) -> Any:
        inner = self.condition(child)
        return inner.self_group().is_not(sa.true()) if nullable else sa.not_(inner)

    def _null(self, lookup: Lookup, null: bool) -> Any:
        column = self._looked_up(lookup)
        return column.is_(None) if null else column.is_not(None)

    def _match(self, lookup: Lookup) -> Any:
        return self._operation(lookup.op, self._looked_up(lookup), lookup.kind)

    def _looked_up(self, lookup: Lookup) -> Any:
        """Return the column of a look-up with its transforms."""
        column = self.column(lookup.hops, lookup.column)
        kind = lookup.column.kind
        for transform in lookup.transforms:
            vendor = self.compiler.dialect.name
            column = call(
                vendor, transform.call, transform.option, transform.kind, [kind], [column]
            )
            kind = transform.kind
        return column

    def _in_document(self, place: tuple[Any, ...], op: str, tag: str) -> Any:
        part = self._place(place)
        parameter = self.compiler.parameter
        if op == "missing":
            return part.missing()
        if op == "exists":
            return sa.not_(part.missing())
        if op == "exact":
            return part.exact(tag, parameter)
        if op in ("contains", "contained_by"):
            return part.contains(op, parameter)
        if op in ("gt", "gte", "lt", "lte"):
            return part.compared(op, tag, parameter)
        return part.pattern(op, parameter(sa.Text()))

    def _place(self, place: tuple[Any, ...]) -> Place:
        hops, column, deep, odd = place
        vendor = self.compiler.dialect.name
        path = None
        if deep:
            path = self.compiler.parameter(PATH if vendor == "postgresql" else sa.Text())
        return Place(vendor, self.column(hops, column), path, odd=odd)

    def _part(self, place: tuple[Any, ...], as_text: bool) -> Any:
        part = self._place(place)
        return part.text if as_text else part.json

    def _compare(self, op: str, left: Shape, right: Shape) -> Any:
        if op in _COMPARE:
            return _COMPARE[op](self.term(left), self.term(right))
        if op == "matches":
            return self.term(left).op("@@", is_comparison=True)(self.term(right))
        return self._pattern(op, self.term(left), self.term(right))

    def _subquery(self, lookup: Lookup, shape: Shape) -> Any:
        column = self._looked_up(lookup)
        return column.in_(
            matching.derived(self.compiler.dialect.name, self.compiler.subquery(self, shape))
        )

    def _among(self, term: Shape, shape: Shape) -> Any:
        column = self.term(term)
        inner = self.compiler.subquery(self, shape)
        return column.in_(matching.derived(self.compiler.dialect.name, inner))

    def _tested(self, op: str, kind: kinds.Kind, term: Shape) -> Any:
        return self._operation(op, self.term(term), kind)

    def _unset(self, term: Shape, null: bool) -> Any:
        clause = self.term(term)
        return clause.is_(None) if null else clause.is_not(None)

    def _found(self, shape: Shape) -> Any:
        return sa.exists(self.compiler.subquery(self, shape))

    def _exists(self, hops: Hops, relation: Relation, inner: Shape) -> Any:
        here = self.at(hops)
        other = Source(self.compiler, relation.source, alias=True, outer=self.outer)
        condition = other.condition(inner)
        points = other.clause.c[relation.column.db_name] == here.c[self._key_at(hops).db_name]
        one = sa.select(constant("1"))
        return sa.exists(one.select_from(other.joined()).where(points, condition))

    def _key_at(self, hops: Hops) -> Column:
        return hops[-1].target.key if hops else self.table.key

    # Look-ups

    def _operation(self, op: str, column: Any, kind: kinds.Kind) -> Any:
        compiler = self.compiler
        if op in _COMPARE:
            return _COMPARE[op](column, compiler.of_kind(kind))
        if op == "range":
            low = compiler.of_kind(kind)
            return column.between(low, compiler.of_kind(kind))
        if op == "in":
            return matching.among(compiler.dialect.name, column, kind, compiler.parameter)
        return self._pattern(op, column, compiler.parameter(sa.Text()))

    def _pattern(self, op: str, column: Any, value: Any) -> Any:
        return matching.pattern(self.compiler.dialect.name, op, column, value)

    # Expressions

    def term(self, shape: Shape) -> Any:
        """Return the clause of an expression's shape."""
        name = shape[0]
        if name == "column":
            return self.column(shape[1], shape[2])
        if name == "value":
            return self.compiler.of_kind(shape[1])
        if name == "arithmetic":
            left = self.term(shape[2])
            right = self.term(shape[3])
            if shape[1] == "^":
                return matching.exclusive_or(self.compiler.dialect.name, left, right)
            if shape[1] in ("<<", ">>") and self.compiler.dialect.name == "postgresql":
                right = sa.cast(right, sa.Integer())
            return _ARITHMETIC[shape[1]](left, right)
        method: Callable[..., Any] = getattr(self, f"_{name}")
        return method(*shape[1:])

    def _named(self, alias: str) -> Any:
        return self.annotations[alias]

    def _outer(self, name: str) -> Any:
        around = self.outer
        if around is None:
            raise QueryError(
                "TRI-QUERY-020",
                f"OuterRef({name[:80]!r}) stands in a query that is inside no other.",
                "Give the query to Subquery(...) or Exists(...) and ask that.",
            )
        if name in around.annotations:
            return around.annotations[name]
        lookup = column_of(around.table.scope, name)
        return around.column(lookup.hops, lookup.column)

    def _truth(self, condition: Shape) -> Any:
        return self.condition(condition)

    def _scalar(self, shape: Shape) -> Any:
        return self.compiler.subquery(self, shape).scalar_subquery()

    def _scalar_list(self, shape: Shape) -> Any:
        inner = self.compiler.subquery(self, shape).subquery(f"l{self.compiler.aliases}")
        return matching.listed(self.compiler.dialect.name, inner)

    def _choice(
        self, kind: kinds.Kind, branches: Sequence[tuple[Shape, Shape]], default: Shape | None
    ) -> Any:
        whens = [(self.condition(asked), self.term(then)) for asked, then in branches]
        last = sa.null() if default is None else self.term(default)
        return sa.case(*whens, else_=last)

    def _call(
        self,
        name: str,
        option: Any,
        kind: kinds.Kind,
        given: Sequence[kinds.Kind],
        arguments: Sequence[Shape],
    ) -> Any:
        clauses = [self.term(argument) for argument in arguments]
        return call(self.compiler.dialect.name, name, option, kind, given, clauses)

    def _aggregate(
        self,
        what: tuple[Any, ...],
        term: Shape | None,
        condition: Shape | None,
        order: Sequence[tuple[Shape, Any]],
    ) -> Any:
        name, kind, distinct, option, given = what
        argument: Any = None
        if term is not None and term[0] == "pair":
            argument = (self.term(term[1]), self.term(term[2]))
        elif term is not None:
            argument = self.term(term)
        kept = None if condition is None else self.condition(condition)
        keys = self.ordering(order)
        group = Group(
            self.compiler.dialect.name,
            name,
            kind,
            argument,
            kept,
            distinct=distinct,
            order=keys,
            option=option,
            given=given,
        )
        return aggregate(group)

    def _window(
        self,
        kind: kinds.Kind,
        term: Shape,
        partitions: Sequence[Shape],
        order: Sequence[tuple[Shape, Any]],
        frame: tuple[str, int | None, int | None] | None,
    ) -> Any:
        function = self.term(term)
        groups = [self.term(part) for part in partitions]
        keys = self.ordering(order)
        return matching.over(self.compiler.dialect.name, term, function, groups, keys, frame)

    def ordering(self, order: Sequence[tuple[Shape, Any]]) -> list[Any]:
        """Return the clauses of an order, NULLs where they were asked to be."""
        made: list[Any] = []
        for term, way in order:
            made += matching.ordered(self.compiler.dialect.name, self.term(term), way)
        return made

    def _of_row(self, table: Table, term: Shape) -> Any:
        own = Source(self.compiler, table, alias=True, outer=self.outer)
        clause = own.term(term)
        asked = sa.select(clause).select_from(own.joined())
        names = [column.db_name for column in table.keys]
        same = [own.clause.c[name] == self.clause.c[name] for name in names]
        return asked.where(*same).scalar_subquery()
