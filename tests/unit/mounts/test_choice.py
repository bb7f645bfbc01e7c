"""Applications chosen by host and by version."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from trimaran import App, ConfigurationError, Request
from trimaran.mounts import Hosts, Versions
from trimaran.testing import TestClient


def named(name: str, seen: list[str] | None = None) -> App:
    """Return an application that tells its name, and its life where that is asked for."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        if seen is not None:
            seen.append(f"+{name}")
        yield
        if seen is not None:
            seen.append(f"-{name}")

    app = App(lifespan=lifespan)

    @app.get("/")
    async def show() -> str:
        return name

    @app.post("/films/{id:int}", max_body=20)
    async def save(id: int, data: dict[str, int], request: Request) -> list[Any]:
        return [id, data, request.app is app]

    return app


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("api.shop.example:8000", "api"),
        ("API.shop.example", "api"),
        ("ann.shop.example", "tenant"),
        ("a.b.shop.example", "tenant"),
        ("x.eu.shop.example", "europe"),
        ("other.example", "site"),
        ("[::1]:80", "site"),
    ],
)
def test_hosts(host: str, answer: str) -> None:
    """A whole name before a star, a longer star before a shorter one, then the rest."""
    apps = {"api.shop.example": named("api"), "*.shop.example": named("tenant")}
    hosts = Hosts({**apps, "*.eu.shop.example": named("europe"), "*": named("site")})
    assert TestClient(hosts).get("/", headers={"host": host}).json() == answer


def test_an_unknown_host_is_not_found() -> None:
    """Where there is no application for all the others."""
    client = TestClient(Hosts({"shop.example": named("shop")}))
    assert client.get("/", headers={"host": "evil.example"}).status_code == 404


def test_all_of_an_application_is_there() -> None:
    """Parameters, bodies with their limits, 404, 405; it starts and stops with the others."""
    seen: list[str] = []
    with TestClient(Hosts({"*": named("a", seen), "b": named("b", seen)})) as client:
        assert client.post("/films/3", json={"a": 1}).json() == [3, {"a": 1}, True]
        assert client.post("/films/3", json={"a" * 30: 1}).status_code == 413
        assert [client.get("/none").status_code, client.post("/").status_code] == [404, 405]
    assert seen == ["+a", "+b", "-b", "-a"]


def test_versions() -> None:
    """By header, mounted below a path; the default where nothing is said."""
    app = App()
    app.mount("/api", Versions({"1": named("one"), "2": named("two")}, default="2"))
    client = TestClient(app)
    assert client.get("/api/", headers={"x-api-version": "1"}).json() == "one"
    assert client.get("/api").json() == "two"
    wrong = client.get("/api/", headers={"x-api-version": "3"})
    assert (wrong.status_code, wrong.json()["detail"]) == (
        400,
        "X-API-Version should be one of 1, 2.",
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Hosts({}), "Hosts has no application"),
        (lambda: Hosts({"shop.*": named("a")}), r"'shop\.\*' has a star"),
        (lambda: Versions({"1": named("a")}, default="2"), "'2' is not one of 1"),
    ],
)
def test_what_cannot_be_chosen_is_refused(make: Any, message: str) -> None:
    """At the declaration."""
    with pytest.raises(ConfigurationError, match=message):
        make()
