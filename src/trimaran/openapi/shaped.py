"""Schemas of answers of which a route sends a part only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from trimaran.handlers.shape import Shape

JSON: TypeAlias = dict[str, Any]
_REF = "#/components/schemas/"


def shaped(schema: JSON, shape: Shape, definitions: Mapping[str, JSON]) -> JSON:
    """Return the schema of what ``response_model_exclude`` and its like leave.

    The fields of the value itself, or of each item of a list, are left out or need not be there;
    within deeper ones nothing is required any more where something is left out of them.
    """
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return {**schema, "items": shaped(schema["items"], shape, definitions)}
    target = definitions.get(str(schema.get("$ref", "")).removeprefix(_REF), schema)
    if "properties" not in target:
        return schema
    return _object(target, shape)


def _object(target: JSON, shape: Shape) -> JSON:
    properties = {
        name: value if _whole(name, shape) else {}
        for name, value in target["properties"].items()
        if _kept(name, shape)
    }
    result = {**target, "properties": properties}
    result.pop("required", None)
    optional = shape.exclude_unset or shape.exclude_defaults or shape.exclude_none
    required = [name for name in target.get("required", ()) if name in properties]
    if required and not optional and shape.by_alias:
        result["required"] = required
    return result


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
