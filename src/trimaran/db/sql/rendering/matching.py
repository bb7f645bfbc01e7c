"""Look-ups as SQLAlchemy clauses: where the vendors differ. Import it lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql import kinds
from trimaran.db.sql.types import parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COLLATION = "utf8mb4_nopad_bin"
"""Text compares by its characters, as on PostgreSQL and SQLite: case and trailing spaces count."""


def _constant(text: str) -> Any:
    """Return SQL text that is the same in every statement of a shape: never a value."""
    return sa.literal_column(text)


def among(vendor: str, column: Any, kind: kinds.Kind, parameter: Callable[[Any], Any]) -> Any:
    """Return ``column IN (…)`` over one parameter, whatever the number of values.

    parameter: hands out the next parameter of a type
    """
    if vendor == "postgresql":
        values = parameter(sa.ARRAY(parameter_type(kind)))
        return column == sa.any_(values)
    if kind is kinds.BYTES:
        column = sa.func.hex(column)
    if vendor == "mariadb":
        listed = _json_column(parameter(sa.Text()), kind)
        return column.in_(sa.select(_constant("value")).select_from(listed))
    values = sa.func.json_each(parameter(sa.Text())).table_valued("value")
    return column.in_(sa.select(values.c.value))


_JSON_TYPES = {
    "bigint": "BIGINT",
    "interval": "BIGINT",
    "float": "DOUBLE",
    "bool": "TINYINT",
    "date": "DATE",
    "datetime": "DATETIME(6)",
    "naive_datetime": "DATETIME(6)",
    "time": "TIME(6)",
}


def _json_column(values: Any, kind: kinds.Kind) -> Any:
    """Return the table whose column ``value`` holds the values of a JSON list."""
    if kind.sql == "decimal":
        type_ = f"DECIMAL({kind.size[0]}, {kind.size[1]})"
    else:
        type_ = _JSON_TYPES.get(kind.sql, f"LONGTEXT COLLATE {COLLATION}")
    text = f"JSON_TABLE(:{values.key}, '$[*]' COLUMNS (value {type_} PATH '$')) AS listed"
    return sa.text(text).bindparams(values)


def pattern(vendor: str, op: str, column: Any, value: Any) -> Any:
    """Return the clause of ``contains``, ``iregex`` and their like."""
    if op in ("search", "trigram_similar", "trigram_word_similar"):
        return _searched(vendor, op, column, value)
    return _PATTERNS[vendor](op, column, value)


def _searched(vendor: str, op: str, column: Any, value: Any) -> Any:
    from trimaran.db.sql.rendering.search import only_postgresql

    only_postgresql(vendor, f"The look-up {op!r}")
    if op == "search":
        vector = sa.func.to_tsvector(sa.func.coalesce(column, _constant("''")))
        return vector.op("@@", is_comparison=True)(sa.func.plainto_tsquery(value))
    if op == "trigram_similar":
        return column.op("%", is_comparison=True)(value)
    return value.op("<%", is_comparison=True)(column)


def _postgresql(op: str, column: Any, value: Any) -> Any:
    if op in ("regex", "iregex"):
        return column.op("~" if op == "regex" else "~*", is_comparison=True)(value)
    like = "ILIKE" if op.startswith("i") else "LIKE"
    return column.op(like, is_comparison=True)(value)


def _mariadb(op: str, column: Any, value: Any) -> Any:
    if op in ("regex", "iregex"):
        case = _constant("'(?-i)'" if op == "regex" else "'(?i)'")
        return column.op("REGEXP", is_comparison=True)(sa.func.concat(case, value))
    if op.startswith("i"):
        column, value = sa.func.lower(column), sa.func.lower(value)
    # The collation that compares by characters, also where a foreign table has another.
    return column.like(sa.collate(value, COLLATION), escape="\\")


def _sqlite(op: str, column: Any, value: Any) -> Any:
    if op == "regex":
        return column.op("REGEXP", is_comparison=True)(value)
    if op == "iregex":
        value = _constant("'(?i)'").op("||")(value)
        return column.op("REGEXP", is_comparison=True)(value)
    # SQLite's LIKE folds the case of ASCII letters: right for the i-look-ups only.
    if op == "contains":
        return sa.func.instr(column, value) > _constant("0")
    if op == "startswith":
        return sa.func.substr(column, _constant("1"), sa.func.length(value)) == value
    if op == "endswith":
        start = sa.func.length(column) - sa.func.length(value) + _constant("1")
        return sa.func.substr(column, start) == value
    return column.like(value, escape="\\")


_PATTERNS: dict[str, Callable[[str, Any, Any], Any]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "mariadb": _mariadb,
}


def ordered(vendor: str, clause: Any, way: Any) -> list[Any]:
    """Return the clauses that order by one; ``way``: as ``ordering_term`` returns it."""
    descending, nulls = way if isinstance(way, tuple) else (way, "")
    made = clause.desc() if descending else clause.asc()
    if not nulls:
        return [made]
    if vendor == "mariadb":
        unset = clause.is_(None)
        return [unset.desc() if nulls == "first" else unset.asc(), made]
    return [made.nulls_first() if nulls == "first" else made.nulls_last()]


def exclusive_or(vendor: str, left: Any, right: Any) -> Any:
    """Return whole numbers joined by XOR, for which SQLite has no operator."""
    if vendor == "sqlite":
        both = left.bitwise_and(right)
        return left.bitwise_or(right) - both
    return left.bitwise_xor(right)


def over(
    vendor: str,
    shape: Any,
    function: Any,
    partitions: Sequence[Any],
    order: Sequence[Any],
    frame: tuple[str, int | None, int | None] | None,
) -> Any:
    """Return a function over a window; ``shape``: of the function."""
    options: dict[str, Any] = {"partition_by": partitions or None, "order_by": order or None}
    if frame is not None:
        options["rows" if frame[0] == "rows" else "range_"] = frame[1:]
    name = shape[1] if shape[0] == "call" else ""
    if vendor == "mariadb" and name in ("lag", "lead") and len(shape[5]) > 1:
        # Its LAG and LEAD take no default: whether there is such a row is asked beside.
        value, offset, default = function.clauses.clauses
        shifted = getattr(sa.func, name)
        present = shifted(_constant("1"), offset).over(**options)
        found = shifted(value, offset).over(**options)
        return sa.case((present.is_(None), default), else_=found)
    if isinstance(function, sa.Cast):
        # A sum is cast to what it is read as: the window belongs to the sum.
        return sa.cast(function.clause.over(**options), function.type)
    return function.over(**options)


def listed(vendor: str, inner: Any) -> Any:
    """Return the values of a subquery as a list, in its order."""
    (column,) = inner.c
    if vendor == "postgresql":
        return sa.func.array(sa.select(column).select_from(inner).scalar_subquery())
    name = "json_group_array" if vendor == "sqlite" else "json_arrayagg"
    return sa.select(getattr(sa.func, name)(column)).select_from(inner).scalar_subquery()


def derived(vendor: str, statement: Any) -> Any:
    """Return a SELECT that may stand behind IN though it has an order and a limit."""
    if vendor != "mariadb":
        return statement
    inner = statement.subquery("q")
    return sa.select(*inner.c)
