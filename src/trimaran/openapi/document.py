"""An OpenAPI 3.1 document from the plans of an application's routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.openapi.operations import Names, operation
from trimaran.openapi.schemas import JSON, Schemas
from trimaran.openapi.security import SecuritySchemes
from trimaran.routing.template import openapi_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.plan import Plan

VERSION = "3.1.0"

_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})


def build(
    plans: Sequence[Plan],
    *,
    title: str,
    version: str,
    summary: str | None = None,
    description: str = "",
    problem_details: bool = False,
) -> JSON:
    """Return the document.

    Where two routes share method and path but for their converters (``/films/{id:int}`` and
    ``/films/{id}``), which OpenAPI cannot tell apart, the first stands.
    """
    schemas = Schemas(problem_details=problem_details)
    names, security = Names(), SecuritySchemes()
    paths: dict[str, dict[str, Any]] = {}
    for plan in plans:
        if not plan.route.include_in_schema:
            continue
        for method in plan.route.methods:
            if method in _METHODS:
                item = paths.setdefault(openapi_path(plan.route.path), {})
                if method.lower() not in item:
                    item[method.lower()] = security.added(
                        operation(plan, method, schemas, names), plan.graph
                    )
    info: JSON = {"title": title}
    if summary:
        info["summary"] = summary
    if description:
        info["description"] = description
    info["version"] = version
    document: JSON = {"openapi": VERSION, "info": info, "paths": paths}
    definitions = schemas.fill()
    components: JSON = {"schemas": definitions} if definitions else {}
    if security.components:
        components["securitySchemes"] = security.components
    if components:
        document["components"] = components
    return document
