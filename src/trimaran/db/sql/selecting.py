"""Statements that read, from their shapes; import it lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering.matching import ordered
from trimaran.db.sql.rendering.pieces import NUMBERS
from trimaran.db.sql.rendering.upserts import distinct_on
from trimaran.db.sql.source import Source
from trimaran.db.sql.statement import Compiler, Statement, constant
from trimaran.db.sql.types import parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.engine import Dialect

    from trimaran.db.sql.terms import Shape

_COMBINE: dict[str, Callable[..., Any]] = {
    "union": sa.union,
    "union all": sa.union_all,
    "intersection": sa.intersect,
    "difference": sa.except_,
}


def begin(dialect: Dialect) -> Compiler:
    """Return what makes one statement, subqueries included."""
    return Compiler(dialect, select_column)


def _selected(source: Source, shape: Shape) -> Any:
    """Return the SELECT of ``("select", projection, where, order, distinct, limit, offset)``."""
    if shape[0] == "query":
        return _queried(source, shape)
    _, projection, where, order, distinct, limit, offset = shape
    listed = [source.column(hops, column) for hops, column in projection.columns]
    condition = source.condition(where) if where is not None else None
    ordering = source.ordering(order)
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


def _sliced(compiler: Compiler, statement: Any, limit: bool, offset: bool) -> Any:
    if limit:
        statement = statement.limit(compiler.integer())
    if offset:
        if not limit and compiler.dialect.name == "sqlite":
            statement = statement.limit(constant("-1"))
        statement = statement.offset(compiler.integer())
    return statement


def select_column(around: Source, shape: Shape) -> Any:
    """Return the SELECT of a subquery, its tables under names of their own."""
    if shape[0] == "combined":
        return _combined(around.compiler, shape)
    return _selected(Source(around.compiler, shape[1].table, alias=True, outer=around), shape)


def _queried(source: Source, shape: Shape) -> Any:
    """Return the SELECT of a query with annotations, groups, a lock or its like.

    ``("query", projection, annotations, where, (having, qualify, ctes, joins), group, order,
    distinct, limit, offset, lock)``
    """
    projection, annotations, where, after, group, order, distinct, limit, offset, lock = shape[1:]
    having, qualify, ctes, joins = after
    bodies = [_cte(source, cte) for cte in ctes]
    for hop in joins:
        source.at((hop,))
    annotate(source, annotations)
    condition = source.condition(where) if where is not None else None
    held = source.condition(having) if having is not None else None
    qualified = source.condition(qualify) if qualify is not None else None
    grouping = [source.term(term) for term in group or ()]
    ordering = source.ordering(order)
    apart = [source.term(term) for term in distinct] if isinstance(distinct, tuple) else []
    listed = [
        source.annotations[column.name] if hops is None else source.column(hops, column)
        for hops, column in projection.columns
    ]
    if grouping:
        # By place: a database that has the same parameter twice may not see that it is the same.
        places = {id(clause): constant(str(n)) for n, clause in enumerate(listed, 1)}
        grouping = [places.get(id(clause), clause) for clause in grouping]
    statement = sa.select(*[clause.label(f"c{index}") for index, clause in enumerate(listed)])
    statement = statement.select_from(source.joined())
    if condition is not None:
        statement = statement.where(condition)
    if grouping:
        statement = statement.group_by(*grouping)
    if held is not None:
        statement = statement.having(held)
    if qualified is not None:
        statement = _qualified(statement, qualified, ordering)
        ordering = []
    if apart:
        statement = statement.ext(distinct_on(apart))
    elif distinct:
        statement = statement.distinct()
    if ordering:
        statement = statement.order_by(*ordering)
    if lock is not None:
        nowait, skip_locked, ways = lock
        tables = [source.at(way) for way in ways]
        statement = statement.with_for_update(nowait=nowait, skip_locked=skip_locked, of=tables)
    for body in bodies:
        statement = statement.add_cte(body)
    return _sliced(source.compiler, statement, limit, offset)


def _cte(source: Source, shape: Shape) -> Any:
    """Return ``(name, recursive, names, query)`` as what WITH names."""
    name, recursive, names, inner = shape
    compiler = source.compiler
    if inner[0] == "combined" and recursive:
        # SQLite and PostgreSQL take a recursive part only where it stands by itself.
        _, operation, parts, *_ = inner
        made = [
            _labelled(_selected(Source(compiler, part[1].table, alias=True), part), names)
            for part in parts
        ]
        body: Any = _COMBINE[operation](*made)
    else:
        derived = compiler.subquery(source, inner).subquery(f"b_{name}")
        listed = [column.label(to) for column, to in zip(derived.c, names, strict=True)]
        body = sa.select(*listed)
    return body.cte(name, recursive=recursive)


def _labelled(statement: Any, names: tuple[str, ...]) -> Any:
    columns = [
        getattr(column, "element", column).label(name)
        for column, name in zip(statement.selected_columns, names, strict=True)
    ]
    return statement.with_only_columns(*columns, maintain_column_froms=True)


def _qualified(statement: Any, condition: Any, ordering: list[Any]) -> Any:
    """Return the rows of a SELECT that fulfil a condition on windows, in the same order.

    Windows are computed after WHERE, so that they are asked about from outside.
    """
    keys = [getattr(clause, "element", clause).label(f"k{n}") for n, clause in enumerate(ordering)]
    width = len(statement.selected_columns)
    inner = statement.add_columns(condition.label("kept"), *keys).subquery("w")
    columns = list(inner.c)
    outer = sa.select(*columns[:width]).where(columns[width])
    for clause, column in zip(ordering, columns[width + 1 :], strict=True):
        modifier = getattr(clause, "modifier", None)
        outer = outer.order_by(
            sa.UnaryExpression(column, modifier=modifier) if modifier is not None else column
        )
    return outer


def annotate(source: Source, annotations: Iterable[tuple[str, Any, Shape]]) -> None:
    """Make the clauses of a query's expressions, each in the type that it is read as."""
    for alias, kind, term in annotations:
        clause = source.term(term)
        if term[0] == "arithmetic" and kind is not None and kind.sql in NUMBERS:
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
            *[
                clause
                for place, way in order
                if columns
                for clause in ordered(compiler.dialect.name, constant(str(place + 1)), way)
            ]
        )
    return _sliced(compiler, statement, limit, offset)


def compile_combined(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of several queries joined by UNION and its like."""
    compiler = begin(dialect)
    return compiler.statement(_combined(compiler, shape))


def compile_aggregated(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of ``("aggregated", table, annotations, where, …)``."""
    _, table, annotations, where, aggregates = shape
    source = Source(begin(dialect), table)
    annotate(source, annotations)
    condition = sa.true() if where is None else source.condition(where)
    annotate(source, aggregates)
    listed = [source.annotations[alias].label(f"c{n}") for n, (alias, *_) in enumerate(aggregates)]
    statement = sa.select(*listed).select_from(source.joined()).where(condition)
    return source.compiler.statement(statement)


def compile_select(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement that reads rows."""
    source = Source(begin(dialect), shape[1].table)
    return source.compiler.statement(_selected(source, shape))


def compile_count(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement that counts the rows of ``("count", select)``."""
    inner = shape[1]
    if inner[0] == "combined":
        compiler = begin(dialect)
        counted = _combined(compiler, inner).subquery("q")
        return compiler.statement(sa.select(sa.func.count()).select_from(counted))
    source = Source(begin(dialect), inner[1].table)
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
