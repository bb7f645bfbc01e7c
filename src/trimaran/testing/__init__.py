"""Testing applications in process: clients without a socket, and pytest fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.testing.client import AsyncClient as AsyncClient
    from trimaran.testing.client import TestClient as TestClient
    from trimaran.testing.counting import CountedQueries as CountedQueries
    from trimaran.testing.counting import count_queries as count_queries
    from trimaran.testing.counting import max_queries as max_queries
    from trimaran.testing.response import ClientResponse as ClientResponse
    from trimaran.testing.websocket import AsyncWebSocketSession as AsyncWebSocketSession
    from trimaran.testing.websocket import WebSocketDenialResponse as WebSocketDenialResponse
    from trimaran.testing.websocket import WebSocketTestSession as WebSocketTestSession

# The pytest plugin lives in this package and loads into every run of pytest, also of projects
# that do not use Trimaran: nothing is imported before it is asked for.
_HOMES = {
    "AsyncClient": "trimaran.testing.client",
    "ClientResponse": "trimaran.testing.response",
    "CountedQueries": "trimaran.testing.counting",
    "TestClient": "trimaran.testing.client",
    "count_queries": "trimaran.testing.counting",
    "max_queries": "trimaran.testing.counting",
    "AsyncWebSocketSession": "trimaran.testing.websocket",
    "WebSocketDenialResponse": "trimaran.testing.websocket",
    "WebSocketTestSession": "trimaran.testing.websocket",
}

__all__ = [
    "AsyncClient",
    "AsyncWebSocketSession",
    "ClientResponse",
    "CountedQueries",
    "TestClient",
    "WebSocketDenialResponse",
    "WebSocketTestSession",
    "count_queries",
    "max_queries",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'trimaran.testing' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(home), name)
