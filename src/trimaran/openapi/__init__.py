"""The description of an application's API, and the pages that show it.

Nothing here is built or read before somebody asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from trimaran.handlers.plan import Plan
    from trimaran.handlers.route import Route
    from trimaran.openapi.document import DocumentOptions

__all__ = ["build_document", "get_openapi"]


def build_document(plans: Sequence[Plan], **options: Unpack[DocumentOptions]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes; always the same for the same."""
    from trimaran.openapi.document import build

    return build(plans, **options)


def get_openapi(
    *,
    routes: Sequence[Route],
    webhooks: Sequence[Route] | None = None,
    terms_of_service: str | None = None,
    license_info: Mapping[str, Any] | None = None,
    tags: Sequence[Mapping[str, Any]] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Return the document of routes, by FastAPI's function of that name.

    ``get_openapi(title=app.title, version=app.version, routes=app.routes)``: for an ``openapi`` of
    one's own. The other options are those of ``DocumentOptions``.
    """
    from trimaran.handlers import build_plan
    from trimaran.openapi.callbacks import planned

    return build_document(
        [build_plan(route, {}) for route in routes],
        webhooks=planned(webhooks or ()),
        terms_of_service=terms_of_service,
        license_info=license_info,
        tags=tags,
        **options,
    )
