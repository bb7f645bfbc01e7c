"""FastAPI's "WebSockets" and "Testing WebSockets"."""

from typing import Annotated, Any

import pytest

from trimaran import (
    App,
    Cookie,
    Depends,
    HTMLResponse,
    HTTPException,
    Query,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
    WebSocketState,
)
from trimaran.testing import TestClient, WebSocketDenialResponse


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


def test_text_both_ways(app: App) -> None:
    """Beside a page in the same application."""

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return "<script>new WebSocket('/ws')</script>"

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        while True:
            data = await websocket.receive_text()
            await websocket.send_text(f"Message text was: {data}")

    client = TestClient(app)
    assert "WebSocket" in client.get("/").text
    with client.websocket_connect("/ws") as ws:
        for text in ("one", "two"):
            ws.send_text(text)
            assert ws.receive_text() == f"Message text was: {text}"


def test_json_and_bytes_both_ways(app: App) -> None:
    """JSON goes as text, or as bytes where ``mode="binary"`` asks."""

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(await websocket.receive_json())
        await websocket.send_json(await websocket.receive_json(mode="binary"), mode="binary")
        await websocket.send_bytes(await websocket.receive_bytes())
        await websocket.close(code=4001, reason="enough")

    with TestClient(app).websocket_connect("/ws") as ws:
        ws.send_json({"a": 1})
        assert ws.receive_json() == {"a": 1}
        ws.send_json([2], mode="binary")
        assert ws.receive_json(mode="binary") == [2]
        ws.send_bytes(b"\x00")
        assert ws.receive_bytes() == b"\x00"
        with pytest.raises(WebSocketDisconnect) as closed:
            ws.receive_text()
    assert (closed.value.code, closed.value.reason) == (4001, "enough")


async def credentials(
    websocket: WebSocket,
    session: Annotated[str | None, Cookie()] = None,
    token: Annotated[str | None, Query()] = None,
) -> str:
    if session is None and token is None:
        raise WebSocketException(code=1008, reason="Who are you?")
    return session or token or ""


def guarded(app: App) -> TestClient:
    @app.websocket("/items/{item_id}/ws")
    async def items(
        websocket: WebSocket,
        item_id: str,
        known: Annotated[str, Depends(credentials)],
        q: int | None = None,
    ) -> None:
        await websocket.accept()
        await websocket.send_json([item_id, known, q])

    return TestClient(app)


@pytest.mark.parametrize(
    ("url", "cookies", "said"),
    [
        ("/items/a/ws", {"session": "fake"}, ["a", "fake", None]),
        ("/items/b/ws?token=jessica&q=3", {}, ["b", "jessica", 3]),
    ],
)
def test_parameters_and_dependencies(
    app: App, url: str, cookies: dict[str, str], said: list[Any]
) -> None:
    """Path, query, cookie, header; ``Depends`` and ``Security`` as in a route."""
    with guarded(app).websocket_connect(url, cookies=cookies) as ws:
        assert ws.receive_json() == said


@pytest.mark.parametrize(
    ("url", "status"), [("/items/a/ws", 403), ("/items/a/ws?token=t&q=x", 422)]
)
def test_a_refusal_before_accept_is_an_http_answer(app: App, url: str, status: int) -> None:
    """403 for a ``WebSocketException``, 422 for parameters, the status of an ``HTTPException``.

    Differs: FastAPI closes with 1008, which browsers cannot tell from other failures.
    """
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        guarded(app).websocket_connect(url),
    ):
        pass
    assert denied.value.response.status_code == status


def test_an_exception_after_accept_closes_with_its_code(app: App) -> None:
    """``WebSocketException`` has a code; an ``HTTPException`` becomes 1008."""

    @app.websocket("/ws")
    async def fail(websocket: WebSocket, http: bool = False) -> None:
        await websocket.accept()
        if http:
            raise HTTPException(404)
        raise WebSocketException(code=4003, reason="No")

    client = TestClient(app)
    for url, code in {"/ws": 4003, "/ws?http=1": 1008}.items():
        with client.websocket_connect(url) as ws, pytest.raises(WebSocketDisconnect) as closed:
            ws.receive_text()
        assert closed.value.code == code


class Manager:
    """Everybody who is connected, as the page keeps them."""

    def __init__(self) -> None:
        self.active: list[WebSocket] = []

    async def broadcast(self, message: str) -> None:
        for connection in self.active:
            await connection.send_text(message)


def test_disconnections_and_several_clients(app: App) -> None:
    """``WebSocketDisconnect`` ends the one; the others hear of it."""
    manager = Manager()
    codes: list[int] = []

    @app.websocket("/ws/{name}")
    async def talk(websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        manager.active.append(websocket)
        try:
            while True:
                await manager.broadcast(f"{name}: {await websocket.receive_text()}")
        except WebSocketDisconnect as left:
            codes.append(left.code)
            assert websocket.client_state is WebSocketState.DISCONNECTED
            manager.active.remove(websocket)
            await manager.broadcast(f"{name} left")

    with TestClient(app) as client, client.websocket_connect("/ws/a") as first:
        with client.websocket_connect("/ws/b") as second:
            first.send_text("Hello")
            assert first.receive_text() == second.receive_text() == "a: Hello"
        assert first.receive_text() == "b left"
    assert codes == [1000, 1000]


def test_a_client_that_leaves_fails_no_test(app: App) -> None:
    """The handler's uncaught ``WebSocketDisconnect`` is an ordinary end.

    Better: FastAPI's test client raises it.
    """

    @app.websocket("/ws")
    async def wait(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()

    with TestClient(app).websocket_connect("/ws"):
        pass


def test_subprotocols_headers_and_the_connections_head(app: App) -> None:
    """As of a request; the chosen subprotocol comes back."""

    @app.websocket("/ws/{room}")
    async def show(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="films.v1", headers=[(b"x-own", b"1")])
        await websocket.send_json(
            [
                websocket.path_params["room"],
                websocket.query_params["q"],
                websocket.headers["x-sent"],
                websocket.url.path,
                websocket.app is app,
            ]
        )

    with TestClient(app).websocket_connect(
        "/ws/a?q=1", subprotocols=["films.v1", "films.v2"], headers={"x-sent": "2"}
    ) as ws:
        assert ws.accepted_subprotocol == "films.v1"
        assert ws.receive_json() == ["a", "1", "2", "/ws/a", True]


def test_websockets_are_not_in_the_document(app: App) -> None:
    """OpenAPI describes HTTP."""
    guarded(app)
    assert app.openapi()["paths"] == {}
