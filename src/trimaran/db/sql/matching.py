"""Look-ups as SQLAlchemy clauses: where the vendors differ. Import it lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql import kinds
from trimaran.db.sql.types import parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable

COLLATION = "utf8mb4_nopad_bin"
"""Text compares by its characters, as on PostgreSQL and SQLite: case and trailing spaces count."""

_STRFTIME = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M"}


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
    return _PATTERNS[vendor](op, column, value)


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


def part(vendor: str, transform: str, column: Any, kind: kinds.Kind) -> tuple[Any, kinds.Kind]:
    """Return the part of a date that a look-up compares, and its kind."""
    if vendor == "sqlite":
        if transform == "date":
            return sa.func.date(column), kinds.DATE
        form = _constant(f"'{_STRFTIME[transform]}'")
        return sa.cast(sa.func.strftime(form, column), sa.Integer()), kinds.INT
    if vendor == "postgresql" and kind is kinds.DATETIME:
        column = sa.func.timezone(_constant("'UTC'"), column)
    if transform == "date":
        return sa.cast(column, sa.Date()), kinds.DATE
    return sa.cast(sa.extract(transform, column), sa.BigInteger()), kinds.INT


def derived(vendor: str, statement: Any) -> Any:
    """Return a SELECT that may stand behind IN though it has an order and a limit."""
    if vendor != "mariadb":
        return statement
    inner = statement.subquery("q")
    return sa.select(*inner.c)
