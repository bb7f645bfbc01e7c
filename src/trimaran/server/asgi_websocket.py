"""WebSockets through an ASGI server."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from trimaran.errors import WebSocketDisconnect
from trimaran.http.asgi_scope import below_root, root_of
from trimaran.http.problems import fault_response
from trimaran.http.socket_options import SocketOptions
from trimaran.http.websocket import WebSocket
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.http.websocket_endpoint import WebSocketEndpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from trimaran.http.endpoint import Endpoint
    from trimaran.http.response import Response
    from trimaran.server.application import Application
    from trimaran.types import RawHeaders

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger("trimaran.server")

TOO_BIG = 1009
INTERNAL_ERROR = 1011


async def serve_websocket(
    app: Application,
    scope: MutableMapping[str, Any],
    receive: Receive,
    send: Send,
    *,
    resolve: Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]],
) -> None:
    """Serve one ``websocket`` scope."""
    await receive()
    endpoint, params = resolve(WEBSOCKET, below_root(scope))
    if not isinstance(endpoint, WebSocketEndpoint):
        refusal = AsgiSocket(scope, receive, send)
        chosen = bool(getattr(app, "problem_details", False))
        await refusal.deny(fault_response(404, "Not Found", problem_details=chosen))
        return
    socket = AsgiSocket(scope, receive, send, options=endpoint.options)
    headers: RawHeaders = [(name, value) for name, value in scope["headers"]]
    ws = WebSocket(scope["path"], scope.get("query_string", b""), headers, socket)
    ws.path_params = params
    ws.app = app
    try:
        await endpoint.talk(ws)
    except Exception:
        logger.exception("Unhandled exception in %s", endpoint.label)
        await socket.send_close(INTERNAL_ERROR, "")


class AsgiSocket:
    """The wire of one WebSocket, framed and kept alive by an ASGI server."""

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        *,
        options: SocketOptions = SocketOptions(),  # noqa: B008  it is frozen
    ) -> None:
        self.scope = scope
        self.root_path = root_of(scope)
        client = scope.get("client")
        server = scope.get("server")
        self.client: tuple[str, int] | None = (client[0], client[1]) if client else None
        self.server: tuple[str, int | None] | None = (server[0], server[1]) if server else None
        self.scheme: str = scope.get("scheme", "ws")
        self.http_version: str = scope.get("http_version", "1.1")
        self._answers = "websocket.http.response" in (scope.get("extensions") or {})
        self._receive = receive
        self._send = send
        self.options = options
        self._closed: tuple[int, str] | None = None
        self._gone = asyncio.Event()

    def is_disconnected(self) -> bool:
        """Whether the client is known to have left: only who receives hears of it."""
        return self._gone.is_set()

    async def wait_disconnected(self) -> None:
        """Return when it is known that the client has left."""
        await self._gone.wait()

    async def accept(self, subprotocol: str | None, headers: RawHeaders) -> None:
        """Complete the handshake."""
        message = {"type": "websocket.accept", "subprotocol": subprotocol, "headers": headers}
        await self._tell(message)

    async def deny(self, response: Response) -> None:
        """Refuse the handshake with an answer; with 403 where the server sends none."""
        if self._answers:
            kind = "websocket.http.response"
            headers = [*response.raw_headers, (b"content-length", b"%d" % len(response.body))]
            status = response.status_code
            await self._tell({"type": f"{kind}.start", "status": status, "headers": headers})
            await self._tell({"type": f"{kind}.body", "body": response.body, "more_body": False})
        else:
            await self._tell({"type": "websocket.close", "code": 1000, "reason": ""})
        for hook in response.after or ():
            await hook()

    async def receive(self) -> str | bytes:
        """Return the next message. Raises ``WebSocketDisconnect`` where there is none."""
        if self._closed is not None:
            raise WebSocketDisconnect(*self._closed)
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise self._leave(message.get("code") or 1005, message.get("reason") or "")
        text = message.get("text")
        data: str | bytes = message["bytes"] if text is None else text
        if self._is_too_big(data):
            await self.send_close(TOO_BIG, "The message is too big.")
            raise self._leave(TOO_BIG, "The message is too big.")
        return data

    def _is_too_big(self, data: str | bytes) -> bool:
        most = self.options.max_message
        if len(data) > most:
            return True
        # Only a text that may be too long is encoded to find out: a character has up to 4 bytes.
        return isinstance(data, str) and len(data) * 4 > most and len(data.encode()) > most

    async def send(self, message: str | bytes) -> None:
        """Send a message; the server waits while the client is slow."""
        if self._closed is not None:
            raise WebSocketDisconnect(*self._closed)
        kind = "text" if isinstance(message, str) else "bytes"
        await self._tell({"type": "websocket.send", kind: message})

    async def send_close(self, code: int, reason: str) -> None:
        """Send a close frame."""
        if self._closed is None:
            await self._tell({"type": "websocket.close", "code": code, "reason": reason})

    async def _tell(self, message: Message) -> None:
        """Send an event. A server raises one of several errors where the client has left."""
        try:
            await self._send(message)
        except Exception as error:
            raise self._leave(1006, "") from error

    def _leave(self, code: int, reason: str) -> WebSocketDisconnect:
        self._closed = (code, reason)
        self._gone.set()
        return WebSocketDisconnect(code, reason)
