"""Comparison, conversion, and functions of windows that some vendors lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.types import parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.sql.kinds import Kind


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


def _cast(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor == "sqlite" and kind.sql in ("date", "datetime", "time"):
        return _sqlite_moment(kind.sql, value)
    if kind.sql == "decimal" and vendor != "sqlite":
        return sa.cast(value, sa.Numeric(kind.size[0], kind.size[1]))
    if kind.sql == "decimal":
        return sa.func.round(sa.cast(value, sa.REAL()), sa.literal_column(str(int(kind.size[1]))))
    return sa.cast(value, sa.Text() if kind.python is str else parameter_type(kind))


def _sqlite_moment(name: str, value: Any) -> Any:
    if name == "date":
        return sa.func.date(value)
    form = "%H:%M:%f000" if name == "time" else "%Y-%m-%d %H:%M:%f000+00:00"
    return sa.func.strftime(sa.literal_column(f"'{form}'"), value)


def _ntile(vendor: str, option: int, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    return sa.func.ntile(sa.literal_column(str(int(option))))


def _nth(vendor: str, option: int, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    return sa.func.nth_value(arguments[0], sa.literal_column(str(int(option))))


def _shifted(name: str) -> Callable[..., Any]:
    def render(vendor: str, option: int, kind: Kind, given: Any, arguments: list[Any]) -> Any:
        value, *default = arguments
        return getattr(sa.func, name)(value, sa.literal_column(str(int(option))), *default)

    return render


RENDERED: dict[str, Callable[..., Any]] = {
    "cast": _cast,
    "greatest": _extreme("greatest"),
    "lag": _shifted("lag"),
    "lead": _shifted("lead"),
    "least": _extreme("least"),
    "nth_value": _nth,
    "ntile": _ntile,
}
