"""A small application for middleware to stand around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trimaran import App, Request
from trimaran.testing import TestClient

Make = Callable[..., TestClient]


@pytest.fixture
def behind() -> Make:
    """``behind(middleware)`` is a client of an application with that middleware."""

    def make(*middleware: Any, **options: Any) -> TestClient:
        app = App()
        app.use(*middleware)

        @app.get("/")
        async def show(request: Request) -> dict[str, Any]:
            client = request.client
            return {"client": client and client.host, "url": str(request.url)}

        return TestClient(app, follow_redirects=False, **options)

    return make
