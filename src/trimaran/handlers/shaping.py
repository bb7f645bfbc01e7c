"""``response_model_include`` and its like: parts of an answer left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.handlers.route import UNSET
from trimaran.schema import adapter_for, encode_any

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.handlers.plan import Plan
    from trimaran.handlers.shape import Shape


def shaped_encoder(plan: Plan, shape: Shape) -> Callable[[Any], bytes]:
    """Return what writes a route's result in its shape."""
    returns = plan.returns

    def dumped(value: Any) -> bytes:
        return encode_any(shaped(value, shape))

    if returns is UNSET:
        return dumped
    adapter: Any = adapter_for(returns)
    if hasattr(adapter, "types"):  # Pydantic's
        return _pydantic_encoder(adapter.types, shape)
    typed = adapter.typed
    return lambda result: dumped(typed(result))


def _pydantic_encoder(types: Any, shape: Shape) -> Callable[[Any], bytes]:
    """Return what writes a result by its declared type, which a subclass adds nothing to."""

    def encode(result: Any) -> bytes:
        checked = types.validate_python(result, from_attributes=True)
        text: bytes = types.dump_json(
            checked,
            include=_of_items(shape.include, checked),
            exclude=_of_items(shape.exclude, checked),
            by_alias=shape.by_alias,
            exclude_unset=shape.exclude_unset,
            exclude_defaults=shape.exclude_defaults,
            exclude_none=shape.exclude_none,
            warnings="error",
        )
        return text

    return encode


def _of_items(selection: Any, value: Any) -> Any:
    """Return a selection in Pydantic's words: names given for a list are those of each item."""
    selection = _as_set(selection)
    several = isinstance(value, list | tuple | set | frozenset) or hasattr(value, "__next__")
    if not several or selection is None:
        return selection
    if any(isinstance(name, int) or name == "__all__" for name in selection):
        return selection
    return {"__all__": selection}


def shaped(value: Any, shape: Shape) -> Any:
    """Return a value in a shape: objects as dictionaries, for an encoder to write."""
    return _dumped(value, shape, _as_set(shape.include), _as_set(shape.exclude))


def _as_set(selection: Any) -> Any:
    return set(selection) if isinstance(selection, list | tuple) else selection


def _dumped(value: Any, shape: Shape, include: Any, exclude: Any) -> Any:
    """Return a value as JSON's own types, without what the shape leaves out."""
    if isinstance(value, list | tuple | set | frozenset):
        wanted, unwanted = _for_items(include), _for_items(exclude)
        items = [(item, wanted(place), unwanted(place)) for place, item in enumerate(value)]
        return [
            _dumped(*(item, shape), *_inner(yes, no)) for item, yes, no in items if _kept(yes, no)
        ]
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(
            mode="json",
            include=include,
            exclude=exclude,
            by_alias=shape.by_alias,
            exclude_unset=shape.exclude_unset,
            exclude_defaults=shape.exclude_defaults,
            exclude_none=shape.exclude_none,
        )
    fields = _fields(value, by_alias=shape.by_alias)
    if fields is None:
        return value
    # Only Pydantic's models remember what was set. Elsewhere a field at its default was not.
    leaves_defaults = shape.exclude_defaults or shape.exclude_unset
    result = {}
    for name, wire, item, default in fields:
        yes, no = _of_field(include, name), _of_field(exclude, name, missing=False)
        if item is msgspec.UNSET or (item is None and shape.exclude_none) or not _kept(yes, no):
            continue
        if not leaves_defaults or default is UNSET or item != default:
            result[wire] = _dumped(item, shape, *_inner(yes, no))
    return result


def _fields(value: Any, *, by_alias: bool) -> list[tuple[Any, Any, Any, Any]] | None:
    """Return name, name on the wire, value and default of each field; None for no object."""
    if isinstance(value, msgspec.Struct):
        kind = type(value)
        wire = kind.__struct_encode_fields__ if by_alias else kind.__struct_fields__
        return [
            (field.name, name, getattr(value, field.name), _default(field))
            for name, field in zip(wire, msgspec.structs.fields(kind), strict=True)
        ]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [
            (field.name, field.name, getattr(value, field.name), _dataclass_default(field))
            for field in dataclasses.fields(value)
        ]
    attributes = getattr(value, "__attrs_attrs__", None)
    if attributes is not None:
        return [
            (field.name, field.name, getattr(value, field.name), _attrs_default(field, value))
            for field in attributes
            if not field.name.startswith("_")  # private, and so never sent
        ]
    if isinstance(value, Mapping):
        return [(name, name, item, UNSET) for name, item in value.items()]
    return None


def _of_field(selection: Any, name: Any, *, missing: bool = True) -> Any:
    """Return what a selection says of a field: True, False, or a selection within it."""
    if selection is None:
        return missing
    if isinstance(selection, Mapping):
        found = selection.get(name, False)
        return True if found is ... else found
    return name in selection


def _for_items(selection: Any) -> Callable[[int], Any]:
    """Return what a selection says of each item of a list.

    Names of fields are those of every item.
    """
    if selection is None:
        return lambda place: None
    if isinstance(selection, Mapping) and "__all__" in selection:
        every = selection["__all__"]
        return lambda place: selection.get(place, every)
    if any(isinstance(name, int) for name in selection):
        return lambda place: _of_field(selection, place)
    return lambda place: selection


def _kept(include: Any, exclude: Any) -> bool:
    return include is not False and exclude is not True


def _inner(include: Any, exclude: Any) -> tuple[Any, Any]:
    """Return the selections within a field that is kept."""
    wanted = None if include is True or include is ... else include
    return _as_set(wanted), _as_set(exclude or None)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return UNSET if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _dataclass_default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    factory = field.default_factory
    return UNSET if factory is dataclasses.MISSING else factory()


def _attrs_default(field: Any, owner: Any) -> Any:
    default = field.default
    if repr(default) == "NOTHING":
        return UNSET
    if type(default).__name__ != "Factory":
        return default
    return default.factory(owner) if default.takes_self else default.factory()
