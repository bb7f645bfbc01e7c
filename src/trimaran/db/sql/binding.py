"""Values made into parameters that no driver refuses.

Whatever a client sends, a query answers. An integer too large for the column becomes the largest
one, NUL and lone surrogates in a text become U+FFFD, not-a-number becomes NULL: such values equal
no row that passed the gate, so the query's answer is right.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from trimaran.db.sql.cleaning import (
    DECIMAL_REACH,
    INT_MAX,
    INT_MIN,
    Fault,
    clean_decimal,
    clean_float,
    clean_int,
    clean_timedelta,
    clean_uuid,
    parsed,
    safe_text,
)

_MICROSECOND = timedelta(microseconds=1)


def bind_int(value: Any) -> int:
    """Return an integer of 64 bits, the nearest one."""
    if type(value) is not int:
        try:
            value = clean_int(value)
        except Fault as fault:
            if fault.type != "int_parsing_size":
                raise
            value = INT_MAX if not str(value).lstrip().startswith("-") else INT_MIN
    if INT_MIN <= value <= INT_MAX:
        return int(value)
    return INT_MAX if value > 0 else INT_MIN


def bind_float(value: Any) -> float | None:
    """Return a double; None where it is not a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return None if number != number else number
    return clean_float(value)


def bind_decimal(value: Any) -> Decimal | None:
    """Return a decimal within reach; None where it is not a number."""
    if type(value) is int:
        value = Decimal(value)
    elif not isinstance(value, Decimal):
        try:
            value = clean_decimal(value)
        except Fault as fault:
            if fault.type != "finite_number":
                raise
            return None
    if value.is_nan():
        return None
    if not value.is_finite() or value.adjusted() > DECIMAL_REACH:
        return Decimal("-1e1000") if value < 0 else Decimal("1e1000")
    return Decimal(0) if value.adjusted() < -DECIMAL_REACH else value


def bind_decimal_sqlite(value: Any) -> float | None:
    """Return the double that SQLite stores for a decimal."""
    number = bind_decimal(value)
    return None if number is None else float(number)


_DECIMAL_EDGE = Decimal(10) ** 45
_FLOAT_EDGE = 1.7976931348623157e308


def bind_decimal_mariadb(value: Any) -> Decimal | None:
    """Return a decimal within MariaDB's digits; the nearest one to a larger."""
    number = bind_decimal(value)
    if number is None or -_DECIMAL_EDGE < number < _DECIMAL_EDGE:
        return number
    return _DECIMAL_EDGE if number > 0 else -_DECIMAL_EDGE


def bind_float_mariadb(value: Any) -> float | None:
    """Return a finite double: MariaDB knows no infinity."""
    number = bind_float(value)
    if number is None or -_FLOAT_EDGE <= number <= _FLOAT_EDGE:
        return number
    return _FLOAT_EDGE if number > 0 else -_FLOAT_EDGE


def bind_str(value: Any) -> str:
    """Return a text without NUL and lone surrogates."""
    if type(value) is not str:
        if not isinstance(value, str):
            raise Fault("string_type", "Input should be a valid string")
        value = str(value.value) if isinstance(value, Enum) else str.__str__(value)
    return safe_text(value)


def bind_datetime(value: Any) -> datetime:
    """Return a moment in UTC; one without a zone is taken to be in it."""
    if not isinstance(value, datetime):
        if isinstance(value, date):
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  taken as UTC below
        else:
            value = parsed(value, datetime, "datetime")
    moment: datetime = value
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        edge = datetime.min if moment.year == 1 else datetime.max  # noqa: DTZ901  given its zone here
        return edge.replace(tzinfo=UTC)


def bind_naive(value: Any) -> datetime:
    """Return a moment in UTC without its zone."""
    return bind_datetime(value).replace(tzinfo=None)


def utc(value: datetime) -> datetime:
    """Return a moment that was stored without its zone, in UTC."""
    return value.replace(tzinfo=UTC)


def read_moment(value: str) -> datetime:
    """Return a moment of ISO text; SQLite's own CURRENT_TIMESTAMP names no zone."""
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def text_of_datetime(moment: datetime) -> str:
    """Return ISO text of a fixed width, so that texts order as moments do."""
    return moment.isoformat(" ", "microseconds")


def bind_date(value: Any) -> date:
    """Return a date; that of a moment."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else parsed(value, date, "date")


def bind_time(value: Any) -> time:
    """Return a time of day without a zone."""
    moment: time = parsed(value, time, "time")
    return moment.replace(tzinfo=None)


def microseconds(value: Any) -> int:
    """Return a span of time as SQLite stores it."""
    return clean_timedelta(value) // _MICROSECOND


def timedelta_of(value: int) -> timedelta:
    """Return the span of time of so many microseconds."""
    return timedelta(microseconds=value)


def time_of(value: timedelta) -> time:
    """Return the time of day that is so far from midnight."""
    return (datetime.min + value).time()  # noqa: DTZ901  a time of day has no zone


def text_of_uuid(value: Any) -> str:
    """Return a UUID as MariaDB takes it."""
    return str(clean_uuid(value))


def hex_of_uuid(value: Any) -> str:
    """Return a UUID as SQLite stores it."""
    return clean_uuid(value).hex


def json_text(value: Any) -> str:
    """Return the JSON of a document."""
    return msgspec.json.encode(value).decode()


def same(value: Any) -> Any:
    """Return the value: the driver takes it as it is."""
    return value
