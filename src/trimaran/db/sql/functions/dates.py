"""Functions of dates, times and moments."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.db.sql import kinds
from trimaran.db.sql.functions.base import MISUSE, Func, One, argument_term, refused
from trimaran.db.sql.terms import Call
from trimaran.db.sql.transforms import DATE_PARTS, TIME_PARTS

if TYPE_CHECKING:
    from datetime import tzinfo

    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term


_TIME_PARTS = frozenset({"hour", "minute", "second"})
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,2}")


class Now(Func):
    """The moment of the statement."""

    __slots__ = ()
    name = "now"
    least = 0

    def __init__(self) -> None:
        super().__init__()

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return a moment."""
        return kinds.DATETIME


class _OfDate(One):
    __slots__ = ("zone",)

    def __init__(self, expression: Any, *, tzinfo: tzinfo | None = None) -> None:
        super().__init__(expression)
        self.zone = _zone_name(tzinfo)

    def moment(self, scope: Scope) -> tuple[Term, Kind]:
        """Return the argument, as the wall time of the zone if there is one, and its kind."""
        term = argument_term(scope, self.arguments[0])
        kind = term.kind
        if kind is None or kind.sql not in ("date", "time", "datetime", "naive_datetime"):
            held = "unknown" if kind is None else kind.name
            raise refused(
                MISUSE,
                f"{type(self).__name__} is asked of a value of type {held}.",
                "Name a field that holds a date, a time or a datetime.",
            )
        if self.zone and kind.sql == "datetime":
            kind = kinds.NAIVE_DATETIME
            term = Call("at_zone", [term], kind, option=self.zone)
        return term, kind


def _zone_name(zone: tzinfo | None) -> str:
    if zone is None or zone is UTC:
        return ""
    name = getattr(zone, "key", "")
    if not _ZONE.fullmatch(name):
        raise refused(
            MISUSE,
            f"The time zone {zone!r:.60} has no name that a database knows.",
            "Give a ZoneInfo: tzinfo=ZoneInfo('Europe/Berlin').",
        )
    return str(name)


class Extract(_OfDate):
    """A part of a date as a number: ``Extract("added", "month")``.

    Moments are in UTC, or in the zone given as ``tzinfo``.
    """

    __slots__ = ("part",)
    name = "extract"

    def __init__(self, expression: Any, lookup_name: str, *, tzinfo: tzinfo | None = None) -> None:
        super().__init__(expression, tzinfo=tzinfo)
        if lookup_name not in (*DATE_PARTS, *TIME_PARTS):
            listed = ", ".join((*DATE_PARTS, *TIME_PARTS))
            raise refused(MISUSE, f"A date has no part {lookup_name!r:.40}.", f"It has: {listed}.")
        self.part = lookup_name

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term, held = self.moment(scope)
        _check_part(self, self.part, held)
        return Call(self.name, [term], kinds.INT, option=self.part)


def _check_part(owner: object, part: str, kind: Kind) -> None:
    lacks = (kind.sql == "date" and part in _TIME_PARTS) or (
        kind.sql == "time" and part not in _TIME_PARTS
    )
    if lacks:
        raise refused(
            MISUSE,
            f"{type(owner).__name__} takes the {part} of a value of type {kind.name}.",
            "Name a field that has such a part.",
        )


class _Part(Extract):
    __slots__ = ()
    part_name: ClassVar[str]

    def __init__(self, expression: Any, *, tzinfo: tzinfo | None = None) -> None:
        super().__init__(expression, self.part_name, tzinfo=tzinfo)


class ExtractYear(_Part):
    """The year; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "year"


class ExtractIsoYear(_Part):
    """The year of the ISO week; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "iso_year"


class ExtractQuarter(_Part):
    """The quarter, 1 to 4; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "quarter"


class ExtractMonth(_Part):
    """The month; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "month"


class ExtractWeek(_Part):
    """The ISO week, 1 to 53; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "week"


class ExtractWeekDay(_Part):
    """The day of the week, Sunday being 1; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "week_day"


class ExtractIsoWeekDay(_Part):
    """The day of the week, Monday being 1; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "iso_week_day"


class ExtractDay(_Part):
    """The day of the month; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "day"


class ExtractHour(_Part):
    """The hour; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "hour"


class ExtractMinute(_Part):
    """The minute; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "minute"


class ExtractSecond(_Part):
    """The second, whole; moments are in UTC, or in the zone given."""

    __slots__ = ()
    part_name = "second"


class Trunc(_OfDate):
    """The beginning of a year, a day and so on: ``Trunc("added", "month")``.

    It is of the same type; with ``tzinfo`` it is the zone's wall time, without a zone.
    """

    __slots__ = ("part",)
    name = "trunc"

    def __init__(self, expression: Any, kind: str, *, tzinfo: tzinfo | None = None) -> None:
        super().__init__(expression, tzinfo=tzinfo)
        if kind not in _TRUNCS:
            raise refused(
                MISUSE, f"Trunc knows no {kind!r:.40}.", f"Give one of: {', '.join(_TRUNCS)}."
            )
        self.part = kind

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term, made = self.moment(scope)
        if made.sql == "date" and self.part in _TIME_PARTS:
            _check_part(self, self.part, made)
        if made.sql == "time":
            _check_part(self, self.part, made)
        return Call(self.name, [term], made, option=self.part)


_TRUNCS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")


class _Beginning(Trunc):
    __slots__ = ()
    part_name: ClassVar[str]

    def __init__(self, expression: Any, *, tzinfo: tzinfo | None = None) -> None:
        super().__init__(expression, self.part_name, tzinfo=tzinfo)


class TruncYear(_Beginning):
    """The beginning of the year, as the same type."""

    __slots__ = ()
    part_name = "year"


class TruncQuarter(_Beginning):
    """The beginning of the quarter, as the same type."""

    __slots__ = ()
    part_name = "quarter"


class TruncMonth(_Beginning):
    """The beginning of the month, as the same type."""

    __slots__ = ()
    part_name = "month"


class TruncWeek(_Beginning):
    """The beginning of the week, as the same type."""

    __slots__ = ()
    part_name = "week"


class TruncDay(_Beginning):
    """The beginning of the day, as the same type."""

    __slots__ = ()
    part_name = "day"


class TruncHour(_Beginning):
    """The beginning of the hour, as the same type."""

    __slots__ = ()
    part_name = "hour"


class TruncMinute(_Beginning):
    """The beginning of the minute, as the same type."""

    __slots__ = ()
    part_name = "minute"


class TruncSecond(_Beginning):
    """The beginning of the second, as the same type."""

    __slots__ = ()
    part_name = "second"


class TruncDate(_OfDate):
    """The date of a moment, in UTC or in the zone given."""

    __slots__ = ()
    name = "trunc_date"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term, held = self.moment(scope)
        if held.sql == "time":
            _check_part(self, "day", held)
        return Call(self.name, [term], kinds.DATE)


class TruncTime(_OfDate):
    """The time of day of a moment, in UTC or in the zone given."""

    __slots__ = ()
    name = "trunc_time"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term, held = self.moment(scope)
        if held.sql == "date":
            _check_part(self, "hour", held)
        return Call(self.name, [term], kinds.TIME)
