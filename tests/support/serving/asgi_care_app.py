"""The real application as an ASGI server imports it."""

from __future__ import annotations

from serving.care_app import app

__all__ = ["app"]
