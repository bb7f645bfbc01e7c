"""Functions and aggregates as SQLAlchemy clauses: import it lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.types import column_type, parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimaran.db.sql.kinds import Kind

NUMBERS = frozenset({"bigint", "float", "decimal"})
_AFTER_MONTH = {"year": "-01-01", "month": "-01", "day": ""}
_TRUNC_STRFTIME = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
_EXTRACT_STRFTIME = {
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}
_ZONES = {"datetime": "+00:00", "naive_datetime": ""}


def _text(value: str) -> Any:
    """Return a text that is part of a function itself: never a value from outside."""
    return sa.literal_column(f"'{value}'")


def _number(value: int) -> Any:
    return sa.literal_column(str(int(value)))


def call(
    vendor: str, name: str, option: Any, kind: Kind, given: Sequence[Kind], arguments: list[Any]
) -> Any:
    """Return the clause of a function; ``given``: the kinds of its arguments."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(vendor, option, kind, given, arguments)
    return getattr(sa.func, _PLAIN[name])(*arguments)


# Text. Each function takes the vendor, the option, both kinds and the arguments.

_PLAIN = {
    "lower": "lower",
    "upper": "upper",
    "trim": "trim",
    "ltrim": "ltrim",
    "rtrim": "rtrim",
    "replace": "replace",
    "coalesce": "coalesce",
    "nullif": "nullif",
    "abs": "abs",
}


def _length(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    return (sa.func.length if vendor == "sqlite" else sa.func.char_length)(arguments[0])


def _substr(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    text, *places = arguments
    return sa.func.substr(text, *[sa.cast(place, sa.Integer()) for place in places])


def _concat(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    texts = [
        argument if side is not None and side.python is str else sa.cast(argument, sa.Text())
        for side, argument in zip(given, arguments, strict=True)
    ]
    parts = [sa.func.coalesce(text, _text("")) for text in texts]
    if vendor != "sqlite":
        return sa.func.concat(*parts)
    joined: Any = parts[0]
    for part in parts[1:]:
        joined = joined.op("||")(part)
    return sa.type_coerce(joined.self_group(), sa.Text())


# Numbers


def _extreme(name: str) -> Callable[..., Any]:
    def render(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
        if vendor == "postgresql":
            return getattr(sa.func, name)(*arguments)
        # Elsewhere a NULL among them makes the result NULL: each gives way to the others first.
        filled = [
            sa.func.coalesce(argument, *arguments[:place], *arguments[place + 1 :])
            for place, argument in enumerate(arguments)
        ]
        if vendor == "sqlite":
            return (sa.func.max if name == "greatest" else sa.func.min)(*filled)
        return getattr(sa.func, name)(*filled)

    return render


def _round(vendor: str, option: int, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor != "sqlite":
        value = sa.cast(value, sa.Numeric())
    return sa.cast(sa.func.round(value, _number(option)), parameter_type(kind))


def _floor(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor != "sqlite":
        return sa.cast(sa.func.floor(value), parameter_type(kind))
    whole = sa.cast(value, sa.Integer())
    return whole - sa.case((value < whole, _number(1)), else_=_number(0))


def _ceil(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor != "sqlite":
        return sa.cast(sa.func.ceil(value), parameter_type(kind))
    whole = sa.cast(value, sa.Integer())
    return whole + sa.case((value > whole, _number(1)), else_=_number(0))


def _mod(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    left, right = arguments
    return left % right


# Dates


def _now(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    if vendor == "sqlite":
        moment = sa.func.strftime(_text("%Y-%m-%d %H:%M:%f"), _text("now"))
        return sa.type_coerce(moment.op("||")(_text("000+00:00")).self_group(), sa.Text())
    if vendor == "postgresql":
        return sa.func.statement_timestamp()
    return sa.func.utc_timestamp(_number(6))


def _trunc(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (moment,) = arguments
    if vendor == "postgresql":
        if kind.sql == "datetime":
            return sa.func.date_trunc(_text(option), moment, _text("UTC"))
        whole = sa.func.date_trunc(_text(option), sa.cast(moment, sa.DateTime()))
        return sa.cast(whole, parameter_type(kind))
    form = _TRUNC_STRFTIME[option] + _AFTER_MONTH[option]
    if kind.sql != "date":
        form += " 00:00:00.000000" + (_ZONES[kind.sql] if vendor == "sqlite" else "")
    if vendor == "sqlite":
        return sa.func.strftime(_text(form), moment)
    return sa.cast(sa.func.date_format(moment, _text(form)), parameter_type(kind))


def _extract(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (moment,) = arguments
    if vendor == "sqlite":
        return sa.cast(sa.func.strftime(_text(_EXTRACT_STRFTIME[option]), moment), sa.Integer())
    if vendor == "postgresql" and given[0] is not None and given[0].sql == "datetime":
        moment = sa.func.timezone(_text("UTC"), moment)
    clause = sa.extract(option, moment)
    if option == "second":
        clause = sa.func.floor(clause)  # type: ignore[assignment]  # another kind of clause
    return sa.cast(clause, parameter_type(kind))


def _cast(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor == "sqlite" and kind.sql == "date":
        return sa.func.date(value)
    return sa.cast(value, sa.Text() if kind.python is str else parameter_type(kind))


_SPECIAL: dict[str, Callable[..., Any]] = {
    "length": _length,
    "substr": _substr,
    "concat": _concat,
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    "round": _round,
    "floor": _floor,
    "ceil": _ceil,
    "mod": _mod,
    "now": _now,
    "trunc": _trunc,
    "extract": _extract,
    "cast": _cast,
}


# Aggregates


def aggregate(
    vendor: str, name: str, kind: Kind, argument: Any, kept: Any, *, distinct: bool
) -> Any:
    """Return the clause of an aggregate; ``kept``: condition of the rows it takes."""
    function = getattr(sa.func, name)
    if kept is not None and vendor == "mariadb":
        # It has no FILTER: the other rows become NULL, which aggregates leave out.
        argument, kept = sa.case((kept, _number(1) if argument is None else argument)), None
    if argument is None:
        clause = function(sa.literal_column("*"))
    else:
        clause = function(argument.distinct() if distinct else argument)
    if kept is not None:
        clause = clause.filter(kept)
    if name in ("sum", "avg") and kind.sql in NUMBERS and vendor != "sqlite":
        clause = sa.cast(clause, column_type(kind))
    return clause


# Inserts that may meet rows


def upsert(vendor: str, table: Any, values: Any, unique: list[str], update: list[str]) -> Any:
    """Return the INSERT that leaves rows that exist alone, or updates their columns."""
    if vendor == "mysql" or vendor == "mariadb":
        from sqlalchemy.dialects import mysql

        made = mysql.insert(table).values(values)
        # A column set to itself changes nothing; IGNORE would swallow other faults too.
        kept = {name: made.inserted[name] for name in update}
        first = table.c[unique[0]] if unique else next(iter(table.c))
        return made.on_duplicate_key_update(kept or {first.name: first})
    from sqlalchemy.dialects import postgresql, sqlite

    insert: Any = (sqlite if vendor == "sqlite" else postgresql).insert(table).values(values)
    target = [table.c[name] for name in unique] or None
    if not update:
        return insert.on_conflict_do_nothing(index_elements=target)
    fresh = {name: insert.excluded[name] for name in update}
    return insert.on_conflict_do_update(index_elements=target, set_=fresh)


def distinct_on(clauses: list[Any]) -> Any:
    """Return the part of a SELECT that keeps the first row of each value."""
    from sqlalchemy.dialects import postgresql

    return postgresql.distinct_on(*clauses)
