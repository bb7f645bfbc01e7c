"""Comparison and conversion."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trimaran.db.sql import kinds
from trimaran.db.sql.functions.base import MISUSE, Func, argument_term, refused
from trimaran.db.sql.terms import Call

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term


_KINDS: dict[type, Kind] = {
    int: kinds.INT,
    float: kinds.FLOAT,
    str: kinds.TEXT,
    bool: kinds.BOOL,
    date: kinds.DATE,
    datetime: kinds.DATETIME,
    time: kinds.TIME,
    Decimal: kinds.decimal(38, 10),
}


class Coalesce(Func):
    """The first of several values that is not NULL."""

    __slots__ = ()
    name = "coalesce"
    least = 2


class NullIf(Func):
    """A value, or NULL where it equals another."""

    __slots__ = ()
    name = "nullif"

    def __init__(self, expression: Any, other: Any) -> None:
        super().__init__(expression, other)


class Greatest(Func):
    """The largest of several values, NULLs left out."""

    __slots__ = ()
    name = "greatest"
    least = 2


class Least(Func):
    """The smallest of several values, NULLs left out."""

    __slots__ = ()
    name = "least"
    least = 2


class Cast(Func):
    """A value as another type: ``Cast("price", int)``, ``Cast("day", datetime)``.

    Of int, float, str, bool, date, datetime, time, Decimal (ten places).
    """

    __slots__ = ("python",)
    name = "cast"

    def __init__(self, expression: Any, python: type) -> None:
        if python not in _KINDS:
            names = ", ".join(sorted(known.__name__ for known in _KINDS))
            raise refused(MISUSE, f"Cast makes no {python!r:.60}.", f"Give one of: {names}.")
        super().__init__(expression)
        self.python = python

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        return Call(self.name, [argument_term(scope, self.arguments[0])], _KINDS[self.python])
