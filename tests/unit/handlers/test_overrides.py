"""``dependency_overrides`` for dependencies of every scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, Security, SecurityScopes
from trimaran.testing import TestClient


class Tracing:
    """Makes dependencies that tell when they are made and cleaned up."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def named(self, name: str) -> Any:
        """A dependency that yields its name."""

        def dependency() -> Iterator[str]:
            self.events.append(f"+{name}")
            yield name
            self.events.append(f"-{name}")

        return dependency


@pytest.mark.parametrize("scope", ["function", "request", "app"])
def test_an_override_lives_as_long_as_what_it_replaces(scope: Any) -> None:
    """It is made and cleaned up in its place; the real one is never called."""
    tracing = Tracing()
    real, fake = tracing.named("real"), tracing.named("fake")
    app = App(debug=False)

    @app.get("/")
    async def show(value: Annotated[str, Depends(real, scope=scope)]) -> str:
        tracing.events.append("handler")
        return value

    app.dependency_overrides[real] = fake
    with TestClient(app) as client:
        assert [client.get("/").json(), client.get("/").json()] == ["fake", "fake"]
    once = ["+fake", "handler", "-fake"]
    kept = ["+fake", "handler", "handler", "-fake"]
    assert tracing.events == (kept if scope == "app" else once * 2)


def test_an_override_of_a_secured_dependency_is_told_its_scopes() -> None:
    """As the real one would be."""
    app = App(debug=False)

    def user() -> str:
        return "real"

    def fake_user(scopes: SecurityScopes) -> str:
        return scopes.scope_str

    @app.get("/")
    async def show(name: Annotated[str, Security(user, scopes=["films", "me"])]) -> str:
        return name

    app.dependency_overrides[user] = fake_user
    with TestClient(app) as client:
        assert client.get("/").json() == "films me"
    app.dependency_overrides = {}
    with TestClient(app) as client:
        assert client.get("/").json() == "real"


def test_an_override_for_routers_and_the_application() -> None:
    """Dependencies without a parameter are replaced too, and so are those of a class."""
    app = App(debug=False, dependencies=[Depends(lambda: None)])
    calls: list[str] = []

    class Paging:
        def __init__(self, limit: int = 1) -> None:
            self.limit = limit

    def check() -> None:
        calls.append("real")

    @app.get("/", dependencies=[Depends(check)])
    async def show(paging: Annotated[Paging, Depends()]) -> int:
        return paging.limit

    app.dependency_overrides[check] = lambda: calls.append("fake")
    app.dependency_overrides[Paging] = lambda: Paging(7)
    with TestClient(app) as client:
        assert client.get("/?limit=3").json() == 7
    assert calls == ["fake"]
