"""The small application as an ASGI server imports it."""

from __future__ import annotations

from typing import Any

from serving.small_app import SmallApp
from trimaran.server.asgi import asgi_call

small = SmallApp()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Serve one scope."""
    await asgi_call(small, scope, receive, send)
