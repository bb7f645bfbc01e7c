"""What an application does wrong, through ASGI."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from serving.small_app import SmallApp

from trimaran.http import Endpoint, Response
from trimaran.server.asgi import AsgiChannel, asgi_call


def call(endpoint: Endpoint, *, headers: Any = (), body: bytes = b"") -> list[dict[str, Any]]:
    """Ask one endpoint."""
    app = SmallApp()
    app.endpoints["/it"] = endpoint
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/it", "headers": [*headers]}
    asyncio.run(asgi_call(app, scope, receive, send))
    return sent


def test_failing_coroutine(caplog: pytest.LogCaptureFixture) -> None:
    """What a coroutine raises is logged and answered 500."""

    async def fail() -> bytes:
        message = "late"
        raise RuntimeError(message)

    start, body = call(Endpoint(lambda _: fail(), label="POST /it"))
    assert (start["status"], body["body"]) == (500, b'{"detail":"Internal Server Error"}')
    assert "Unhandled exception in POST /it" in caplog.text


def test_failing_hook(caplog: pytest.LogCaptureFixture) -> None:
    """A failing hook is logged, after the answer."""

    async def bad() -> None:
        message = "bad hook"
        raise RuntimeError(message)

    response = Response(b"x")
    response.after = [bad]
    assert call(Endpoint(lambda _: response, label="POST /it"))[1]["body"] == b"x"
    assert "A hook after POST /it failed" in caplog.text


@pytest.mark.parametrize("headers", [[(b"content-length", b"11")], []])
def test_body_too_large(headers: Any) -> None:
    """A body above the limit is 413, announced or not."""
    endpoint = Endpoint(lambda request: request.body_bytes, body_mode="whole", max_body=10)
    assert call(endpoint, headers=headers, body=b"x" * 11)[0]["status"] == 413


def test_status_without_body() -> None:
    """204 has no length, 205 an empty body."""
    start, body = call(Endpoint(lambda _: b"x", status=204, headers=[]))
    assert (start["headers"], body["body"]) == ([], b"")
    start, body = call(Endpoint(lambda _: b"x", status=205, headers=[]))
    assert (start["headers"], body["body"]) == ([(b"content-length", b"0")], b"")


def test_channel_learns_that_the_client_left() -> None:
    """The first question begins to listen; a later one knows."""

    async def main() -> None:
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        channel = AsgiChannel({"type": "http"}, receive)
        assert not channel.is_disconnected()
        gone.set()
        await channel.wait_disconnected()
        assert channel.is_disconnected()
        await channel.close()

    asyncio.run(main())
