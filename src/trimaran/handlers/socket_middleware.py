"""Middleware of WebSockets: what stands around a whole conversation.

A chain is put together when a route is compiled, so a route without one has none of this.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.errors import HTTPException, WebSocketDisconnect, WebSocketException
from trimaran.http.problems import fault_of
from trimaran.http.response import Response, StreamingResponse
from trimaran.http.websocket import WebSocket, WebSocketState, clip
from trimaran.http.websocket_endpoint import WebSocketEndpoint

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from trimaran.handlers.fault_handlers import FaultHandlers

logger = logging.getLogger("trimaran.errors")

SocketNext: TypeAlias = Callable[[WebSocket], Awaitable[None]]
"""Runs what a middleware stands around, until the conversation has ended."""

SocketCall: TypeAlias = Callable[[WebSocket, SocketNext], Awaitable[None]]

Answer: TypeAlias = Callable[[Any, Exception], Any]
"""Returns the answer to an exception, or a coroutine of it; a WebSocket's head is enough."""


class SocketMiddleware:
    """A function around WebSockets alone: ``@app.middleware("websocket")`` makes it.

    A class of middleware has a method of that name beside ``__call__`` where it concerns both.
    """

    def __init__(self, websocket: SocketCall) -> None:
        self.websocket = websocket


def socket_calls(stack: Sequence[Any]) -> list[SocketCall]:
    """Return what of some middleware concerns WebSockets."""
    return [one.websocket for one in stack if hasattr(one, "websocket")]


def surrounded_socket(
    inner: WebSocketEndpoint, stack: Sequence[Any], faults: FaultHandlers
) -> WebSocketEndpoint:
    """Return an endpoint with middleware around another, the first outermost.

    What the route's handler raises has been answered before it reaches a middleware; what a
    middleware raises is answered here: as a denial before ``accept``, with a close frame after it.
    """
    calls = socket_calls(stack)
    if not calls:
        return inner

    async def talk(ws: WebSocket) -> None:
        await guarded(_chain(calls, inner.talk, 0)(ws), ws, faults.answer, inner.label)

    return WebSocketEndpoint(talk, options=inner.options, label=inner.label)


def _chain(calls: Sequence[SocketCall], talk: SocketNext, index: int) -> SocketNext:
    if index == len(calls):
        return talk

    async def call_next(ws: WebSocket) -> None:
        await calls[index](ws, _chain(calls, talk, index + 1))

    return call_next


async def guarded(
    conversation: Coroutine[Any, Any, None] | Awaitable[None],
    ws: WebSocket,
    answer: Answer,
    label: str,
) -> None:
    """Await a conversation and leave the socket closed, whatever happens.

    answer: says what an HTTP route would answer to an exception; logs those that are faults
    """
    try:
        await conversation
    except WebSocketDisconnect:
        return
    except Exception as error:  # noqa: BLE001  the client is told, the log has the trace
        await _settle(ws, error, answer, label)
        return
    if ws.application_state is WebSocketState.CONNECTING:
        logger.warning("%s returned without accepting its WebSocket", label)
        await ws.close()
    elif _is_open(ws):
        await ws.close()


async def _settle(ws: WebSocket, error: Exception, answer: Answer, label: str) -> None:
    """Tell the client of a fault in the way that is left: an answer, or a close frame."""
    try:
        if ws.application_state is WebSocketState.CONNECTING:
            denial = await _denial(ws, error, answer, label)
            if ws.application_state is WebSocketState.CONNECTING:  # a handler may have closed it
                await ws.send_denial_response(denial)
        elif isinstance(error, WebSocketException):
            await _close(ws, error.code, error.reason)
        elif isinstance(error, HTTPException):
            code = 1008 if error.status_code < 500 else 1011
            await _close(ws, code, str(error.detail))
        else:
            await _answered(ws, error, answer)
            await _close(ws, 1011, "Internal Error")
    except WebSocketDisconnect:
        return


async def _denial(ws: WebSocket, error: Exception, answer: Answer, label: str) -> Response:
    if isinstance(error, WebSocketException):
        return fault_of(ws, 403, error.reason or "Forbidden")
    denial = await _answered(ws, error, answer)
    if isinstance(denial, StreamingResponse):
        logger.error("%s cannot be denied with a stream", label)
        return fault_of(ws, 500, "Internal Server Error")
    return denial


async def _answered(ws: WebSocket, error: Exception, answer: Answer) -> Response:
    """Return what an HTTP route would answer; the fault is logged where it is one."""
    settled = answer(ws, error)
    if isinstance(settled, Response):
        return settled
    response: Response = await settled
    return response


def _is_open(ws: WebSocket) -> bool:
    connected = WebSocketState.CONNECTED
    return ws.application_state is connected and ws.client_state is connected


async def _close(ws: WebSocket, code: int, reason: str) -> None:
    if _is_open(ws):
        await ws.close(code, clip(reason))
