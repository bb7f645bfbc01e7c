"""WebSockets to an application in process, without a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import msgspec

from trimaran.errors import TrimaranError, WebSocketDisconnect
from trimaran.http.problems import fault_response
from trimaran.http.websocket import WebSocket, clip
from trimaran.http.websocket_channel import WEBSOCKET
from trimaran.http.websocket_endpoint import WebSocketEndpoint
from trimaran.testing.channel import InProcessChannel, iterate
from trimaran.testing.response import ClientResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trimaran.http.response import Response
    from trimaran.http.socket_options import SocketOptions
    from trimaran.server.application import Application
    from trimaran.testing.outgoing import Outgoing
    from trimaran.types import RawHeaders

    Run: TypeAlias = Callable[[Awaitable[Any]], Any]

T = TypeVar("T", str, bytes)

PATIENCE = 10.0
"""Seconds that a test waits for a message before it fails."""

TOO_BIG = 1009


class WebSocketDenialResponse(WebSocketDisconnect):
    """The application denied the WebSocket with an HTTP answer."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.status_code = response.status_code
        super().__init__(1006, f"Denied with {response.status_code}.")


class _Ended:
    """Stands in a queue for the end of a conversation."""

    __slots__ = ("code", "reason")

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason


class InProcessSocket(InProcessChannel):
    """The wire of one WebSocket between a test and the application.

    to_client: what the application sends: messages, at last the end
    accepted:  subprotocol and headers, or the answer that denies
    """

    def __init__(self, *, options: SocketOptions, **address: Any) -> None:
        super().__init__(**address)
        self.options = options
        self._to_server: asyncio.Queue[str | bytes | _Ended] = asyncio.Queue()
        self.to_client: asyncio.Queue[str | bytes | _Ended] = asyncio.Queue()
        self.accepted: asyncio.Future[tuple[str | None, RawHeaders] | Response] = (
            asyncio.get_running_loop().create_future()
        )
        self._end: _Ended | None = None

    async def accept(self, subprotocol: str | None, headers: RawHeaders) -> None:
        """Let the test go on."""
        self.accepted.set_result((subprotocol, headers))

    async def deny(self, response: Response) -> None:
        """Let the test fail with the answer."""
        self.accepted.set_result(response)

    async def receive(self) -> str | bytes:
        """Return what the test sends."""
        message = self._end or await self._to_server.get()
        if isinstance(message, _Ended):
            self._leave(message)
            raise WebSocketDisconnect(message.code, message.reason)
        size = len(message.encode() if isinstance(message, str) else message)
        if size > self.options.max_message:
            self._leave(_Ended(TOO_BIG, "The message is too big."))
            raise WebSocketDisconnect(TOO_BIG, "The message is too big.")
        return message

    async def send(self, message: str | bytes) -> None:
        """Hand a message to the test."""
        if self._end is not None:
            raise WebSocketDisconnect(self._end.code, self._end.reason)
        self.to_client.put_nowait(message)

    async def send_close(self, code: int, reason: str) -> None:
        """End the conversation from the application's side."""
        if self._end is None:
            self._leave(_Ended(code, reason))

    def deliver(self, message: str | bytes | None, *, code: int = 1000, reason: str = "") -> None:
        """Send a message, or the end where there is none."""
        self._to_server.put_nowait(_Ended(code, reason) if message is None else message)

    def _leave(self, end: _Ended) -> None:
        self._end = end
        self.to_client.put_nowait(end)
        self.disconnect()


class AsyncWebSocketSession:
    """A test's side of a WebSocket, in the test's own event loop.

    accepted_subprotocol, extra_headers: what the application accepted with
    """

    def __init__(self, socket: InProcessSocket, task: asyncio.Task[None], *, raises: bool) -> None:
        self._socket = socket
        self._task = task
        self._raises = raises
        self._end: _Ended | None = None
        self.accepted_subprotocol: str | None = None
        self.extra_headers: RawHeaders = []

    async def send_text(self, data: str) -> None:
        """Send a text."""
        self._socket.deliver(data)

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        self._socket.deliver(data)

    async def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send JSON."""
        encoded = msgspec.json.encode(data)
        self._socket.deliver(encoded.decode() if mode == "text" else encoded)

    async def receive_text(self) -> str:
        """Return the next message. Raises ``WebSocketDisconnect`` where there is none."""
        return _expect(await self._receive(), str)

    async def receive_bytes(self) -> bytes:
        """Return the next message; raises as above."""
        return _expect(await self._receive(), bytes)

    async def receive_json(self, mode: Literal["text", "binary"] = "text") -> Any:
        """Return the next message decoded; raises as above."""
        message = await self._receive()
        text = _expect(message, str) if mode == "text" else _expect(message, bytes)
        return msgspec.json.decode(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close from the client's side."""
        self._socket.deliver(None, code=code, reason=clip(reason))

    async def finish(self) -> None:
        """Leave, and wait for the handler; raises what it raised."""
        self._socket.deliver(None)
        await asyncio.wait([self._task], timeout=PATIENCE)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
            return
        self._raise_fault()
        if not self._task.cancelled():
            self._task.result()

    async def _receive(self) -> str | bytes:
        if self._end is None:
            try:
                async with asyncio.timeout(PATIENCE):
                    message = await self._socket.to_client.get()
            except TimeoutError:
                what = f"The application sent no message within {PATIENCE:.0f} s."
                mend = "Receive only what its handler sends."
                raise TrimaranError("TRI-TEST-009", what, mend) from None
            if not isinstance(message, _Ended):
                return message
            self._end = message
        self._raise_fault()
        raise WebSocketDisconnect(self._end.code, self._end.reason)

    def _raise_fault(self) -> None:
        fault, self._socket.fault = self._socket.fault, None
        if fault is not None and self._raises:
            raise fault


class WebSocketTestSession:
    """A synchronous test's side of a WebSocket; Starlette's names."""

    def __init__(self, session: AsyncWebSocketSession, run: Run) -> None:
        self._session = session
        self._run = run

    @property
    def accepted_subprotocol(self) -> str | None:
        """The subprotocol that the application chose."""
        return self._session.accepted_subprotocol

    @property
    def extra_headers(self) -> RawHeaders:
        """The headers that the application accepted with."""
        return self._session.extra_headers

    def send_text(self, data: str) -> None:
        """Send a text."""
        self._run(self._session.send_text(data))

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        self._run(self._session.send_bytes(data))

    def send_json(self, data: Any, mode: Literal["text", "binary"] = "text") -> None:
        """Send JSON."""
        self._run(self._session.send_json(data, mode))

    def receive_text(self) -> str:
        """Return the next message. Raises ``WebSocketDisconnect`` where there is none."""
        text: str = self._run(self._session.receive_text())
        return text

    def receive_bytes(self) -> bytes:
        """Return the next message; raises as above."""
        data: bytes = self._run(self._session.receive_bytes())
        return data

    def receive_json(self, mode: Literal["text", "binary"] = "text") -> Any:
        """Return the next message decoded; raises as above."""
        return self._run(self._session.receive_json(mode))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close from the client's side."""
        self._run(self._session.close(code, reason))


async def connect(
    app: Application,
    outgoing: Outgoing,
    headers: RawHeaders,
    *,
    address: dict[str, Any],
    raises: bool,
) -> AsyncWebSocketSession:
    """Return a conversation that was accepted.

    raises: whether the handler's unexpected exceptions are raised in the test
    Raises ``WebSocketDenialResponse`` where it was denied.
    """
    endpoint, params = app.resolve(WEBSOCKET, outgoing.path)
    if not isinstance(endpoint, WebSocketEndpoint):
        chosen = bool(getattr(app, "problem_details", False))
        missing = fault_response(404, "Not Found", problem_details=chosen)
        raise await _denial(outgoing, missing)
    socket = InProcessSocket(options=endpoint.options, **address)
    ws = WebSocket(outgoing.path, outgoing.query_string, headers, socket)
    ws.path_params = params
    ws.app = app
    task = asyncio.create_task(endpoint.talk(ws), name=f"{WEBSOCKET} {outgoing.url}")
    session = AsyncWebSocketSession(socket, task, raises=raises)
    either: set[asyncio.Future[Any]] = {socket.accepted, task}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not socket.accepted.done():
        await task
    accepted = await socket.accepted
    if not isinstance(accepted, tuple):
        await asyncio.wait([task])
        session._raise_fault()
        raise await _denial(outgoing, accepted)
    session.accepted_subprotocol, session.extra_headers = accepted
    return session


async def _denial(outgoing: Outgoing, response: Response) -> WebSocketDenialResponse:
    answer = ClientResponse(
        outgoing, response.status_code, response.raw_headers, chunks=iterate(response.body)
    )
    await answer.aread()
    return WebSocketDenialResponse(answer)


def _expect(message: str | bytes, kind: type[T]) -> T:
    if isinstance(message, kind):
        return message
    what = f"The application sent {type(message).__name__} where {kind.__name__} was expected."
    mend = "Use receive_text for texts and receive_bytes for binary messages."
    raise TrimaranError("TRI-TEST-010", what, mend)
