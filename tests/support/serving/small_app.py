"""An application made of endpoints alone: what servers are tested with."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from trimaran.errors import ClientDisconnectedError, HTTPException
from trimaran.http import Endpoint, JSONResponse, Request, Response, StreamingResponse

MARK: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="none")


class SmallApp:
    """Endpoints by path. seen: the paths asked for; events: what happened in its life."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.events: list[str] = []
        self.gate = asyncio.Event()
        self.endpoints: dict[str, Endpoint] = {
            "/": Endpoint(lambda _: b'{"hello":"world"}', label="GET /"),
            "/echo": Endpoint(lambda request: request.body_bytes, body_mode="whole", max_body=1000),
            "/about": Endpoint(_about, body_mode="whole"),
            "/slow": Endpoint(self._slow, label="GET /slow"),
            "/gate": Endpoint(self._gate),
            "/empty": Endpoint(lambda _: b"", status=204, headers=[]),
            "/created": Endpoint(lambda _: b"{}", status=201),
            "/cookies": Endpoint(_cookies),
            "/stream": Endpoint(lambda _: StreamingResponse(_numbers(), media_type="text/plain")),
            "/sized": Endpoint(_sized),
            "/short": Endpoint(_short),
            "/broken": Endpoint(lambda _: StreamingResponse(_breaks(), media_type="text/plain")),
            "/upload": Endpoint(_upload, body_mode="stream", max_body=300_000),
            "/ignore": Endpoint(lambda _: b"ignored", body_mode="stream", max_body=10_000_000),
            "/raises": Endpoint(_raises, label="GET /raises"),
            "/split": Endpoint(_split, label="GET /split"),
            "/after": Endpoint(self._after),
            "/watch": Endpoint(self._watch),
            "/mark": Endpoint(_mark),
            "/ticks": Endpoint(self._ticks),
            "/flood": Endpoint(lambda _: StreamingResponse(_flood())),
            "/events": Endpoint(self._events),
        }
        self._missing = Endpoint(
            lambda _: JSONResponse({"detail": "Not Found"}, 404), label="unmatched"
        )

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Look the path up."""
        self.seen.append(path)
        return self.endpoints.get(path) or self._prefixed(path), {}

    def _prefixed(self, path: str) -> Endpoint:
        return self.endpoints["/about"] if path.startswith("/about") else self._missing

    async def startup(self) -> None:
        """Note it."""
        self.events.append("startup")

    async def shutdown(self) -> None:
        """Note it."""
        self.events.append("shutdown")

    async def _slow(self, request: Request) -> bytes:
        await asyncio.sleep(0.15)
        return b'"slow"'

    async def _gate(self, request: Request) -> bytes:
        self.events.append("gate")
        await self.gate.wait()
        return b'"open"'

    async def _events(self, request: Request) -> bytes:
        await asyncio.sleep(0.05)
        return json.dumps(self.events).encode()

    def _after(self, request: Request) -> Response:
        async def hook() -> None:
            self.events.append("after")

        response = Response(b"done")
        response.after = [hook]
        return response

    async def _watch(self, request: Request) -> bytes:
        self.events.append("watching")
        await request.channel.wait_disconnected()
        self.events.append(f"left {request.is_disconnected()}")
        return b"nobody"

    def _ticks(self, request: Request) -> Response:
        async def ticks() -> AsyncIterator[bytes]:
            try:
                yield b"tick"
                await asyncio.sleep(60)
            finally:
                self.events.append("ticks closed")

        return StreamingResponse(ticks())


def _about(request: Request) -> bytes:
    headers = [
        [name.decode("latin-1").lower(), value.decode("latin-1")]
        for name, value in request.raw_headers
    ]
    channel = request.channel
    about = {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode("latin-1"),
        "headers": headers,
        "body": request.body_bytes.decode("latin-1"),
        "scheme": channel.scheme,
        "version": channel.http_version,
        "client": channel.client and channel.client[0],
        "server": channel.server and channel.server[0],
    }
    return json.dumps(about).encode()


def _cookies(request: Request) -> Response:
    response = Response(b"{}", headers={"x-own": "yes"}, media_type="application/json")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


async def _numbers() -> AsyncIterator[bytes]:
    for number in range(3):
        await asyncio.sleep(0)
        yield b"%d\n" % number


def _sized(request: Request) -> Response:
    response = StreamingResponse(_numbers(), media_type="text/plain")
    response.raw_headers.append((b"content-length", b"6"))
    return response


def _short(request: Request) -> Response:
    response = StreamingResponse(_numbers(), media_type="text/plain")
    response.raw_headers.append((b"content-length", b"60"))
    return response


async def _breaks() -> AsyncIterator[bytes]:
    yield b"first"
    await asyncio.sleep(0.01)
    message = "midway"
    raise RuntimeError(message)


async def _flood() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"x" * 1_000_000


async def _upload(request: Request) -> bytes | Response:
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
    except HTTPException as error:
        return JSONResponse({"detail": error.detail}, error.status_code)
    except ClientDisconnectedError:
        return b"left"
    return b"%d" % size


def _raises(request: Request) -> bytes:
    message = "the handler fails"
    raise RuntimeError(message)


def _split(request: Request) -> Response:
    response = Response(b"x")
    response.raw_headers.append((b"x-evil", b"1\r\nset-cookie: a=b"))
    return response


def _mark(request: Request) -> bytes:
    before = MARK.get()
    MARK.set("set")
    return before.encode()
