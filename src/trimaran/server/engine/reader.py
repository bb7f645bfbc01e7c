"""Reading HTTP/1.1: the parser's callbacks, and bounds on what clients send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httptools

from trimaran.http.endpoint import Endpoint
from trimaran.http.request import Request
from trimaran.server.engine import refusals
from trimaran.server.engine.answers import CLOSE, KEEP_ALIVE, PERSIST
from trimaran.server.engine.exchange import Exchange, Way
from trimaran.server.engine.framing import (
    METHODS,
    NOTED,
    UNREMARKABLE,
    Framing,
    check_host,
    split_absolute,
    split_target,
)
from trimaran.server.engine.refusals import Refusal, Refused
from trimaran.server.engine.repeats import CR, Repeats
from trimaran.server.engine.shared import logger
from trimaran.server.engine.wire import HOLD_TURN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trimaran.server.engine.shared import Shared
    from trimaran.server.engine.websocket import WebSocketConnection
    from trimaran.types import RawHeaders

IDLE, HEAD, BODY, SHUT = range(4)
"""Where the reader stands: between requests, in a head, in a body, reading nothing more."""

SLICE = 16 * 1024
"""Bytes parsed at once: a client that pipelines takes its turn with all others after them."""

BODY_SLICE = 64 * 1024

CHUNK_ALLOWANCE = 24
MAX_CHUNK_OVERHEAD = 16 * 1024
"""Bytes that a chunk's frame may take, and bytes above that for extensions of a whole body."""

MAX_LINGER_BYTES = 64 * 1024 * 1024

_SLASH, _PERCENT, _HASH, _QUESTION = b"/%#?"
_SERVER_OPTIONS = Endpoint(lambda _: b"", status=204, headers=[], label="OPTIONS *")


class Reader(Way):
    """The reading half of a connection: finds requests, hands them to the other."""

    __slots__ = (
        "_backlog",
        "_chunk_open",
        "_chunk_overhead",
        "_chunked",
        "_current",
        "_framing",
        "_head_bytes",
        "_headers",
        "_host",
        "_known_host",
        "_limits",
        "_max_headers",
        "_max_target",
        "_moved",
        "_parser",
        "_pending",
        "_phase",
        "_repeats",
        "_skipped",
        "_small_heads",
        "_switching",
        "_target",
    )

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._limits = shared.limits
        self._max_headers = shared.limits.max_headers
        self._max_target = shared.limits.max_target
        self._phase = IDLE
        self._headers: RawHeaders = []
        self._target = b""
        self._host: bytes | None = None
        self._known_host: bytes | None = None
        self._framing: Framing | None = None
        self._pending: Exchange | None = None
        self._current: Exchange | None = None
        self._backlog: bytes | memoryview = b""
        self._head_bytes = 0
        self._chunk_overhead = 0
        self._chunked = False
        self._chunk_open = False
        self._skipped: Framing | None = None
        self._switching: WebSocketConnection | None = None
        self._moved = False
        self._repeats: Repeats | None = Repeats()
        self._small_heads = self._limits.max_head < SLICE

    def _serve(self, request: Request, endpoint: Endpoint, fate: bytes) -> None:
        """Answer a request that is complete."""
        raise NotImplementedError

    def _expect_body(
        self, request: Request, endpoint: Endpoint, fate: bytes, framing: Framing
    ) -> None:
        """Get ready for the body of a request."""
        raise NotImplementedError

    def _body_complete(self, exchange: Exchange) -> None:
        """Go on with a request whose body has ended."""
        raise NotImplementedError

    def _refuse(self, refusal: Refusal) -> None:
        """Answer with a verdict and read nothing more."""
        raise NotImplementedError

    # The socket

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, a bounded piece at a time."""
        if self._hold or len(data) > SLICE or self._phase == SHUT:
            self._receive_apart(data)
        elif (
            self._repeats is None or self._phase != IDLE or self._head_bytes
        ) or not self._read_repeat(data, self._repeats):
            self._parse(data)

    def _read_repeat(self, data: bytes, repeats: Repeats) -> bool:
        """Serve a request that differs from the last one in its first line only, if this is one."""
        line_end = data.find(CR)
        if data[line_end:] != repeats.lines:
            if not repeats.propose(data, line_end):
                self._repeats = None
            return False
        words = data[:line_end].split(b" ")
        if len(words) != 3 or words[2] != b"HTTP/1.1":
            return False
        method = METHODS.get(words[0])
        target = words[1]
        if method is None or not target or len(target) > self._max_target:
            return False
        if target[0] != _SLASH or _PERCENT in target or _HASH in target:
            return False
        if not repeats.judge(data):
            self._repeats = None
            return False
        raw_path, _, query = target.partition(b"?")
        path = raw_path.decode()
        endpoint, params = self.shared.app.resolve(method, path)
        request = Request(method, path, query, repeats.headers.copy(), self)
        request.path_params = params
        request.app = self.shared.app
        self.http_version = "1.1"
        self._serve(request, endpoint, PERSIST)
        return True

    def _receive_apart(self, data: bytes) -> None:
        if self._phase == SHUT:
            self._discard(len(data))
            return
        self._backlog = b"".join((self._backlog, data)) if self._backlog else data
        if not self._hold:
            self._take_slice()

    def proceed(self) -> None:
        """Go on with what was read before the pause, then with the socket."""
        if self._backlog:
            self._take_slice()
        if not self._hold:
            super().proceed()

    def _take_slice(self) -> None:
        size = BODY_SLICE if self._phase == BODY and not self._chunked else SLICE
        view = memoryview(self._backlog)
        self._backlog = view[size:]
        self._parse(view[:size])
        if self._phase == SHUT:
            self._backlog = b""
        if self._backlog:
            self.hold(HOLD_TURN)
            self.shared.loop.call_soon(self.release, HOLD_TURN)
        else:
            self._backlog = b""

    def _discard(self, size: int) -> None:
        self._head_bytes += size
        if self.closing and self._head_bytes > MAX_LINGER_BYTES:
            self.transport.abort()

    # The parser

    def _parse(self, data: bytes | memoryview) -> None:
        self._moved = False
        upgrade_at = -1
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            upgrade_at = upgrade.args[0]
        except httptools.HttpParserError as error:
            self._stop(error)
            return
        if upgrade_at >= 0:
            self._pass_by_upgrade(data[upgrade_at:])
        phase = self._phase
        if phase == BODY:
            self._check_body(len(data))
        elif phase == HEAD or (phase == IDLE and not self._moved):
            self._check_head(len(data))

    def _pass_by_upgrade(self, rest: bytes | memoryview) -> None:
        """Go on after a request that asked for another protocol: it is answered as any other.

        The parser skipped its body, so a fresh parser that was told of the body reads the rest.
        """
        while self._phase != SHUT:
            if self._switching is not None:
                self._switch(self._switching, rest)
                return
            if self._skipped is not None:
                self._tell_framing(self._skipped)
                self._skipped = None
            if not rest:
                return
            upgrade_at = -1
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                upgrade_at = upgrade.args[0]
            except httptools.HttpParserError as error:
                self._stop(error)
            if upgrade_at < 0:
                return
            rest = rest[upgrade_at:]

    def _handshake(self, request: Request, endpoint: Endpoint) -> Endpoint | None:
        """Note a switch to a WebSocket; return what answers a request that cannot have it.

        Where no WebSocket route takes the path, or other answers have to be written first, it is a
        request like any other (RFC 9110, 7.8).
        """
        if request.method != "GET" or not self._is_alone():
            return endpoint
        from trimaran.http.websocket_channel import WEBSOCKET
        from trimaran.http.websocket_endpoint import WebSocketEndpoint

        socket, params = self.shared.app.resolve(WEBSOCKET, request.path)
        if not isinstance(socket, WebSocketEndpoint):
            return endpoint
        from trimaran.server.engine.handshake import key_of
        from trimaran.server.engine.websocket import WebSocketConnection

        key = key_of(request)
        if not isinstance(key, bytes):
            return Endpoint(lambda _: key, label=socket.label)
        request.path_params = params
        self._switching = WebSocketConnection(self.shared, request, socket, key)
        self._phase = IDLE
        return None

    def _is_alone(self) -> bool:
        """Whether no other request waits for its answer."""
        raise NotImplementedError

    def _switch(self, socket: WebSocketConnection, rest: bytes | memoryview) -> None:
        """Hand the connection over, with what has arrived since."""
        self._switching = None
        self._phase = SHUT
        early = b"".join((rest, self._backlog))
        self._backlog = b""
        self.shared.clock.forget(self)
        del self._parser
        socket.begin(self.transport, early)

    def _tell_framing(self, framing: Framing) -> None:
        self._parser = httptools.HttpRequestParser(self)
        length = b"content-length: %d" % framing.length
        line = b"transfer-encoding: chunked" if framing.chunked else length
        self._phase = BODY
        self._parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % line)
        self._headers = []
        self._framing = None

    def _stop(self, error: httptools.HttpParserError) -> None:
        is_own = isinstance(error, httptools.HttpParserCallbackError)
        cause = error.__context__ if is_own else None
        if self._phase == SHUT:
            return
        if isinstance(cause, Refused):
            self._refuse(cause.refusal)
        elif cause is None:
            self._refuse(refusals.refusal_of(str(error)))
        else:
            logger.error("The engine failed on a request", exc_info=cause)
            self.transport.abort()

    def on_url(self, url: bytes) -> None:
        """Begin a head, or go on with a target that came in pieces."""
        phase = self._phase
        if phase == IDLE:
            self._phase = HEAD
            self._target = url
            if self._current is None:
                self.deadline = self.shared.clock.head_deadline
        elif phase == HEAD:
            self._target += url
        elif phase == SHUT:
            raise Refused(refusals.MALFORMED)
        if len(self._target) > self._max_target:
            raise Refused(refusals.TARGET_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header line; look at those that decide on framing and host."""
        self._headers.append((name, value))
        if name not in UNREMARKABLE:
            lower = name.lower()
            if lower == b"host":
                if self._host is not None:
                    raise Refused(refusals.BAD_HOST)
                self._host = value
            elif lower in NOTED:
                if self._framing is None:
                    self._framing = Framing()
                self._framing.note(lower, value)

    def on_headers_complete(self) -> None:
        """Find the endpoint; serve a request that has no body."""
        if self._phase == BODY:
            return
        headers = self._headers
        self._headers = []
        if len(headers) > self._max_headers or self._head_bytes or self._small_heads:
            self._check_size(headers)
        parser = self._parser
        version = parser.get_http_version()
        method = METHODS.get(parser.get_method())
        host = self._host
        self._host = None
        if method is None or version != self.http_version or host != self._known_host or not host:
            method = self._check_line(method, version, host)
        target = self._target
        if target[0] == _SLASH and _PERCENT not in target and _HASH not in target:
            if _QUESTION in target:
                raw_path, _, query = target.partition(b"?")
                path = raw_path.decode()
            else:
                path = target.decode()
                query = b""
            endpoint, params = self.shared.app.resolve(method, path)
        else:
            path, query, endpoint, params = self._resolve_other(method, target, headers)
        if parser.should_keep_alive():
            fate = PERSIST if version == "1.1" else KEEP_ALIVE
        else:
            fate = CLOSE
        request = Request(method, path, query, headers, self)
        request.path_params = params
        request.app = self.shared.app
        framing = self._framing
        if framing is not None:
            self._framing = None
            heeded = self._heed(framing, request, endpoint=endpoint, fate=fate)
            if heeded is None:
                return
            endpoint = heeded
        self._phase = IDLE
        repeats = self._repeats
        if repeats is not None and repeats.candidate:
            if fate is PERSIST and target[0] == _SLASH and not parser.should_upgrade():
                repeats.adopt(headers)
            else:
                repeats.candidate = b""
        self._serve(request, endpoint, fate)

    def _heed(
        self, framing: Framing, request: Request, *, endpoint: Endpoint, fate: bytes
    ) -> Endpoint | None:
        """Return what answers a request at once; None where its body or a switch comes first."""
        framing.check(self.http_version, endpoint.max_body)
        if framing.has_body:
            if self._repeats is not None:
                self._repeats.candidate = b""
            self._expect_body(request, endpoint, fate, framing)
            return None
        if framing.websocket and fate is PERSIST and self._parser.should_upgrade():
            return self._handshake(request, endpoint)
        return endpoint

    def on_body(self, chunk: bytes) -> None:
        """Take a piece of a body, within the route's limit."""
        exchange = self._pending
        if exchange is None:
            return
        self._chunk_open = False
        exchange.received += len(chunk)
        if exchange.received > exchange.endpoint.max_body:
            raise Refused(refusals.BODY_LARGE)
        if exchange.body is not None:
            exchange.body.feed(chunk)
        elif exchange.chunks is not None:
            exchange.chunks.append(chunk)

    def on_chunk_header(self) -> None:
        """Allow for the frame of one more chunk."""
        self._chunk_overhead -= CHUNK_ALLOWANCE
        self._chunk_open = True

    def on_message_complete(self) -> None:
        """Serve a request whose body is whole; be ready for the next."""
        exchange = self._pending
        if exchange is not None:
            if self._skipped is not None:
                return
            self._check_trailers()
            self._pending = None
            self._phase = IDLE
            self._body_complete(exchange)
        self._moved = True
        self._head_bytes = 0
        if self._phase != SHUT:
            self._phase = IDLE

    # Bounds

    def _check_head(self, size: int) -> None:
        """Bound a head that is not complete; a segment in which a message ended is not counted."""
        if not self._moved:
            self._head_bytes += size
            if self._head_bytes > self._limits.max_head + self._limits.max_target:
                self._refuse(refusals.HEAD_LARGE)
                return
        if len(self._headers) > self._limits.max_headers:
            self._refuse(refusals.HEADERS_MANY)

    def _check_size(self, headers: RawHeaders) -> None:
        if len(headers) > self._limits.max_headers:
            raise Refused(refusals.HEADERS_MANY)
        self._bound_lines(headers)

    def _bound_lines(self, headers: RawHeaders) -> None:
        if sum([len(name) + len(value) + 4 for name, value in headers]) > self._limits.max_head:
            raise Refused(refusals.HEAD_LARGE)

    def _check_trailers(self) -> None:
        """Bound the trailers, then forget them: no handler asked for them."""
        trailers = self._headers
        if trailers:
            self._headers = []
            self._framing = None
            self._host = None
            self._check_size(trailers)

    def _check_body(self, size: int) -> None:
        """Hold a body to its least rate, and chunks to a bounded overhead."""
        if self._current is None or self._current is self._pending:
            limits = self._limits
            latest = self.shared.clock.now + limits.body_timeout
            self.deadline = min(self.deadline + size / limits.body_min_rate, latest)
        if not self._chunked or self._pending is None:
            return
        self._chunk_overhead += size
        excess = self._chunk_overhead - self._pending.received
        if excess > MAX_CHUNK_OVERHEAD:
            in_trailers = self._chunk_open  # the last chunk's size has come, and no data follows
            self._refuse(refusals.HEAD_LARGE if in_trailers else refusals.CHUNK_OVERHEAD)

    def _check_line(self, method: str | None, version: str, host: bytes | None) -> str:
        """Judge what is unusual in a head; return the method."""
        if method is None:
            raise Refused(refusals.UNKNOWN_METHOD)
        if version not in ("1.0", "1.1"):
            raise Refused(refusals.VERSION)
        if host is not None:
            check_host(host)
            self._known_host = host
        elif version == "1.1":
            raise Refused(refusals.BAD_HOST)
        self.http_version = version
        return method

    def _resolve_other(
        self, method: str, target: bytes, headers: RawHeaders
    ) -> tuple[str, bytes, Endpoint, Mapping[str, Any]]:
        """Understand a target that is encoded, or in absolute or asterisk form."""
        if target[0] == _SLASH and _HASH not in target:
            path, query = split_target(target)
            endpoint, params = self.shared.app.resolve(method, path)
            return path, query, endpoint, params
        if target == b"*" and method == "OPTIONS":
            return "*", b"", _SERVER_OPTIONS, {}
        if _HASH in target:
            raise Refused(refusals.BAD_TARGET)
        authority, path, query = split_absolute(target)
        headers[:] = [pair for pair in headers if pair[0].lower() != b"host"]
        headers.insert(0, (b"host", authority))
        endpoint, params = self.shared.app.resolve(method, path)
        return path, query, endpoint, params
