"""The parameters of an operation: path, query, headers, cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.handlers.route import UNSET
from trimaran.routing.template import template_params
from trimaran.schema import adapter_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.handlers.plan import Parameter, Plan
    from trimaran.openapi.schemas import JSON, Schemas

_PLACES = ("path", "query", "header", "cookie")
"""In the order in which FastAPI documents them."""


def parameters_of(plan: Plan, schemas: Schemas) -> list[JSON]:
    """Return the parameters, those of the path that nobody takes last."""
    patterns = {} if is_sent(plan) else template_params(plan.route.path)
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


def is_sent(plan: Plan) -> bool:
    """Whether the application sends such requests: a webhook by its name, a callback.

    A callback's path is a run-time expression, whose names are no parameters.
    """
    return not plan.route.path.startswith("/")


def _parameter(parameter: Parameter, schemas: Schemas, patterns: Mapping[str, str]) -> JSON:
    marker = parameter.marker
    extra: JSON = {}
    if parameter.default is not UNSET and parameter.default is not None:
        extra.update(default_of(parameter.default))
    if marker.title:
        extra["title"] = marker.title
    if marker.examples:
        extra["examples"] = list(marker.examples)
    extra.update(marker.json_schema_extra)
    if parameter.required and adapter_for(parameter.type).many:
        # An empty list leaves no trace in a query: it counts as not sent.
        extra["minItems"] = max(1, marker.limits.get("min_length") or 0)
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


def default_of(value: Any) -> JSON:
    """Return the keyword for a default; nothing where it has no JSON form."""
    import msgspec

    try:
        return {"default": msgspec.to_builtins(value)}
    except (TypeError, ValueError):
        return {}
