"""The body that an operation takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.handlers.route import UNSET
from trimaran.openapi.parameters import default_of

if TYPE_CHECKING:
    from trimaran.handlers.parameters import BodyMarker
    from trimaran.handlers.plan import Body, BodyField
    from trimaran.openapi.schemas import JSON, Schemas


def request_body(body: Body, operation_id: str, schemas: Schemas) -> JSON:
    """Return the Request Body Object of an operation."""
    first = body.fields[0]
    content: JSON = {}
    if body.embed:
        content["schema"] = schemas.named(
            f"Body_{operation_id}", _embedded(body, operation_id, schemas)
        )
    else:
        extra = _field_keywords(first.marker)
        if body.required and not body.form and "json" not in body.media_type:
            # An empty body is none at all; the type may ask for more than one character.
            extra.setdefault("minLength", max(1, first.marker.limits.get("min_length") or 0))
        content["schema"] = _field_schema(first, schemas, extra)
        if first.marker.openapi_examples:
            content["examples"] = dict(first.marker.openapi_examples)
    result: JSON = {}
    if not body.embed and first.marker.description:
        result["description"] = first.marker.description
    result["content"] = {body.media_type: content}
    if body.required:
        result["required"] = True
    return result


def _embedded(body: Body, operation_id: str, schemas: Schemas) -> JSON:
    properties = {}
    for field in body.fields:
        extra = _field_keywords(field.marker)
        if field.marker.description:
            extra["description"] = field.marker.description
        if field.default is not UNSET and field.default is not None:
            extra.update(default_of(field.default))
        properties[field.alias] = _field_schema(field, schemas, extra)
    schema: JSON = {"title": f"Body_{operation_id}", "type": "object", "properties": properties}
    required = [field.alias for field in body.fields if field.required]
    if required:
        schema["required"] = required
    return schema


def _field_schema(field: BodyField, schemas: Schemas, extra: JSON) -> JSON:
    kind = field.file
    if kind is None:
        return schemas.of(field.type, "input", extra)
    one: JSON = {"type": "string", "format": "binary"}
    schema: JSON = {"type": "array", "items": one} if kind.many else one
    if kind.many and field.required:
        schema["minItems"] = 1  # a form without its name has none of them
    if kind.optional:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, **extra}


def _field_keywords(marker: BodyMarker) -> JSON:
    extra: JSON = {}
    if marker.title:
        extra["title"] = marker.title
    if marker.examples:
        extra["examples"] = list(marker.examples)
    return {**extra, **marker.json_schema_extra}
