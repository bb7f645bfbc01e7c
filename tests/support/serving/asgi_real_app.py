"""The real application as an ASGI server imports it."""

from __future__ import annotations

from serving.real_app import app

__all__ = ["app"]
