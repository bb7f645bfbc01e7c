"""``/openapi.json``, ``/docs`` and ``/redoc``, with their files, as routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.handlers.route import Route
from trimaran.http import HTMLResponse, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

Links: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]
"""The path of the files, the styles and the scripts among them."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Both pages set style attributes and style elements from their scripts.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        # ReDoc searches in a worker that it makes of its own source.
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{favicon}">
{styles}
</head>
<body>
<div id="docs" class="loading" data-openapi="{openapi}">Loading the documentation.</div>
<noscript><p class="loading">This page needs JavaScript. The description itself is
<a href="{openapi}">{openapi}</a>.</p></noscript>
{scripts}
</body>
</html>
"""


def docs_routes(
    document: Callable[[], dict[str, Any]],
    *,
    title: str,
    openapi_url: str,
    docs_url: str | None = "/docs",
    redoc_url: str | None = "/redoc",
) -> list[Route]:
    """Return the routes that show an application; None leaves a page out.

    document: returns the OpenAPI document; called when somebody asks for it
    """
    routes = [_route(openapi_url, _document_handler(document), "openapi_document")]
    assets = f"{(docs_url or redoc_url or '').rstrip('/')}/assets/"
    if docs_url is not None:
        handler = _page_handler(
            f"{title}: Swagger UI",
            docs_url,
            openapi_url,
            links=(
                assets,
                ("docs.css", "swagger-ui.css"),
                ("swagger-ui-bundle.js", "swagger-init.js"),
            ),
        )
        routes.append(_route(docs_url, handler, "swagger_ui"))
    if redoc_url is not None:
        handler = _page_handler(
            f"{title}: ReDoc",
            redoc_url,
            openapi_url,
            links=(assets, ("docs.css",), ("redoc.standalone.js", "redoc-init.js")),
        )
        routes.append(_route(redoc_url, handler, "redoc"))
    if len(routes) > 1:
        routes.append(_route(assets + "{name}", _asset, "docs_asset"))
    return routes


def _route(path: str, handler: Callable[..., Any], name: str) -> Route:
    return Route(path=path, methods=("GET",), handler=handler, name=name, include_in_schema=False)


async def _asset(request: Request, name: str) -> Response:
    from trimaran.openapi.static import asset_response

    return asset_response(request, name)


def _document_handler(document: Callable[[], dict[str, Any]]) -> Callable[..., Any]:
    latest: dict[str, Any] | None = None
    body, tag = b"", ""

    async def openapi_document(request: Request) -> Response:
        nonlocal latest, body, tag
        current = document()
        if current is not latest:
            body, tag = _encode(current)
            latest = current
        headers = {"etag": f'"{tag}"', "cache-control": "no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        return Response(body, 200, headers, "application/json")

    return openapi_document


def _encode(document: dict[str, Any]) -> tuple[bytes, str]:
    from hashlib import sha256

    import msgspec

    body = msgspec.json.encode(document)
    return body, sha256(body).hexdigest()[:16]


def _page_handler(
    title: str, page_url: str, openapi_url: str, *, links: Links
) -> Callable[..., Any]:
    async def docs_page() -> HTMLResponse:
        page = _render(title, page_url, openapi_url, links=links)
        headers = {
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        }
        return HTMLResponse(page, headers=headers)

    return docs_page


def _render(title: str, page_url: str, openapi_url: str, *, links: Links) -> str:
    """Return the page; relative links let it work below any prefix of a proxy."""
    from html import escape
    from posixpath import dirname, relpath

    from trimaran.openapi.static import digest

    assets, styles, scripts = links

    def link(target: str) -> str:
        return escape(relpath(target, dirname(page_url)))

    def asset(name: str) -> str:
        return f"{link(assets + name)}?v={digest(name)}"

    return _PAGE.format(
        title=escape(title),
        openapi=link(openapi_url),
        favicon=asset("favicon.svg"),
        styles="\n".join(f'<link rel="stylesheet" href="{asset(name)}">' for name in styles),
        scripts="\n".join(f'<script src="{asset(name)}" defer></script>' for name in scripts),
    )
