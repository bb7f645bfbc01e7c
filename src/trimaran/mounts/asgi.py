"""An ASGI application as an endpoint, so that it runs on every server."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from trimaran.errors import ClientDisconnectedError
from trimaran.http import Endpoint, Response, StreamingResponse
from trimaran.http.asgi_scope import connection_scope

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from trimaran.http import Request
    from trimaran.http.asgi_scope import Asgi, Message

logger = logging.getLogger("trimaran.errors")

UNBOUNDED = 2**63
"""A body passes through chunk by chunk, so its bound is the mounted application's to set."""


def asgi_endpoint(
    app: Asgi,
    failed: Callable[[Request, Exception], Any],
    *,
    prefix: str = "",
    max_body: int = UNBOUNDED,
) -> Endpoint:
    """Return an endpoint that runs an ASGI application for each request.

    failed: returns the answer, or a coroutine of it, for an exception that the application raises
    prefix: the part of the path that is its ``root_path``
    """

    async def run(request: Request) -> Response:
        try:
            return await _Run(app, request, prefix).answer()
        except Exception as error:  # noqa: BLE001  it is answered here
            settled = failed(request, error)
            return settled if isinstance(settled, Response) else await settled

    label = f"mount {prefix}" if prefix else "application"
    return Endpoint(run, body_mode="stream", max_body=max_body, label=label)


class _Run:
    """One request in an ASGI application's hands."""

    def __init__(self, app: Asgi, request: Request, prefix: str) -> None:
        self._app = app
        self._request = request
        self._prefix = prefix
        self._read = False
        self._left = False
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._chunks: asyncio.Queue[tuple[bytes, bool]] = asyncio.Queue(maxsize=1)
        self._task: asyncio.Future[None] = asyncio.ensure_future(self._call())

    async def answer(self) -> Response:
        """Return the answer once its head and the first chunk of its body are there."""
        task = self._task
        first = asyncio.ensure_future(self._chunks.get())
        try:
            either: set[asyncio.Future[Any]] = {first, task}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            if not first.done() and not task.done():
                first.cancel()
        if not first.done():
            await asyncio.sleep(0)  # what was sent last is on its way
        if self._head is None or not first.done():
            first.cancel()
            await task  # raises what went wrong
            message = "the mounted application ended without an answer"
            raise RuntimeError(message)
        return self._response(*first.result())

    def _response(self, chunk: bytes, more: bool) -> Response:
        status, headers = self._head or (500, [])
        response: Response
        if more:
            response = StreamingResponse(self._body(chunk), status)
        else:
            response = Response(None, status)
            response.body = chunk
        response.raw_headers = headers
        response.after = [self._end]
        return response

    async def _body(self, chunk: bytes) -> AsyncGenerator[bytes, None]:
        more = True
        try:
            while True:
                yield chunk
                if not more:
                    break
                taking = asyncio.ensure_future(self._chunks.get())
                either: set[asyncio.Future[Any]] = {taking, self._task}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not taking.done() and self._chunks.empty():
                    taking.cancel()
                    await self._task
                    message = "the mounted application ended in the middle of its body"
                    raise RuntimeError(message)
                chunk, more = await taking
        finally:
            self._left = more

    async def _end(self) -> None:
        """Let what the application does after its answer come to its end."""
        self._left = True
        while not self._chunks.empty():
            self._chunks.get_nowait()
        await asyncio.gather(self._task, return_exceptions=True)
        error = None if self._task.cancelled() else self._task.exception()
        if error is not None and not isinstance(error, OSError | ClientDisconnectedError):
            logger.error("%r failed after its answer", self._app, exc_info=error)

    async def _call(self) -> None:
        await self._app(self._scope(), self._receive, self._send)

    def _scope(self) -> Message:
        request = self._request
        head = connection_scope(request, self._prefix)
        scope = {**head, "type": "http", "method": request.method}
        if not self._prefix:  # middleware: what it leaves there, an exception handler reads
            request._scope = scope
        return scope

    async def _receive(self) -> Message:
        request = self._request
        if not self._read:
            if request.body_stream is None:
                self._read = True
                return {"type": "http.request", "body": request.body_bytes, "more_body": False}
            try:
                chunk = await request.body_stream.read()
            except ClientDisconnectedError:
                return {"type": "http.disconnect"}
            self._read = not chunk
            return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}
        if not self._left:
            await request.channel.wait_disconnected()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            fields = message.get("headers", ())
            headers = [(bytes(name), bytes(value)) for name, value in fields]
            self._head = (message["status"], headers)
        elif kind == "http.response.body":
            if self._left:
                reason = "the client has left"
                raise OSError(reason)  # as ASGI 2.4 has it
            if self._head is None:
                reason = "http.response.body was sent before http.response.start"
                raise RuntimeError(reason)
            await self._chunks.put((message.get("body", b""), message.get("more_body", False)))
        else:
            reason = f"the message {kind!r} is not supported"
            raise RuntimeError(reason)
