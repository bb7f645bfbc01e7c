"""Schemes called with a request that no server read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from trimaran.errors import HTTPException
from trimaran.http import Request
from trimaran.security import SecurityBase


class NoChannel:
    """A connection that is asked nothing."""

    client = server = None
    scheme = "http"
    http_version = "1.1"

    def is_disconnected(self) -> bool:
        """The client stays."""
        return False

    async def wait_disconnected(self) -> None:
        """Nothing waits for it."""


class Caller:
    """Calls a scheme as a dependency would be."""

    def __call__(self, scheme: Any, *headers: tuple[str, str | bytes], query: bytes = b"") -> Any:
        """Return what the scheme gives for these headers and this query."""
        raw = [
            (name.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in headers
        ]
        return asyncio.run(scheme(Request("GET", "/", query, raw, NoChannel())))

    def challenge(
        self, scheme: SecurityBase, *headers: tuple[str, str | bytes], query: bytes = b""
    ) -> str:
        """Return the challenge of the 401 that the scheme raises."""
        with pytest.raises(HTTPException) as caught:
            self(scheme, *headers, query=query)
        assert (caught.value.status_code, caught.value.detail) == (401, "Not authenticated")
        return (caught.value.headers or {})["WWW-Authenticate"]


@pytest.fixture
def call() -> Caller:
    """Calls schemes."""
    return Caller()
