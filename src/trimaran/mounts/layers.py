"""ASGI middleware on a server that speaks no ASGI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.handlers.middleware import AsgiLayer
from trimaran.http import Request, Response
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.mounts.asgi import asgi_endpoint
from trimaran.server.asgi import asgi_call

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from trimaran.http import Endpoint
    from trimaran.http.asgi_scope import Asgi, Message, Receive, Send
    from trimaran.server import Application

    Resolve: TypeAlias = Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]


class Layered:
    """What resolves requests and WebSockets through an ASGI middleware.

    A fault that no handler expects passes through the middleware, which may note it.

    asgi: the middleware around the application, for servers that speak ASGI
    """

    def __init__(
        self,
        layer: AsgiLayer,
        inner: Resolve,
        *,
        app: Application,
        failed: Callable[[Request, Exception], Any],
    ) -> None:
        async def core(scope: Message, receive: Receive, send: Send) -> None:
            await asgi_call(app, scope, receive, send, resolve=inner, raising=True)

        # Layers that follow each other share one scope, as on a server that speaks ASGI.
        self.asgi: Asgi = layer.make(inner.asgi if isinstance(inner, Layered) else core)
        self._inner = inner
        self._failed = failed

    def __call__(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return what runs the middleware, which runs the application in its turn."""
        if method != WEBSOCKET:
            return asgi_endpoint(self.asgi, self._failed), {}
        from trimaran.http.websocket_endpoint import WebSocketEndpoint
        from trimaran.mounts.sockets import asgi_socket

        # The engine frames the messages, so it has to know the bounds of the route within.
        route, _ = self._inner(method, path)
        options = route.options if isinstance(route, WebSocketEndpoint) else None
        return asgi_socket(self.asgi, self._failed, options=options), {}


def through(
    outer: Sequence[Any],
    resolve: Resolve,
    *,
    app: Application,
    failed: Callable[[Request, Exception], Any],
    surround: Callable[[Endpoint, Sequence[Any]], Endpoint],
) -> Resolve:
    """Return what resolves through ASGI's and other middleware, the first outermost."""
    for layer in reversed(outer):
        if isinstance(layer, AsgiLayer):
            resolve = Layered(layer, resolve, app=app, failed=failed)
        else:
            resolve = _around(layer, resolve, surround)
    return resolve


def _around(
    layer: Any, inner: Resolve, surround: Callable[[Endpoint, Sequence[Any]], Endpoint]
) -> Resolve:
    def resolve(method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        endpoint, params = inner(method, path)
        return surround(endpoint, (layer,)), params

    return resolve


async def answered(
    layered: Asgi,
    scope: Message,
    receive: Receive,
    send: Send,
    *,
    failed: Callable[[Request, Exception], Response | Coroutine[Any, Any, Response]],
) -> None:
    """Call middleware on a server that speaks ASGI, and answer for what it raises.

    failed: returns the answer for a fault that no handler expected
    """
    began = False

    async def noted(message: Message) -> None:
        nonlocal began
        began = True
        await send(message)

    try:
        await layered(scope, receive, noted)
    except Exception as error:
        if began or scope["type"] != "http":
            raise  # the server cuts the connection off
        settled = failed(Request(scope), error)
        response = settled if isinstance(settled, Response) else await settled
        headers = [*response.raw_headers, (b"content-length", b"%d" % len(response.body))]
        start = {"type": "http.response.start", "status": response.status_code}
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
