"""FastAPI's "Lifespan Events", "Testing Events", "Testing Dependencies" and "Async Tests"."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, Request
from trimaran.testing import AsyncClient, TestClient


def counted() -> tuple[App, list[str]]:
    """An application with a lifespan, and what happened in it."""
    log: list[str] = []

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
        log.append("loaded")
        yield {"model": lambda x: x * 42}
        log.append("unloaded")

    app = App(lifespan=lifespan)

    @app.get("/predict")
    async def predict(x: float, request: Request) -> dict[str, Any]:
        return {"result": app.state.model(x), "same": request.app is app}

    return app, log


def test_the_lifespan_surrounds_the_requests() -> None:
    """What it yields is there, and its end runs when the client's block ends."""
    app, log = counted()
    assert log == []
    with TestClient(app) as client:
        assert log == ["loaded"]
        assert client.get("/predict?x=2").json() == {"result": 84.0, "same": True}
    assert log == ["loaded", "unloaded"]


def test_without_a_block_the_lifespan_does_not_run() -> None:
    """As with FastAPI's client."""
    app, log = counted()
    TestClient(app).get("/openapi.json")
    assert log == []


def test_a_lifespan_that_fails_stops_the_start() -> None:
    """Its exception is what the starter sees."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        message = "no model"
        raise RuntimeError(message)
        yield

    with pytest.raises(RuntimeError, match="no model"), TestClient(App(lifespan=lifespan)):
        pass


def test_a_mounted_applications_lifespan_runs_too() -> None:
    """It begins and ends with the outer one's.

    Better: FastAPI's documentation says that the events of sub applications are not run.
    """
    inner, log = counted()
    outer = App()
    outer.mount("/inner", inner)
    with TestClient(outer) as client:
        assert client.get("/inner/predict?x=1").json()["result"] == 42
    assert log == ["loaded", "unloaded"]


# Testing Dependencies with Overrides


async def real_user(q: str | None = None) -> str:
    return f"real {q}"


async def test_dependencies_are_overridden_for_a_test() -> None:
    """The override may have parameters of its own; None or ``{}`` ends it."""
    app = App()

    @app.get("/")
    async def show(user: Annotated[str, Depends(real_user)]) -> str:
        return user

    async def fake_user(skip: int = 5) -> str:
        return f"fake {skip}"

    client = AsyncClient(app)
    app.dependency_overrides[real_user] = fake_user
    assert (await client.get("/?q=a&skip=3")).json() == "fake 3"
    for nothing in (None, {}):
        app.dependency_overrides = nothing
        assert (await client.get("/?q=a")).json() == "real a"
        app.dependency_overrides = {real_user: fake_user}


# Async Tests


async def test_asynchronous_tests_share_the_loop_with_the_application() -> None:
    """``AsyncClient(app)`` stands for HTTPX with an ASGI transport; the lifespan runs too."""
    app, log = counted()
    async with AsyncClient(app, base_url="http://test") as client:
        answer = await client.get("/predict", params={"x": 1})
    assert (answer.status_code, answer.json()["result"]) == (200, 42.0)
    assert log == ["loaded", "unloaded"]
