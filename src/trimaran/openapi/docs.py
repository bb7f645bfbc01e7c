"""Documentation pages of one's own, with files from wherever; FastAPI's functions.

Nobody needs them to keep the pages off a CDN: ``docs_url`` and ``redoc_url`` serve their own files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.http import HTMLResponse
from trimaran.openapi.pages import CONTENT_SECURITY_POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["get_redoc_html", "get_swagger_ui_html", "get_swagger_ui_oauth2_redirect_html"]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{links}
</head>
<body>
<div id="docs" data-openapi="{openapi}" data-options="{options}">Loading the documentation.</div>
<noscript>This page needs JavaScript. The description itself is
<a href="{openapi}">{openapi}</a>.</noscript>
{script}
<script>{init}</script>
</body>
</html>
"""
_REDIRECT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Swagger UI: log-in</title></head>
<body><script>{init}</script></body>
</html>
"""


def get_swagger_ui_html(
    *,
    openapi_url: str,
    title: str,
    swagger_js_url: str,
    swagger_css_url: str,
    swagger_favicon_url: str | None = None,
    oauth2_redirect_url: str | None = None,
    init_oauth: Mapping[str, Any] | None = None,
    swagger_ui_parameters: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    """Return a page that shows a document with Swagger UI.

    Its content policy admits what is named here, and the page's own script.

    swagger_js_url, swagger_css_url: of ``swagger-ui-dist``: ``swagger-ui-bundle.js`` and
                                     ``swagger-ui.css``
    """
    options = {
        "parameters": dict(swagger_ui_parameters or {}),
        "oauth": dict(init_oauth) if init_oauth else None,
        "redirect": oauth2_redirect_url,
    }
    return _page(
        "swagger-init.js",
        title,
        openapi_url,
        script=swagger_js_url,
        style=swagger_css_url,
        favicon=swagger_favicon_url,
        options=options,
    )


def get_redoc_html(
    *, openapi_url: str, title: str, redoc_js_url: str, redoc_favicon_url: str | None = None
) -> HTMLResponse:
    """Return a page that shows a document with ReDoc.

    redoc_js_url: of ``redoc``: ``redoc.standalone.js``
    """
    return _page(
        "redoc-init.js", title, openapi_url, script=redoc_js_url, favicon=redoc_favicon_url
    )


def get_swagger_ui_oauth2_redirect_html() -> HTMLResponse:
    """Return the page that a log-in for Swagger UI leads back to."""
    init = _inline("oauth2-redirect.js")
    policy = f"default-src 'none'; script-src {_hash_of(init)}; base-uri 'none'"
    return HTMLResponse(_REDIRECT.format(init=init), headers=_headers(policy))


def _page(
    init_name: str,
    title: str,
    openapi_url: str,
    *,
    script: str,
    style: str | None = None,
    favicon: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    from html import escape

    import msgspec

    init = _inline(init_name)
    links = []
    if favicon is not None:
        links.append(f'<link rel="icon" href="{escape(favicon)}">')
    if style is not None:
        links.append(f'<link rel="stylesheet" href="{escape(style)}">')
    page = _PAGE.format(
        title=escape(title),
        links="\n".join(links),
        openapi=escape(openapi_url),
        options=escape(msgspec.json.encode(options).decode()),
        script=f'<script src="{escape(script)}"></script>',
        init=init,
    )
    # A log-in asks the authorization server for its token.
    logs_in = options is not None and options["redirect"] is not None
    admitted = {
        "script-src": f"{_origin(script)} {_hash_of(init)}",
        "style-src": _origin(style),
        "img-src": _origin(favicon),
        "connect-src": _origin(openapi_url) + (" https:" if logs_in else ""),
    }
    policy = CONTENT_SECURITY_POLICY
    for name, more in admitted.items():
        policy = policy.replace(f"{name} 'self'", f"{name} 'self' {more}".rstrip())
    return HTMLResponse(page, headers=_headers(policy))


def _headers(policy: str) -> dict[str, str]:
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


def _inline(name: str) -> str:
    from trimaran.openapi.static import asset_text

    return "\n" + asset_text(name)


def _hash_of(script: str) -> str:
    """Return what admits one script in a content policy (CSP 3, 2.3.1)."""
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def _origin(url: str | None) -> str:
    """Return scheme and host of a URL elsewhere; nothing for a path of this application."""
    from urllib.parse import urlsplit

    parts = urlsplit(url or "")
    unsafe = any(sign in parts.netloc for sign in "; ,'\"")
    return f"{parts.scheme or 'https'}://{parts.netloc}" if parts.netloc and not unsafe else ""
