"""``Check``: a function of one's own that judges or changes a value."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


class Check(msgspec.Struct, frozen=True):
    """A function that looks at a value once its type and its limits are right.

    ``Even = Annotated[int, Check(even)]`` stands wherever a type does: on parameters, fields,
    items of lists, return values. The function raises ``ValueError`` for a value that is wrong,
    which is answered 422 at its place, and returns the value to take, or None for the same one.

    before: it is given what was sent, before that is looked at: the text of a query, JSON's own
            types of a body
    """

    function: Callable[[Any], Any]
    before: bool = False

    def __post_init__(self) -> None:
        given: Any = self.function
        if not callable(given) or inspect.iscoroutinefunction(given):
            message = f"Check takes a plain function of one value, not {self.function!r}"
            raise TypeError(message)

    def __call__(self, value: Any) -> Any:
        """Return the value to take. Raises ``ValueError`` or ``AssertionError`` for a wrong one."""
        changed = self.function(value)
        return value if changed is None else changed

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """So that it is the same on a field of a Pydantic model."""
        from pydantic_core import core_schema

        if self.before:
            return core_schema.no_info_before_validator_function(self, handler(source))
        return core_schema.no_info_after_validator_function(self, handler(source))
