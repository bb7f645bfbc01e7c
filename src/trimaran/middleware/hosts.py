"""The host that was asked for, and the scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.errors import ConfigurationError, HTTPException
from trimaran.http import RedirectResponse, Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.handlers.middleware import CallNext
    from trimaran.handlers.socket_middleware import SocketNext
    from trimaran.http import URL, HTTPConnection, WebSocket


class TrustedHostMiddleware:
    """Refuses requests whose ``Host`` is not the application's own: 400.

    allowed_hosts: ``shop.example``, ``*.shop.example`` (every name below it), ``*`` (any host)
    www_redirect:  send ``shop.example`` on to ``www.shop.example`` where only that is allowed
    """

    openapi_responses: ClassVar[Mapping[int, Mapping[str, Any]]] = {
        400: {"description": "Malformed Request"}
    }

    def __init__(self, allowed_hosts: Sequence[str], *, www_redirect: bool = True) -> None:
        if isinstance(allowed_hosts, str):
            allowed_hosts = [allowed_hosts]
        for host in allowed_hosts:
            rest = host.removeprefix("*.")
            if "*" in rest and host != "*":
                what = f"The host pattern {host!r} has a star that is not its first label."
                mend = "Write '*.shop.example' for every name below shop.example."
                raise ConfigurationError("TRI-MIDDLEWARE-003", what, mend)
        lowered = [host.lower() for host in allowed_hosts]
        self._any = "*" in lowered
        self._exact = frozenset(host for host in lowered if not host.startswith("*"))
        self._below = tuple(host[1:] for host in lowered if host.startswith("*."))
        self._www_redirect = www_redirect

    def _allows(self, host: str) -> bool:
        return self._any or host in self._exact or bool(self._below and host.endswith(self._below))

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Let a WebSocket pass whose host is allowed."""
        if not self._allows(host_of(ws)):
            raise HTTPException(400, "Invalid host header")
        await call_next(ws)

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Let a request pass whose host is allowed."""
        host = host_of(request)
        if self._allows(host):
            return await call_next(request)
        if self._www_redirect and f"www.{host}" in self._exact:
            return RedirectResponse(request.url.replace(netloc=f"www.{request.url.netloc}"))
        raise HTTPException(400, "Invalid host header")


class HTTPSRedirectMiddleware:
    """Sends requests that came by ``http`` on to ``https``: 307.

    Behind a proxy that ends TLS, ``ProxyHeadersMiddleware`` has to stand outside of it.
    """

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Let a request pass that came by ``https``."""
        if request.channel.scheme != "http":
            return await call_next(request)
        return RedirectResponse(_secure(request, "https"))

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Let a WebSocket pass that came by ``wss``; redirect the others."""
        if ws.channel.scheme == "ws":
            await ws.send_denial_response(RedirectResponse(_secure(ws, "wss")))
        else:
            await call_next(ws)


def _secure(request: HTTPConnection, scheme: str) -> URL:
    url = request.url
    host = url.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if url.port in (80, None) else f"{shown}:{url.port}"
    return url.replace(scheme=scheme, netloc=netloc)


def host_of(request: HTTPConnection) -> str:
    """Return the host that was asked for, in lower case and without its port."""
    host = request.headers.get("host", "").lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].removesuffix(".")
