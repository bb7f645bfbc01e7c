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
    inner: ContextVar[tuple[Request, CallNext]] = ContextVar("inner")

    async def compiled(request: Request) -> Response:
        given, call_next = inner.get()
        if request is not given:
            await _stand_in(request, given)
        return await call_next(request)

    route.compiled = compiled
    handler = route.get_route_handler()

    async def around(request: Request, call_next: CallNext) -> Response:
        inner.set((request, call_next))
        return await handler(request)

    return surrounded(endpoint, (around,), faults)


async def _stand_in(request: Request, given: Request) -> None:
    """Let a request that the class has made go on in place of the one it was given.

    What its ``body()`` returns is the body, already inflated where the class has done that.
    """
    body = await request.body()
    request.app, request.path_params = given.app, given.path_params
    request.channel = given.channel
    if body != await given.body():
        dropped = (b"content-encoding", b"content-length")
        request.raw_headers = [
            field for field in request.raw_headers if field[0].lower() not in dropped
        ]
    request.body_bytes, request.body_stream = body, None
