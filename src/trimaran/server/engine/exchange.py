"""One request that did not end where it began: queued, with a body, or in a task."""

from __future__ import annotations

import asyncio
import sys
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from trimaran.errors import ClientDisconnectedError, InvalidHeaderError
from trimaran.http.problems import fault_of
from trimaran.http.response import Response, StreamingResponse
from trimaran.server.engine.answers import (
    CLOSE,
    PERSIST,
    encode_constant,
    encode_response,
    encode_stream_head,
)
from trimaran.server.engine.shared import logger
from trimaran.server.engine.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from contextvars import Context

    from trimaran.http.endpoint import Endpoint
    from trimaran.http.request import Request
    from trimaran.server.engine.body import StreamedBody

_EAGER = sys.version_info >= (3, 12)
SENDFILE_FROM = 256 * 1024
"""Bytes below which a file is read and written: that costs less than setting up the other way."""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Way(Wire):
    """A connection as its exchanges see it."""

    __slots__ = ()

    def is_last(self) -> bool:
        """Whether the answer to be written ends the connection."""
        raise NotImplementedError

    def answered(self, exchange: Exchange, fate: bytes) -> None:
        """Go on after the last byte of an answer was written."""
        raise NotImplementedError

    def pump(self) -> None:
        """Begin what waits behind an exchange that ended."""
        raise NotImplementedError


class Exchange:
    """A request on its way to its answer.

    fate:      what the answer says of the connection
    body:      where the body arrives while the handler runs
    chunks:    of a body that is collected first
    expects:   the client waits for ``100 Continue``
    received:  bytes of the body so far
    sent:      bytes of a streamed answer so far
    streaming: the answer is being written chunk by chunk
    """

    # Most exchanges never touch these, so their defaults stand in the class.
    body: StreamedBody | None = None
    chunks: list[bytes] | None = None
    expects = False
    received = 0
    sent = 0
    streaming = False
    task: asyncio.Task[None] | None = None
    began = 0.0
    timed_out = False
    _seen = 0

    def __init__(self, way: Way, request: Request, endpoint: Endpoint, fate: bytes) -> None:
        self._way = way
        self.request = request
        self.endpoint = endpoint
        self.fate = fate
        if way.shared.access_log:
            self.began = way.shared.loop.time()

    def begin(self) -> None:
        """Run the handler; what it returns at once is written at once."""
        shared = self._way.shared
        shared.stats.requests += 1
        context = copy_context()
        try:
            answer = context.run(self.endpoint.run, self.request)
        except (Exception, asyncio.CancelledError):  # noqa: BLE001  an endpoint must not raise
            answer = failure(self.endpoint, self.request)
        self.take(answer, context)

    def take(self, answer: bytes | Response | Coroutine[Any, Any, Any], context: Context) -> None:
        """Write an answer, or go on in a task where it is not ready or not a plain one."""
        if isinstance(answer, bytes):
            self._send_constant(answer)
        elif isinstance(answer, Response):
            if isinstance(answer, StreamingResponse):
                self._spawn(self._finish(answer), context)
                return
            self._send_response(answer)
            if answer.after:
                self._spawn(self._run_after(answer), context)
        else:
            self._spawn(self._run(answer), context)

    def send_continue(self) -> None:
        """Tell a client that waits for it to send the body."""
        if self.expects and not self._way.lost and not self._way.left:
            self.expects = False
            self._way.write(_CONTINUE)

    def has_progressed(self) -> bool:
        """Whether a stream has sent something since this was last asked."""
        seen, self._seen = self._seen, self.sent
        return self.sent > seen

    def lose_client(self) -> None:
        """Stop readers, a stream, and a handler that may be stopped."""
        if self.body is not None:
            self.body.fail(ClientDisconnectedError())
        if self.task is not None and (self.streaming or self.endpoint.cancel_on_disconnect):
            self.task.cancel()

    def time_out(self) -> None:
        """The answer took too long: cancel the handler, cut a stream off."""
        self.timed_out = True
        self.fate = CLOSE
        if self.streaming:
            self._abort()
        elif self.task is not None:
            self.task.cancel()

    def _spawn(self, coroutine: Coroutine[Any, Any, None], context: Context) -> None:
        shared = self._way.shared
        if _EAGER:
            task = asyncio.Task(coroutine, loop=shared.loop, context=context, eager_start=True)  # type: ignore[call-arg, unused-ignore]  # 3.12
        else:
            task = asyncio.Task(coroutine, loop=shared.loop, context=context)
        if not task.done():
            self.task = task
            shared.tasks.add(task)

    def _end_task(self) -> None:
        if self.task is not None:
            self._way.shared.tasks.discard(self.task)

    async def _run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        stats = self._way.shared.stats
        stats.in_flight += 1
        try:
            answer = await coroutine
        except asyncio.CancelledError:
            if self.timed_out and not self._way.lost:
                _absorb_cancellation()
                answer = _too_slow(self.endpoint, self.request)
            elif _is_cancelling():
                self._end_task()
                self._abort()
                raise
            else:
                answer = failure(self.endpoint, self.request)
        except Exception:  # noqa: BLE001  an endpoint must not raise
            answer = failure(self.endpoint, self.request)
        finally:
            stats.in_flight -= 1
        if type(answer) is bytes:
            self._send_constant(answer)
            self._way.pump()
            self._end_task()
        else:
            await self._finish(answer)

    async def _finish(self, answer: object) -> None:
        try:
            if isinstance(answer, StreamingResponse):
                await self._stream(answer)
            elif isinstance(answer, Response):
                self._send_response(answer)
            else:
                what = f"{self.endpoint.label} returned {type(answer).__name__}"
                logger.error("%s in place of bytes or a Response", what)
                self._send_response(_internal_error(self.request))
            self._way.pump()
            if isinstance(answer, Response) and answer.after:
                await self._run_hooks(answer)
        finally:
            self._end_task()

    def _abort(self) -> None:
        if not self._way.lost:
            self._way.transport.abort()

    def _final_fate(self) -> bytes:
        if self._way.is_last() or (self.body is not None and not self.body.complete):
            return CLOSE
        return self.fate

    def _send_constant(self, body: bytes) -> None:
        way = self._way
        if not way.lost:
            fate = self._final_fate()
            clock = way.shared.clock
            head_only = self.request.method == "HEAD"
            if fate is PERSIST and self.endpoint.status < 204 and not head_only:
                data = b"".join((self.endpoint.head, b"%d" % len(body), clock.date_end, body))
            else:
                line = clock.date_line
                data = encode_constant(
                    self.endpoint, body, date_line=line, fate=fate, head_only=head_only
                )
            way.write(data)
            way.answered(self, fate)
        self._log(self.endpoint.status)

    def _send_response(self, response: Response) -> None:
        if not self._way.lost:
            try:
                data, fate = self._encode(response)
            except (InvalidHeaderError, TypeError, ValueError):
                logger.exception("%s made a response that cannot be sent", self.endpoint.label)
                response = _internal_error(self.request)
                data, fate = self._encode(response)
            self._way.write(data)
            self._way.answered(self, fate)
        self._log(response.status_code)

    def _encode(self, response: Response) -> tuple[bytes, bytes]:
        return encode_response(
            response,
            date_line=self._way.shared.clock.date_line,
            fate=self._final_fate(),
            head_only=self.request.method == "HEAD",
        )

    async def _stream(self, response: StreamingResponse) -> None:
        way = self._way
        if way.lost:
            return
        try:
            head, fate, size = encode_stream_head(
                response,
                date_line=way.shared.clock.date_line,
                fate=self._final_fate(),
                version=way.http_version,
            )
        except (InvalidHeaderError, TypeError, ValueError):
            logger.exception("%s made a response that cannot be sent", self.endpoint.label)
            self._send_response(_internal_error(self.request))
            return
        way.write(head)
        if (size and self.request.method != "HEAD") and not await self._send_chunks(response, size):
            self._abort()
        elif not way.lost:
            way.answered(self, fate)
        self._log(response.status_code)

    async def _send_chunks(self, response: StreamingResponse, size: int) -> bool:
        """Write the body; return whether it is whole."""
        way = self._way
        self.task = asyncio.current_task()
        self.streaming = True
        way.shared.stats.in_flight += 1
        file = self._file_sender(response, size)
        chunks: Any = response.chunks() if file is None else file
        try:
            if file is not None:
                async for count in file:
                    self.sent += count
            else:
                await self._write_chunks(chunks, size)
        except asyncio.CancelledError:
            if _is_cancelling() and not way.lost:
                self._abort()
                raise
            _absorb_cancellation()
            return False
        except ClientDisconnectedError:
            return False
        except Exception:  # noqa: BLE001  the head has left: the answer can only be cut off
            logger.exception("The stream of %s failed midway", self.endpoint.label)
            return False
        finally:
            self.streaming = False
            way.shared.stats.in_flight -= 1
            await _close(chunks, self.endpoint.label)
        if size >= 0 and self.sent != size:
            what = "%s: the stream's content-length is %d, its body %s%d bytes"
            more = "at least " if self.sent > size else ""
            logger.error(what, self.endpoint.label, size, more, self.sent)
            return False
        if size == -1 and not way.lost:
            way.write(b"0\r\n\r\n")
        return True

    async def _write_chunks(self, chunks: AsyncGenerator[bytes, None], size: int) -> None:
        way = self._way
        async for chunk in chunks:
            if not chunk:
                continue
            self.sent += len(chunk)
            if 0 <= size < self.sent:
                break
            way.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if size == -1 else chunk)
            if not way.writable or way.lost:
                await way.drain()

    def _file_sender(
        self, response: StreamingResponse, size: int
    ) -> AsyncGenerator[int, None] | None:
        """Return what has the kernel send a file, where that can be and pays."""
        spans = getattr(response, "spans", None)  # a FileResponse's
        if size < SENDFILE_FROM or spans is None or self._way.scheme != "http":
            return None
        from trimaran.server.engine.sendfile import AVAILABLE, send_file

        parts, path = spans(), getattr(response, "path", "")
        return send_file(self._way, path, parts) if parts and AVAILABLE else None

    async def _run_after(self, response: Response) -> None:
        try:
            await self._run_hooks(response)
        finally:
            self._end_task()

    async def _run_hooks(self, response: Response) -> None:
        for hook in response.after or ():
            try:
                await hook()
            except Exception:  # noqa: BLE001  one hook's fault is not the next one's
                logger.exception("A hook after %s failed", self.endpoint.label)

    def _log(self, status: int) -> None:
        shared = self._way.shared
        if shared.access_log:
            request = self.request
            shared.log_access(request.method, request.path, status=status, began=self.began)


def _is_cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _absorb_cancellation() -> None:
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()


async def _close(chunks: Any, label: str) -> None:
    try:
        await chunks.aclose()
    except Exception:  # noqa: BLE001  a generator's own clean-up failed
        logger.exception("The stream of %s failed to close", label)


def failure(endpoint: Endpoint, request: Request) -> Response:
    """Log the exception being handled, which an endpoint should have answered itself."""
    logger.exception("Unhandled exception in %s", endpoint.label)
    return _internal_error(request)


def _too_slow(endpoint: Endpoint, request: Request) -> Response:
    logger.error("%s did not answer in time and was cancelled", endpoint.label)
    return fault_of(request, 503, "The answer took too long.")


def _internal_error(request: Request) -> Response:
    return fault_of(request, 500, "Internal Server Error")
