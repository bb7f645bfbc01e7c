"""Endpoints that break their contract, and answers that cannot be sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from serving.raw_client import Answer, connected
from serving.running import engine, wait_until
from serving.small_app import SmallApp

from trimaran.http import Endpoint, Request, Response, StreamingResponse

FAILED = {"detail": "Internal Server Error"}


def ask(run: Callable[[Request], Any], *, then: bool = True, **options: Any) -> Answer:
    """Serve one endpoint; ask it, then see that the connection still works."""
    app = SmallApp()
    app.endpoints["/it"] = Endpoint(run, label="GET /it", **options)
    with engine(app) as running, connected(running.port) as client:
        answer = client.get("/it")
        if then:
            assert client.get("/").status == 200
        return answer


async def wait_then(value: Any) -> Any:
    """Return, or raise, after a turn of the loop."""
    await asyncio.sleep(0)
    if isinstance(value, BaseException):
        raise value
    return value


@pytest.mark.parametrize("value", [RuntimeError("x"), asyncio.CancelledError("x")])
def test_coroutine_that_raises(value: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """What a coroutine raises is logged and answered 500."""
    answer = ask(lambda _: wait_then(value))
    assert (answer.status, answer.json()) == (500, FAILED)
    assert "Unhandled exception in GET /it" in caplog.text


def test_run_that_raises_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """So is what it raises before it waits."""

    def run(request: Request) -> bytes:
        raise asyncio.CancelledError

    assert ask(run).json() == FAILED
    assert ask(run, status=204).json() == FAILED
    assert "CancelledError" in caplog.text


@pytest.mark.parametrize("value", [None, "text", 7, {"a": 1}])
@pytest.mark.parametrize("waits", [False, True])
def test_answer_of_another_type(value: Any, waits: bool, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that is neither bytes nor a Response is a 500."""
    assert ask(lambda _: wait_then(value) if waits else value).status == 500
    assert "GET /it" in caplog.text


def test_coroutine_with_a_response() -> None:
    """A coroutine may return a Response, and a stream."""
    assert ask(lambda _: wait_then(Response(b"x", 202))).status == 202
    assert ask(lambda _: wait_then(StreamingResponse(["a", "b"]))).body == b"ab"


def test_stream_with_a_header_that_splits(caplog: pytest.LogCaptureFixture) -> None:
    """A stream's head is checked before anything is written."""

    def run(request: Request) -> Response:
        response = StreamingResponse([b"never"])
        response.raw_headers.append((b"x", b"a\r\nb"))
        return response

    assert ask(run).json() == FAILED
    assert "GET /it made a response that cannot be sent" in caplog.text


def test_stream_above_its_length(caplog: pytest.LogCaptureFixture) -> None:
    """A stream never writes more than it announced: the rest would be the next answer."""

    def run(request: Request) -> Response:
        response = StreamingResponse([b"123", b"4567"])
        response.raw_headers.append((b"content-length", b"5"))
        return response

    with pytest.raises(EOFError):
        ask(run, then=False)
    assert "content-length is 5, its body at least 7 bytes" in caplog.text


@pytest.mark.parametrize("status", [204, 304])
def test_stream_without_a_body(status: int) -> None:
    """A status without a body sends none of the stream."""
    answer = ask(lambda _: StreamingResponse([b"never"], status))
    assert (answer.status, answer.header("transfer-encoding")) == (status, None)


def test_empty_stream() -> None:
    """A stream without chunks, or with empty ones, has an empty body."""
    assert ask(lambda _: StreamingResponse([])).body == b""
    assert ask(lambda _: StreamingResponse([b"", b"a", b""])).body == b"a"


def test_stream_that_fails_to_close(caplog: pytest.LogCaptureFixture) -> None:
    """A generator that raises when it is closed is logged."""
    closed = asyncio.Event()

    async def content() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
                await asyncio.sleep(0)
        finally:
            closed.set()
            raise RuntimeError("on close")

    app = SmallApp()
    app.endpoints["/it"] = Endpoint(lambda _: StreamingResponse(content()), label="GET /it")
    with engine(app, limits={"linger": 0.1}) as running:
        with connected(running.port) as client:
            client.send(b"GET /it HTTP/1.1\r\nHost: t\r\n\r\n")
            client.sock.recv(100)
        wait_until(closed.is_set)
        wait_until(lambda: running.server.stats.in_flight == 0)
    assert "on close" in caplog.text


def test_hook_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A failing hook is logged; those after it still run."""
    done = []

    async def bad() -> None:
        message = "bad hook"
        raise RuntimeError(message)

    async def good() -> None:
        done.append(True)

    def run(request: Request) -> Response:
        response = Response(b"x")
        response.after = [bad, good]
        return response

    assert ask(run).body == b"x"
    assert done == [True]
    assert "A hook after GET /it failed" in caplog.text


def test_hooks_of_a_client_that_left() -> None:
    """Hooks run although nobody takes the answer."""
    app = SmallApp()
    release = asyncio.Event()

    async def wait() -> Response:
        await release.wait()
        return app._after(None)

    app.endpoints["/it"] = Endpoint(lambda _: wait())
    with engine(app) as running:
        with connected(running.port) as client:
            client.send(b"GET /it HTTP/1.1\r\nHost: t\r\n\r\n")
            wait_until(lambda: running.server.stats.in_flight == 1)
        wait_until(lambda: running.server.stats.disconnects == 1)
        running.call(release.set)
        wait_until(lambda: "after" in app.events)


def test_forced_stop_cancels(caplog: pytest.LogCaptureFixture) -> None:
    """A handler still running when the time is over is cancelled, its connection cut off."""
    with engine(drain_timeout=0.1) as running, connected(running.port) as client:
        client.send(b"GET /gate HTTP/1.1\r\nHost: t\r\n\r\n")
        wait_until(lambda: running.server.stats.in_flight == 1)
        running.stop()
        running.join()
        assert client.rest() == b""
    assert "Stopping with 1 request(s) unfinished" in caplog.text
