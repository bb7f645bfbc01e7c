"""attrs classes: what msgspec's own support leaves out, converters above all."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def init_names(cls: Any) -> dict[str, str] | None:
    """Return the constructor's arguments by field; None where msgspec can do alone.

    msgspec sets the fields itself, so what the constructor converts would stay as it was sent.
    """
    attributes = getattr(getattr(cls, "__origin__", cls), "__attrs_attrs__", None)
    if attributes is None:
        return None
    if all(
        one.init
        and one.converter is None
        and one.alias in (None, one.name)
        and not getattr(one.default, "takes_self", False)
        for one in attributes
    ):
        return None
    return {one.name: one.alias or one.name for one in attributes if one.init}


def attrs_fields(cls: Any, hints: Mapping[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Return each field's type as it is sent, and the rest of its description."""
    for attribute in cls.__attrs_attrs__:
        if not attribute.init:
            continue
        # A private one is called on the wire as in the constructor.
        known = {"name": attribute.name, "encode_name": attribute.alias or attribute.name}
        yield (
            _sent_type(attribute.converter, hints.get(attribute.name, Any)),
            {**known, **_default_of(attribute.default)},
        )


def _default_of(default: Any) -> dict[str, Any]:
    if type(default).__name__ == "Factory":
        if default.takes_self:
            return {"required": False}
        return {"required": False, "default_factory": default.factory}
    # attrs is imported wherever one of its classes is.
    if repr(default) == "NOTHING":
        return {"required": True}
    return {"required": False, "default": default}


def _sent_type(converter: Any, declared: Any) -> Any:
    """Return what a converter takes: as attrs has it, the type of its first parameter."""
    if converter is None:
        return declared
    function = getattr(converter, "converter", converter)
    if inspect.isclass(function):
        return Any
    try:
        first = next(iter(inspect.signature(function, eval_str=True).parameters.values()))
    except (ValueError, TypeError, NameError, StopIteration):
        return Any
    return Any if first.annotation is inspect.Parameter.empty else first.annotation


def attrs_faults(cls: Any, values: Mapping[str, Any]) -> Iterator[tuple[str, Exception]]:
    """Tell which fields' converters or validators refuse their values, and how.

    values: by the fields' names
    """
    kind = getattr(cls, "__origin__", cls)
    made = kind.__new__(kind)
    failed: set[str] = set()
    for attribute in kind.__attrs_attrs__:
        if attribute.name in values:
            try:
                value = _converted(attribute, values[attribute.name], made)
            except (ValueError, TypeError) as error:
                failed.add(attribute.name)
                yield attribute.name, error
            else:
                object.__setattr__(made, attribute.name, value)
    for attribute in kind.__attrs_attrs__:
        name = attribute.name
        if name in values and name not in failed and attribute.validator is not None:
            try:
                attribute.validator(made, attribute, getattr(made, name))
            except (ValueError, TypeError) as error:
                yield name, error
            except AttributeError:  # it looks at a field that is wrong itself
                continue


def _converted(attribute: Any, value: Any, made: Any) -> Any:
    converter = attribute.converter
    if converter is None:
        return value
    if not hasattr(converter, "takes_self"):
        return converter(value)
    extra = [made] * converter.takes_self + [attribute] * converter.takes_field
    return converter.converter(value, *extra)


def is_attrs(cls: Any) -> bool:
    """Whether a class was made by attrs, told without importing it."""
    return hasattr(getattr(cls, "__origin__", cls), "__attrs_attrs__")
