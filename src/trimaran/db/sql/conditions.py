"""Conditions and expressions resolved: names become columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran._internal.callsite import callsite
from trimaran.db.sql import kinds
from trimaran.db.sql.expressions import (
    Arithmetic,
    Col,
    Comparison,
    Computed,
    Condition,
    Expression,
    F,
    OuterRef,
    Q,
    Test,
)
from trimaran.db.sql.lookups import (
    TRANSFORMS,
    Crossing,
    Lookup,
    allowed_lookups,
    find,
    find_joined,
    no_lookup,
)
from trimaran.db.sql.terms import (
    Binary,
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
    if op == "isnull":
        return Null(lookup, null=bool(value))
    if value is None:
        if op in ("exact", "iexact"):
            return Null(lookup, null=True)
        raise _needs_value(lookup)
    if "equal" not in lookup.column.kind.lookups:
        raise no_lookup(lookup, op)
    if isinstance(value, Expression):
        if op in ("in", "range"):
            raise _needs_value(lookup)
        return Compare(op, Ref(lookup), resolve_term(scope, value, lookup.column.kind))
    if hasattr(value, "column_shape"):
        if op not in ("in", "exact"):
            raise _needs_value(lookup)
        return Subquery(lookup, value)
    if op == "in":
        return _in(lookup, value)
    if op == "range":
        low, high = value
        return Match(lookup, (_plain(low), _plain(high)))
    if op == "exact" and lookup.column.relation is not None:
        value = _plain(value)
    return Match(lookup, value)


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
    if right is None or op not in ("exact", "lt", "lte", "gt", "gte"):
        raise QueryError(
            "TRI-QUERY-003",
            f"{comparison!r:.80} cannot be asked.",
            "Compare an expression with a value by ==, !=, <, <=, > or >=.",
            where=callsite(),
        )
    return Compare(op, term, resolve_term(scope, right, term.kind))


def _of_annotation(scope: Scope, key: str, value: Any) -> Node | None:
    """Return the condition of a keyword that begins with an alias; None where none does."""
    alias, _, op = key.partition("__")
    term = scope.annotations.get(alias)
    if term is None:
        return None
    return tested(scope, Named(alias, term), op or "exact", value)


def tested(scope: Scope, term: Term, op: str, value: Any) -> Node:
    """Return the condition that compares an expression by a look-up."""
    kind = term.kind or kinds.TEXT
    label = f"An expression of type {kind.name}"
    if op not in allowed_lookups(kind) or op in TRANSFORMS:
        allowed = sorted(set(allowed_lookups(kind)) - TRANSFORMS)
        raise QueryError(
            "TRI-QUERY-002",
            f"{label} has no look-up {op[:80]!r}.",
            f"It has: {', '.join(allowed)}. Parts of a date are taken by Extract.",
            where=callsite(),
        )
    if op == "isnull" or (value is None and op in ("exact", "iexact")):
        return Tested(term, "isnull", right=bool(value) if op == "isnull" else True)
    if isinstance(value, Expression) and op not in ("in", "range"):
        return Compare(op, term, resolve_term(scope, value, kind))
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
    return Tested(term, op, right=tuple(value) if op == "range" else value)


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
        return Binary(value.op, left, resolve_term(scope, value.right, left.kind))
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
    """Return what a name stands for: an annotation or a column; raises ``QueryError``."""
    term = scope.annotations.get(name)
    return Ref(column_of(scope, name)) if term is None else Named(name, term)


def column_of(scope: Scope, name: str) -> Lookup:
    """Return the way to a column: ``price``, ``author__name``; raises ``QueryError``."""
    found = (find_joined if scope.joined else find)(scope.table, name)
    if isinstance(found, Lookup) and found.op == "exact" and not found.transform:
        return found
    raise QueryError(
        "TRI-QUERY-012",
        f"{scope.table.label}.{name[:80]} is not a column.",
        "Name a field, or one of a related row (author__name).",
        where=callsite(),
    )
