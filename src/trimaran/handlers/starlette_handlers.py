"""Handlers in Starlette's form: one parameter, the request, whatever its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.di import kind_of
from trimaran.http import Request  # noqa: TC001  read from the annotations when a route is planned
from trimaran.http.websocket import WebSocket  # noqa: TC001  the same

if TYPE_CHECKING:
    from collections.abc import Callable


def taking_request(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a route's handler that calls another with the request."""

    async def called(request: Request) -> Any:
        return await handler(request)

    def called_in_thread(request: Request) -> Any:
        return handler(request)

    return _named(called_in_thread if kind_of(handler) == "thread" else called, handler)


def taking_websocket(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a WebSocket route's handler that calls another with the connection."""

    async def called(websocket: WebSocket) -> None:
        await handler(websocket)

    return _named(called, handler)


def _named(made: Callable[..., Any], handler: Callable[..., Any]) -> Callable[..., Any]:
    made.__name__ = getattr(handler, "__name__", type(handler).__name__)
    made.__doc__ = handler.__doc__
    return made
