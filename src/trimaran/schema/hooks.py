"""Types that msgspec leaves to hooks: Pydantic's, IP addresses, paths."""

from __future__ import annotations

from typing import Any

import msgspec

from trimaran.schema.check import Check


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


def is_supported(tp: Any) -> bool:
    """Whether the hooks read and write a type."""
    return tp is object or is_pydantic(tp) or text_type(tp)


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
    if text_type(tp):
        return str(value)
    if hasattr(value, "__iter__") and not hasattr(value, "__dict__"):
        return list(value)  # a deque, a dictionary's view
    what = f"{type(value).__name__} does not encode to JSON"
    raise TypeError(what)
