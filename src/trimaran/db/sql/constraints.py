"""What ``class Meta`` says of a table beside its columns: indexes and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

_METHODS = ("btree", "hash", "gin", "gist", "spgist", "brin")


class Index:
    """An index: ``Index("writer", "-added")``, ``Index(Lower("title"))``.

    fields:     names, ``-`` before one for descending, or expressions; also as ``fields=[...]``
    condition:  a ``Q``: the index holds these rows alone (PostgreSQL, SQLite)
    include:    fields that the index carries without ordering by them (PostgreSQL)
    method:     ``btree hash gin gist spgist brin`` (PostgreSQL)
    opclasses:  by field, PostgreSQL's operator class: ``{"title": "text_pattern_ops"}``
    """

    __slots__ = ("condition", "fields", "include", "method", "name", "opclasses", "unique")

    def __init__(
        self,
        *expressions: Any,
        fields: Sequence[str] = (),
        name: str = "",
        unique: bool = False,
        condition: Any = None,
        include: Sequence[str] = (),
        method: Literal["", "btree", "hash", "gin", "gist", "spgist", "brin"] = "",
        opclasses: dict[str, str] | None = None,
    ) -> None:
        self.fields = (*expressions, *fields)
        self.name = name
        self.unique = unique
        self.condition = condition
        self.include = tuple(include)
        self.method = method
        self.opclasses = dict(opclasses or {})
        if method and method not in _METHODS:
            message = f"method={method!r} is none of {', '.join(_METHODS)}"
            raise TypeError(message)

    def __repr__(self) -> str:
        return f"Index({', '.join(map(repr, self.fields))})"


class UniqueConstraint:
    """No two rows agree in all of these: ``UniqueConstraint("title", "writer")``.

    fields:         names or expressions; also as ``fields=[...]``
    condition:      a ``Q``: among these rows alone (PostgreSQL, SQLite)
    deferrable:     ``immediate`` or ``deferred``: checked when the transaction ends (PostgreSQL)
    include:        further fields that its index carries (PostgreSQL)
    nulls_distinct: False lets two NULLs be equal (PostgreSQL 15)
    violation_error_message: what a client is told
    """

    __slots__ = (
        "condition",
        "deferrable",
        "fields",
        "include",
        "name",
        "nulls_distinct",
        "violation_error_message",
    )

    def __init__(
        self,
        *expressions: Any,
        fields: Sequence[str] = (),
        name: str = "",
        condition: Any = None,
        deferrable: Literal["immediate", "deferred"] | None = None,
        include: Sequence[str] = (),
        nulls_distinct: bool = True,
        violation_error_message: str = "",
    ) -> None:
        self.fields = (*expressions, *fields)
        self.name = name
        self.condition = condition
        self.deferrable = deferrable
        self.include = tuple(include)
        self.nulls_distinct = nulls_distinct
        self.violation_error_message = violation_error_message
        if deferrable not in (None, "immediate", "deferred"):
            message = f"deferrable={deferrable!r} is neither 'immediate' nor 'deferred'"
            raise TypeError(message)
        if deferrable and condition is not None:
            message = "a unique constraint with a condition cannot be deferrable"
            raise TypeError(message)

    def __repr__(self) -> str:
        return f"UniqueConstraint({', '.join(map(repr, self.fields))})"


class CheckConstraint:
    """What every row fulfils: ``CheckConstraint(Q(price__gte=0), name="price")``.

    name: of the constraint in the database
    violation_error_message: what a client is told
    """

    __slots__ = ("condition", "name", "violation_error_message")
    fields: tuple[str, ...] = ()

    def __init__(self, condition: Any, *, name: str, violation_error_message: str = "") -> None:
        self.condition = condition
        self.name = name
        self.violation_error_message = violation_error_message

    def __repr__(self) -> str:
        return f"CheckConstraint({self.name!r})"
