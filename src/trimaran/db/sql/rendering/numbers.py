"""Functions of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering.pieces import number
from trimaran.db.sql.types import parameter_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.db.sql.kinds import Kind


def _round(vendor: str, option: int, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor != "sqlite":
        value = sa.cast(value, sa.Numeric())
    return sa.cast(sa.func.round(value, number(option)), parameter_type(kind))


def _floor(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor != "sqlite":
        return sa.cast(sa.func.floor(value), parameter_type(kind))
    whole = sa.cast(value, sa.Integer())
    return whole - sa.case((value < whole, number(1)), else_=number(0))


def _ceil(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor != "sqlite":
        return sa.cast(sa.func.ceil(value), parameter_type(kind))
    whole = sa.cast(value, sa.Integer())
    return whole + sa.case((value > whole, number(1)), else_=number(0))


def _mod(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    left, right = arguments
    return left % right


def _sign(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    return sa.cast(sa.func.sign(value), parameter_type(kind))


def _pi(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    return sa.func.pi()


def _random(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    if vendor == "mariadb":
        return sa.func.rand()
    if vendor == "postgresql":
        return sa.func.random()
    return sa.func.trimaran_random()


def _of_doubles(name: str) -> Callable[..., Any]:
    """Return what calls a function of doubles: PostgreSQL has others for its numerics."""

    def render(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
        doubles: list[Any] = [sa.cast(argument, sa.Double()) for argument in arguments]
        return getattr(sa.func, name)(*doubles)

    return render


def _log(vendor: str, option: Any, kind: Kind, given: Any, arguments: list[Any]) -> Any:
    doubles: list[Any] = [sa.cast(argument, sa.Double()) for argument in arguments]
    base, value = doubles
    return sa.func.ln(value) / sa.func.ln(base)


RENDERED: dict[str, Callable[..., Any]] = {
    "ceil": _ceil,
    "floor": _floor,
    "log": _log,
    "mod": _mod,
    "pi": _pi,
    "random": _random,
    "round": _round,
    "sign": _sign,
    **{
        name: _of_doubles(name)
        for name in (
            "acos",
            "asin",
            "atan",
            "atan2",
            "cos",
            "cot",
            "degrees",
            "exp",
            "ln",
            "power",
            "radians",
            "sin",
            "sqrt",
            "tan",
        )
    },
}
