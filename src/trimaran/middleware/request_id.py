"""The name of a request, in its answer and wherever something is logged for it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimaran.handlers.middleware import CallNext
    from trimaran.handlers.socket_middleware import SocketNext
    from trimaran.http import Request, Response, WebSocket

_current: ContextVar[str] = ContextVar("trimaran_request_id", default="")


def current_request_id() -> str:
    """Return the id of the request under way, ``""`` outside of one; for logs."""
    return _current.get()


class RequestIDMiddleware:
    """Sends ``request.id`` with every answer.

    A sane id that the client or a proxy sent is kept: see ``Request.id``.
    """

    def __init__(self, header: str = "X-Request-ID") -> None:
        self._header = header

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Name the answer, and what happens meanwhile."""
        token = _current.set(request.id)
        try:
            response = await call_next(request)
        finally:
            _current.reset(token)
        response.headers[self._header] = request.id
        return response

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Name what happens in a conversation."""
        token = _current.set(ws.id)
        try:
            await call_next(ws)
        finally:
            _current.reset(token)
