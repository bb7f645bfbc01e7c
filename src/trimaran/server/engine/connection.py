"""HTTP/1.1 on one connection: from the parser's callbacks to a handler and back."""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING

import httptools

from trimaran.errors import ClientDisconnectedError, HTTPException
from trimaran.http.request import Request
from trimaran.server.engine import refusals
from trimaran.server.engine.answers import CLOSE, PERSIST
from trimaran.server.engine.body import StreamedBody
from trimaran.server.engine.clock import NEVER
from trimaran.server.engine.exchange import Exchange, failure
from trimaran.server.engine.reader import BODY, HEAD, IDLE, SHUT, SLICE, Reader
from trimaran.server.engine.wire import HOLD_QUEUE

if TYPE_CHECKING:
    from trimaran.http.endpoint import Endpoint
    from trimaran.server.engine.framing import Framing
    from trimaran.server.engine.refusals import Refusal
    from trimaran.server.engine.shared import Shared

_LENGTHS = tuple(b"%d" % size for size in range(1024))


class HttpConnection(Reader):
    """The protocol of one accepted socket."""

    __slots__ = ("_pumping", "_queue", "_refusal")

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._queue: deque[Exchange] = deque()
        self._refusal: Refusal | None = None
        self._pumping = False

    # The socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to watch a client; turn it away where there are too many."""
        shared = self.shared
        self.attach(transport)  # type: ignore[arg-type]  # a stream's transport is a Transport
        shared.stats.accepted += 1
        shared.stats.connections += 1
        self._parser = httptools.HttpRequestParser(self)
        shared.clock.watch(self)
        self.deadline = shared.clock.now + self._limits.header_timeout
        over = shared.stats.connections - self._limits.max_connections
        if over > self._limits.max_connections:
            transport.abort()  # type: ignore[attr-defined]  # as above
        elif over > 0:
            self._refuse(refusals.BUSY)
        if shared.draining:
            self.end_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever still works for this client."""
        self.shared.stats.connections -= 1
        self.shared.clock.forget(self)
        self._note_leaving()
        self.mark_lost()
        self._phase = SHUT
        self._queue.clear()
        self._backlog = b""
        self._pending = None
        if self._current is not None:
            self._current.lose_client()
            self._current = None
        del self._parser  # it holds this connection's methods: an island otherwise

    def eof_received(self) -> bool:
        """Answer what is under way to a client that closed its side; close otherwise.

        Whether it only ended its requests or has gone cannot be told apart, so an answer is
        written to its end, while a stream that falls silent and a handler that may be cancelled
        are given up after ``linger``.
        """
        self._note_leaving()
        self.mark_left()
        self._pending = None
        if self._current is not None and self._current.body is not None:
            self._current.body.fail(ClientDisconnectedError())
        self._phase = SHUT
        if self.closing or (self._current is None and not self._queue):
            return False
        patience = self._limits.write_timeout
        if self._current is not None:
            self._current.has_progressed()
            if self._current.streaming or self._current.endpoint.cancel_on_disconnect:
                patience = self._limits.linger
        self.deadline = self.shared.clock.now + patience
        return self.scheme == "http"

    def _note_leaving(self) -> None:
        busy = self._current is not None or self._queue or self._pending is not None
        if busy and not self.left:
            self.shared.stats.disconnects += 1

    # From a request to its answer

    def _serve(self, request: Request, endpoint: Endpoint, fate: bytes) -> None:
        """Run a request that is complete; the common case ends here, in one write."""
        shared = self.shared
        if (self._current is not None or not self.plain or fate is not PERSIST) or (
            endpoint.status > 203 or request.method == "HEAD"
        ):
            self._enqueue(Exchange(self, request, endpoint, fate))
            return
        shared.stats.requests += 1
        context = copy_context()
        try:
            answer = context.run(endpoint.run, request)
        except (Exception, asyncio.CancelledError):  # noqa: BLE001  an endpoint must not raise
            answer = failure(endpoint, request)
        if type(answer) is bytes:
            clock = shared.clock
            size = len(answer)
            length = _LENGTHS[size] if size < 1024 else b"%d" % size
            self.write(b"".join((endpoint.head, length, clock.date_end, answer)))
            self.deadline = clock.idle_deadline
        else:
            exchange = self._current = Exchange(self, request, endpoint, fate)
            self.deadline = shared.clock.response_deadline
            exchange.take(answer, context)

    def _enqueue(self, exchange: Exchange) -> None:
        self._queue.append(exchange)
        if exchange.fate is CLOSE and exchange.body is None:
            self._phase = SHUT
        if len(self._queue) >= self._limits.max_pipelined:
            self.hold(HOLD_QUEUE)
        if self.ending:
            self.shared.loop.call_soon(self.pump)
        else:
            self.pump()

    def is_last(self) -> bool:
        """Whether the answer to be written ends the connection: nothing else waits."""
        return self.ending and not self._queue and not self._backlog

    def _is_alone(self) -> bool:
        return self._current is None and not self._queue

    def _expect_body(
        self, request: Request, endpoint: Endpoint, fate: bytes, framing: Framing
    ) -> None:
        """Get ready for the body of a request."""
        exchange = Exchange(self, request, endpoint, fate)
        exchange.expects = framing.expects
        self._pending = exchange
        self._phase = BODY
        self._chunked = framing.chunked
        self._chunk_overhead = -SLICE  # the segment that ends the head is counted whole
        self._chunk_open = False
        if self._current is None:
            self.deadline = self.shared.clock.now + self._limits.body_timeout
        if self._parser.should_upgrade():
            self._skipped = framing
        if endpoint.body_mode == "stream":
            body = StreamedBody(self, wanted=exchange.send_continue)
            exchange.body = body
            exchange.request = Request(
                *(request.method, request.path, request.query_string, request.raw_headers),
                *(self, body),
            )
            exchange.request.path_params = request.path_params
            exchange.request.app = request.app
            self._enqueue(exchange)
            return
        if endpoint.body_mode == "whole":
            exchange.chunks = []
        if self._current is None and not self._queue:
            exchange.send_continue()

    def _body_complete(self, exchange: Exchange) -> None:
        if exchange.body is not None:
            exchange.body.finish()
            if exchange.fate is CLOSE:
                self._phase = SHUT
            if self._current is exchange:
                self.deadline = self.shared.clock.response_deadline
            elif self._current is None and not self._queue:
                self.deadline = self.shared.clock.idle_deadline
            return
        request = exchange.request
        chunks = exchange.chunks
        if chunks:
            request.body_bytes = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._serve(request, exchange.endpoint, exchange.fate)
        if exchange.fate is CLOSE:
            self._phase = SHUT

    def pump(self) -> None:
        """Begin the requests that wait, in order, as far as they may."""
        if self._queue and not self._pumping:
            self._begin_queued()
        if self._queue or self.closing:
            return
        self.release(HOLD_QUEUE)
        if self._current is None:
            if self._refusal is not None:
                self._write_refusal(self._refusal)
            elif self._pending is not None:
                self._pending.send_continue()

    def _begin_queued(self) -> None:
        queue = self._queue
        self._pumping = True  # an answer that is ready at once pumps again: do not nest
        try:
            while queue and self._current is None and self.writable and not self.closing:
                exchange = self._current = queue.popleft()
                if not self.left:
                    self.deadline = self.shared.clock.response_deadline
                exchange.begin()
        finally:
            self._pumping = False

    def resume_writing(self) -> None:
        """Called by the transport when its buffer has drained."""
        super().resume_writing()
        self.pump()

    def answered(self, exchange: Exchange, fate: bytes) -> None:
        """Go on after the last byte of an answer was written, or close."""
        self._current = None
        if fate is CLOSE:
            self._queue.clear()
            if exchange.body is not None and not exchange.body.complete:
                exchange.body.abandon()
                self._pending = None
                self._linger()
            else:
                self._phase = SHUT
                self.close()
        elif self._phase == IDLE:
            self.deadline = self.shared.clock.idle_deadline
        elif self._phase == HEAD:
            self.deadline = self.shared.clock.head_deadline
        else:
            self.deadline = self.shared.clock.now + self._limits.body_timeout

    # Ends

    def expire(self) -> None:
        """A time-out has passed: decide what it means where the connection stands."""
        self.deadline = NEVER
        if self._current is not None and self._current is not self._pending:
            self._expire_exchange(self._current)
        elif self.closing or self._phase == SHUT:
            self.transport.abort()
        elif self._phase == HEAD:
            self._refuse(refusals.HEAD_SLOW)
        elif self._phase == BODY:
            self._expire_body()
        elif self._current is None and not self._queue:
            self.close()

    def _expire_exchange(self, exchange: Exchange) -> None:
        if exchange.has_progressed():
            clock = self.shared.clock
            lingers = clock.now + self._limits.linger
            self.deadline = lingers if self.left else clock.response_deadline
        elif self.left:
            self.transport.abort()
        else:
            self.shared.stats.refused["response_timeout"] += 1
            exchange.time_out()

    def _expire_body(self) -> None:
        if self._hold:
            self.deadline = self.shared.clock.now + self._limits.body_timeout
        else:
            self._refuse(refusals.BODY_SLOW)

    def end_soon(self) -> None:
        """Let the next answer be the last."""
        self.ending = True
        self.plain = False

    def end_if_idle(self) -> None:
        """Close where no request is under way."""
        idle = self._current is None and not self._queue and self._pending is None
        if idle and not self.closing and self._phase == IDLE:
            self.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with a verdict once all that came before is answered; read nothing more."""
        self.shared.stats.refused[refusal.reason] += 1
        self._phase = SHUT
        self._refusal = refusal
        pending, self._pending = self._pending, None
        if pending is not None and pending.body is not None:
            pending.body.fail(HTTPException(refusal.status, refusal.detail))
            if pending is self._current or pending in self._queue:
                self._refusal = None
                return
        if self._current is None and not self._queue:
            self._write_refusal(refusal)

    def _write_refusal(self, refusal: Refusal) -> None:
        problems = bool(getattr(self.shared.app, "problem_details", False))
        self.write(refusal.encode(self.shared.clock.date_line, problem_details=problems))
        self._linger()

    def _linger(self) -> None:
        """Close after a while: at once, the kernel might throw away what was written."""
        self._phase = SHUT
        self.closing = True
        self._backlog = b""
        self._head_bytes = 0
        self.deadline = self.shared.clock.now + self._limits.linger
        if self.scheme == "http" and self.transport.can_write_eof():
            self.transport.write_eof()
