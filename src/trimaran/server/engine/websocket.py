"""One WebSocket on the engine, in place of the HTTP connection it began as."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from trimaran.errors import InvalidHeaderError, WebSocketDisconnect, WebSocketStateError
from trimaran.http.problems import fault_of
from trimaran.http.websocket import WebSocket
from trimaran.server.engine.answers import CLOSE as CLOSE_LINE
from trimaran.server.engine.answers import encode_response
from trimaran.server.engine.clock import NEVER
from trimaran.server.engine.deflate import MIN_SIZE, Inflater, agree, deflate
from trimaran.server.engine.frames import (
    BINARY,
    NO_CODE,
    PING,
    PONG,
    SHORT_HEADS,
    TEXT,
    FrameReader,
    Violation,
    close_frame,
    control_frame,
    head_of,
)
from trimaran.server.engine.handshake import accept_head
from trimaran.server.engine.shared import logger
from trimaran.server.engine.wire import HOLD_BODY, HOLD_QUEUE, Wire

if TYPE_CHECKING:
    from trimaran.http.request import Request
    from trimaran.http.response import Response
    from trimaran.http.websocket_endpoint import WebSocketEndpoint
    from trimaran.server.engine.shared import Shared
    from trimaran.types import RawHeaders

CONNECTING, OPEN, LEAVING, CLOSING, CLOSED = range(5)
"""How far it has come. LEAVING: the client is done, its last messages are not."""

MAX_EARLY = 64 * 1024
"""Bytes that a client may send before its WebSocket is accepted."""

OVERHEAD = 64
"""What a waiting message costs beside its own bytes."""

NO_FRAME = 1006
INTERNAL_ERROR = 1011


class WebSocketConnection(Wire):
    """The protocol of one WebSocket, and the ``Socket`` that its handler talks to."""

    __slots__ = (
        *(
            "_busy",
            "_closed",
            "_early",
            "_endpoint",
            "_heard",
            "_key",
            "_make_future",
            "_last",
            "_pinged",
            "_queue",
        ),
        *("_queued", "_reader", "_state", "_waiter", "_window", "_ws", "options"),
    )

    def __init__(
        self, shared: Shared, request: Request, endpoint: WebSocketEndpoint, key: bytes
    ) -> None:
        super().__init__(shared)
        self._endpoint = endpoint
        self.options = endpoint.options
        self._key = key
        self._state = CONNECTING
        self._early: list[bytes] = []
        self._queue: deque[str | bytes] = deque()
        self._queued = 0
        self._waiter: asyncio.Future[str | bytes] | None = None
        self._busy = False
        self._last: _Last | None = None
        self._closed: tuple[int, str] | None = None
        self._heard = False
        self._pinged = False
        self._make_future = shared.loop.create_future
        self._window = 0
        self._reader: FrameReader | None = None
        ws = WebSocket(request.path, request.query_string, request.raw_headers, self)
        ws.path_params = request.path_params
        ws.app = request.app
        self._ws = ws

    def begin(self, transport: asyncio.Transport, data: bytes) -> None:
        """Take over a connection; start the handler."""
        shared = self.shared
        self.attach(transport)
        self.scheme = "wss" if self.scheme == "https" else "ws"
        transport.set_protocol(self)
        shared.clock.watch(self)
        shared.stats.requests += 1
        shared.stats.websockets += 1
        if data:
            self.data_received(data)
        shared.spawn(self._talk())

    async def _talk(self) -> None:
        """Run the handler; whatever it does, the socket is closed in the end."""
        ws = self._ws
        try:
            await self._endpoint.talk(ws)
        except Exception:  # noqa: BLE001  an endpoint must not raise
            logger.exception("Unhandled exception in %s", self._endpoint.label)
        finally:
            if self._state == CONNECTING:
                await self.deny(fault_of(self._ws, 500, "Internal Server Error"))
            else:
                await self.send_close(INTERNAL_ERROR, "")

    # What the handler asks for

    async def accept(self, subprotocol: str | None, headers: RawHeaders) -> None:
        """Complete the handshake."""
        if self.ending and not self.lost:
            await self.deny(fault_of(self._ws, 503, "The server goes away. Try again later."))
        if self.lost or self._state != CONNECTING:
            raise WebSocketDisconnect(NO_FRAME, "The client left before it was accepted.")
        shared = self.shared
        options = self.options
        offered = self._ws.headers.getlist("sec-websocket-extensions")
        agreement = agree(",".join(offered)) if offered and options.compression else None
        head = accept_head(
            self._key,
            subprotocol=subprotocol,
            extensions="" if agreement is None else agreement.answer,
            headers=headers,
            date_line=shared.clock.date_line,
        )
        inflater = None
        if agreement is not None:
            self._window = agreement.window
            inflater = Inflater()
        self._reader = FrameReader(self, options.max_message, inflater=inflater)
        self._state = OPEN
        self.write(head)
        self._log(101)
        self.deadline = shared.clock.now + shared.limits.ping_interval / 2
        early = b"".join(self._early)
        self._early.clear()
        self.release(HOLD_BODY)
        if early:
            self.data_received(early)

    async def deny(self, response: Response) -> None:
        """Refuse the handshake with an answer."""
        if not self.lost:
            try:
                data = self._encode_denial(response)
            except (InvalidHeaderError, TypeError, ValueError):
                logger.exception("%s was denied in a way that cannot be sent", self._endpoint.label)
                response = fault_of(self._ws, 500, "Internal Server Error")
                data = self._encode_denial(response)
            self.write(data)
            self._log(response.status_code)
            self._linger()
        self._state = CLOSED
        for hook in response.after or ():
            await hook()

    def _encode_denial(self, response: Response) -> bytes:
        line = self.shared.clock.date_line
        data, _ = encode_response(response, date_line=line, fate=CLOSE_LINE, head_only=False)
        return data

    async def receive(self) -> str | bytes:
        """Return the next message. Raises ``WebSocketDisconnect`` where there is none."""
        queue = self._queue
        if queue:
            message = queue.popleft()
            self._queued -= len(message) + OVERHEAD
            if self._queued <= 0 or self._queued * 2 < self.shared.limits.read_buffer:
                self.release(HOLD_QUEUE)
            return message
        self._busy = False
        if self._last is not None:
            self._leave(self._last)
        if self._closed is not None:
            raise WebSocketDisconnect(*self._closed)
        if self._waiter is not None:
            what = "Two tasks receive from one WebSocket at the same time."
            raise WebSocketStateError("TRI-WS-010", what, "Let one task receive for both.")
        waiter: asyncio.Future[str | bytes] = self._make_future()
        self._waiter = waiter
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                message = waiter.result()
                self._queued += len(message) + OVERHEAD
                queue.appendleft(message)
            raise
        finally:
            self._waiter = None

    async def send(self, message: str | bytes) -> None:
        """Send a message, waiting while the client is slow."""
        while not self.writable and not self.lost:
            await self._room()
        if self._state > LEAVING:
            raise WebSocketDisconnect(*(self._closed or (NO_FRAME, "")))
        if type(message) is str:
            kind, data = TEXT, message.encode()
        else:
            kind, data = BINARY, bytes(message)  # type: ignore[arg-type]  # a str went above
        size = len(data)
        if size < 126:
            self.write(SHORT_HEADS[kind][size] + data)
            return
        compressed = bool(self._window) and size >= MIN_SIZE
        if compressed:
            data = deflate(data, self._window)
        self.write(head_of(kind, len(data), compressed=compressed))
        self.write(data)

    async def send_close(self, code: int, reason: str) -> None:
        """Send a close frame; the connection ends when the client has answered it."""
        if self._state == OPEN:
            self._say_close(code, reason)
        elif self._last is not None:
            self._leave(self._last)

    async def _room(self) -> None:
        """Wait until more may be written, whoever else waits for that too."""
        if self._drained is None or self._drained.done():
            self._drained = self.shared.loop.create_future()
        await asyncio.shield(self._drained)

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Take in what arrived."""
        reader = self._reader
        if reader is not None:
            self._heard = True
            try:
                reader.feed(data)
            except Violation as fault:
                self._refuse(fault)
        elif self._state == CONNECTING:
            self._early.append(data)
            if sum(map(len, self._early)) > MAX_EARLY:
                self.hold(HOLD_BODY)

    def _refuse(self, fault: Violation) -> None:
        """End a conversation that broke the protocol."""
        self.shared.stats.refused[f"websocket_{fault.code}"] += 1
        frame = close_frame(fault.code, fault.reason)
        self._leave_in_turn(_Last(frame, fault.code, reason=fault.reason, lingers=True))

    def proceed(self) -> None:
        """Go on with what was read before the pause, then with the socket."""
        reader = self._reader
        if reader is not None and reader.held:
            reader.held = False
            self.data_received(b"")
        if not self._hold:
            super().proceed()

    def on_message(self, message: str | bytes) -> None:
        """Hand a message to whoever waits for it, or keep it."""
        if self._state != OPEN:
            return
        self._busy = True
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(message)
            return
        self._queue.append(message)
        self._queued += len(message) + OVERHEAD
        if self._queued > self.shared.limits.read_buffer and self._reader is not None:
            self._reader.held = True
            self.hold(HOLD_QUEUE)

    def on_ping(self, payload: bytes) -> None:
        """Answer a ping."""
        if self._state == OPEN:
            self.write(control_frame(PONG, payload))

    def on_close(self, code: int, reason: str, payload: bytes) -> None:
        """Answer the client's close frame, or take it for the answer to ours; then close."""
        frame = close_frame(code if payload else NO_CODE)
        self._leave_in_turn(_Last(frame, code, reason=reason, lingers=False))

    # Ends

    def _leave_in_turn(self, last: _Last) -> None:
        """End once the handler has dealt with what came before, but not much later."""
        if self._state == OPEN and self._busy:
            self._state = LEAVING
            self._last = last
            self.deadline = self.shared.clock.now + self.shared.limits.linger
        else:
            self._leave(last)

    def _leave(self, last: _Last) -> None:
        """Write the last frame, unless ours has been written; hang up."""
        self._last = None
        if self._state in (OPEN, LEAVING):
            self.write(last.frame)
            self._end(last.code, last.reason)
        self._state = CLOSED
        if last.lingers:
            self._linger()
        elif not self.closing:
            self.close()

    def _say_close(self, code: int, reason: str) -> None:
        """Begin the closing handshake."""
        self.write(close_frame(code, reason))
        self._state = CLOSING
        self._end(code, reason)
        self.deadline = self.shared.clock.now + self.shared.limits.linger

    def _end(self, code: int, reason: str) -> None:
        """Tell whoever receives that nothing more will come."""
        if self._closed is None:
            self._closed = (code, reason)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_exception(WebSocketDisconnect(*self._closed))

    def _linger(self) -> None:
        """Close after a while: at once, the kernel might throw away what was written."""
        self.closing = True
        self.deadline = self.shared.clock.now + self.shared.limits.linger
        if self.scheme == "ws" and self.transport.can_write_eof():
            self.transport.write_eof()

    def eof_received(self) -> bool:
        """Close as well: a WebSocket has no half."""
        self.mark_left()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever still works for this client."""
        shared = self.shared
        shared.stats.connections -= 1
        shared.stats.websockets -= 1
        shared.clock.forget(self)
        self.mark_lost()
        if self._state in (CONNECTING, OPEN):
            shared.stats.disconnects += 1
        self._state = CLOSED
        if self._last is None:
            self._end(NO_FRAME, "")
        else:
            self._end(self._last.code, self._last.reason)
            self._last = None
        self._early.clear()

    def expire(self) -> None:
        """Ask an idle client whether it is there; cut off one that does not answer."""
        if self._last is not None:
            self._leave(self._last)
        elif self._state != OPEN:
            self.deadline = NEVER
            self.transport.abort()
        elif self._heard:
            self._heard = self._pinged = False
            self.deadline = self.shared.clock.now + self.shared.limits.ping_interval / 2
        elif self._pinged:
            self.shared.stats.refused["ping_timeout"] += 1
            self.transport.abort()
        else:
            self._pinged = True
            self.write(control_frame(PING, b""))
            self.deadline = self.shared.clock.now + self.shared.limits.ping_timeout

    def end_soon(self) -> None:
        """Tell the client that the server goes away."""
        self.ending = True
        if self._state == OPEN:
            self._say_close(self.shared.away_code, "The server goes away.")

    def end_if_idle(self) -> None:
        """Nothing: a WebSocket is told at once."""

    def _log(self, status: int) -> None:
        shared = self.shared
        if shared.access_log:
            shared.log_access("GET", self._ws.path, status=status, began=shared.loop.time())


class _Last:
    """How a conversation ends that the client has ended, or that broke the protocol."""

    __slots__ = ("code", "frame", "lingers", "reason")

    def __init__(self, frame: bytes, code: int, *, reason: str, lingers: bool) -> None:
        self.frame = frame
        self.code = code
        self.reason = reason
        self.lingers = lingers
