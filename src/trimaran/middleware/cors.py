"""Cross-origin requests of browsers (the Fetch standard's CORS protocol)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimaran.errors import ConfigurationError
from trimaran.http import PlainTextResponse, Request, Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.middleware import CallNext
    from trimaran.handlers.socket_middleware import SocketNext
    from trimaran.http import WebSocket

_ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
# Those that a browser sends without asking.
_SAFE_HEADERS = ("Accept", "Accept-Language", "Content-Language", "Content-Type")


class CORSMiddleware:
    """Tells browsers which other origins may call the application.

    allow_origins:      ``["https://shop.example"]``; ``["*"]`` is everybody, without credentials
    allow_origin_regex: matched against the whole origin
    allow_methods:      ``["*"]`` is all of them
    allow_headers:      beside those that need no permission; ``["*"]`` is whatever is asked for
    allow_credentials:  whether cookies and authorization may be sent along
    expose_headers:     of the answer, readable by scripts beside the simple ones
    max_age:            seconds that a browser may remember a permission
    allow_private_network: whether a page of the Internet may call an application of this network
    """

    def __init__(
        self,
        *,
        allow_origins: Sequence[str] = (),
        allow_methods: Sequence[str] = ("GET",),
        allow_headers: Sequence[str] = (),
        allow_credentials: bool = False,
        allow_origin_regex: str | None = None,
        expose_headers: Sequence[str] = (),
        max_age: int = 600,
        allow_private_network: bool = False,
    ) -> None:
        self._private_network = allow_private_network
        self._everybody = "*" in allow_origins
        if self._everybody and allow_credentials:
            what = "CORSMiddleware allows every origin, with credentials."
            mend = "Name the origins: any site could else act as the user who is logged in."
            raise ConfigurationError("TRI-MIDDLEWARE-002", what, mend)
        self._origins = frozenset(allow_origins)
        self._pattern = None if allow_origin_regex is None else re.compile(allow_origin_regex)
        self._methods = _ALL_METHODS if "*" in allow_methods else tuple(allow_methods)
        self._any_header = "*" in allow_headers
        self._headers = tuple(sorted({*_SAFE_HEADERS, *allow_headers} - {"*"}))
        self._known_headers = frozenset(name.lower() for name in self._headers)
        self._credentials = allow_credentials
        self._exposed = ", ".join(expose_headers)
        self._max_age = str(max_age)

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Answer a browser's question itself; add the permission to other answers."""
        headers = request.headers
        origin = headers.get("origin")
        if origin is None:
            response = await call_next(request)
            if not self._everybody:
                response.headers.add_vary_header("Origin")
            return response
        if request.method == "OPTIONS" and "access-control-request-method" in headers:
            return self._preflight(request, origin)
        response = await call_next(request)
        self._permit(response, origin)
        if self._exposed and self._allows(origin):
            response.headers["access-control-expose-headers"] = self._exposed
        return response

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Let pages connect with cookies that may send them with requests.

        The protocol has no CORS: a route's own ``origins`` decide on all other pages.
        """
        origin = ws.headers.get("origin")
        if origin is not None and self._credentials and self._allows(origin):
            ws.origin_allowed = True
        await call_next(ws)

    def _allows(self, origin: str) -> bool:
        if self._everybody or origin in self._origins:
            return True
        return self._pattern is not None and self._pattern.fullmatch(origin) is not None

    def _permit(self, response: Response, origin: str) -> None:
        headers = response.headers
        if self._everybody:
            headers["access-control-allow-origin"] = "*"
            return
        headers.add_vary_header("Origin")
        if self._allows(origin):
            headers["access-control-allow-origin"] = origin
            if self._credentials:
                headers["access-control-allow-credentials"] = "true"

    def _preflight(self, request: Request, origin: str) -> Response:
        method = request.headers["access-control-request-method"]
        asked = request.headers.get("access-control-request-headers", "")
        names = [name.strip().lower() for name in asked.split(",") if name.strip()]
        refused = []
        if not self._allows(origin):
            refused.append("origin")
        if method not in self._methods:
            refused.append("method")
        if not self._any_header and not self._known_headers.issuperset(names):
            refused.append("headers")
        asks_inward = "access-control-request-private-network" in request.headers
        if asks_inward and not self._private_network:
            refused.append("private-network")
        if refused:
            response = PlainTextResponse("Disallowed CORS " + ", ".join(refused), 400)
        else:
            response = PlainTextResponse("OK")
        self._permit(response, origin)
        headers = response.headers
        headers["access-control-allow-methods"] = ", ".join(self._methods)
        headers["access-control-max-age"] = self._max_age
        if asks_inward and self._private_network:
            headers["access-control-allow-private-network"] = "true"
        if self._any_header and asked:
            headers["access-control-allow-headers"] = asked
            headers.add_vary_header("Access-Control-Request-Headers")
        elif self._headers:
            headers["access-control-allow-headers"] = ", ".join(self._headers)
        return response
