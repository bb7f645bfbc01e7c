"""Types that msgspec leaves to hooks: Pydantic's, addresses, paths, one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.schema.check import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def is_pydantic(tp: Any) -> bool:
    """Whether Pydantic defines how a type is read, told without importing Pydantic."""
    if hasattr(tp, "__pydantic_validator__") or hasattr(tp, "__get_pydantic_core_schema__"):
        return True
    return any(map(is_pydantic_metadata, getattr(tp, "__metadata__", ())))


def is_pydantic_metadata(item: Any) -> bool:
    """Whether metadata of ``Annotated`` is Pydantic's: a ``Field``, a validator."""
    if isinstance(item, Check):
        return False  # it speaks Pydantic's language too, and does not need it
    if hasattr(item, "__get_pydantic_core_schema__"):
        return True
    return type(item).__module__.partition(".")[0] == "pydantic"


def text_type(tp: Any) -> bool:
    """Whether a type is made of its text and written as text: an address or path."""
    home = getattr(tp, "__module__", "").partition(".")[0]
    return getattr(tp, "__name__", "") in _TEXT_TYPES.get(home, ())


_TEXT_TYPES = {
    "ipaddress": (
        "IPv4Address",
        "IPv6Address",
        "IPv4Network",
        "IPv6Network",
        "IPv4Interface",
        "IPv6Interface",
    ),
    "pathlib": ("Path", "PurePath", "PosixPath", "PurePosixPath"),
}


class TypeHooks(msgspec.Struct, frozen=True):
    """How values of a registered class are read, written and described."""

    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]
    schema: Mapping[str, Any]


_REGISTERED: dict[type, TypeHooks] = {}


def register_type(
    cls: type,
    *,
    decode: Callable[[Any], Any],
    encode: Callable[[Any], Any] = str,
    schema: Mapping[str, Any] | None = None,
) -> None:
    """Let a class of one's own stand in parameters, bodies and answers.

    ``register_type(Colour, decode=Colour.parse, encode=str, schema={"type": "string"})``, before a
    route names the class. A Pydantic type needs no registration.

    decode: from what was sent, JSON's own types or the text of a parameter; raises ``ValueError``
    encode: to what JSON has
    schema: its JSON Schema; a string by default
    """
    given: Any = cls
    if not isinstance(given, type):
        message = f"register_type takes a class, not {cls!r}"
        raise TypeError(message)
    _REGISTERED[cls] = TypeHooks(decode, encode, schema or {"type": "string"})


def hooks_of(tp: Any) -> TypeHooks | None:
    """Return the hooks of a registered class, or of the class that it extends."""
    for cls in getattr(tp, "__mro__", ()):
        if cls in _REGISTERED:
            return _REGISTERED[cls]
    return None


def is_supported(tp: Any) -> bool:
    """Whether the hooks read and write a type."""
    return tp is object or is_pydantic(tp) or text_type(tp) or hooks_of(tp) is not None


def decode_hook(tp: Any, value: Any) -> Any:
    """Return a value of a type that msgspec does not know; for its decoders."""
    if tp is object:
        return value
    if is_pydantic(tp):
        if isinstance(tp, type) and isinstance(value, tp):
            return value
        from trimaran.schema.pydantic_adapter import pydantic_adapter

        return pydantic_adapter(tp).convert(value)
    if isinstance(value, tp):
        return value
    hooks = hooks_of(tp)
    if hooks is not None:
        return hooks.decode(value)
    if text_type(tp) and isinstance(value, str):
        return tp(value)
    what = f"expected text for {tp.__name__}"
    raise ValueError(what)


def encode_hook(value: Any) -> Any:
    """Return what msgspec should encode for a value that it does not know."""
    tp: Any = type(value)
    if is_pydantic(tp):
        from trimaran.schema.pydantic_adapter import pydantic_adapter

        return msgspec.Raw(pydantic_adapter(tp).dump(value))
    hooks = hooks_of(tp)
    if hooks is not None:
        return hooks.encode(value)
    if text_type(tp):
        return str(value)
    if hasattr(value, "__iter__") and not hasattr(value, "__dict__"):
        return list(value)  # a deque, a dictionary's view
    what = f"{type(value).__name__} does not encode to JSON"
    raise TypeError(what)
