"""WebSockets of the test clients."""

from __future__ import annotations

import asyncio

import pytest

from trimaran import App, HTTPException, WebSocket, WebSocketDisconnect
from trimaran.errors import TrimaranError, WebSocketStateError
from trimaran.testing import AsyncClient, TestClient, WebSocketDenialResponse

app = App(debug=False)
left: list[int] = []


@app.websocket("/echo", max_message=100)
async def echo(ws: WebSocket, tag: str = "") -> None:
    """Send back JSON, then text, then bytes."""
    await ws.accept(ws.subprotocols[0] if ws.subprotocols else None, {"x-tag": tag})
    try:
        await ws.send_json(await ws.receive_json())
        await ws.send_text(await ws.receive_text())
        await ws.send_bytes(await ws.receive_bytes())
    except WebSocketDisconnect as end:
        left.append(end.code)
        raise


@app.websocket("/broken")
async def broken(ws: WebSocket) -> None:
    """Fail after the first message."""
    await ws.accept()
    await ws.receive_text()
    message = "on purpose"
    raise ValueError(message)


@app.websocket("/denied")
async def denied(ws: WebSocket) -> None:
    """Refuse."""
    raise HTTPException(401, "Who are you?")


@app.websocket("/who")
async def who(ws: WebSocket) -> None:
    """Say how the client came."""
    await ws.accept()
    await ws.send_json([str(ws.url), ws.cookies])


def test_conversation() -> None:
    """Messages go both ways; the end is the handler's."""
    with TestClient(app).websocket_connect("/echo?tag=a", ["chat"]) as ws:
        assert ws.accepted_subprotocol == "chat"
        assert ws.extra_headers == [(b"x-tag", b"a")]
        ws.send_json({"a": 1})
        assert ws.receive_json() == {"a": 1}
        ws.send_text("hi")
        assert ws.receive_text() == "hi"
        ws.send_bytes(b"\x00")
        assert ws.receive_bytes() == b"\x00"
        with pytest.raises(WebSocketDisconnect) as end:
            ws.receive_text()
    assert end.value.code == 1000


def test_closed_by_the_test() -> None:
    """Closing tells the handler the code; leaving the block closes with 1000."""
    left.clear()
    client = TestClient(app)
    with client.websocket_connect("/echo") as ws:
        ws.close(4000, "bye")
    with client.websocket_connect("/echo"):
        pass
    assert left == [4000, 1000]


def test_fault_is_raised() -> None:
    """An exception of the handler is raised in the test, or told as the close frame does."""

    def talk(client: TestClient) -> None:
        with client.websocket_connect("/broken") as ws:
            ws.send_text("go")
            ws.receive_text()

    with pytest.raises(ValueError, match="on purpose"):
        talk(TestClient(app))
    with pytest.raises(WebSocketDisconnect) as end:
        talk(TestClient(app, raise_server_exceptions=False))
    assert (end.value.code, end.value.reason) == (1011, "Internal Error")


@pytest.mark.parametrize(("path", "status"), [("/denied", 401), ("/nowhere", 404)])
def test_denied(path: str, status: int) -> None:
    """A denial carries the answer."""
    connecting = TestClient(app).websocket_connect(path)
    with pytest.raises(WebSocketDenialResponse) as denial, connecting:
        pass
    assert denial.value.status_code == status
    assert "detail" in denial.value.response.json()


def test_too_big() -> None:
    """The route's limit holds in tests too."""
    with TestClient(app).websocket_connect("/echo") as ws:
        ws.send_text("x" * 101)
        with pytest.raises(WebSocketDisconnect) as end:
            ws.receive_text()
    assert end.value.code == 1009


def test_wrong_kind() -> None:
    """A text asked for as bytes is an error that says so."""
    with TestClient(app).websocket_connect("/echo") as ws:
        ws.send_json(1)
        with pytest.raises(TrimaranError, match="TRI-TEST-010"):
            ws.receive_bytes()


def test_url_and_cookies() -> None:
    """The handler sees the URL with its own scheme, and the client's cookies."""
    client = TestClient(app, "https://films.example", cookies={"a": "b"})
    with client.websocket_connect("/who?x=1") as ws:
        assert ws.receive_json() == ["wss://films.example/who?x=1", {"a": "b"}]


def test_async_client() -> None:
    """The same in the test's own loop."""

    async def main() -> None:
        async with AsyncClient(app).websocket_connect("/echo") as ws:
            await ws.send_json([1])
            assert await ws.receive_json() == [1]
            await ws.close()
            with pytest.raises(WebSocketDisconnect):
                await ws.receive_text()

    asyncio.run(main())


def test_misuse_is_named() -> None:
    """A handler that sends before it accepts is told so."""
    wrong = App(debug=False)

    @wrong.websocket("/wrong")
    async def wrong_order(ws: WebSocket) -> None:
        await ws.send_text("too early")

    connecting = TestClient(wrong).websocket_connect("/wrong")
    with pytest.raises(WebSocketStateError, match=r"TRI-WS-003 .* accept"), connecting:
        pass
