"""The application as a whole: its routes at start-up."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from trimaran import App
from trimaran.testing import TestClient


def numbered(number: int) -> Callable[..., Coroutine[Any, Any, int]]:
    async def handler(id: int, q: str = "") -> int:
        return number * id

    handler.__name__ = f"handler_{number}"
    return handler


def started(count: int) -> tuple[App, float]:
    """Return an application of so many routes, and the CPU seconds that its start took."""
    handlers = [numbered(number) for number in range(count)]
    app = App(openapi_url=None)
    began = time.process_time()
    for number, handler in enumerate(handlers):
        app.get(f"/r{number}/{{id}}")(handler)
    app.build()
    return app, time.process_time() - began


@pytest.mark.slow
def test_ten_thousand_routes_start() -> None:
    """Ten times the routes take ten times as long to start, with room for a busy machine."""
    _, few = started(1_000)
    app, many = started(10_000)
    assert many < 25 * few
    assert TestClient(app).get("/r4321/2").json() == 8642


def test_a_route_declared_late_is_served() -> None:
    """The application compiles again after a declaration."""
    app = App()
    assert TestClient(app).get("/late").status_code == 404
    app.get("/late")(numbered(1))
    assert TestClient(app).get("/late?id=3").json() == 3
