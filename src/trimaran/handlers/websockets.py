"""WebSocket routes: the conversation around a handler."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from trimaran.di import kind_of
from trimaran.errors import ConfigurationError, HTTPException
from trimaran.handlers.inputs import CONNECTION, SOCKET
from trimaran.handlers.interpreting import call_nodes, values_of
from trimaran.handlers.plan import Parameter
from trimaran.handlers.socket_middleware import guarded, surrounded_socket
from trimaran.handlers.taking import CarefulTaker
from trimaran.http.socket_options import SocketOptions
from trimaran.http.websocket_endpoint import WebSocketEndpoint
from trimaran.routing.template import template_params

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.app_scope import AppScope
    from trimaran.handlers.fault_handlers import FaultHandlers
    from trimaran.handlers.plan import Plan
    from trimaran.http.websocket import WebSocket


def compile_websocket(
    plan: Plan, faults: FaultHandlers, app_scope: AppScope, middleware: Sequence[Any] = ()
) -> WebSocketEndpoint:
    """Return the endpoint of a WebSocket route.

    middleware: of the application, around the routers' own; only what concerns WebSockets counts
    Raises ``ConfigurationError`` for a handler that is no ``async def``.
    """
    route = plan.route
    if kind_of(route.handler) not in {"coroutine", "awaitable"}:
        what = "A WebSocket's handler must be 'async def', without 'yield'."
        raise ConfigurationError("TRI-WS-009", what, "Write 'async def'.", where=route.where)
    faults = faults.within(route.exception_handlers)
    conversation = _Conversation(plan, faults, app_scope)
    options = route.socket or SocketOptions()
    endpoint = WebSocketEndpoint(conversation.talk, options=options, label=route.label)
    return surrounded_socket(endpoint, [*middleware, *route.middleware], faults)


class _Conversation:
    """Runs the handler of one route for each of its sockets."""

    def __init__(self, plan: Plan, faults: FaultHandlers, app_scope: AppScope) -> None:
        self._graph = plan.graph
        self._label = plan.route.label
        self._faults = faults
        self._held = app_scope
        self._options = plan.route.socket or SocketOptions()
        self._inputs = [item for item in plan.graph.inputs if isinstance(item, Parameter)]
        self._take = CarefulTaker(self._inputs, None, template_params(plan.route.path))

    async def talk(self, ws: WebSocket) -> None:
        """Run the handler and leave the socket closed, whatever happens."""
        await guarded(self._run(ws), ws, self._faults.answer, self._label)

    async def _run(self, ws: WebSocket) -> None:
        check_origin(ws, self._options)
        if self._options.rate is not None:
            ws.limit_rate(*self._options.rate)
        graph = self._graph
        if not self._held.holds(graph.lasting):
            await self._held.make(graph.lasting)
        lasting = {id(node): self._held.value(node) for node in graph.lasting}
        # A parameter of a request is read from its head, which a WebSocket has as well.
        values, refusal = self._take(ws)  # type: ignore[arg-type]  # as said
        known: dict[int, Any] = {
            id(source): value for source, value in zip(self._inputs, values, strict=True)
        }
        known.update(lasting)
        known[id(CONNECTION)] = known[id(SOCKET)] = ws
        async with AsyncExitStack() as exits:
            await call_nodes(graph.nodes, known, exits)
            if refusal is not None:
                raise refusal
            given = values_of(graph.arguments, known)
            pairs = list(zip(given, graph.arguments, strict=True))
            args = [value for value, argument in pairs if not argument.keyword]
            kwargs = {argument.name: value for value, argument in pairs if argument.keyword}
            await graph.call(*args, **kwargs)


def check_origin(ws: WebSocket, options: SocketOptions) -> None:
    """Refuse a page of another host that connects with the user's cookies.

    Browsers send cookies with every WebSocket and hold no page back, so a route that trusts them
    would be open to every site that its user visits. Raises ``HTTPException`` 403.
    """
    origin = ws.headers.get("origin")
    if ws.origin_allowed or origin is None or "*" in options.origins or origin in options.origins:
        return
    if "cookie" not in ws.headers and "authorization" not in ws.headers:
        if not options.origins:
            return
    elif not options.origins and _host(origin) == _host(f"//{ws.headers.get('host', '')}"):
        return
    raise HTTPException(403, "The page's origin may not connect; list it in 'origins'.")


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
