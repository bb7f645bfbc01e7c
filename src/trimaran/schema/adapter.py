"""One way to read, check and write a type, whichever library defines it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Protocol, get_args, get_origin

from trimaran.schema.hooks import is_pydantic

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.schema.faults import Fault, Loc


class Adapter(Protocol):
    """Reads, checks and writes values of one type.

    ``decode_json``, ``convert`` and ``convert_str`` raise some ``Exception`` for a value that is
    not right, as fast as they can; the errors methods then tell every fault.
    """

    @property
    def type(self) -> Any:
        """The type itself."""
        ...

    @property
    def many(self) -> bool:
        """Whether ``convert_str`` takes every value of a repeated name."""
        ...

    @property
    def decode_json(self) -> Callable[[bytes], Any]:
        """JSON to a value; strict: ``"1"`` is no integer."""
        ...

    @property
    def convert_str(self) -> Callable[[Any], Any] | None:
        """A text, or a list of them where ``many``, to a value; lax. None for none."""
        ...

    @property
    def encode(self) -> Callable[[Any], bytes]:
        """A value to JSON, of it only what the type declares.

        Raises ``ValueError`` or ``TypeError`` for a value that is not of the type.
        """
        ...

    def convert(self, value: Any) -> Any:
        """Return a value made of JSON's own types as one of this type; strict."""
        ...

    def errors(self, value: Any, loc: Loc = ()) -> list[Fault]:
        """Return every fault of a decoded JSON value, in FastAPI's form; bounded."""
        ...

    def errors_str(self, value: Any, loc: Loc = ()) -> list[Fault]:
        """Return every fault of a text, or of the texts of a repeated name."""
        ...


def adapter_for(tp: Any) -> Adapter:
    """Return the adapter of a type; the same one for the same type.

    Raises ``TypeError`` for a type that cannot stand in JSON.
    """
    try:
        return _cached(tp)
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
    return _make(tp)


@lru_cache(maxsize=4096, typed=True)
def _cached(tp: Any) -> Adapter:
    return _make(tp)


def _make(tp: Any) -> Adapter:
    from trimaran.schema.msgspec_adapter import MsgspecAdapter

    if not needs_pydantic(tp):
        return MsgspecAdapter(tp)
    from trimaran.schema.pydantic_adapter import pydantic_adapter

    try:
        return pydantic_adapter(tp)
    except TypeError:
        if is_pydantic(tp):
            raise
        return MsgspecAdapter(tp)  # a Struct stands beside, which Pydantic does not know


def needs_pydantic(tp: Any) -> bool:
    """Whether a Pydantic type stands in a type, not counting fields of Structs."""
    if is_pydantic(tp):
        return True
    origin = get_origin(tp)
    if origin is None:
        return False
    parts = get_args(tp)[:1] if origin is Annotated else get_args(tp)
    return any(map(needs_pydantic, parts))
