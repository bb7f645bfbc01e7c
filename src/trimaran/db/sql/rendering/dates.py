"""Functions of dates, times and moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering.pieces import joined, number, text
from trimaran.db.sql.types import parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.sql.kinds import Kind

_ZONES = {"datetime": "+00:00", "naive_datetime": ""}


def _now(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    if vendor == "sqlite":
        moment = sa.func.strftime(text("%Y-%m-%d %H:%M:%f"), text("now"))
        return joined(moment, text("000+00:00"))
    if vendor == "postgresql":
        return sa.func.statement_timestamp()
    return sa.func.utc_timestamp(number(6))


def _at_zone(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    """Return a moment as the wall time of a zone, without one."""
    (moment,) = arguments
    if vendor == "sqlite":
        return sa.func.trimaran_at_zone(moment, text(option))
    if vendor == "postgresql":
        return sa.func.timezone(text(option), moment)
    return sa.func.convert_tz(moment, text("+00:00"), text(option))


def _wall(vendor: str, kind: Kind | None, moment: Any) -> Any:
    """Return a moment as UTC's wall time where the database would take another zone's."""
    if vendor == "postgresql" and kind is not None and kind.sql == "datetime":
        return sa.func.timezone(text("UTC"), moment)
    return moment


# Parts as numbers


def _extract(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (moment,) = arguments
    moment = _wall(vendor, given[0], moment)
    if vendor == "postgresql":
        return sa.cast(_postgresql_part(option, moment), parameter_type(kind))
    if vendor == "mariadb":
        return sa.cast(_mariadb_part(option, moment), parameter_type(kind))
    return _sqlite_part(option, moment)


_POSTGRESQL_PARTS = {"week_day": "dow", "iso_week_day": "isodow", "iso_year": "isoyear"}


def _postgresql_part(option: str, moment: Any) -> Any:
    clause: Any = sa.extract(_POSTGRESQL_PARTS.get(option, option), moment)
    if option == "second":
        return sa.func.floor(clause)
    return clause + number(1) if option == "week_day" else clause


def _mariadb_part(option: str, moment: Any) -> Any:
    if option == "week_day":
        return sa.func.dayofweek(moment)
    if option == "iso_week_day":
        return sa.func.weekday(moment) + number(1)
    if option == "week":
        return sa.func.week(moment, number(3))
    if option == "iso_year":
        return sa.func.floor(sa.func.yearweek(moment, number(3)) / number(100))
    return getattr(sa.func, option)(moment)


_STRFTIME = {
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}


def _sqlite_part(option: str, moment: Any) -> Any:
    def part(form: str, *changes: str) -> Any:
        clause = sa.func.strftime(text(form), moment, *[text(change) for change in changes])
        return sa.cast(clause, sa.Integer())

    # The Thursday of a date's week decides to which year the week belongs.
    thursday = ("-3 days", "weekday 4")
    if option == "week_day":
        return part("%w") + number(1)
    if option == "iso_week_day":
        return (part("%w") + number(6)) % number(7) + number(1)
    if option == "quarter":
        return (part("%m") + number(2)).self_group().op("/")(number(3))
    if option == "iso_year":
        return part("%Y", *thursday)
    if option == "week":
        return (part("%j", *thursday) - number(1)).self_group().op("/")(number(7)) + number(1)
    return part(_STRFTIME[option])


# Beginnings

_BEGINNINGS = {
    "year": "%Y-01-01",
    "month": "%Y-%m-01",
    "day": "%Y-%m-%d",
    "hour": "%Y-%m-%d %H:00:00.000000",
    "minute": "%Y-%m-%d %H:%M:00.000000",
    "second": "%Y-%m-%d %H:%M:%S.000000",
}
_MARIADB_MINUTE = {"%M": "%i", "%S": "%s"}
_DAYS = frozenset({"year", "quarter", "month", "week", "day"})


def _trunc(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (moment,) = arguments
    if kind.sql == "time":
        return _trunc_time(vendor, option, kind, moment)
    if vendor == "postgresql":
        if kind.sql == "datetime":
            return sa.func.date_trunc(text(option), moment, text("UTC"))
        whole = sa.func.date_trunc(text(option), sa.cast(moment, sa.DateTime()))
        return sa.cast(whole, parameter_type(kind))
    begin = _sqlite_begin if vendor == "sqlite" else _mariadb_begin
    clause = begin(option, moment)
    if vendor == "mariadb":
        return sa.cast(clause, parameter_type(kind))
    if kind.sql == "date":
        return clause
    return joined(clause, text((" 00:00:00.000000" if option in _DAYS else "") + _ZONES[kind.sql]))


def _sqlite_begin(option: str, moment: Any) -> Any:
    if option == "week":
        return sa.func.date(moment, text("-6 days"), text("weekday 1"))
    if option == "quarter":
        months = (sa.cast(sa.func.strftime(text("%m"), moment), sa.Integer()) - number(1)) % (
            number(3)
        )
        back = joined(text("-"), sa.cast(months, sa.Text()), text(" months"))
        return sa.func.date(moment, text("start of month"), back)
    return sa.func.strftime(text(_BEGINNINGS[option]), moment)


def _mariadb_begin(option: str, moment: Any) -> Any:
    if option == "week":
        return sa.func.trimaran_days_back(moment, sa.func.weekday(moment))
    if option == "quarter":
        first = sa.func.makedate(sa.func.year(moment), number(1))
        return sa.func.trimaran_quarters_on(first, sa.func.quarter(moment) - number(1))
    form = _BEGINNINGS[option]
    for ours, theirs in _MARIADB_MINUTE.items():
        form = form.replace(ours, theirs)
    return sa.func.date_format(moment, text(form))


_TIMES = {"hour": "%H:00:00", "minute": "%H:%M:00", "second": "%H:%M:%S"}


def _trunc_time(vendor: str, option: str, kind: Kind, moment: Any) -> Any:
    if vendor == "postgresql":
        return sa.cast(sa.func.date_trunc(text(option), moment), sa.Time())
    form = _TIMES[option]
    if vendor == "sqlite":
        return sa.func.strftime(text(f"{form}.000000"), moment)
    for ours, theirs in _MARIADB_MINUTE.items():
        form = form.replace(ours, theirs)
    return sa.cast(sa.func.time_format(moment, text(form)), parameter_type(kind))


def _date(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (moment,) = arguments
    if vendor == "postgresql":
        return sa.cast(_wall(vendor, given[0], moment), sa.Date())
    return sa.func.date(moment)


def _time(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (moment,) = arguments
    if vendor == "postgresql":
        return sa.cast(_wall(vendor, given[0], moment), sa.Time())
    if vendor == "mariadb":
        return sa.func.time(moment)
    # Not strftime, which knows milliseconds only.
    return sa.func.substr(moment, number(12), number(15))


# Moments and spans of time, which are microseconds where the database has no interval


def _shift(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    moment, span = arguments
    if vendor == "postgresql":
        made = moment + span if option == "+" else moment - span
        return sa.cast(made, parameter_type(kind)) if kind.sql == "date" else made
    by = sa.type_coerce(span, sa.BigInteger())
    shifted = sa.func.trimaran_shift(moment, by if option == "+" else -by)
    return shifted if vendor == "sqlite" else sa.cast(shifted, parameter_type(kind))


def _between(vendor: str, option: str, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    later, earlier = arguments
    if vendor == "postgresql":
        if given[0].sql == "date":
            later, earlier = sa.cast(later, sa.DateTime()), sa.cast(earlier, sa.DateTime())
        return later - earlier
    if vendor == "sqlite":
        return sa.func.trimaran_between(later, earlier)
    if given[0].sql == "time":
        # TIME_TO_SEC keeps the microseconds as decimal places.
        seconds = sa.func.time_to_sec(later) - sa.func.time_to_sec(earlier)
        return sa.cast(seconds * number(1_000_000), sa.BigInteger())
    return sa.func.timestampdiff(sa.literal_column("MICROSECOND"), earlier, later)


RENDERED: dict[str, Callable[..., Any]] = {
    "at_zone": _at_zone,
    "between": _between,
    "extract": _extract,
    "now": _now,
    "shift": _shift,
    "trunc": _trunc,
    "trunc_date": _date,
    "trunc_time": _time,
}
