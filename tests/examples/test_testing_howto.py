"""The examples of docs/howto/testing.md."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import pytest

from trimaran import App, Depends, Request, StreamingResponse
from trimaran.errors import ClientDisconnectedError
from trimaran.testing import AsyncClient, TestClient


async def current_user() -> str:
    """Return who asks; the real one would look at a token."""
    return "ann"


@pytest.fixture
def app() -> App:
    """Return the application that the examples test."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, str]]:
        yield {"greeting": "Hello"}

    app = App(lifespan=lifespan)

    @app.get("/hello")
    async def hello(user: Annotated[str, Depends(current_user)]) -> dict[str, str]:
        return {"message": f"{app.state.greeting}, {user}"}

    @app.get("/fail")
    async def fail() -> None:
        message = "a bug"
        raise RuntimeError(message)

    @app.get("/ticks")
    async def ticks() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for number in range(1000):
                yield f"{number}\n"

        return StreamingResponse(lines(), media_type="text/plain")

    @app.get("/slow")
    async def slow(request: Request) -> None:
        await request.channel.wait_disconnected()

    return app


# region first
def test_hello(client: TestClient) -> None:
    response = client.get("/hello", params={"lang": "en"}, headers={"x-trace": "1"})
    assert response.status_code == 200
    assert response.json() == {"message": "Hello, ann"}


# endregion


# region async
async def test_hello_asynchronously(async_client: AsyncClient) -> None:
    response = await async_client.get("/hello")
    assert response.json() == {"message": "Hello, ann"}


# endregion


# region override
def test_hello_as_bob(app: App, client: TestClient) -> None:
    app.dependency_overrides[current_user] = lambda: "bob"
    assert client.get("/hello").json() == {"message": "Hello, bob"}


# endregion


# region lifespan
def test_without_fixtures(app: App) -> None:
    with TestClient(app) as client:  # the lifespan runs around the block
        assert client.get("/hello").is_success


# endregion


# region faults
def test_a_bug_fails_the_test(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        client.get("/fail")


def test_what_the_user_sees(app: App) -> None:
    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/fail")
    assert response.status_code == 500
    assert response.json()["request_id"] == response.headers["x-request-id"]


# endregion


# region stream
def test_a_stream(client: TestClient) -> None:
    with client.stream("GET", "/ticks") as response:
        lines = response.iter_lines()
        assert [next(lines), next(lines)] == ["0", "1"]
    # leaving the block hangs up: the handler's generator is closed


# endregion


# region leaving
def test_a_client_that_leaves(client: TestClient) -> None:
    with pytest.raises(ClientDisconnectedError):
        client.get("/slow", disconnect_after=0.01)


# endregion


def test_the_examples_need_their_fixtures(client: TestClient, app: App) -> None:
    """The ``client`` fixture calls the ``app`` fixture's application."""
    called: Callable[..., object] = client.get
    assert client.app is app
    assert callable(called)
