"""Conditions and expressions resolved: names become columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran._internal.callsite import callsite
from trimaran.db.sql import kinds
from trimaran.db.sql.arithmetic import of_moments
from trimaran.db.sql.documents import Part, match_document
from trimaran.db.sql.expressions import (
    Arithmetic,
    Col,
    Comparison,
    Computed,
    Condition,
    Expression,
    F,
    Ordering,
    OuterRef,
    Q,
    Test,
)
from trimaran.db.sql.lookups import Crossing, Lookup, find, find_joined, parse_rest
from trimaran.db.sql.terms import (
    Among,
    Binary,
    Call,
    Compare,
    Constant,
    Exists,
    Group,
    Literal,
    Match,
    Named,
    Node,
    Not,
    Null,
    Outer,
    Ref,
    Subquery,
    Tested,
    Truth,
)
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term
    from trimaran.db.sql.transforms import Transform

MAX_DEPTH = 64
MAX_LIST = 100_000


def resolve(scope: Scope, condition: Any, depth: int = 0) -> Node:
    """Return a condition with its names looked up; raises ``QueryError``."""
    if depth > MAX_DEPTH:
        raise QueryError(
            "TRI-QUERY-007",
            f"A condition is nested more than {MAX_DEPTH} deep.",
            "Join many alternatives in one Q, or use the look-up 'in'.",
            where=callsite(),
        )
    if isinstance(condition, Q):
        return _resolve_q(scope, condition, depth)
    if isinstance(condition, Comparison):
        return _resolve_comparison(scope, condition)
    if isinstance(condition, Test):
        return condition.resolved(scope)  # type: ignore[no-any-return]  # a Node, which expressions do not know
    if isinstance(condition, Node):
        return condition
    raise QueryError(
        "TRI-QUERY-008",
        f"{condition!r:.80} is not a condition.",
        "Give keywords (title='Emma'), a Q, or a comparison of columns (Book.price > 10).",
        where=callsite(),
    )


def _resolve_q(scope: Scope, q: Q, depth: int) -> Node:
    children = [resolve(scope, child, depth + 1) for child in _flattened(q)]
    if q.lookups:
        children += keywords(scope, q.lookups, grouped=q.connector == "and")
    if len(children) == 1:
        node = children[0]
    elif not children:
        # An empty Q says nothing, negated or not, as in Django.
        return Constant(truth=True)
    else:
        node = Group(q.connector, children)
    return Not(node) if q.negated else node


def _flattened(q: Q) -> Iterable[Condition | bool]:
    """Yield the children, those of ``a | b | c`` as three rather than as two nested ones."""
    stack = list(reversed(q.conditions))
    while stack:
        child = stack.pop()
        if (
            isinstance(child, Q)
            and child.connector == q.connector
            and not child.negated
            and not child.lookups
        ):
            stack.extend(reversed(child.conditions))
        elif not (isinstance(child, Q) and not child.conditions and not child.lookups):
            yield child


def keywords(scope: Scope, lookups: dict[str, Any], *, grouped: bool = True) -> list[Node]:
    """Return the conditions that keywords stand for.

    grouped: those that go over the same relation backwards are asked of one and the same row
    """
    nodes: list[Node] = []
    crossings: dict[tuple[Any, ...], tuple[Crossing, dict[str, Any]]] = {}
    for key, value in lookups.items():
        if scope.annotations:
            node = _of_annotation(scope, key, value)
            if node is not None:
                nodes.append(node)
                continue
        found = (find_joined if scope.joined else find)(scope.table, key)
        if isinstance(found, Lookup):
            nodes.append(match(scope, found, value))
            continue
        if found.rest == "pk__isnull":
            present = Exists(found.hops, found.relation, Constant(truth=True))
            nodes.append(Not(present) if value else present)
            continue
        path = (found.hops, found.relation) if grouped else (key,)
        crossings.setdefault(path, (found, {}))[1][found.rest] = value
    for crossing, rest in crossings.values():
        inner = _all(keywords(crossing.relation.source.scope, rest))
        nodes.append(Exists(crossing.hops, crossing.relation, inner))
    return nodes


def _all(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Group("and", nodes)


def match(scope: Scope, lookup: Lookup, value: Any) -> Node:
    """Return the condition that a look-up makes with a value."""
    op = lookup.op
    if lookup.column.kind.sql == "json":
        if isinstance(value, Expression):
            return Compare(op, Part(lookup, as_text=True), resolve_term(scope, value, kinds.TEXT))
        return match_document(lookup, value)
    if op == "isnull":
        return Null(lookup, null=bool(value))
    if value is None:
        if op in ("exact", "iexact"):
            return Null(lookup, null=True)
        raise _needs_value(lookup)
    if isinstance(value, Expression):
        if op in ("in", "range"):
            raise _needs_value(lookup)
        return Compare(op, term_of(lookup), resolve_term(scope, value, lookup.kind))
    if hasattr(value, "column_shape"):
        if op not in ("in", "exact"):
            raise _needs_value(lookup)
        return Subquery(lookup, value)
    return _match_value(scope, lookup, op, value)


def _match_value(scope: Scope, lookup: Lookup, op: str, value: Any) -> Node:
    if op in ("in", "range") and _holds_expressions(value):
        return _expressions_in(scope, term_of(lookup), op, value, lookup.label)
    if op == "in":
        return _in(lookup, value)
    if op == "range":
        low, high = _two(value, lookup.label)
        return Match(lookup, (_plain(low), _plain(high)))
    if op == "exact" and lookup.column.relation is not None:
        value = _plain(value)
    return Match(lookup, value)


def _holds_expressions(value: Any) -> bool:
    return isinstance(value, (list, tuple, set)) and any(
        isinstance(item, Expression) for item in value
    )


def _expressions_in(scope: Scope, term: Term, op: str, value: Any, label: str) -> Node:
    """Return IN or BETWEEN of a list in which some values are expressions."""
    if op == "range":
        low, high = [resolve_term(scope, side, term.kind) for side in _two(value, label)]
        return Group("and", [Compare("gte", term, low), Compare("lte", term, high)])
    items = [item for item in value if item is not None]
    if len(items) > MAX_DEPTH:
        raise QueryError(
            "TRI-QUERY-009",
            f"{label[:120]} was given {len(items)} expressions; {MAX_DEPTH} is the most.",
            "Give values, or a query.",
            where=callsite(),
        )
    return Group("or", [Compare("exact", term, resolve_term(scope, i, term.kind)) for i in items])


def _two(value: Any, label: str) -> tuple[Any, Any]:
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return value[0], value[1]
    raise QueryError(
        "TRI-QUERY-003",
        f"{label[:120]} needs the two ends of a range.",
        "Give a pair: (low, high).",
        where=callsite(),
    )


def term_of(lookup: Lookup) -> Term:
    """Return the column of a look-up with its transforms."""
    if lookup.column.kind.sql == "json" and lookup.path:
        return Part(lookup)
    return transformed(Ref(lookup), lookup.transforms)


def transformed(term: Term, transforms: Iterable[Transform]) -> Term:
    """Return an expression with transforms taken of it."""
    for transform in transforms:
        term = Call(transform.call, [term], transform.kind, option=transform.option)
    return term


def _in(lookup: Lookup, value: Any) -> Node:
    listed = _listed(value, lookup.label)
    return Match(lookup, listed) if listed else Constant(truth=False)


def _listed(value: Any, label: str) -> list[Any]:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        raise QueryError(
            "TRI-QUERY-003",
            f"{label} needs several values, not one of type {type(value).__name__}.",
            "Give a list, a tuple or a set.",
            where=callsite(),
        )
    values = [_plain(item) for item in value]
    if len(values) > MAX_LIST:
        raise QueryError(
            "TRI-QUERY-009",
            f"{label} was given {len(values)} values; {MAX_LIST} is the most.",
            "Ask in several queries, or give a QuerySet instead of its values.",
            where=callsite(),
        )
    return values


def _plain(value: Any) -> Any:
    """Return the key of a row, and any other value as it is."""
    table = getattr(type(value), "__table_info__", None)
    if table is None:
        return value
    key = getattr(value, table.key.name)
    if key is None:
        raise QueryError(
            "TRI-QUERY-010",
            f"A {table.label} that was never saved has no key to compare with.",
            "Save it first.",
            where=callsite(),
        )
    return key


def _needs_value(lookup: Lookup) -> QueryError:
    return QueryError(
        "TRI-QUERY-003",
        f"{lookup.label} cannot be compared with such a value.",
        "NULL is asked for with 'isnull', a subquery with 'in'.",
        where=callsite(),
    )


def _resolve_comparison(scope: Scope, comparison: Comparison) -> Node:
    left, right, op = comparison.left, comparison.right, comparison.op
    if isinstance(left, F):
        _check_table(scope, left)
        key = left.name if op == "exact" else f"{left.name}__{op}"
        if scope.annotations:
            node = _of_annotation(scope, key, right)
            if node is not None:
                return node
        found = (find_joined if scope.joined else find)(scope.table, key)
        if isinstance(found, Lookup):
            return match(scope, found, right)
    term = resolve_term(scope, left)
    return tested(scope, term, op, right)


def _of_annotation(scope: Scope, key: str, value: Any) -> Node | None:
    """Return the condition of a keyword that begins with an alias; None where none does."""
    alias, rest = _alias_of(scope, key)
    term = scope.annotations.get(alias)
    if term is None:
        return None
    named = Named(alias, term)
    kind = term.kind or kinds.TEXT
    parts = rest.split("__") if rest else []
    if len(parts) == 1 and term.kind is None:
        return tested(scope, named, rest, value)
    transforms, _, op = parse_rest(kind, parts, f"{scope.table.label}.{key}")
    return tested(scope, transformed(named, transforms), op, value)


def _alias_of(scope: Scope, key: str) -> tuple[str, str]:
    """Return the annotation that a keyword begins with, and what follows it."""
    for alias in scope.annotations:
        # `books__count` is an alias with "__" in it.
        if "__" in alias and (key == alias or key.startswith(f"{alias}__")):
            return alias, key[len(alias) + 2 :]
    alias, _, rest = key.partition("__")
    return alias, rest


def tested(scope: Scope, term: Term, op: str, value: Any) -> Node:
    """Return the condition that compares an expression by a look-up."""
    kind = term.kind or kinds.TEXT
    label = f"An expression of type {kind.name}"
    if kind.sql != "search" or op != "exact":
        parse_rest(kind, [op], label)
    if op == "isnull" or (value is None and op in ("exact", "iexact")):
        return Tested(term, "isnull", right=bool(value) if op == "isnull" else True)
    if isinstance(value, Expression) and op not in ("in", "range"):
        return Compare(op, term, resolve_term(scope, value, kind))
    if op in ("in", "range") and _holds_expressions(value):
        return _expressions_in(scope, term, op, value, label)
    if op == "in" and hasattr(value, "column_shape"):
        return Among(term, value)
    if value is None or hasattr(value, "column_shape") or isinstance(value, Expression):
        raise QueryError(
            "TRI-QUERY-003",
            f"{label} cannot be compared with such a value.",
            "Give a value; NULL is asked for with 'isnull'.",
            where=callsite(),
        )
    if op == "in":
        listed = _listed(value, label)
        return Tested(term, "in", right=listed) if listed else Constant(truth=False)
    if op == "range":
        return Tested(term, op, right=_two(value, label))
    if kinds.kind_of_value(value) is None and kind.name != "choice":
        raise QueryError(
            "TRI-QUERY-003",
            f"{label} was compared with one of type {type(value).__name__}, and such a "
            "value cannot stand in an expression.",
            f"Give a value that fits {kind.name}.",
            where=callsite(),
        )
    return Tested(term, op, right=value)


def _check_table(scope: Scope, column: F) -> None:
    table = scope.table
    if isinstance(column, Col) and column.table is not table and column.table.name != table.name:
        raise QueryError(
            "TRI-QUERY-011",
            f"{column!r} is not a column of {table.label}.",
            f"Write a look-up over the relation, such as F('{column.table.name}__{column.name}').",
            where=callsite(),
        )


def resolve_term(scope: Scope, value: Any, kind: Kind | None = None) -> Term:
    """Return an expression or a bare value as a term."""
    if isinstance(value, F):
        _check_table(scope, value)
        return reference(scope, value.name)
    if isinstance(value, Computed):
        return value.resolved(scope, kind)  # type: ignore[no-any-return]  # a Term, which expressions do not know
    if isinstance(value, OuterRef):
        return Outer(value.name)
    if isinstance(value, Condition):
        return Truth(resolve(scope, value))
    if isinstance(value, Arithmetic):
        left = resolve_term(scope, value.left)
        right = resolve_term(scope, value.right, left.kind)
        done = of_moments(value.op, left.kind, right.kind)
        if done:
            made = left.kind if done == "shift" else kinds.TIMEDELTA
            return Call(done, [left, right], made, option=value.op)
        return Binary(value.op, left, right)
    known = kinds.kind_of_value(value)
    if known is None:
        raise QueryError(
            "TRI-QUERY-003",
            f"A value of type {type(value).__name__} cannot stand in an expression.",
            "Give a number, a text, a date or another column.",
            where=callsite(),
        )
    return Literal(value, kind if kind is not None and kind.python is known.python else known)


def reference(scope: Scope, name: str) -> Term:
    """Return what a name stands for; raises ``QueryError``.

    An annotation, a column, a transform of one (``added__year``), a part of a document.
    """
    term = scope.annotations.get(name)
    if term is not None:
        return Named(name, term)
    alias, rest = _alias_of(scope, name)
    term = scope.annotations.get(alias)
    if term is not None and rest and term.kind is not None:
        transforms, _, op = parse_rest(term.kind, rest.split("__"), name)
        if op == "exact":
            return transformed(Named(alias, term), transforms)
    return term_of(column_of(scope, name, plain=False))


def column_of(scope: Scope, name: str, *, plain: bool = True) -> Lookup:
    """Return the way to a column: ``price``, ``author__name``; raises ``QueryError``.

    plain: refuse transforms and parts of documents
    """
    found = (find_joined if scope.joined else find)(scope.table, name)
    if isinstance(found, Lookup) and (found.plain or (not plain and found.op == "exact")):
        return found
    raise QueryError(
        "TRI-QUERY-012",
        f"{scope.table.label}.{name[:80]} is not a column.",
        "Name a field, or one of a related row (author__name).",
        where=callsite(),
    )


def ordering_term(scope: Scope, key: Any) -> tuple[Term, Any]:
    """Return what to order by, and which way: descending, or that and where NULLs go."""
    if isinstance(key, str):
        if key == "?":
            return Call("random", (), kinds.FLOAT), False
        name = key[1:] if key.startswith("-") else key
        return reference(scope, name.removeprefix("+")), key.startswith("-")
    if isinstance(key, Ordering):
        term = resolve_term(scope, key.expression)
        return term, (key.descending, key.nulls) if key.nulls else key.descending
    if isinstance(key, Expression):
        return resolve_term(scope, key), False
    raise QueryError(
        "TRI-QUERY-012",
        f"{scope.table.label} cannot be ordered by {key!r:.80}.",
        "Name a field ('-price'), or give Book.c.price.desc().",
    )
