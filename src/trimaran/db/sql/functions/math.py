"""Functions of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.db.sql import kinds
from trimaran.db.sql.functions.base import MISUSE, Func, One, argument_term, refused
from trimaran.db.sql.terms import Call

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term


class Abs(Func):
    """A number without its sign."""

    __slots__ = ()
    name = "abs"

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)


class Round(Func):
    """A number rounded to so many decimal places."""

    __slots__ = ("places",)
    name = "round"

    def __init__(self, expression: Any, places: int = 0) -> None:
        if type(places) is not int or not 0 <= places <= 20:
            raise refused(MISUSE, f"Round was given {places!r:.40} places.", "Give 0 to 20.")
        super().__init__(expression)
        self.places = places

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term = argument_term(scope, self.arguments[0])
        made = term.kind
        if made is not None and made.sql == "decimal":
            made = kinds.decimal_result(self.places)
        return Call(self.name, [term], made or kinds.FLOAT, option=self.places)


class Ceil(Func):
    """The smallest whole number that is not smaller."""

    __slots__ = ()
    name = "ceil"

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class Floor(Ceil):
    """The largest whole number that is not larger."""

    __slots__ = ()
    name = "floor"


class Mod(Func):
    """What is left of a division of whole numbers."""

    __slots__ = ()
    name = "mod"

    def __init__(self, expression: Any, divisor: Any) -> None:
        super().__init__(expression, divisor)


class Sign(One):
    """-1, 0 or 1: whether a number is negative, zero or positive."""

    __slots__ = ()
    name = "sign"

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class _OfFloat(One):
    __slots__ = ()

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return a float."""
        return kinds.FLOAT


class Sqrt(_OfFloat):
    """The square root."""

    __slots__ = ()
    name = "sqrt"


class Exp(_OfFloat):
    """The number e to the power of this."""

    __slots__ = ()
    name = "exp"


class Ln(_OfFloat):
    """The natural logarithm."""

    __slots__ = ()
    name = "ln"


class Sin(_OfFloat):
    """The sine of an angle in radians."""

    __slots__ = ()
    name = "sin"


class Cos(_OfFloat):
    """The cosine of an angle in radians."""

    __slots__ = ()
    name = "cos"


class Tan(_OfFloat):
    """The tangent of an angle in radians."""

    __slots__ = ()
    name = "tan"


class Cot(_OfFloat):
    """The cotangent of an angle in radians."""

    __slots__ = ()
    name = "cot"


class ASin(_OfFloat):
    """The angle of a sine, in radians."""

    __slots__ = ()
    name = "asin"


class ACos(_OfFloat):
    """The angle of a cosine, in radians."""

    __slots__ = ()
    name = "acos"


class ATan(_OfFloat):
    """The angle of a tangent, in radians."""

    __slots__ = ()
    name = "atan"


class Degrees(_OfFloat):
    """Radians as degrees."""

    __slots__ = ()
    name = "degrees"


class Radians(_OfFloat):
    """Degrees as radians."""

    __slots__ = ()
    name = "radians"


class _OfTwo(Func):
    __slots__ = ()

    def __init__(self, first: Any, second: Any) -> None:
        super().__init__(first, second)

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return a float."""
        return kinds.FLOAT


class ATan2(_OfTwo):
    """The angle of a point (y, x), in radians."""

    __slots__ = ()
    name = "atan2"


class Power(_OfTwo):
    """A number to the power of another."""

    __slots__ = ()
    name = "power"


class Log(_OfTwo):
    """The logarithm: ``Log(base, x)``."""

    __slots__ = ()
    name = "log"


class _Drawn(Func):
    __slots__ = ()
    least = 0

    def __init__(self) -> None:
        super().__init__()

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return a float."""
        return kinds.FLOAT


class Pi(_Drawn):
    """The number pi."""

    __slots__ = ()
    name = "pi"


class Random(_Drawn):
    """A random number from 0 to 1, another for each row."""

    __slots__ = ()
    name = "random"
