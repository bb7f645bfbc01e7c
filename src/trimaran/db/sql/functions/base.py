"""What all functions share, and plain values among expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran._internal.callsite import callsite
from trimaran.db.sql.conditions import reference, resolve_term
from trimaran.db.sql.expressions import Computed
from trimaran.db.sql.terms import Call
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term

MISUSE = "TRI-QUERY-021"


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


class One(Func):
    """A function of one value."""

    __slots__ = ()

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)


def checked_count(owner: object, value: Any, *, least: int = 0, most: int = 1_000_000) -> int:
    """Return a whole number that is part of a function; raises ``QueryError``."""
    if type(value) is not int or not least <= value <= most:
        raise refused(
            MISUSE,
            f"{type(owner).__name__} was given {value!r:.40} where a whole number belongs.",
            f"Give {least} to {most}.",
        )
    return value
