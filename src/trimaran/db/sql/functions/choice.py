"""Choices: ``Case`` and ``When``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.db.sql.conditions import resolve
from trimaran.db.sql.expressions import Computed, Condition, Q
from trimaran.db.sql.functions.base import MISUSE, argument_term, refused
from trimaran.db.sql.terms import Choice

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Node, Term


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
