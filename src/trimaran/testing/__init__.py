"""Testing applications in process: clients without a socket, and pytest fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.testing.client import AsyncClient as AsyncClient
    from trimaran.testing.client import TestClient as TestClient
    from trimaran.testing.response import ClientResponse as ClientResponse
    from trimaran.testing.websocket import AsyncWebSocketSession as AsyncWebSocketSession
    from trimaran.testing.websocket import WebSocketDenialResponse as WebSocketDenialResponse
    from trimaran.testing.websocket import WebSocketTestSession as WebSocketTestSession

# The pytest plugin lives in this package and loads into every run of pytest, also of projects
# that do not use Trimaran: nothing is imported before it is asked for.
_HOMES = {
    "AsyncClient": "trimaran.testing.client",
    "ClientResponse": "trimaran.testing.response",
    "TestClient": "trimaran.testing.client",
    "AsyncWebSocketSession": "trimaran.testing.websocket",
    "WebSocketDenialResponse": "trimaran.testing.websocket",
    "WebSocketTestSession": "trimaran.testing.websocket",
}

__all__ = [
    "AsyncClient",
    "AsyncWebSocketSession",
    "ClientResponse",
    "TestClient",
    "WebSocketDenialResponse",
    "WebSocketTestSession",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'trimaran.testing' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(home), name)
