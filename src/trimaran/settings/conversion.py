"""Turning what a file or a variable holds into a setting's type."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from trimaran.settings.declaration import Env
from trimaran.settings.secret import Secret

_BOOLEANS = {"true": True, "1": True, "yes": True, "on": True} | {
    "false": False, "0": False, "no": False, "off": False
}  # fmt: skip
_LISTS = (list, tuple, set, frozenset)


def convert(value: Any, hint: Any, *, as_text: bool) -> Any:
    """Return a value as a setting's type; raises ``ValueError`` or msgspec's error.

    as_text: the value is a string from a variable: ``yes``, ``8000``, ``a,b`` or JSON
    """
    if as_text:
        value = _from_text(value, _members(hint))
    return msgspec.convert(value, hint, strict=not as_text, dec_hook=_decode_own)


def env_names(hint: Any) -> tuple[str, ...]:
    """Return the further variables that a setting's annotation names."""
    if get_origin(hint) is not Annotated:
        return ()
    return tuple(extra.name for extra in hint.__metadata__ if isinstance(extra, Env))


def is_secret(hint: Any) -> bool:
    """Tell whether a type holds a ``Secret``."""
    return any(member is Secret or get_origin(member) is Secret for member in _members(hint))


def describe(hint: Any) -> str:
    """Return a type as its author wrote it: ``int | None``."""
    if get_origin(hint) is Annotated:
        return describe(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        return " | ".join(describe(member) for member in get_args(hint))
    if hint is type(None):
        return "None"
    origin = get_origin(hint)
    if origin is None:
        return getattr(hint, "__name__", None) or repr(hint)
    inner = ", ".join(
        repr(argument) if isinstance(argument, str) else describe(argument)
        for argument in get_args(hint)
    )
    return f"{getattr(origin, '__name__', None) or str(origin).removeprefix('typing.')}[{inner}]"


def _members(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) is Annotated:
        return _members(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        return tuple(part for member in get_args(hint) for part in _members(member))
    return (hint,)


def _from_text(text: str, members: tuple[Any, ...]) -> Any:
    if str in members or Secret[str] in members:
        return text
    text = text.strip()
    if bool in members and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    origins = {get_origin(member) or member for member in members}
    if dict in origins or any(
        isinstance(o, type) and issubclass(o, msgspec.Struct) for o in origins
    ):
        return msgspec.json.decode(text)
    if origins & set(_LISTS):
        if text.startswith("["):
            return msgspec.json.decode(text)
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _decode_own(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Secret or kind is Secret:
        (inner,) = get_args(kind) or (str,)
        return Secret(msgspec.convert(value, inner, strict=False, dec_hook=_decode_own))
    if kind is Path:
        if not isinstance(value, str):
            reason = f"Expected a path, got {type(value).__name__}"
            raise ValueError(reason)
        return Path(value)
    reason = f"{describe(kind)} is no type that a setting can have"
    raise NotImplementedError(reason)
