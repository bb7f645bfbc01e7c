"""Request ids, rates and numbers of requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from trimaran import App, ConfigurationError, StreamingResponse
from trimaran.handlers.middleware import CallNext
from trimaran.http import Request, Response
from trimaran.middleware import (
    ConcurrencyLimitMiddleware,
    RateLimitMiddleware,
    RequestIDMiddleware,
    current_request_id,
)
from trimaran.middleware.rate_limit import client_address
from trimaran.testing import AsyncClient, TestClient


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_answer_has_its_requests_id(behind: Any) -> None:
    """The client's own where it is sane, also on refusals of other middleware."""
    client = behind(RequestIDMiddleware(), RateLimitMiddleware(1))
    given = client.get("/", headers={"x-request-id": "abc-1"})
    assert (given.status_code, given.headers["x-request-id"]) == (200, "abc-1")
    made = client.get("/", headers={"x-request-id": "not sane"})
    assert (made.status_code, len(made.headers["x-request-id"])) == (429, 32)


def test_the_id_is_known_to_whatever_runs_meanwhile() -> None:
    """``current_request_id`` tells it to a log, and forgets it afterwards."""
    app = App()
    app.use(RequestIDMiddleware())

    @app.get("/")
    async def show() -> str:
        return current_request_id()

    assert TestClient(app).get("/", headers={"x-request-id": "a1"}).json() == "a1"
    assert current_request_id() == ""


def test_a_bucket_empties_and_fills(behind: Any) -> None:
    """Three at once, then one every second; the headers tell what is left."""
    clock = Clock()
    client = behind(RateLimitMiddleware(3, per=3, clock=clock))
    answers = [client.get("/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    told = [f'"default";r={left};t={full}' for left, full in ((2, 1), (1, 2), (0, 3), (0, 1))]
    assert [answer.headers["ratelimit"] for answer in answers] == told
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"default";q=3;w=3'}
    assert answers[3].headers["retry-after"] == "1"
    assert answers[3].json() == {"detail": "Too many requests: wait a little."}
    clock.now = 1.01
    assert [client.get("/").status_code for _ in range(2)] == [200, 429]


def test_clients_are_counted_apart_and_forgotten(behind: Any) -> None:
    """No more of them are remembered than was said: the one idle for longest goes."""
    limit = RateLimitMiddleware(1, key=lambda request: request.query_params["who"], max_keys=2)
    client = behind(limit)
    order = ["a", "b", "a", "c", "b", "a"]
    statuses = [client.get(f"/?who={who}").status_code for who in order]
    assert statuses == [200, 200, 429, 200, 429, 200]


@pytest.mark.parametrize(
    ("address", "key"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::1:2", "2001:db8::/64"), ("fe80::1%eth0", "fe80::/64")],
)
def test_an_ipv6_client_is_its_network(address: str, key: str) -> None:
    """One client has a whole /64 to itself: its addresses are counted as one."""

    class Channel:
        client = (address, 1)

    request = Request("GET", "/", b"", [], Channel())  # type: ignore[arg-type]  # its client alone
    assert client_address(request) == key


async def at_once(app: App, *paths: str) -> list[tuple[int, str]]:
    """Ask for several paths at the same time; return statuses and Retry-After."""
    async with AsyncClient(app) as client:
        answers = await asyncio.gather(*(client.get(path) for path in paths))
    return [(answer.status_code, answer.headers.get("retry-after", "")) for answer in answers]


def busy(limit: Any) -> App:
    """Return an application whose routes take a moment."""
    app = App()
    app.use(limit)

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(0.02)
        return "done"

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            await asyncio.sleep(0.02)
            yield b"x"

        return StreamingResponse(chunks())

    return app


@pytest.mark.parametrize("path", ["/slow", "/stream"])
def test_one_too_many_is_refused(path: str) -> None:
    """503 with Retry-After; a place that was left is free again, after streams too."""
    app = busy(ConcurrencyLimitMiddleware(2, retry_after=3))
    for _ in range(2):
        answers = asyncio.run(at_once(app, path, path, path))
        assert answers == [(200, ""), (200, ""), (503, "3")]


def test_some_may_wait() -> None:
    """One more than may wait is refused; those that wait are answered."""
    app = busy(ConcurrencyLimitMiddleware(1, waiting=1))
    answers = asyncio.run(at_once(app, "/slow", "/slow", "/slow"))
    assert [status for status, _ in answers] == [200, 200, 503]


def test_a_place_is_left_when_the_route_fails() -> None:
    """A fault does not use up a place."""
    app = App()

    async def broken(request: Request, call_next: CallNext) -> Response:
        raise KeyError

    app.use(ConcurrencyLimitMiddleware(1), broken)
    client = TestClient(app, raise_server_exceptions=False)
    assert [client.get("/").status_code for _ in range(3)] == [500, 500, 500]


@pytest.mark.parametrize(
    "make", [lambda: RateLimitMiddleware(0), lambda: ConcurrencyLimitMiddleware(0)]
)
def test_limits_that_let_nothing_pass_are_refused(make: Any) -> None:
    """At the declaration, not at the first request."""
    with pytest.raises(ConfigurationError, match=r"TRI-MIDDLEWARE-003 .* Pass a limit of 1"):
        make()
