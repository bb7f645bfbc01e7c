"""The answers that an operation gives: declared ones, and the framework's own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from trimaran.handlers.route import UNSET
from trimaran.handlers.streaming import LINES, is_event
from trimaran.http import RedirectResponse, Response
from trimaran.openapi.parameters import is_sent
from trimaran.routing.template import template_params

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.handlers.plan import Plan
    from trimaran.openapi.schemas import JSON, Schemas

_BODILESS = frozenset({*range(100, 200), 204, 205, 304})


def responses_of(
    plan: Plan, schemas: Schemas, *, problems: bool = False, middleware: Sequence[Any] = ()
) -> JSON:
    """Return the Responses Object of an operation.

    problems:   faults are answered in RFC 9457's form
    middleware: around the route; what has ``openapi_responses`` tells the answers of its own
    """
    route = plan.route
    answer: JSON = {"description": route.response_description}
    content = {} if route.status_code in _BODILESS else _content(plan, schemas)
    if content:
        answer["content"] = content
    result: JSON = {str(_status(plan)): answer}
    usual = _media_type(plan)
    for status, declared in route.responses.items():
        key = str(status)
        if key.lower() != "default":
            key = key.upper()
        result[key] = _declared(key, declared, result.get(key), schemas, media_type=usual)
        if problems and key[0] in "45" and "content" not in result[key]:
            result[key]["content"] = schemas.fault("HTTPError", problems=True)
    own = _own_answers(plan, middleware)
    for key, described in sorted(own.items()):
        if not {key, f"{key[0]}XX", "default"} & result.keys():
            name = "HTTPValidationError" if key == "422" else "HTTPError"
            result[key] = {**described, "content": schemas.fault(name, problems=problems)}
    return result


def _own_answers(plan: Plan, middleware: Sequence[Any]) -> dict[str, JSON]:
    """Return what the framework answers by itself, by status."""
    found: dict[str, JSON] = {}
    for one in middleware:
        for status, described in getattr(one, "openapi_responses", {}).items():
            found[str(status)] = dict(described)
    if plan.body is not None and not is_sent(plan):
        found["400"] = {"description": "Malformed Body"}
        found["413"] = {"description": "Body Too Large"}
        found["415"] = {"description": "Unknown Content Coding"}
    if any(kind not in ("str", "path") for kind in template_params(plan.route.path).values()):
        found["404"] = {"description": "Not Found"}
    if plan.parameters or plan.body is not None:
        found["422"] = {"description": "Validation Error"}
    if plan.route.timeout is not None:
        found["504"] = {"description": "Gateway Timeout"}
    return found


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
    schema = schemas.of(returns, "output")
    if plan.route.shape is not None:
        schemas.shape(schema, plan.route.shape, returns)
    return {media_type: {"schema": schema}}


def _items(plan: Plan, schemas: Schemas) -> JSON:
    """Return the content of a stream; in OpenAPI 3.1 its schema is that of each item."""
    known = plan.returns is not UNSET and not is_event(plan.returns)
    item = schemas.of(plan.returns, "output") if known else {}
    if plan.stream == "lines":
        return {LINES: {"schema": item}}
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
    return {"text/event-stream": {"schema": event}}


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
