"""One request carried to an application and its answer back, as a server does it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from trimaran.errors import HTTPException, TrimaranError
from trimaran.http.problems import fault_response
from trimaran.http.request import Request
from trimaran.http.response import Response, StreamingResponse
from trimaran.server.engine.refusals import BAD_TARGET
from trimaran.testing.channel import BodyFeed, InProcessChannel, iterate, too_large

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from trimaran.http.endpoint import Endpoint
    from trimaran.server.application import Application
    from trimaran.testing.outgoing import Outgoing
    from trimaran.types import AsyncHook, RawHeaders

_NO_BODY = frozenset({204, 304})


class Exchange:
    """One request under way, in a task of its own.

    ``await head()`` gives status and headers, ``chunks()`` the body as the handler sends it: the
    handler waits until a chunk is taken. ``close()`` leaves early, as a client that hangs up.

    late_fault: the first exception of what ran after the answer
    """

    def __init__(
        self, application: Application, outgoing: Outgoing, cookies: str, channel: InProcessChannel
    ) -> None:
        self._application = application
        self._outgoing = outgoing
        self._headers = outgoing.raw_headers(cookies)
        self.channel = channel
        self.late_fault: Exception | None = None
        self._head: asyncio.Future[tuple[int, RawHeaders]] = (
            asyncio.get_running_loop().create_future()
        )
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
        self._task = asyncio.create_task(self._run(), name=f"{outgoing.method} {outgoing.url}")

    async def head(self) -> tuple[int, RawHeaders]:
        """Return status and headers; raises what broke the exchange before them."""
        either: set[asyncio.Future[Any]] = {self._head, self._task}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self._head.done():
            await self._task
        return await self._head

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body, wait for what runs after it, then raise what broke it."""
        while True:
            taking = asyncio.ensure_future(self._queue.get())
            try:
                either: set[asyncio.Future[Any]] = {taking, self._task}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not taking.done():
                    taking.cancel()
            if not taking.done():
                break
            yield taking.result()
        while not self._queue.empty():
            yield self._queue.get_nowait()
        await self._task

    async def close(self) -> None:
        """Leave before the end: cancel what still sends, run what comes after."""
        self.channel.disconnect()
        if not self._task.done():
            self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.exception()  # seen, so that asyncio does not report it as lost

    async def _run(self) -> None:
        outgoing = self._outgoing
        path = outgoing.path
        answer: Response = self._refusal(BAD_TARGET.status, BAD_TARGET.detail)
        if _is_text(path):
            endpoint, params = self._application.resolve(outgoing.method, path)
            found = await self._answer(endpoint, params)
            if isinstance(found, bytes):
                self._start(endpoint.status, endpoint.headers, len(found))
                await self._send(found)
                return
            answer = found
        try:
            if isinstance(answer, StreamingResponse):
                await self._stream(answer)
            else:
                self._start(answer.status_code, answer.raw_headers, len(answer.body))
                await self._send(answer.body)
        finally:
            await self._run_hooks(answer.after)

    async def _run_hooks(self, hooks: list[AsyncHook] | None) -> None:
        for hook in hooks or ():
            try:
                await hook()
            except Exception as error:  # noqa: BLE001  every hook runs; the client raises the first
                self.late_fault = self.late_fault or error

    def _refusal(self, status: int, detail: Any) -> Response:
        """Return what a server answers by itself."""
        chosen = bool(getattr(self._application, "problem_details", False))
        return fault_response(status, detail, problem_details=chosen)

    async def _answer(self, endpoint: Endpoint, params: Mapping[str, Any]) -> bytes | Response:
        outgoing = self._outgoing
        body: bytes | BodyFeed = b""
        try:
            if endpoint.body_mode == "stream" and outgoing.announces_body:
                self._refuse_announced(endpoint.max_body)
                body = BodyFeed(outgoing.body, self.channel, endpoint.max_body)
            else:
                body = await self._collect(endpoint.max_body)
        except HTTPException as refusal:
            return self._refusal(refusal.status_code, refusal.detail)
        request = Request(
            outgoing.method,
            outgoing.path,
            outgoing.query_string,
            self._headers,
            self.channel,
            body if endpoint.body_mode != "none" else b"",
        )
        request.path_params = params
        request.app = self._application
        answer = endpoint.run(request)
        return answer if isinstance(answer, bytes | Response) else await answer

    async def _collect(self, limit: int) -> bytes:
        self._refuse_announced(limit)
        parts, size = [], 0
        async for chunk in iterate(self._outgoing.body):
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            parts.append(chunk)
        return b"".join(parts)

    def _refuse_announced(self, limit: int) -> None:
        body = self._outgoing.body
        if isinstance(body, bytes) and len(body) > limit:
            raise too_large(limit)

    def _start(self, status: int, headers: RawHeaders, length: int | None) -> None:
        _check(headers)
        if status >= 200 and status not in _NO_BODY:
            framing = (
                (b"transfer-encoding", b"chunked")
                if length is None
                else (b"content-length", str(length).encode())
            )
            headers = [*headers, framing]
        self._head.set_result((status, list(headers)))

    async def _send(self, body: bytes) -> None:
        status, _ = self._head.result()
        if body and self._outgoing.method != "HEAD" and status not in _NO_BODY:
            await self._queue.put(body)

    async def _stream(self, answer: StreamingResponse) -> None:
        length = dict(answer.raw_headers).get(b"content-length")
        headers = [field for field in answer.raw_headers if field[0] != b"content-length"]
        self._start(answer.status_code, headers, None if length is None else int(length))
        async with aclosing(answer.chunks()) as chunks:
            if self._outgoing.method == "HEAD":
                return
            async for chunk in chunks:
                if self.channel.is_disconnected():
                    break
                await self._send(chunk)


def _is_text(path: str) -> bool:
    """Tell whether a path is the UTF-8 without NUL that the engine asks for."""
    try:
        return b"\0" not in path.encode("utf-8")
    except UnicodeEncodeError:
        return False


def _check(headers: RawHeaders) -> None:
    for name, value in headers:
        if any(mark in field for field in (name, value) for mark in (b"\r", b"\n", b"\0")):
            what = f"The handler set the header {name!r} to a value that would break the message."
            raise TrimaranError("TRI-TEST-005", what, "Keep CR, LF and NUL out of headers.")
