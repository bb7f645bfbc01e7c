"""One operation of an OpenAPI document: a route and one of its methods."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from trimaran.handlers.route import UNSET
from trimaran.handlers.streaming import LINES, is_event
from trimaran.http import RedirectResponse, Response
from trimaran.routing.template import openapi_path, template_params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.handlers.parameters import BodyMarker
    from trimaran.handlers.plan import Body, BodyField, Parameter, Plan
    from trimaran.handlers.route import Route
    from trimaran.openapi.schemas import JSON, Schemas

_BODILESS = frozenset({*range(100, 200), 204, 205, 304})


class Names:
    """Operation ids, each given once: a second one of the same name gets a number."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, route: Route, method: str) -> str:
        """Return the id that the route names, else FastAPI's: ``list_films_films_get``."""
        wanted = route.operation_id
        if wanted is None:
            text = re.sub(r"\W", "_", f"{route.name}{openapi_path(route.path)}")
            wanted = f"{text}_{method.lower()}"
        name, number = wanted, 1
        while name in self._given:
            number += 1
            name = f"{wanted}_{number}"
        self._given.add(name)
        return name


def operation(plan: Plan, method: str, schemas: Schemas, names: Names) -> JSON:
    """Return the description of a route under one of its methods."""
    route = plan.route
    result: JSON = {}
    if route.tags:
        result["tags"] = list(dict.fromkeys(map(_tag, route.tags)))
    result["summary"] = route.summary or route.name.replace("_", " ").title()
    description = route.description or _docstring(route)
    if description:
        result["description"] = description
    result["operationId"] = names.of(route, method)
    if route.deprecated:
        result["deprecated"] = True
    parameters = _parameters(plan, schemas)
    if parameters:
        result["parameters"] = parameters
    if plan.body is not None:
        result["requestBody"] = _request_body(plan.body, result["operationId"], schemas)
    result["responses"] = _responses(plan, schemas)
    return result


def _tag(tag: Any) -> str:
    """Return a tag's text; a member of an Enum stands for its value, as in FastAPI."""
    return str(tag.value if isinstance(tag, Enum) else tag)


def _docstring(route: Route) -> str:
    """Return the handler's docstring up to a form feed."""
    text = getattr(route.handler, "__doc__", None)
    return inspect.cleandoc(text).split("\f")[0].strip() if text else ""


# Parameters

_PLACES = ("path", "query", "header", "cookie")
"""In the order in which FastAPI documents them."""


def _parameters(plan: Plan, schemas: Schemas) -> list[JSON]:
    patterns = template_params(plan.route.path)
    result = [
        _parameter(parameter, schemas, patterns)
        for parameter in sorted(plan.parameters, key=lambda one: _PLACES.index(one.place))
        if parameter.marker.include_in_schema or parameter.place == "path"
    ]
    told = {parameter.alias for parameter in plan.parameters if parameter.place == "path"}
    for name, kind in patterns.items():
        if name not in told:
            schema = _KINDS.get(kind, {"type": "string", **_path_keywords(kind)})
            result.append({"name": name, "in": "path", "required": True, "schema": schema})
    return result


def _parameter(parameter: Parameter, schemas: Schemas, patterns: Mapping[str, str]) -> JSON:
    marker = parameter.marker
    extra: JSON = {}
    if parameter.default is not UNSET and parameter.default is not None:
        extra.update(_default(parameter.default))
    if marker.title:
        extra["title"] = marker.title
    if marker.examples:
        extra["examples"] = list(marker.examples)
    extra.update(marker.json_schema_extra)
    if parameter.place == "path":
        extra.update(_path_keywords(patterns.get(parameter.alias, "")))
    result: JSON = {
        "name": parameter.alias,
        "in": parameter.place,
        "required": parameter.required,
        "schema": schemas.of(parameter.type, "input", extra),
    }
    if marker.description:
        result["description"] = marker.description
    if marker.deprecated:
        result["deprecated"] = True
    if marker.openapi_examples:
        result["examples"] = dict(marker.openapi_examples)
    return result


_KINDS: Mapping[str, JSON] = {
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
}


def _path_keywords(kind: str) -> JSON:
    return {"pattern": f"^(?:{kind[3:]})$"} if kind.startswith("re:") else {}


def _default(value: Any) -> JSON:
    import msgspec

    try:
        return {"default": msgspec.to_builtins(value)}
    except (TypeError, ValueError):
        return {}


# Bodies


def _request_body(body: Body, operation_id: str, schemas: Schemas) -> JSON:
    first = body.fields[0]
    content: JSON = {}
    if body.embed:
        content["schema"] = schemas.named(
            f"Body_{operation_id}", _embedded(body, operation_id, schemas)
        )
    else:
        content["schema"] = _field_schema(first, schemas, _field_keywords(first.marker))
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
            extra.update(_default(field.default))
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


# Responses


def _responses(plan: Plan, schemas: Schemas) -> JSON:
    route = plan.route
    main = str(_status(plan))
    answer: JSON = {"description": route.response_description}
    content = {} if route.status_code in _BODILESS else _content(plan, schemas)
    if content:
        answer["content"] = content
    result: JSON = {main: answer}
    usual = _media_type(plan)
    for status, declared in route.responses.items():
        key = str(status)
        if key.lower() != "default":
            key = key.upper()
        result[key] = _declared(key, declared, result.get(key), schemas, media_type=usual)
    takes_input = bool(plan.parameters) or plan.body is not None
    if takes_input and not {"422", "4XX", "default"} & set(result):
        schema = schemas.validation_error()
        result["422"] = {
            "description": "Validation Error",
            "content": {schemas.fault_media_type: {"schema": schema}},
        }
    return result


def _status(plan: Plan) -> int:
    """Return the main answer's status; a redirect's own where the route names none."""
    status, kinds = plan.route.status_code, (plan.returns, plan.route.response_class)
    redirects = any(isinstance(kind, type) and issubclass(kind, RedirectResponse) for kind in kinds)
    return 307 if redirects and status == 200 else status


def _content(plan: Plan, schemas: Schemas) -> JSON:
    returns, kind = plan.returns, plan.route.response_class
    if plan.stream in ("lines", "events"):
        return _items(plan, schemas)
    if kind is None and isinstance(returns, type) and issubclass(returns, Response):
        kind = returns
    media_type = getattr(kind, "media_type", None) if kind is not None else "application/json"
    if media_type is None or returns is None:
        return {}
    if "json" not in media_type:
        return {media_type: {"schema": {"type": "string"}}}
    if returns is UNSET or (isinstance(returns, type) and issubclass(returns, Response)):
        return {media_type: {"schema": {}}}
    return {media_type: {"schema": schemas.of(returns, "output")}}


def _items(plan: Plan, schemas: Schemas) -> JSON:
    """Return the content of a stream: as OpenAPI 3.2 has it, an array of its items."""
    known = plan.returns is not UNSET and not is_event(plan.returns)
    item = schemas.of(plan.returns, "output") if known else {}
    if plan.stream == "lines":
        return {LINES: {"schema": {"type": "array", "items": item}}}
    data: JSON = {"type": "string"}
    if known:
        data |= {"contentMediaType": "application/json", "contentSchema": item}
    properties: JSON = {
        "data": data,
        "event": {"type": "string"},
        "id": {"type": "string"},
        "retry": {"type": "integer", "minimum": 0},
    }
    event = {"type": "object", "properties": properties}
    return {"text/event-stream": {"schema": {"type": "array", "items": event}}}


def _media_type(plan: Plan) -> str:
    """Return the media type of declared answers that name a model and no type of their own."""
    return getattr(plan.route.response_class, "media_type", None) or "application/json"


def _declared(
    key: str,
    declared: Mapping[str, Any],
    present: JSON | None,
    schemas: Schemas,
    *,
    media_type: str,
) -> JSON:
    """Return one of ``responses``: ``model`` is a type, the rest is OpenAPI's own.

    present: what is known of the same status already, which it is merged into
    """
    given = {name: value for name, value in declared.items() if name != "model"}
    result = _merged({"description": _phrase(key), **(present or {})}, given)
    model = declared.get("model")
    if model is not None:
        content = dict(result.get("content", {}))
        content[media_type] = {
            **content.get(media_type, {}),
            "schema": schemas.of(model, "output"),
        }
        result["content"] = content
    return result


def _merged(one: JSON, other: Mapping[str, Any]) -> JSON:
    """Return an object with another's members put in, those within objects too.

    A schema that is not filled yet stays the very object that will be.
    """
    result = dict(one)
    for name, value in other.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = _merged(result[name], value) if both else value
    return result


def _phrase(key: str) -> str:
    try:
        return HTTPStatus(int(key)).phrase
    except ValueError:
        return {
            "1XX": "Information",
            "2XX": "Success",
            "3XX": "Redirection",
            "4XX": "Client Error",
            "5XX": "Server Error",
        }.get(key, "Default Response")
