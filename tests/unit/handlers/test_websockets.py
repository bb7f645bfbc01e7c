"""Declarations of WebSocket routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
import pytest

from trimaran import (
    App,
    Depends,
    Request,
    Response,
    Router,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from trimaran.errors import ConfigurationErrors
from trimaran.http import HTTPConnection, JSONResponse
from trimaran.testing import TestClient


class Note(msgspec.Struct):
    """A body."""

    text: str


async def with_request(request: Request) -> None:
    """Take a request."""


def faults(app: App) -> str:
    """Return what is wrong with an application."""
    with pytest.raises(ConfigurationErrors) as errors:
        app.build()
    return str(errors.value)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (Request, "Parameter 'it' is a request, which a WebSocket route does not have."),
        (Response, "Parameter 'it' is a response, which a WebSocket route does not have."),
        (Note, "Parameter 'it' comes from a body, which a WebSocket route does not have."),
        (Annotated[None, Depends(with_request)], "Parameter 'request' is a request, which"),
    ],
)
def test_what_a_websocket_lacks(annotation: Any, message: str) -> None:
    """A parameter that only HTTP requests can fill is refused at start-up."""
    app = App()

    @app.websocket("/live")
    async def live(ws: WebSocket, it: annotation) -> None:  # type: ignore[valid-type]  # on purpose
        pass

    told = faults(app)
    assert "TRI-WS-008" in told
    assert message in told


def test_websocket_of_an_http_route() -> None:
    """An HTTP route has no WebSocket."""
    app = App()

    @app.get("/live")
    async def live(ws: WebSocket) -> None:
        pass

    assert "Parameter 'ws' is a WebSocket, which an HTTP route does not have." in faults(app)


def test_plain_functions() -> None:
    """A handler that cannot await is refused."""
    app = App()

    @app.websocket("/live")
    def live(ws: WebSocket) -> None:
        pass

    assert "TRI-WS-009" in faults(app)


def test_same_path_twice() -> None:
    """A path has one WebSocket route, and any HTTP routes beside it."""
    app = App()

    async def live(ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text("socket")

    @app.get("/live")
    async def page() -> str:
        return "page"

    app.add_api_websocket_route("/live", live)
    client = TestClient(app)
    assert client.get("/live").json() == "page"
    with client.websocket_connect("/live") as ws:
        assert ws.receive_text() == "socket"
    app.add_api_websocket_route("/live", live)
    assert "WEBSOCKET /live is declared already" in faults(app)


def test_routers() -> None:
    """Prefixes and dependencies of routers hold; names are reversed; OpenAPI leaves them out."""
    seen: list[str] = []

    async def note(connection: HTTPConnection) -> AsyncIterator[None]:
        seen.append(connection.path)
        yield
        seen.append("left")

    router = Router("/rooms", dependencies=[Depends(note)])

    @router.websocket("/{room}", name="room")
    async def room(ws: WebSocket, room: str) -> None:
        await ws.accept()
        await ws.send_text(room)

    app = App()
    app.include_router(router, prefix="/v1")
    with TestClient(app).websocket_connect("/v1/rooms/red") as ws:
        assert ws.receive_text() == "red"
    assert seen == ["/v1/rooms/red", "left"]
    assert app.url_path_for("room", room="blue") == "/v1/rooms/blue"
    assert app.openapi()["paths"] == {}


def test_exception_handlers() -> None:
    """A handler of an exception answers before the WebSocket is accepted, and hears of it after."""

    class NotNowError(Exception):
        pass

    app = App()
    heard: list[str] = []

    @app.exception_handler(NotNowError)
    async def not_now(connection: HTTPConnection, error: NotNowError) -> JSONResponse:
        heard.append(connection.path)
        return JSONResponse({"detail": "not now"}, 503)

    @app.websocket("/live")
    async def live(ws: WebSocket, accept: bool = False) -> None:
        if accept:
            await ws.accept()
        raise NotNowError

    client = TestClient(app)
    with pytest.raises(WebSocketDisconnect, match="Denied with 503"):
        client.websocket_connect("/live").__enter__()
    connecting = client.websocket_connect("/live?accept=true")
    with connecting as ws, pytest.raises(WebSocketDisconnect) as end:
        ws.receive_text()
    assert end.value.code == 1011
    assert heard == ["/live", "/live"]


def test_websocket_exception() -> None:
    """The code and the reason of a WebSocketException reach the client."""
    app = App()

    @app.websocket("/live")
    async def live(ws: WebSocket) -> None:
        await ws.accept()
        raise WebSocketException(4001, "r" * 200)

    connecting = TestClient(app).websocket_connect("/live")
    with connecting as ws, pytest.raises(WebSocketDisconnect) as end:
        ws.receive_text()
    assert (end.value.code, end.value.reason) == (4001, "r" * 123)


def test_application_scope() -> None:
    """A dependency of the application's life serves WebSockets too, made once."""
    made: list[int] = []

    async def pool() -> AsyncIterator[int]:
        made.append(1)
        yield len(made)

    app = App()

    @app.websocket("/live")
    async def live(ws: WebSocket, pool: Annotated[int, Depends(pool, scope="app")]) -> None:
        await ws.accept()
        await ws.send_json(pool)

    with TestClient(app) as client:
        for _ in range(2):
            with client.websocket_connect("/live") as ws:
                assert ws.receive_json() == 1
