"""Functions and choices, as written in ``annotate`` and ``filter``.

A text among the arguments names a field; a text that is meant as such stands in ``Value``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran._internal.callsite import callsite
from trimaran.db.sql import kinds
from trimaran.db.sql.conditions import reference, resolve, resolve_term
from trimaran.db.sql.expressions import Computed, Condition, Q
from trimaran.db.sql.terms import Call, Choice, Literal
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Node, Term

_KINDS: dict[type, Kind] = {
    int: kinds.INT,
    float: kinds.FLOAT,
    str: kinds.TEXT,
    bool: kinds.BOOL,
}
MISUSE = "TRI-QUERY-021"
_PARTS = ("year", "month", "day", "hour", "minute", "second")


def argument_term(scope: Scope, value: Any, kind: Kind | None = None) -> Term:
    """Return an argument's term: a text names a field."""
    if isinstance(value, str):
        return reference(scope, value)
    return resolve_term(scope, value, kind)


def _width(kind: Kind) -> int:
    return 0 if kind.name == "choice" else {"float": 3, "decimal": 2}.get(kind.sql, 1)


def refused(id: str, what: str, mend: str) -> QueryError:
    """Return the error of an expression that cannot be."""
    return QueryError(id, what, mend, where=callsite())


class Value(Computed[Any]):
    """A plain value where an expression is wanted: ``Value("unknown")``."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Value({self.value!r})"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the value as a parameter."""
        return resolve_term(scope, self.value, kind)


class Func(Computed[Any]):
    """A function of the database over fields, expressions and values."""

    __slots__ = ("arguments",)
    name: ClassVar[str]
    least: ClassVar[int] = 1

    def __init__(self, *arguments: Any) -> None:
        if len(arguments) < self.least:
            raise refused(
                MISUSE,
                f"{type(self).__name__} was given {len(arguments)} arguments.",
                f"Give {self.least} or more.",
            )
        self.arguments = arguments

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.arguments))})"

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return what the function returns: as a rule what its first typed argument is.

        Of numbers of several types it is the widest; an enumeration gives way to plain values.
        """
        typed = [term.kind for term in terms if term.kind is not None]
        return max(typed, key=_width, default=None)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        terms: list[Term] = []
        for argument in self.arguments:
            terms.append(argument_term(scope, argument, self.kind_of(terms)))
        return Call(self.name, terms, self.kind_of(terms))


class _TextFunc(Func):
    __slots__ = ()

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return text."""
        return kinds.TEXT


class Lower(_TextFunc):
    """A text in lower case; SQLite changes ASCII letters only."""

    __slots__ = ()
    name = "lower"


class Upper(_TextFunc):
    """A text in upper case; SQLite changes ASCII letters only."""

    __slots__ = ()
    name = "upper"


class Trim(_TextFunc):
    """A text without blanks at both ends."""

    __slots__ = ()
    name = "trim"


class LTrim(_TextFunc):
    """A text without blanks at its beginning."""

    __slots__ = ()
    name = "ltrim"


class RTrim(_TextFunc):
    """A text without blanks at its end."""

    __slots__ = ()
    name = "rtrim"


class Length(_TextFunc):
    """How many characters a text has."""

    __slots__ = ()
    name = "length"

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class Concat(Func):
    """Texts joined, NULL as an empty one: ``Concat("first", Value(" "), "last")``."""

    __slots__ = ()
    name = "concat"
    least = 2

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return text."""
        return kinds.TEXT


class Substr(Func):
    """A part of a text: from a position, the first being 1, and at most so long."""

    __slots__ = ()
    name = "substr"

    def __init__(self, expression: Any, position: int, length: int | None = None) -> None:
        if type(position) is not int or position < 1:
            raise refused(MISUSE, f"Substr begins at {position!r:.40}.", "Positions begin at 1.")
        if length is not None and (type(length) is not int or length < 0):
            raise refused(MISUSE, f"Substr is {length!r:.40} long.", "Give 0 or more.")
        super().__init__(expression, position, *(() if length is None else (length,)))

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        text, *numbers = self.arguments
        places = [Literal(number, kinds.INT) for number in numbers]
        return Call(self.name, [argument_term(scope, text), *places], kinds.TEXT)


class Replace(Func):
    """A text with every occurrence of one part replaced by another."""

    __slots__ = ()
    name = "replace"

    def __init__(self, expression: Any, text: str, replacement: str = "") -> None:
        super().__init__(expression, Value(text), Value(replacement))

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return text."""
        return kinds.TEXT


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


class _OfDate(Func):
    __slots__ = ("part",)

    def __init__(self, expression: Any, part: str) -> None:
        if part not in _PARTS:
            raise refused(
                MISUSE, f"A date has no part {part!r:.40}.", f"It has: {', '.join(_PARTS)}."
            )
        super().__init__(expression)
        self.part = part

    def of_date(self, scope: Scope) -> tuple[Term, Kind]:
        """Return the argument, which must be a date or a moment, and its kind."""
        term = argument_term(scope, self.arguments[0])
        kind = term.kind
        allowed = ("date",) if self.part in _PARTS[:3] else ()
        if kind is None or kind.sql not in ("datetime", "naive_datetime", *allowed):
            held = "unknown" if kind is None else kind.name
            raise refused(
                MISUSE,
                f"{type(self).__name__} takes the {self.part} of a value of type {held}.",
                "Name a field that holds a date, or a datetime.",
            )
        return term, kind


class Extract(_OfDate):
    """A part of a date as a number: ``Extract("added", "month")``; moments are in UTC."""

    __slots__ = ()
    name = "extract"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term, _ = self.of_date(scope)
        return Call(self.name, [term], kinds.INT, option=self.part)


class _Trunc(_OfDate):
    __slots__ = ()
    name = "trunc"
    part_name: ClassVar[str]

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, self.part_name)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term, made = self.of_date(scope)
        return Call(self.name, [term], made, option=self.part)


class TruncYear(_Trunc):
    """The beginning of the year, as the same type; moments are in UTC."""

    __slots__ = ()
    part_name = "year"


class TruncMonth(_Trunc):
    """The beginning of the month, as the same type; moments are in UTC."""

    __slots__ = ()
    part_name = "month"


class TruncDay(_Trunc):
    """The beginning of the day, as the same type; moments are in UTC."""

    __slots__ = ()
    part_name = "day"


class Cast(Func):
    """A value as another type: ``Cast("price", int)``; of int, float, str, bool."""

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


# Choices


class When:
    """A condition and the value where it holds: ``When(pages__gt=500, then=…)``."""

    __slots__ = ("condition", "then")

    def __init__(self, /, *conditions: Condition | bool, then: Any, **lookups: Any) -> None:
        if not conditions and not lookups:
            raise refused(
                MISUSE, "When was given no condition.", "Give look-ups, a Q or a comparison."
            )
        self.condition = Q(*conditions, **lookups)
        self.then = then


class Case(Computed[Any]):
    """The value of the first condition that holds, else ``default``."""

    __slots__ = ("cases", "default")

    def __init__(self, *cases: When, default: Any = None) -> None:
        if not cases:
            raise refused(MISUSE, "Case was given no When.", "Give one: Case(When(..., then=...)).")
        self.cases = cases
        self.default = default

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the choice; values without a type of their own take that of the others."""
        thens = [case.then for case in self.cases]
        given = [value for value in (*thens, self.default) if value is not None]
        typed = [argument_term(scope, value, kind).kind for value in given]
        made = next((found for found in typed if found is not None), kind)
        branches: list[tuple[Node, Term]] = []
        for case in self.cases:
            if case.then is None:
                raise refused(
                    MISUSE, "When(then=None) says nothing.", "Leave it out: NULL is the rest."
                )
            branches.append((resolve(scope, case.condition), argument_term(scope, case.then, made)))
        last = None if self.default is None else argument_term(scope, self.default, made)
        return Choice(branches, last, made)
