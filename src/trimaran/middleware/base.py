"""Starlette's form of function middleware: a class with ``dispatch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from trimaran.handlers.middleware import CallNext, Middleware
    from trimaran.http import Request, Response


class BaseHTTPMiddleware:
    """A middleware whose ``dispatch(request, call_next)`` a subclass writes.

    ``app.add_middleware(Timing, header="x-time")``. It stands around requests as a function
    does, at the same cost; ``app`` is of no use here and None.

    dispatch: the function, in place of the method
    """

    takes_app: ClassVar[bool] = True

    def __init__(self, app: Any = None, dispatch: Middleware | None = None) -> None:
        self.app = app
        self.dispatch_func: Middleware = self.dispatch if dispatch is None else dispatch

    async def __call__(self, request: Request, call_next: CallNext) -> Response:
        """Let ``dispatch`` answer."""
        return await self.dispatch_func(request, call_next)

    async def dispatch(self, request: Request, call_next: CallNext) -> Response:
        """Answer a request; ``await call_next(request)`` is what the route answers."""
        raise NotImplementedError
