"""The application as ASGI 3, for Uvicorn, Granian, Hypercorn and others."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.errors import ClientDisconnectedError, HTTPException, InvalidHeaderError
from trimaran.http.asgi_scope import below_root, root_of
from trimaran.http.problems import fault_of, fault_response
from trimaran.http.request import Request
from trimaran.http.response import Response, StreamingResponse
from trimaran.http.wire import encode_head

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping

    from trimaran.http.endpoint import Endpoint
    from trimaran.server.application import Application
    from trimaran.types import RawHeaders

    Message: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]

logger = logging.getLogger("trimaran.server")

_OWN = frozenset({b"content-length", b"transfer-encoding", b"connection"})
_BODYLESS = frozenset({204, 304})


async def asgi_call(
    app: Application,
    scope: MutableMapping[str, Any],
    receive: Receive,
    send: Send,
    *,
    resolve: Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]] | None = None,
    raising: bool = False,
) -> None:
    """Serve one ASGI scope: ``http``, ``websocket`` or ``lifespan``.

    raising: what an endpoint raises is answered by the caller
    """
    kind = scope["type"]
    if kind == "http":
        await _Call(app, scope, receive, send, raising).serve(resolve or app.resolve)
    elif kind == "lifespan":
        await _live(app, receive, send)
    elif kind == "websocket":
        from trimaran.server.asgi_websocket import serve_websocket

        await serve_websocket(app, scope, receive, send, resolve=resolve or app.resolve)
    else:
        message = f"the ASGI scope {kind!r} is not supported"
        raise NotImplementedError(message)


async def _live(app: Application, receive: Receive, send: Send) -> None:
    """Start and stop the application when the server says so."""
    await receive()
    try:
        await app.startup()
    except Exception as error:
        logger.exception("The application failed to start")
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    try:
        await app.shutdown()
    except Exception as error:
        logger.exception("The application failed to stop")
        await send({"type": "lifespan.shutdown.failed", "message": str(error)})
        return
    await send({"type": "lifespan.shutdown.complete"})


class _TooLargeError(Exception):
    """The body is larger than the route allows."""


class AsgiChannel:
    """The way back to the client through an ASGI server.

    Such a server tells of a client that left only to who listens, so the first question of
    ``is_disconnected`` begins to listen and later ones know the answer.
    """

    __slots__ = (
        "_gone",
        "_receive",
        "_watcher",
        "client",
        "http_version",
        "root_path",
        "scheme",
        "scope",
        "server",
    )

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self.scope = scope
        self.root_path = root_of(scope)
        client = scope.get("client")
        server = scope.get("server")
        self.client: tuple[str, int] | None = (client[0], client[1]) if client else None
        self.server: tuple[str, int | None] | None = (server[0], server[1]) if server else None
        self.scheme: str = scope.get("scheme", "http")
        self.http_version: str = scope.get("http_version", "1.1")
        self._receive = receive
        self._gone = False
        self._watcher: asyncio.Task[None] | None = None

    async def receive(self) -> Message:
        """Return the next message; note a client that left."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._gone = True
        return message

    def is_disconnected(self) -> bool:
        """Whether the client is known to have left. Costs nothing and never waits."""
        if not self._gone and self._watcher is None:
            self._watcher = asyncio.get_running_loop().create_task(self._listen())
        return self._gone

    async def wait_disconnected(self) -> None:
        """Return when the client has left."""
        if not self.is_disconnected() and self._watcher is not None:
            await asyncio.shield(self._watcher)

    async def close(self) -> None:
        """Stop listening."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)

    async def _listen(self) -> None:
        while not self._gone:
            await self.receive()


class AsgiBody:
    """A request body that arrives while its handler runs, through an ASGI server."""

    __slots__ = ("_channel", "_done", "_left")

    def __init__(self, channel: AsgiChannel, limit: int) -> None:
        self._channel = channel
        self._left = limit
        self._done = False

    async def read(self) -> bytes:
        """Return the next chunk, ``b""`` at the end; raises as ``BodyStream.read`` says."""
        while not self._done:
            message = await self._channel.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            chunk: bytes = message.get("body", b"")
            self._done = not message.get("more_body", False)
            self._left -= len(chunk)
            if self._left < 0:
                self._done = True
                raise HTTPException(413, "The request body is too large.")
            if chunk:
                return chunk
        return b""


class _Call:
    """One ``http`` scope on its way to its answer."""

    def __init__(
        self,
        app: Application,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        raising: bool,
    ) -> None:
        self._raising = raising
        self._app = app
        self._scope = scope
        self._send = send
        self._channel = AsgiChannel(scope, receive)
        self._label = ""

    async def serve(
        self, resolve: Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]
    ) -> None:
        """Read what the endpoint asks for, run it, send what it answers."""
        scope = self._scope
        method: str = scope["method"]
        path: str = scope["path"]
        inside = below_root(scope)
        endpoint, params = resolve(method, inside)
        self._label = endpoint.label
        if endpoint.route is not None:  # for middleware that labels what it measures
            scope["route"], scope["path_params"] = endpoint.route, dict(params)
        headers: RawHeaders = [(name, value) for name, value in scope["headers"]]
        try:
            body = await self._body(endpoint, headers)
        except _TooLargeError:
            await self._refuse(413, "The request body is too large.")
            return
        except ClientDisconnectedError:
            return
        request = Request(
            *(method, path, scope.get("query_string", b""), headers, self._channel), body
        )
        request.path_params = params
        request.app = self._app
        answer = await self._run(endpoint, request)
        try:
            if answer is not None:
                await self._answer(endpoint, answer)
        finally:
            await self._channel.close()
            if isinstance(answer, Response):
                await self._run_after(answer)

    async def _body(self, endpoint: Endpoint, headers: RawHeaders) -> bytes | AsgiBody:
        limit = endpoint.max_body
        announced = _announced(headers)
        if announced > limit:
            raise _TooLargeError
        if endpoint.body_mode == "stream":
            return AsgiBody(self._channel, limit) if announced else b""
        chunks: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await self._channel.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise _TooLargeError
            if endpoint.body_mode == "whole":
                chunks.append(chunk)
            more = message.get("more_body", False)
        return b"".join(chunks)

    async def _run(self, endpoint: Endpoint, request: Request) -> bytes | Response | None:
        try:
            answer = endpoint.run(request)
            if not isinstance(answer, (bytes, Response)):
                # A body that arrives is read through the same messages: reading tells of the end.
                if endpoint.cancel_on_disconnect and request.body_stream is None:
                    return await self._unless_left(answer)
                answer = await answer
        except Exception:
            if self._raising:
                await self._channel.close()
                raise
            logger.exception("Unhandled exception in %s", endpoint.label)
            return fault_of(request, 500, "Internal Server Error")
        return answer

    async def _refuse(self, status: int, detail: str) -> None:
        chosen = bool(getattr(self._app, "problem_details", False))
        answer = fault_response(status, detail, problem_details=chosen)
        await self._send_whole(status, answer.raw_headers, answer.body)

    async def _unless_left(self, waiting: Coroutine[Any, Any, Any]) -> bytes | Response | None:
        """Return what a handler answers; None where its client left first and it was cancelled."""
        loop = asyncio.get_running_loop()
        handling = loop.create_task(waiting)
        leaving = loop.create_task(self._channel.wait_disconnected())
        try:
            await asyncio.wait({handling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not handling.done():
                handling.cancel()
            await asyncio.gather(handling, leaving, return_exceptions=True)
        return None if handling.cancelled() else handling.result()

    async def _answer(self, endpoint: Endpoint, answer: bytes | Response) -> None:
        if isinstance(answer, bytes):
            await self._send_whole(endpoint.status, endpoint.headers, answer)
            return
        try:
            encode_head(answer.status_code, answer.raw_headers)
        except InvalidHeaderError:
            logger.exception("%s made a response that cannot be sent", self._label)
            await self._refuse(500, "Internal Server Error")
            return
        if isinstance(answer, StreamingResponse):
            await self._send_stream(answer)
        else:
            await self._send_whole(answer.status_code, answer.raw_headers, answer.body)

    async def _send_whole(self, status: int, headers: RawHeaders, body: bytes) -> None:
        kept = [pair for pair in headers if pair[0].lower() not in _OWN]
        if status not in _BODYLESS:
            body = b"" if status == 205 else body
            kept.append((b"content-length", b"%d" % len(body)))
        await self._send({"type": "http.response.start", "status": status, "headers": kept})
        empty = status in _BODYLESS or self._scope["method"] == "HEAD"
        await self._send({"type": "http.response.body", "body": b"" if empty else body})

    async def _send_stream(self, response: StreamingResponse) -> None:
        """Send chunk by chunk until the end, or until the client leaves."""
        headers = [
            pair
            for pair in response.raw_headers
            if pair[0].lower() not in (b"transfer-encoding", b"connection")
        ]
        status = response.status_code
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        if status in _BODYLESS or self._scope["method"] == "HEAD":
            await self._send({"type": "http.response.body", "body": b""})
            return
        loop = asyncio.get_running_loop()
        sending = loop.create_task(self._send_chunks(response))
        leaving = loop.create_task(self._channel.wait_disconnected())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        if not sending.cancelled() and sending.exception() is not None:
            message = "the stream failed midway; the log has its trace"
            raise RuntimeError(message)  # the server has to cut the connection off

    async def _send_chunks(self, response: StreamingResponse) -> None:
        chunks: Any = response.chunks()
        try:
            async for chunk in chunks:
                if chunk:
                    await self._send(
                        {"type": "http.response.body", "body": chunk, "more_body": True}
                    )
        except Exception:
            logger.exception("The stream of %s failed midway", self._label)
            raise
        finally:
            await chunks.aclose()
        await self._send({"type": "http.response.body", "body": b""})

    async def _run_after(self, response: Response) -> None:
        for hook in response.after or ():
            try:
                await hook()
            except Exception:
                logger.exception("A hook after %s failed", self._label)


def _announced(headers: RawHeaders) -> int:
    """Return the announced length of the body, 0 where none follows."""
    for name, value in headers:
        lower = name.lower()
        if lower == b"content-length":
            return int(value) if value.isdigit() else 0
        if lower == b"transfer-encoding":
            return -1
    return 0
