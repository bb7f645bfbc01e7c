"""Schemas of answers of which a route sends a part only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_origin

if TYPE_CHECKING:
    from trimaran.handlers.shape import Shape

JSON: TypeAlias = dict[str, Any]
_AROUND = (list, tuple, set, frozenset, Annotated)
_REF = "#/components/schemas/"


def shaped(schema: JSON, shape: Shape, type_: Any, definitions: Mapping[str, JSON]) -> JSON:
    """Return the schema of what ``response_model_exclude`` and its like leave.

    The fields of the value itself, or of each item of a list, are left out or need not be there;
    within deeper ones nothing is required any more where something is left out of them.
    """
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return {**schema, "items": shaped(schema["items"], shape, type_, definitions)}
    target = definitions.get(str(schema.get("$ref", "")).removeprefix(_REF), schema)
    if "properties" not in target:
        return schema
    return _object(target, shape, _fields_by_wire(type_))


def _object(target: JSON, shape: Shape, fields: Mapping[str, str]) -> JSON:
    kept = {
        wire: field
        for wire in target["properties"]
        if _kept(field := fields.get(wire, wire), shape)
    }
    sent = {wire: wire if shape.by_alias else field for wire, field in kept.items()}
    properties = {
        sent[wire]: target["properties"][wire] if _whole(field, shape) else {}
        for wire, field in kept.items()
    }
    result = {**target, "properties": properties}
    result.pop("required", None)
    optional = shape.exclude_unset or shape.exclude_defaults or shape.exclude_none
    required = [sent[wire] for wire in target.get("required", ()) if wire in sent]
    if required and not optional:
        result["required"] = required
    return result


def _fields_by_wire(type_: Any) -> dict[str, str]:
    """Return the fields' names of a class, or of a list's items, by their names on the wire."""
    while get_origin(type_) in _AROUND:
        type_ = get_args(type_)[0]
    type_ = get_origin(type_) or type_  # a generic Struct's
    models = getattr(type_, "model_fields", None)
    if isinstance(models, dict):
        return {
            field.serialization_alias or field.alias or name: name for name, field in models.items()
        }
    wires = getattr(type_, "__struct_encode_fields__", ())
    return dict(zip(wires, getattr(type_, "__struct_fields__", ()), strict=True))


def _kept(name: str, shape: Shape) -> bool:
    include, exclude = shape.include, shape.exclude
    if include is not None and name not in include:
        return False
    if isinstance(exclude, Mapping):
        return exclude.get(name) not in (True, ...)
    return exclude is None or name not in exclude


def _whole(name: str, shape: Shape) -> bool:
    """Whether all of a field that is kept is sent."""
    return not any(
        isinstance(one, Mapping) and one.get(name, True) not in (True, ...)
        for one in (shape.include, shape.exclude)
    )
