"""``/openapi.json``, ``/docs`` and ``/redoc``, with their files, as routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.handlers.route import Route
from trimaran.http import HTMLResponse, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.openapi.documented import Documented

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

_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")

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
<div id="docs" class="loading" data-openapi="{openapi}" data-options="{options}">
Loading the documentation.</div>
<noscript><p class="loading">This page needs JavaScript. The description itself is
<a href="{openapi}">{openapi}</a>.</p></noscript>
{scripts}
</body>
</html>
"""


_REDIRECT_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Swagger UI: log-in</title>
<link rel="icon" type="image/svg+xml" href="{favicon}">
<script src="{script}"></script>
</head>
<body></body>
</html>
"""


def docs_routes(app: Documented) -> list[Route]:
    """Return the routes that show an application."""
    openapi_url, docs_url, redoc_url = app.openapi_url, app.docs_url or None, app.redoc_url or None
    if not openapi_url:
        return []
    routes = [_route(openapi_url, _document_handler(app), "openapi_document")]
    assets = f"{(docs_url or redoc_url or '').rstrip('/')}/assets/"
    if docs_url is not None:
        options = _swagger_options(app, docs_url)
        handler = _page_handler(
            f"{app.title}: Swagger UI",
            docs_url,
            openapi_url,
            links=(
                assets,
                ("docs.css", "swagger-ui.css"),
                ("swagger-ui-bundle.js", "swagger-init.js"),
            ),
            options=options,
            app=app,
        )
        routes.append(_route(docs_url, handler, "swagger_ui"))
        if app.swagger_ui_oauth2_redirect_url:
            url = app.swagger_ui_oauth2_redirect_url
            routes.append(_route(url, _redirect_handler(url, assets), "swagger_ui_redirect"))
    if redoc_url is not None:
        handler = _page_handler(
            f"{app.title}: ReDoc",
            redoc_url,
            openapi_url,
            links=(assets, ("docs.css",), ("redoc.standalone.js", "redoc-init.js")),
        )
        routes.append(_route(redoc_url, handler, "redoc"))
    if docs_url is not None or redoc_url is not None:
        routes.append(_route(assets + "{name}", _asset, "docs_asset"))
    return routes


def _swagger_options(app: Documented, docs_url: str) -> dict[str, Any]:
    """Return what Swagger UI's script is told, as the page carries it."""
    redirect = app.swagger_ui_oauth2_redirect_url
    return {
        "parameters": dict(app.swagger_ui_parameters or {}),
        "oauth": dict(app.swagger_ui_init_oauth) if app.swagger_ui_init_oauth else None,
        "redirect": None if redirect is None else _relative(redirect, docs_url),
    }


def _route(path: str, handler: Callable[..., Any], name: str) -> Route:
    return Route(path=path, methods=("GET",), handler=handler, name=name, include_in_schema=False)


async def _asset(request: Request, name: str) -> Response:
    from trimaran.openapi.static import asset_response

    return asset_response(request, name)


def _document_handler(app: Documented) -> Callable[..., Any]:
    latest: dict[str, Any] | None = None
    body, tag = b"", ""

    async def openapi_document(request: Request) -> Response:
        nonlocal latest, body, tag
        current = app.openapi()
        root = request.root_path
        if root and app.root_path_in_servers:
            sent, version = _encode(_below(root, current))
        else:
            if current is not latest:
                body, tag = _encode(current)
                latest = current
            sent, version = body, tag
        headers = {"etag": f'"{version}"', "cache-control": "no-cache"}
        if version in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        return Response(sent, 200, headers, "application/json")

    return openapi_document


def _below(root: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return a document that lists first the path that its application is mounted at."""
    from trimaran.http.url import quote_path

    url = quote_path(root)
    servers = document.get("servers", [])
    if any(server.get("url") == url for server in servers):
        return document
    own = {"openapi": document.get("openapi"), "info": document.get("info")}
    return {**own, "servers": [{"url": url}, *servers], **_without(document, "servers")}


def _without(document: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a document without one of its parts."""
    return {name: value for name, value in document.items() if name != key}


def _encode(document: dict[str, Any]) -> tuple[bytes, str]:
    from hashlib import sha256

    import msgspec

    body = msgspec.json.encode(document)
    return body, sha256(body).hexdigest()[:16]


def _page_handler(
    title: str,
    page_url: str,
    openapi_url: str,
    *,
    links: Links,
    options: dict[str, Any] | None = None,
    app: Documented | None = None,
) -> Callable[..., Any]:
    async def docs_page() -> HTMLResponse:
        page = _render(title, page_url, openapi_url, links=links, options=options)
        return HTMLResponse(page, headers=_headers(None if app is None else app.openapi()))

    return docs_page


def _headers(document: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the headers of a page; of one that asks for things, those hosts that it may ask."""
    policy = CONTENT_SECURITY_POLICY
    if document is not None:
        origins = " ".join(["connect-src 'self'", *sorted(_origins(document))])
        policy = policy.replace("connect-src 'self'", origins)
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }


def _origins(document: dict[str, Any]) -> set[str]:
    """Return the origins that a document names: servers, and where tokens are got from."""
    from urllib.parse import urlsplit

    urls = [server.get("url", "") for server in document.get("servers", ())]
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        urls.append(scheme.get("openIdConnectUrl", ""))
        for flow in scheme.get("flows", {}).values():
            urls += [flow.get("tokenUrl", ""), flow.get("refreshUrl", "")]
    found = set()
    for url in urls:
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc):
            found.add(f"{parts.scheme}://{parts.netloc}")
    return found


def _redirect_handler(url: str, assets: str) -> Callable[..., Any]:
    """Return the handler of the page that a log-in for Swagger UI leads back to."""

    async def oauth2_redirect() -> HTMLResponse:
        from trimaran.openapi.static import digest

        script, favicon = (
            f"{_relative(assets + name, url)}?v={digest(name)}"
            for name in ("oauth2-redirect.js", "favicon.svg")
        )
        page = _REDIRECT_PAGE.format(script=script, favicon=favicon)
        return HTMLResponse(page, headers=_headers())

    return oauth2_redirect


def _relative(target: str, page_url: str) -> str:
    """Return a link that works below any prefix of a proxy, escaped."""
    from html import escape
    from posixpath import dirname, relpath

    return escape(relpath(target, dirname(page_url)))


def _render(
    title: str,
    page_url: str,
    openapi_url: str,
    *,
    links: Links,
    options: dict[str, Any] | None,
) -> str:
    from html import escape

    import msgspec

    from trimaran.openapi.static import digest

    assets, styles, scripts = links

    def asset(name: str) -> str:
        return f"{_relative(assets + name, page_url)}?v={digest(name)}"

    return _PAGE.format(
        title=escape(title),
        openapi=_relative(openapi_url, page_url),
        options=escape(msgspec.json.encode(options).decode()),
        favicon=asset("favicon.svg"),
        styles="\n".join(f'<link rel="stylesheet" href="{asset(name)}">' for name in styles),
        scripts="\n".join(f'<script src="{asset(name)}" defer></script>' for name in scripts),
    )
