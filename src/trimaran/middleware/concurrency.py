"""How many requests may be under way at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.errors import ConfigurationError, HTTPException
from trimaran.http import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.handlers.middleware import CallNext
    from trimaran.handlers.socket_middleware import SocketNext
    from trimaran.http import Request, Response, WebSocket


class ConcurrencyLimitMiddleware:
    """Answers 503 and ``Retry-After`` where too many requests are under way.

    One instance counts for all routes that it stands around, in this process. A stream counts until
    its last byte is sent, a WebSocket until it is closed.

    limit:       requests that run at once
    waiting:     requests that may wait for their turn
    retry_after: seconds, told to those that may not
    """

    openapi_responses: ClassVar[Mapping[int, Mapping[str, Any]]] = {
        503: {
            "description": "Too Many Requests Under Way",
            "headers": {"Retry-After": {"schema": {"type": "string"}}},
        }
    }

    def __init__(self, limit: int, *, waiting: int = 0, retry_after: int = 1) -> None:
        if limit < 1 or waiting < 0:
            what = f"ConcurrencyLimitMiddleware({limit}, waiting={waiting}) lets no request pass."
            mend = "Pass a limit of 1 or more, and 0 or more that wait."
            raise ConfigurationError("TRI-MIDDLEWARE-003", what, mend)
        self._limit = limit
        self._places = asyncio.Semaphore(limit)
        self._waiting = 0
        self._max_waiting = waiting
        self._headers = {"retry-after": str(retry_after)}

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Let a request pass when there is a place for it."""
        await self._enter()
        try:
            response = await call_next(request)
        except BaseException:
            self._places.release()
            raise
        if isinstance(response, StreamingResponse):
            response.after = [*(response.after or ()), self._leave]
        else:
            self._places.release()
        return response

    async def websocket(self, ws: WebSocket, call_next: SocketNext) -> None:
        """Let a WebSocket pass when there is a place, which it keeps until it is closed."""
        await self._enter()
        try:
            await call_next(ws)
        finally:
            self._places.release()

    async def _enter(self) -> None:
        if self._places.locked() and self._waiting >= self._max_waiting:
            detail = "Too many requests are under way: try again soon."
            raise HTTPException(503, detail, self._headers)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1

    async def _leave(self) -> None:
        self._places.release()
