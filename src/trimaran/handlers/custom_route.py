"""Routes of a class that stands around them: ``get_route_handler`` of a ``Route``."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from trimaran.handlers.fault_handlers import FaultHandlers
from trimaran.handlers.middleware import surrounded
from trimaran.handlers.route import Route

if TYPE_CHECKING:
    from typing import NoReturn

    from trimaran.handlers.middleware import CallNext
    from trimaran.http import Endpoint, Request, Response


class Raising(FaultHandlers):
    """Answers nothing: every exception reaches what stands around the route."""

    def __init__(self) -> None:
        super().__init__({})

    def answer(self, request: Request, error: Exception) -> NoReturn:
        """Raise the exception."""
        raise error


def is_custom(route: Route) -> bool:
    """Whether the route's class stands around it."""
    return type(route).get_route_handler is not Route.get_route_handler


def customised(endpoint: Endpoint, route: Route, faults: FaultHandlers) -> Endpoint:
    """Return an endpoint with the route's class around another, which raises all.

    faults: answers those that the class lets pass
    """
    inner: ContextVar[CallNext] = ContextVar("inner")

    async def compiled(request: Request) -> Response:
        return await inner.get()(request)

    route.compiled = compiled
    handler = route.get_route_handler()

    async def around(request: Request, call_next: CallNext) -> Response:
        inner.set(call_next)
        return await handler(request)

    return surrounded(endpoint, (around,), faults)
