"""A WebSocket, as handlers see it (RFC 6455)."""

from __future__ import annotations

import enum
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from trimaran.errors import (
    WebSocketDisconnect,
    WebSocketException,
    WebSocketMessageError,
    WebSocketStateError,
)
from trimaran.http.connection import NO_PARAMS, HTTPConnection
from trimaran.http.websocket_channel import WEBSOCKET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping

    from trimaran.http.response import Response
    from trimaran.http.socket_options import SocketOptions
    from trimaran.http.websocket_channel import Socket
    from trimaran.types import RawHeaders

T = TypeVar("T")

MAX_REASON = 123
"""Bytes of a close frame's reason: a control frame holds 125, the code takes two."""

_UNSENDABLE = frozenset({1004, 1005, 1006, 1015})


class WebSocketState(enum.Enum):
    """How far a WebSocket has come; Starlette's names."""

    CONNECTING = 0
    CONNECTED = 1
    DISCONNECTED = 2
    RESPONSE = 3


_CONNECTING = WebSocketState.CONNECTING
_CONNECTED = WebSocketState.CONNECTED
_DISCONNECTED = WebSocketState.DISCONNECTED
_RESPONSE = WebSocketState.RESPONSE


class WebSocket(HTTPConnection):
    """One WebSocket: ``accept`` it, then receive and send until one side closes.

    ::

        @app.websocket("/live")
        async def live(ws: WebSocket) -> None:
            await ws.accept()
            async for text in ws.iter_text():
                await ws.send_text(text.upper())

    client_state, application_state: what either side has done
    subprotocol: the one that was accepted
    origin_allowed: a middleware has allowed the page's origin, the route need not look at it
    """

    __slots__ = (
        *("_meter", "_wire", "application_state", "client_state", "origin_allowed"),
        "subprotocol",
    )

    def __init__(
        self, path: str, query_string: bytes, raw_headers: RawHeaders, channel: Socket
    ) -> None:
        self.method = WEBSOCKET
        self.path = path
        self.query_string = query_string
        self.raw_headers = raw_headers
        self.channel = channel
        self.path_params = NO_PARAMS
        self.client_state = _CONNECTING
        self.application_state = _CONNECTING
        self.subprotocol: str | None = None
        self.origin_allowed = False
        self._wire = channel
        self._meter: _Meter | None = None

    @property
    def subprotocols(self) -> list[str]:
        """What the client offers, in its order of preference."""
        offered = ",".join(self.headers.getlist("sec-websocket-protocol"))
        return [name for piece in offered.split(",") if (name := piece.strip())]

    def limit_rate(self, count: int, seconds: float) -> None:
        """Close with 1008 when more messages than that arrive in so many seconds."""
        self._meter = _Meter(count, seconds)

    def allow(self, options: SocketOptions) -> None:
        """Let another route's options hold, before the handshake is completed."""
        self._wire.options = options

    def is_disconnected(self) -> bool:
        """Whether the client is known to have left. Not a coroutine: it never waits."""
        return self._wire.is_disconnected()

    # The handshake

    async def accept(
        self,
        subprotocol: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[bytes, bytes]] | None = None,
    ) -> None:
        """Complete the handshake, choosing one of ``subprotocols`` and adding headers."""
        if self.application_state is not _CONNECTING:
            what = "The WebSocket was accepted or denied already."
            raise WebSocketStateError("TRI-WS-004", what, "Keep one of the calls.")
        if subprotocol is not None and subprotocol not in self.subprotocols:
            what = f"The client did not offer the subprotocol {subprotocol!r}."
            raise WebSocketStateError("TRI-WS-007", what, "Choose one of ws.subprotocols.")
        await self._wire.accept(subprotocol, _raw(headers))
        self.subprotocol = subprotocol
        self.application_state = self.client_state = _CONNECTED

    async def send_denial_response(self, response: Response) -> None:
        """Refuse the handshake with an HTTP answer."""
        if self.application_state is not _CONNECTING:
            what = "The WebSocket was accepted or denied already."
            raise WebSocketStateError("TRI-WS-004", what, "Close it with 'await ws.close()'.")
        self.application_state = self.client_state = _RESPONSE
        await self._wire.deny(response)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close with a code and a reason; before ``accept``, refuse with 403.

        Nothing where the client has left already. Raises ``WebSocketStateError`` the second time,
        and for a code that may not be sent.
        """
        text = reason or ""
        _check_close(code, text)
        if self.application_state is _CONNECTING:
            from trimaran.http.problems import fault_of

            await self.send_denial_response(fault_of(self, 403, text or "Forbidden"))
            return
        if self.application_state is not _CONNECTED:
            raise self._misuse()
        self.application_state = _DISCONNECTED
        if self.client_state is _CONNECTED:
            self.client_state = _DISCONNECTED
            await self._wire.send_close(code, text)

    # Receiving

    async def receive_text(self) -> str:
        """Return the next message; a binary one closes with 1003.

        Raises ``WebSocketDisconnect`` where the client has left, as all that receive do.
        """
        message = await self._receive()
        if type(message) is not str:
            raise WebSocketException(1003, "Expected a text message.")
        return message

    async def receive_bytes(self) -> bytes:
        """Return the next message; a text closes with 1003."""
        message = await self._receive()
        if type(message) is not bytes:
            raise WebSocketException(1003, "Expected a binary message.")
        return message

    async def receive_json(self, mode: Literal["text", "binary"] = "text") -> Any:
        """Return the next message decoded; one that is no JSON closes with 1007."""
        text = await (self.receive_text() if mode == "text" else self.receive_bytes())
        return _decode(text)

    async def receive_as(self, tp: type[T]) -> T:
        """Return the next message, JSON, as a value of a type.

        Raises ``WebSocketMessageError`` where it is none: caught, the conversation goes on; not
        caught, it closes with 1007 for what is no JSON and with 1008 for what does not fit.
        """
        return _convert(await self._receive(), tp)

    async def iter_text(self) -> AsyncIterator[str]:
        """Yield messages until the client leaves."""
        receive, meter = self._wire.receive, self._meter
        try:
            while True:
                if self.client_state is not _CONNECTED or self.application_state is not _CONNECTED:
                    raise self._misuse()
                message = await receive()
                if meter is not None:
                    meter.take()
                if type(message) is not str:
                    raise WebSocketException(1003, "Expected a text message.")
                yield message
        except WebSocketDisconnect:
            self.client_state = _DISCONNECTED

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield messages until the client leaves."""
        try:
            while True:
                yield await self.receive_bytes()
        except WebSocketDisconnect:
            return

    async def iter_json(self) -> AsyncIterator[Any]:
        """Yield messages, decoded, until the client leaves."""
        try:
            while True:
                yield await self.receive_json()
        except WebSocketDisconnect:
            return

    async def iter(self, tp: type[T]) -> AsyncIterator[T]:
        """Yield messages as values of a type until the client leaves; as ``receive_as``."""
        try:
            while True:
                yield _convert(await self._receive(), tp)
        except WebSocketDisconnect:
            return

    async def receive(self) -> dict[str, Any]:
        """Return the next event as ASGI describes it: for text and bytes on one socket.

        ``{"type": "websocket.connect"}`` first, where the handler has not accepted yet, then
        ``{"type": "websocket.receive", "text": "…"}``, ``bytes`` in place of ``text``, or
        ``{"type": "websocket.disconnect", "code": 1000, "reason": ""}``.
        """
        if self.client_state is _CONNECTING:
            self.client_state = _CONNECTED
            return {"type": "websocket.connect"}
        try:
            message = await self._receive()
        except WebSocketDisconnect as end:
            return {"type": "websocket.disconnect", "code": end.code, "reason": end.reason}
        kind = "text" if isinstance(message, str) else "bytes"
        return {"type": "websocket.receive", kind: message}

    async def _receive(self) -> str | bytes:
        if self.client_state is not _CONNECTED or self.application_state is not _CONNECTED:
            raise self._misuse()
        try:
            message = await self._wire.receive()
        except WebSocketDisconnect:
            self.client_state = _DISCONNECTED
            raise
        if self._meter is not None:
            self._meter.take()
        return message

    # Sending

    def send_text(self, data: str) -> Coroutine[Any, Any, None]:
        """Send a text, waiting while the client does not take it.

        Raises ``WebSocketDisconnect`` where the client has left, as all that send do.
        """
        return self._send(data)

    def send_bytes(self, data: bytes) -> Coroutine[Any, Any, None]:
        """Send a binary message."""
        return self._send(data)

    async def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send anything that a route could return, as JSON."""
        from trimaran.schema import encode_any

        encoded = encode_any(data)
        await self._send(encoded.decode() if mode == "text" else encoded)

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send an event as ASGI describes it.

        One of ``websocket.accept``, ``websocket.send`` and ``websocket.close``.
        Raises ``WebSocketStateError`` for any other.
        """
        kind = message.get("type")
        if kind == "websocket.accept":
            await self.accept(message.get("subprotocol"), message.get("headers"))
        elif kind == "websocket.close":
            await self.close(message.get("code", 1000), message.get("reason"))
        elif kind == "websocket.send":
            text = message.get("text")
            await self._send(message["bytes"] if text is None else text)
        else:
            what = f"There is no event {kind!r} that a handler sends."
            mend = "Send websocket.accept, websocket.send or websocket.close."
            raise WebSocketStateError("TRI-WS-011", what, mend)

    async def _send(self, message: str | bytes) -> None:
        if self.client_state is not _CONNECTED or self.application_state is not _CONNECTED:
            raise self._misuse()
        try:
            await self._wire.send(message)
        except WebSocketDisconnect:
            self.client_state = _DISCONNECTED
            raise

    def _misuse(self) -> Exception:
        if self.application_state is _CONNECTING:
            what = "The WebSocket has not been accepted."
            return WebSocketStateError("TRI-WS-003", what, "Write 'await ws.accept()' first.")
        if self.application_state is _CONNECTED:
            return WebSocketDisconnect(1006, "The client has left.")
        what = "The WebSocket was closed by the handler itself."
        return WebSocketStateError("TRI-WS-005", what, "Return after 'await ws.close()'.")

    def __repr__(self) -> str:
        return f"<WebSocket {self.path} {self.application_state.name.lower()}>"


class _Meter:
    """Counts messages: so many at once, refilled evenly."""

    __slots__ = ("_at", "_left", "_most", "_refill")

    def __init__(self, count: int, seconds: float) -> None:
        self._most = float(count)
        self._left = self._most
        self._refill = count / seconds
        self._at = monotonic()

    def take(self) -> None:
        """Count one message. Raises ``WebSocketException`` 1008 where it is one too many."""
        now = monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._refill)
        self._at = now
        if self._left < 1:
            raise WebSocketException(1008, "Too many messages.")
        self._left -= 1


def clip(reason: str) -> str:
    """Return as much of a reason as fits into a close frame."""
    return reason.encode()[:MAX_REASON].decode("utf-8", "ignore")


def _check_close(code: int, reason: str) -> None:
    registered = 1000 <= code <= 1014 and code not in _UNSENDABLE
    if not (registered or 3000 <= code <= 4999):
        what = f"The close code {code!r} may not be sent."
        mend = "Use 1000 to 1003, 1007 to 1014, or one of your own from 3000 to 4999."
        raise WebSocketStateError("TRI-WS-006", what, mend)
    if len(reason.encode()) > MAX_REASON:
        what = f"A close frame's reason has at most {MAX_REASON} bytes."
        raise WebSocketStateError("TRI-WS-006", what, "Shorten it.")


def _raw(headers: Mapping[str, str] | Iterable[tuple[bytes, bytes]] | None) -> RawHeaders:
    if headers is None:
        return []
    from collections.abc import Mapping

    if not isinstance(headers, Mapping):
        return list(headers)
    fields = cast("Mapping[str, str]", headers)
    return [(name.encode("latin-1"), text.encode("latin-1")) for name, text in fields.items()]


def _decode(message: str | bytes) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(message)
    except RecursionError:
        raise WebSocketMessageError(1007, "The message is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise WebSocketMessageError(1007, "The message is not valid JSON.") from None


def _convert(message: str | bytes, tp: type[T]) -> T:
    """Return a message as a value; a fault is looked at in a slow second pass."""
    from trimaran.schema import adapter_for

    adapter = adapter_for(tp)
    data = message.encode() if isinstance(message, str) else message
    try:
        value: T = adapter.decode_json(data)
    except RecursionError:
        raise WebSocketMessageError(1007, "The message is nested too deeply.") from None
    except (ValueError, TypeError, LookupError, ArithmeticError):
        found = adapter.errors(_decode(data))
        if not found:
            raise  # the type accepts it, yet its own code failed: a fault of the application
        place = ".".join(str(part) for part in found[0]["loc"])
        reason = f"{place}: {found[0]['msg']}" if place else found[0]["msg"]
        raise WebSocketMessageError(1008, clip(reason), found) from None
    return value
