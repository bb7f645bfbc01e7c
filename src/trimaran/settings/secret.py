"""A value that shows itself only when it is asked to."""

from __future__ import annotations

from typing import Generic, TypeVar

from trimaran._internal.redaction import HIDDEN

T_co = TypeVar("T_co", covariant=True)


class Secret(Generic[T_co]):
    """A value that ``repr``, ``str``, logs, error pages and JSON never show.

    ``Secret("s3cret").reveal()`` returns ``"s3cret"``.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    def reveal(self) -> T_co:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret('{HIDDEN}')" if self._value else "Secret('')"

    def __str__(self) -> str:
        return HIDDEN if self._value else ""

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = self._value, other._value
        if isinstance(mine, str) and isinstance(theirs, str):
            import hmac  # loads OpenSSL's digests, which few applications need at their start

            return hmac.compare_digest(mine.encode(), theirs.encode())
        return bool(mine == theirs)

    def __hash__(self) -> int:
        return hash((Secret, self._value))
