"""Functions that SQLite lacks, or has not in every build, in Python."""

from __future__ import annotations

import hashlib
import math
import random
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable


def define_functions(connection: sqlite3.Connection) -> None:
    """Give a connection ``REGEXP``, functions of numbers and texts, and aggregates."""
    from trimaran.db.backends.sqlite.aggregates import AGGREGATES
    from trimaran.db.backends.sqlite.documents import DOCUMENTS

    for (name, width), function in {**_FUNCTIONS, **DOCUMENTS}.items():
        connection.create_function(name, width, function, deterministic=True)
    connection.create_function("trimaran_random", 0, random.random)
    for (name, width), aggregate in AGGREGATES.items():
        connection.create_aggregate(name, width, aggregate)


def _regexp(pattern: str | None, value: object) -> bool | None:
    # X REGEXP Y calls regexp(Y, X).
    if pattern is None or value is None:
        return None
    return re.search(pattern, str(value)) is not None


def _of_numbers(function: Callable[..., float]) -> Callable[..., float | None]:
    """Return the function, NULL for NULL and for what it is not defined for."""

    def call(*values: Any) -> float | None:
        if None in values:
            return None
        try:
            return function(*values)
        except (ValueError, OverflowError, ZeroDivisionError, TypeError):
            return None

    return call


def _of_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*values: Any) -> Any:
        return None if None in values else function(*values)

    return call


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


_LONGEST = 1_000_000


def _pad(text: str, length: int, fill: str, *, left: bool) -> str:
    text, length = str(text), min(length, _LONGEST)
    if length <= len(text) or not fill:
        return text[:length]
    missing = length - len(text)
    more = (fill * (missing // len(fill) + 1))[:missing]
    return more + text if left else text + more


def _lpad(text: str, length: int, fill: str) -> str:
    return _pad(text, length, fill, left=True)


def _rpad(text: str, length: int, fill: str) -> str:
    return _pad(text, length, fill, left=False)


def _repeat(text: str, count: int) -> str:
    return str(text) * min(count, _LONGEST // max(len(str(text)), 1))


def _hashed(name: str) -> Callable[[Any], str]:
    def digest(text: Any) -> str:
        data = text if isinstance(text, bytes) else str(text).encode()
        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return digest


def _at_zone(text: str, zone: str) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, NULL beyond the calendar."""

    def call(*values: Any) -> Any:
        try:
            return function(*values)
        except (ValueError, OverflowError):
            return None

    return call


def _shift(text: str, span: int) -> str:
    from datetime import date, datetime, time, timedelta

    by = timedelta(microseconds=span)
    if len(text) == len("2000-01-01"):
        return (date.fromisoformat(text) + by).isoformat()
    if "-" not in text:
        clock = datetime.combine(date(2000, 1, 1), time.fromisoformat(text)) + by
        return clock.time().isoformat("microseconds")
    return (datetime.fromisoformat(text) + by).isoformat(" ", "microseconds")


def _between(later: str, earlier: str) -> int:
    from datetime import datetime, timedelta

    if "-" not in later:
        later, earlier = f"2000-01-01 {later}", f"2000-01-01 {earlier}"
    apart = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return apart // timedelta(microseconds=1)


_FUNCTIONS: dict[tuple[str, int], Callable[..., Any]] = {
    ("regexp", 2): _regexp,
    ("trimaran_at_zone", 2): _of_texts(_at_zone),
    ("trimaran_shift", 2): _of_texts(_guarded(_shift)),
    ("trimaran_between", 2): _of_texts(_guarded(_between)),
    ("lpad", 3): _of_texts(_lpad),
    ("rpad", 3): _of_texts(_rpad),
    ("repeat", 2): _of_texts(_repeat),
    ("reverse", 1): _of_texts(lambda text: str(text)[::-1]),
    ("sign", 1): _of_numbers(_sign),
    ("pi", 0): lambda: math.pi,
    ("acos", 1): _of_numbers(math.acos),
    ("asin", 1): _of_numbers(math.asin),
    ("atan", 1): _of_numbers(math.atan),
    ("atan2", 2): _of_numbers(math.atan2),
    ("cos", 1): _of_numbers(math.cos),
    ("cot", 1): _of_numbers(lambda value: 1 / math.tan(value)),
    ("degrees", 1): _of_numbers(math.degrees),
    ("exp", 1): _of_numbers(math.exp),
    ("ln", 1): _of_numbers(math.log),
    ("power", 2): _of_numbers(math.pow),
    ("radians", 1): _of_numbers(math.radians),
    ("sin", 1): _of_numbers(math.sin),
    ("sqrt", 1): _of_numbers(math.sqrt),
    ("tan", 1): _of_numbers(math.tan),
    **{
        (name, 1): _of_texts(_hashed(name))
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    },
}
