"""Shapes made into SQL text by SQLAlchemy Core; loaded when one is first met."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from trimaran.db.sql import kinds, matching, rendering
from trimaran.db.sql.conditions import column_of
from trimaran.db.sql.types import column_type, parameter_type
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.engine import Dialect

    from trimaran.db.sql.lookups import Lookup
    from trimaran.db.sql.table import Back, Column, Relation, Table
    from trimaran.db.sql.terms import Shape

Clause: TypeAlias = sa.ColumnElement[Any]
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
}
_COMBINE: dict[str, Callable[..., Any]] = {
    "union": sa.union,
    "union all": sa.union_all,
    "intersection": sa.intersect,
    "difference": sa.except_,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and where its parameters come from.

    order:     for each placeholder the index of its value; None where that is 0, 1, 2, …
    constants: values that SQLAlchemy adds of itself, such as SQLite's OFFSET 0; they are indexed
               after the query's own
    """

    sql: str
    order: tuple[int, ...] | None
    constants: tuple[Any, ...] = ()

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values in the order of the placeholders."""
        if self.order is None:
            return values
        if self.constants:
            values = [*values, *self.constants]
        return [values[index] for index in self.order]


class Compiler:
    """Makes one statement: hands out parameters in the order of the shape's names."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.names: dict[str, int] = {}
        self.aliases = 0

    @property
    def count(self) -> int:
        """How many parameters there are."""
        return len(self.names)

    def parameter(self, type_: Any) -> Any:
        """Return the next parameter."""
        name = f"value_{self.count}"
        self.names[name] = self.count
        return sa.bindparam(name, type_=type_)

    def integer(self) -> Any:
        """Return the next parameter, an integer of 64 bits."""
        return self.parameter(sa.BigInteger())

    def of_kind(self, kind: kinds.Kind) -> Any:
        """Return the next parameter, of the kind of a column."""
        return self.parameter(parameter_type(kind))

    def statement(self, clause: Any) -> Statement:
        """Return the text of a finished SQLAlchemy clause."""
        compiled = clause.compile(dialect=self.dialect)
        order: list[int] = []
        constants: list[Any] = []
        for name in compiled.positiontup or ():
            if name in self.names:
                order.append(self.names[name])
            else:
                order.append(self.count + len(constants))
                constants.append(compiled.params[name])
        text = str(compiled).replace(" \n ", " ").replace(" \n", " ").replace("\n", " ")
        plain = order == list(range(self.count))
        return Statement(text, None if plain else tuple(order), tuple(constants))


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
            near = self.at(hops[:-1]).c[relation.near.db_name]
            outer = any(hop.outer for hop in hops)
            clause = clause.join(alias, near == alias.c[relation.far.db_name], isouter=outer)
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
        column = self.column(lookup.hops, lookup.column)
        return column.is_(None) if null else column.is_not(None)

    def _match(self, lookup: Lookup) -> Any:
        column = self.column(lookup.hops, lookup.column)
        kind = lookup.column.kind
        if lookup.transform:
            column, kind = matching.part(self.compiler.dialect.name, lookup.transform, column, kind)
        return self._operation(lookup.op, column, kind)

    def _compare(self, op: str, left: Shape, right: Shape) -> Any:
        if op in _COMPARE:
            return _COMPARE[op](self.term(left), self.term(right))
        return self._pattern(op, self.term(left), self.term(right))

    def _subquery(self, lookup: Lookup, shape: Shape) -> Any:
        column = self.column(lookup.hops, lookup.column)
        return column.in_(matching.derived(self.compiler.dialect.name, select_column(self, shape)))

    def _tested(self, op: str, kind: kinds.Kind, term: Shape) -> Any:
        return self._operation(op, self.term(term), kind)

    def _unset(self, term: Shape, null: bool) -> Any:
        clause = self.term(term)
        return clause.is_(None) if null else clause.is_not(None)

    def _found(self, shape: Shape) -> Any:
        return sa.exists(select_column(self, shape))

    def _exists(self, hops: Hops, relation: Relation, inner: Shape) -> Any:
        here = self.at(hops)
        other = Source(self.compiler, relation.source, alias=True, outer=self.outer)
        condition = other.condition(inner)
        points = other.clause.c[relation.column.db_name] == here.c[self._key_at(hops).db_name]
        one = sa.select(_constant("1"))
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
            return _ARITHMETIC[shape[1]](left, self.term(shape[3]))
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
        return select_column(self, shape).scalar_subquery()

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
        return rendering.call(self.compiler.dialect.name, name, option, kind, given, clauses)

    def _aggregate(
        self,
        name: str,
        kind: kinds.Kind,
        distinct: bool,
        term: Shape | None,
        condition: Shape | None,
    ) -> Any:
        argument = None if term is None else self.term(term)
        kept = None if condition is None else self.condition(condition)
        vendor = self.compiler.dialect.name
        return rendering.aggregate(vendor, name, kind, argument, kept, distinct=distinct)

    def _of_row(self, table: Table, term: Shape) -> Any:
        own = Source(self.compiler, table, alias=True, outer=self.outer)
        clause = own.term(term)
        key = table.key.db_name
        asked = sa.select(clause).select_from(own.joined())
        return asked.where(own.clause.c[key] == self.clause.c[key]).scalar_subquery()


def _constant(text: str) -> Any:
    """Return SQL text that is the same in every statement of a shape: never a value."""
    return sa.literal_column(text)


def light(table: Table) -> sa.TableClause:
    """Return the table for use in statements, without its constraints."""
    columns: Iterable[sa.ColumnClause[Any]] = [
        sa.column(column.db_name, column_type(column.kind)) for column in table.columns.values()
    ]
    return sa.table(table.name, *columns)


# Statements


def _selected(source: Source, shape: Shape) -> Any:
    """Return the SELECT of ``("select", projection, where, order, distinct, limit, offset)``."""
    if shape[0] == "query":
        return _queried(source, shape)
    _, projection, where, order, distinct, limit, offset = shape
    listed = [source.column(hops, column) for hops, column in projection.columns]
    condition = source.condition(where) if where is not None else None
    ordering = [_ordered(source.term(term), down) for term, down in order]
    if source.joins:
        # Two joined tables may both have an "id": rows are read by position, labels only differ.
        listed = [clause.label(f"c{index}") for index, clause in enumerate(listed)]
    statement = sa.select(*listed).select_from(source.joined())
    if condition is not None:
        statement = statement.where(condition)
    if distinct:
        statement = statement.distinct()
    if ordering:
        statement = statement.order_by(*ordering)
    return _sliced(source.compiler, statement, limit, offset)


def _ordered(clause: Any, descending: bool) -> Any:
    return clause.desc() if descending else clause.asc()


def _sliced(compiler: Compiler, statement: Any, limit: bool, offset: bool) -> Any:
    if limit:
        statement = statement.limit(compiler.integer())
    if offset:
        if not limit and compiler.dialect.name == "sqlite":
            statement = statement.limit(_constant("-1"))
        statement = statement.offset(compiler.integer())
    return statement


def select_column(around: Source, shape: Shape) -> Any:
    """Return the SELECT of a subquery, its tables under names of their own."""
    if shape[0] == "combined":
        return _combined(around.compiler, shape)
    return _selected(Source(around.compiler, shape[1].table, alias=True, outer=around), shape)


def _queried(source: Source, shape: Shape) -> Any:
    """Return the SELECT of a query with annotations, groups, a lock or its like.

    ``("query", projection, annotations, where, having, group, order, distinct, limit, offset,
    lock)``
    """
    projection, annotations, where, having, group, order, distinct, limit, offset, lock = shape[1:]
    annotate(source, annotations)
    condition = source.condition(where) if where is not None else None
    held = source.condition(having) if having is not None else None
    grouping = [source.term(term) for term in group or ()]
    ordering = [_ordered(source.term(term), down) for term, down in order]
    apart = [source.term(term) for term in distinct] if isinstance(distinct, tuple) else []
    listed = [
        source.annotations[column.name] if hops is None else source.column(hops, column)
        for hops, column in projection.columns
    ]
    if grouping:
        # By place: a database that has the same parameter twice may not see that it is the same.
        places = {id(clause): _constant(str(n)) for n, clause in enumerate(listed, 1)}
        grouping = [places.get(id(clause), clause) for clause in grouping]
    statement = sa.select(*[clause.label(f"c{index}") for index, clause in enumerate(listed)])
    statement = statement.select_from(source.joined())
    if condition is not None:
        statement = statement.where(condition)
    if grouping:
        statement = statement.group_by(*grouping)
    if held is not None:
        statement = statement.having(held)
    if apart:
        statement = statement.ext(rendering.distinct_on(apart))
    elif distinct:
        statement = statement.distinct()
    if ordering:
        statement = statement.order_by(*ordering)
    if lock is not None:
        nowait, skip_locked, ways = lock
        tables = [source.at(way) for way in ways]
        statement = statement.with_for_update(nowait=nowait, skip_locked=skip_locked, of=tables)
    return _sliced(source.compiler, statement, limit, offset)


def annotate(source: Source, annotations: Iterable[tuple[str, Any, Shape]]) -> None:
    """Make the clauses of a query's expressions, each in the type that it is read as."""
    for alias, kind, term in annotations:
        clause = source.term(term)
        if term[0] == "arithmetic" and kind is not None and kind.sql in rendering.NUMBERS:
            clause = sa.cast(clause, parameter_type(kind))
        source.annotations[alias] = clause


def _combined(compiler: Compiler, shape: Shape) -> Any:
    """Return ``("combined", operation, selects, order, limit, offset)``."""
    _, operation, selects, order, limit, offset = shape
    parts: list[Any] = []
    for inner in selects:
        part = _selected(Source(compiler, inner[1].table, alias=True), inner)
        # SQLite allows no ORDER BY and LIMIT in a part.
        named = part.subquery(f"p{len(parts)}")
        parts.append(sa.select(*named.c))
    statement = _COMBINE[operation](*parts)
    if order:
        columns = list(statement.selected_columns)
        statement = statement.order_by(
            *[_ordered(sa.literal_column(str(place + 1)), down) for place, down in order if columns]
        )
    return _sliced(compiler, statement, limit, offset)


def compile_combined(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of several queries joined by UNION and its like."""
    compiler = Compiler(dialect)
    return compiler.statement(_combined(compiler, shape))


def compile_aggregated(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("aggregated", table, annotations, where, …)``."""
    _, table, annotations, where, aggregates = shape
    source = Source(Compiler(dialect), table)
    annotate(source, annotations)
    condition = sa.true() if where is None else source.condition(where)
    annotate(source, aggregates)
    listed = [source.annotations[alias].label(f"c{n}") for n, (alias, *_) in enumerate(aggregates)]
    statement = sa.select(*listed).select_from(source.joined()).where(condition)
    return source.compiler.statement(statement)


def compile_select(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement that reads rows."""
    source = Source(Compiler(dialect), shape[1].table)
    return source.compiler.statement(_selected(source, shape))


def compile_count(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement that counts the rows of ``("count", select)``."""
    inner = shape[1]
    if inner[0] == "combined":
        compiler = Compiler(dialect)
        counted = _combined(compiler, inner).subquery("q")
        return compiler.statement(sa.select(sa.func.count()).select_from(counted))
    source = Source(Compiler(dialect), inner[1].table)
    if inner[0] == "query":
        counted = _selected(source, inner).subquery("q")
        return source.compiler.statement(sa.select(sa.func.count()).select_from(counted))
    distinct, limit, offset = inner[4:]
    if distinct or limit or offset:
        counted = _selected(source, inner).subquery("q")
        statement = sa.select(sa.func.count()).select_from(counted)
    else:
        condition = sa.true() if inner[2] is None else source.condition(inner[2])
        statement = sa.select(sa.func.count()).select_from(source.joined()).where(condition)
    return source.compiler.statement(statement)


def compile_insert(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("insert", table, columns, rows, returning)``."""
    _, table, columns, rows, returning = shape
    compiler = Compiler(dialect)
    clause = light(table)
    if columns:
        values = [
            {clause.c[column.db_name]: compiler.of_kind(column.kind) for column in columns}
            for _ in range(rows)
        ]
    else:  # DEFAULT VALUES makes one row alone
        drawn = _constant("DEFAULT" if dialect.name == "postgresql" else "NULL")
        values = [{clause.c[table.key.db_name]: drawn}] * rows
    statement: Any = sa.insert(clause).values(values if rows > 1 else values[0])
    if returning:
        statement = statement.returning(*[clause.c[column.db_name] for column in returning])
    return compiler.statement(statement)


def compile_upsert(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("upsert", table, columns, rows, unique, update)``."""
    _, table, columns, rows, unique, update = shape
    compiler = Compiler(dialect)
    clause = light(table)
    values = [
        {clause.c[column.db_name]: compiler.of_kind(column.kind) for column in columns}
        for _ in range(rows)
    ]
    names = [column.db_name for column in update]
    statement = rendering.upsert(
        dialect.name, clause, values, [column.db_name for column in unique], names
    )
    return compiler.statement(statement)


def compile_update(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("update", table, assignments, where)``."""
    _, table, assignments, where = shape
    compiler = Compiler(dialect)
    source = Source(compiler, table)
    values = {
        source.clause.c[column.db_name]: (
            compiler.of_kind(column.kind) if term is None else source.term(term)
        )
        for column, term in assignments
    }
    statement = sa.update(source.clause).values(values)
    return compiler.statement(_restricted(source, statement, where))


def compile_delete(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("delete", table, where)``."""
    _, table, where = shape
    source = Source(Compiler(dialect), table)
    return source.compiler.statement(_restricted(source, sa.delete(source.clause), where))


def _restricted(source: Source, statement: Any, where: Shape | None) -> Any:
    """Add WHERE to an UPDATE or DELETE.

    where: a condition, or the SELECT of the keys where joins, an order or a limit take part
    """
    if where is None:
        return statement
    if where[0] in ("select", "query"):
        key = source.clause.c[source.table.key.db_name]
        keys = matching.derived(source.compiler.dialect.name, select_column(source, where))
        return statement.where(key.in_(keys))
    return statement.where(source.condition(where))


COMPILERS: dict[str, Callable[[Shape, Dialect], Statement]] = {
    "select": compile_select,
    "query": compile_select,
    "combined": compile_combined,
    "aggregated": compile_aggregated,
    "count": compile_count,
    "insert": compile_insert,
    "upsert": compile_upsert,
    "update": compile_update,
    "delete": compile_delete,
}


def compile_shape(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of any shape."""
    return COMPILERS[shape[0]](shape, dialect)
