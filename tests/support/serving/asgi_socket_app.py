"""The application of WebSockets as an ASGI server imports it."""

from __future__ import annotations

from serving.socket_app import app

__all__ = ["app"]
