"""WebSockets of applications that are not asked directly: chosen ones, and ASGI's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.handlers.socket_middleware import guarded
from trimaran.http import Response, WebSocket, WebSocketState
from trimaran.http.asgi_scope import connection_scope
from trimaran.http.problems import fault_of
from trimaran.http.socket_options import SocketOptions
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.http.websocket_endpoint import WebSocketEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.handlers.socket_middleware import Answer
    from trimaran.http.asgi_scope import Asgi, Message
    from trimaran.types import RawHeaders


def entered_socket(app: Any, path: str, prefix: str) -> WebSocketEndpoint | None:
    """Return the endpoint of a WebSocket in an application, if it has one there."""
    inner, params = app.resolve(WEBSOCKET, path)
    if not isinstance(inner, WebSocketEndpoint):
        return None

    def talk(ws: WebSocket) -> Any:
        ws.path_params = params
        ws.enter(app, prefix)
        return inner.talk(ws)

    return WebSocketEndpoint(talk, options=inner.options, label=inner.label)


def asgi_socket(
    app: Asgi, failed: Answer, *, prefix: str = "", options: SocketOptions | None = None
) -> WebSocketEndpoint:
    """Return an endpoint that runs an ASGI application for each WebSocket.

    failed:  returns the answer, or a coroutine of it, for an exception that it raises
    prefix:  the part of the path that is its ``root_path``
    options: size and compression of messages; the defaults where None. Origins are its own to check
    """

    async def talk(ws: WebSocket) -> None:
        conversation = _Conversation(ws)
        scope: Message = {
            **connection_scope(ws, prefix),
            "type": "websocket",
            "subprotocols": ws.subprotocols,
            "extensions": {"websocket.http.response": {}},
        }
        await guarded(conversation.hold(app, scope), ws, failed, label)

    label = f"mount {prefix}" if prefix else "application"
    return WebSocketEndpoint(talk, options=options or SocketOptions(), label=label)


class _Conversation:
    """One WebSocket in an ASGI application's hands."""

    def __init__(self, ws: WebSocket) -> None:
        self._ws = ws
        self._connected = False
        self._denial: tuple[int, RawHeaders, list[bytes]] | None = None

    async def hold(self, app: Asgi, scope: Message) -> None:
        """Run the application; one that looks at nothing has no WebSockets."""
        try:
            await app(scope, self.receive, self.send)
        except Exception:
            if self._connected or self._ws.application_state is not WebSocketState.CONNECTING:
                raise
            missing = fault_of(self._ws, 404, "Not Found")
            await self._ws.send_denial_response(missing)

    async def receive(self) -> Message:
        """Return the next event for the application."""
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        ws = self._ws
        if ws.application_state is WebSocketState.CONNECTING:
            await ws.channel.wait_disconnected()
        elif ws.application_state is WebSocketState.CONNECTED:
            return await ws.receive()
        return {"type": "websocket.disconnect", "code": 1006, "reason": ""}

    async def send(self, message: Message) -> None:
        """Do what the application asks for. Raises ``OSError`` where the client has left."""
        ws = self._ws
        kind = message["type"]
        left = ws.client_state is WebSocketState.DISCONNECTED
        if kind == "websocket.close":
            if not left:
                await ws.close(message.get("code") or 1000, message.get("reason") or "")
        elif left:
            reason = "the client has left"
            raise OSError(reason)  # as ASGI 2.4 has it
        elif kind == "websocket.send":
            text = message.get("text")
            await (ws.send_bytes(message["bytes"]) if text is None else ws.send_text(text))
        elif kind == "websocket.accept":
            await ws.accept(message.get("subprotocol"), _headers(message))
        else:
            await self._deny(kind, message)

    async def _deny(self, kind: str, message: Message) -> None:
        if kind == "websocket.http.response.start":
            self._denial = (message["status"], _headers(message), [])
        elif kind == "websocket.http.response.body" and self._denial is not None:
            status, headers, body = self._denial
            body.append(message.get("body", b""))
            if not message.get("more_body", False):
                response = Response(None, status)
                response.body, response.raw_headers = b"".join(body), headers
                await self._ws.send_denial_response(response)
        else:
            reason = f"the message {kind!r} cannot be sent here"
            raise RuntimeError(reason)


def _headers(message: Message) -> RawHeaders:
    return [(bytes(name), bytes(value)) for name, value in message.get("headers") or ()]


def chosen_socket(
    choose: Callable[[WebSocket], WebSocketEndpoint | Response | None], label: str
) -> WebSocketEndpoint:
    """Return an endpoint that asks for another one when the handshake is there.

    choose: returns it, or the answer where there is none
    """

    async def talk(ws: WebSocket) -> None:
        chosen = choose(ws)
        if isinstance(chosen, WebSocketEndpoint):
            ws.allow(chosen.options)
            await chosen.talk(ws)
        else:
            missing = fault_of(ws, 404, "Not Found")
            await ws.send_denial_response(missing if chosen is None else chosen)

    return WebSocketEndpoint(talk, options=SocketOptions(), label=label)
