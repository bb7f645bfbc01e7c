"""Dates as HTTP writes them (RFC 9110, 5.6.7), whatever the locale."""

from __future__ import annotations

import re
import time
from calendar import timegm

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  twelve quoted names read worse


def http_date(seconds: float) -> str:
    """Return a time since the epoch as ``Sun, 06 Nov 1994 08:49:37 GMT``."""
    year, month, day, hour, minute, second, weekday, *_ = time.gmtime(seconds)
    return (
        f"{_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year:04d}"
        f" {hour:02d}:{minute:02d}:{second:02d} GMT"
    )


_NUMBERS: dict[str, int] = {name: number for number, name in enumerate(_MONTHS, start=1)}
_DATE = re.compile(
    rf"(?:{'|'.join(_DAYS)}), ([0-3][0-9]) ({'|'.join(_MONTHS)}) ([0-9]{{4}})"
    r" ([0-2][0-9]):([0-5][0-9]):([0-6][0-9]) GMT"
)


def parse_http_date(text: str) -> int | None:
    """Return the seconds since the epoch of such a date; None for any other text.

    The two forms that RFC 9110 calls obsolete are not read: no client has sent them for decades.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year, hour, minute, second = found.groups()
    at = (int(year), _NUMBERS[month], int(day), int(hour), int(minute), int(second))
    return timegm((*at, 0, 0, 0))
