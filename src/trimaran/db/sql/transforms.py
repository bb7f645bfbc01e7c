"""Transforms: what a look-up may take of a column before it compares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimaran.db.sql import kinds

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind

DATE_PARTS = (
    "year",
    "iso_year",
    "quarter",
    "month",
    "week",
    "week_day",
    "iso_week_day",
    "day",
)
TIME_PARTS = ("hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Transform:
    """A function of one value: ``year`` of a date.

    call, option: the function, as ``trimaran.db.sql.rendering`` knows it
    kind:         what it makes
    """

    name: str
    call: str
    option: str | None
    kind: Kind


_PARTS = {name: Transform(name, "extract", name, kinds.INT) for name in (*DATE_PARTS, *TIME_PARTS)}
_OF_DATE = {name: _PARTS[name] for name in DATE_PARTS}
_OF_TIME = {name: _PARTS[name] for name in TIME_PARTS}
_OF_MOMENT = {
    **_PARTS,
    "date": Transform("date", "trunc_date", None, kinds.DATE),
    "time": Transform("time", "trunc_time", None, kinds.TIME),
}
_OF_TEXT = {
    "length": Transform("length", "length", None, kinds.INT),
    "lower": Transform("lower", "lower", None, kinds.TEXT),
    "upper": Transform("upper", "upper", None, kinds.TEXT),
    "trim": Transform("trim", "trim", None, kinds.TEXT),
    "unaccent": Transform("unaccent", "unaccent", None, kinds.TEXT),
}
_BY_SQL: dict[str, dict[str, Transform]] = {
    "date": _OF_DATE,
    "time": _OF_TIME,
    "datetime": _OF_MOMENT,
    "naive_datetime": _OF_MOMENT,
    "text": _OF_TEXT,
    "varchar": _OF_TEXT,
}
NAMES = frozenset(name for known in _BY_SQL.values() for name in known)


def transforms_of(kind: Kind) -> dict[str, Transform]:
    """Return the transforms of a kind, by name."""
    if kind.name == "choice":
        return {}
    return _BY_SQL.get(kind.sql, {})
