"""The application as ASGI 3, message by message."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from serving.small_app import SmallApp

from trimaran.server.asgi import asgi_call

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
    "scheme": "http",
    "http_version": "1.1",
}
EMPTY = {"type": "http.request", "body": b"", "more_body": False}


def call(*messages: dict[str, Any], app: Any = None, **scope: Any) -> list[dict[str, Any]]:
    """Serve one scope; return what was sent."""
    incoming = [*messages]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop(0)
        return await asyncio.Event().wait()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asgi_call(app or SmallApp(), {**SCOPE, **scope}, receive, send))
    return sent


def test_answer() -> None:
    """An answer is a start with its length and one body."""
    start, body = call(EMPTY)
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert start["headers"] == [(b"content-type", b"application/json"), (b"content-length", b"17")]
    assert body == {"type": "http.response.body", "body": b'{"hello":"world"}'}


def test_head() -> None:
    """HEAD tells the length and sends no body."""
    start, body = call(EMPTY, method="HEAD")
    assert (b"content-length", b"17") in start["headers"]
    assert body["body"] == b""


def test_body_in_parts() -> None:
    """A body that comes in several messages is joined."""
    parts = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.request"}]
    _, body = call(*parts, path="/echo", method="POST")
    assert body["body"] == b"a"


def test_client_that_leaves_before_its_body() -> None:
    """Nothing is run and nothing is sent for a body that never ends."""
    app = SmallApp()
    parts = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    assert call(*parts, app=app, path="/echo", method="POST") == []


def test_streamed_body_cut_short() -> None:
    """A handler that streams learns that its client left."""
    parts = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    headers = [(b"content-length", b"10")]
    _, body = call(*parts, path="/upload", method="POST", headers=headers)
    assert body["body"] == b"left"


def test_mounted_below_a_path() -> None:
    """The root path of a mount is not the application's."""
    app = SmallApp()
    call(EMPTY, app=app, path="/api/about", root_path="/api")
    call(EMPTY, app=app, path="/apiary", root_path="/api")
    assert app.seen == ["/about", "/apiary"]


def test_broken_stream() -> None:
    """A stream that fails raises, so that the server cuts the connection off."""
    with pytest.raises(RuntimeError, match="the stream failed midway"):
        call(EMPTY, path="/broken")


def test_websocket_is_refused() -> None:
    """A websocket that nobody takes is closed before it is accepted."""
    sent = call({"type": "websocket.connect"}, type="websocket")
    assert sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


def test_unknown_scope() -> None:
    """Another scope is named."""
    with pytest.raises(NotImplementedError, match="the ASGI scope 'tcp' is not supported"):
        call(type="tcp")


def test_lifespan() -> None:
    """The application starts and stops when the server says so."""
    app = SmallApp()
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = call(*messages, app=app, type="lifespan")
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert app.events == ["startup", "shutdown"]


@pytest.mark.parametrize("moment", ["startup", "shutdown"])
def test_lifespan_that_fails(moment: str, caplog: pytest.LogCaptureFixture) -> None:
    """A failure is told to the server, and logged."""

    class Failing(SmallApp):
        pass

    async def fail(self: Any) -> None:
        message = "no database"
        raise RuntimeError(message)

    setattr(Failing, moment, fail)
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = call(*messages, app=Failing(), type="lifespan")
    assert sent[-1] == {"type": f"lifespan.{moment}.failed", "message": "no database"}
    assert "RuntimeError: no database" in caplog.text
