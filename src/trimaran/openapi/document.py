"""An OpenAPI 3.1 document from the plans of an application's routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required, TypedDict

from trimaran.openapi.operations import Operations
from trimaran.routing.template import openapi_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.handlers.plan import Plan
    from trimaran.openapi.schemas import JSON

VERSION = "3.1.0"


class DocumentOptions(TypedDict, total=False):
    """What a document says beside its operations.

    webhooks:        the plans of what the application sends, each path being a name
    middleware:      what stands around every operation, for the answers that it gives itself
    problem_details: faults are answered in RFC 9457's form
    separate_input_output_schemas: a class that differs has a schema for each direction
    """

    title: Required[str]
    version: Required[str]
    openapi_version: str
    summary: str | None
    description: str
    terms_of_service: str | None
    contact: Mapping[str, Any] | None
    license_info: Mapping[str, Any] | None
    tags: Sequence[Mapping[str, Any]] | None
    servers: Sequence[Mapping[str, Any]] | None
    external_docs: Mapping[str, Any] | None
    webhooks: Sequence[Plan]
    middleware: Sequence[Any]
    problem_details: bool
    separate_input_output_schemas: bool


def build(plans: Sequence[Plan], **options: Any) -> JSON:
    """Return the document.

    Where two routes share method and path but for their converters (``/films/{id:int}`` and
    ``/films/{id}``), which OpenAPI cannot tell apart, the first stands.
    """
    operations = Operations(
        problem_details=options.get("problem_details", False),
        separate=options.get("separate_input_output_schemas", True),
        middleware=options.get("middleware", ()),
    )
    paths = operations.items(plans, openapi_path)
    webhooks = operations.items(options.get("webhooks", ()), str)
    document: JSON = {
        "openapi": options.get("openapi_version", VERSION),
        "info": _info(options),
    }
    if options.get("servers"):
        document["servers"] = [dict(server) for server in options["servers"]]
    document["paths"] = paths
    # What names no scheme of its own is open, and says so.
    document["security"] = []
    if webhooks:
        document["webhooks"] = webhooks
    components = operations.components()
    if components:
        document["components"] = components
    if options.get("tags"):
        document["tags"] = [dict(tag) for tag in options["tags"]]
    if options.get("external_docs"):
        document["externalDocs"] = dict(options["external_docs"])
    return document


def _info(options: Mapping[str, Any]) -> JSON:
    info: JSON = {"title": options["title"]}
    for name, key in (
        ("summary", "summary"),
        ("description", "description"),
        ("terms_of_service", "termsOfService"),
        ("contact", "contact"),
        ("license_info", "license"),
    ):
        value = options.get(name)
        if value:
            info[key] = value if isinstance(value, str) else dict(value)
    info["version"] = options["version"]
    return info
