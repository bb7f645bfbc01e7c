"""A small application made of endpoints alone, for the client's tests to call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
import pytest

from trimaran.errors import HTTPException
from trimaran.http.endpoint import Endpoint
from trimaran.http.request import Request
from trimaran.http.response import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

Run = Callable[[Request], Any]


class SmallApp:
    """Endpoints by path. events: what happened in its life."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Endpoint] = {}
        self.events: list[str] = []

    def at(self, path: str, **options: Any) -> Callable[[Run], Run]:
        """Answer this path, whatever the method."""

        def declare(run: Run) -> Run:
            self.endpoints[path] = Endpoint(guarded(run), **options)
            return run

        return declare

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        missing = Endpoint(lambda request: JSONResponse({"detail": "Not Found"}, 404))
        return self.endpoints.get(path, missing), {"path": path}

    async def startup(self) -> None:
        self.events.append("startup")

    async def shutdown(self) -> None:
        self.events.append("shutdown")


def guarded(run: Run) -> Run:
    """Report exceptions and answer 500, as compiled routes do."""

    async def awaited(request: Request, answer: Any) -> Any:
        try:
            return await answer
        except Exception as error:  # noqa: BLE001  as a server must
            return failed(request, error)

    def called(request: Request) -> Any:
        try:
            answer = run(request)
        except Exception as error:  # noqa: BLE001  as a server must
            return failed(request, error)
        return answer if isinstance(answer, bytes | Response) else awaited(request, answer)

    return called


def failed(request: Request, error: Exception) -> Response:
    """Answer as ``FaultHandlers`` does, and report what the client did not cause."""
    if isinstance(error, HTTPException):
        return JSONResponse({"detail": error.detail}, error.status_code)
    request.channel.report_fault(error)  # type: ignore[attr-defined]
    return JSONResponse({"detail": "Internal Server Error"}, 500)


def describe(request: Request) -> bytes:
    """Return what arrived, as JSON."""
    return msgspec.json.encode(
        {
            "method": request.method,
            "path": request.path,
            "query": request.query_params.multi_items(),
            "headers": request.headers.multi_items(),
            "cookies": dict(request.cookies),
            "body": request.body_bytes.decode("latin-1"),
            "url": str(request.url),
            "client": request.client,
            "params": dict(request.path_params),
        }
    )


@pytest.fixture
def small() -> SmallApp:
    """Return an application with one endpoint for each thing a client must bear."""
    app = SmallApp()
    add_plain(app)
    add_redirects(app)
    add_cookies(app)
    add_slow(app)
    return app


def add_plain(app: SmallApp) -> None:
    """Endpoints that answer at once, in every body mode."""
    app.at("/echo", body_mode="whole", max_body=1000)(describe)
    app.at("/é x")(describe)

    @app.at("/late")
    async def late(request: Request) -> bytes:
        await asyncio.sleep(0)
        return b'{"late":true}'

    @app.at("/upload", body_mode="stream", max_body=200_000)
    async def upload(request: Request) -> Response:
        sizes = [len(chunk) async for chunk in request.stream()]
        return JSONResponse(sizes)

    @app.at("/fails")
    def fails(request: Request) -> bytes:
        message = "the handler's own"
        raise ValueError(message)

    @app.at("/empty")
    def empty(request: Request) -> Response:
        return Response(status_code=204)


def add_redirects(app: SmallApp) -> None:
    """Endpoints that send the client elsewhere."""

    @app.at("/moved")
    def moved(request: Request) -> Response:
        return RedirectResponse("/echo?after=1", int(request.query_params.get("status", "307")))

    @app.at("/away")
    def away(request: Request) -> Response:
        return RedirectResponse("http://elsewhere.example/echo", 307)

    @app.at("/loop")
    def loop(request: Request) -> Response:
        return RedirectResponse("/loop")


def add_cookies(app: SmallApp) -> None:
    """Endpoints that set and delete cookies."""

    @app.at("/login")
    def login(request: Request) -> Response:
        answer = PlainTextResponse("hello")
        answer.set_cookie("session", "s1", path="/", httponly=True)
        answer.set_cookie("scoped", "s2", path="/only/here")
        answer.set_cookie("safe", "s3", secure=True)
        return answer

    @app.at("/logout")
    def logout(request: Request) -> Response:
        answer = PlainTextResponse("bye")
        answer.delete_cookie("session")
        return answer


def add_slow(app: SmallApp) -> None:
    """Endpoints that stream or wait."""

    @app.at("/stream")
    def stream(request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            try:
                for number in range(3):
                    app.events.append(f"sent {number}")
                    yield b"line %d\r\n" % number
            finally:
                app.events.append("closed")

        answer = StreamingResponse(body(), media_type="text/plain")
        answer.after = [hook]
        return answer

    async def hook() -> None:
        app.events.append("after")

    @app.at("/waits")
    async def waits(request: Request) -> bytes:
        await request.channel.wait_disconnected()
        app.events.append(f"left: {request.is_disconnected()}")
        return b"{}"
