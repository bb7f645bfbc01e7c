"""The answers to faults that handlers of an application's own can begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.handlers.fault_handlers import FaultHandlers

if TYPE_CHECKING:
    from trimaran.errors import HTTPException, RequestValidationError
    from trimaran.http import Request, Response


async def http_exception_handler(request: Request, exc: HTTPException) -> Response:
    """Return what answers an ``HTTPException`` where nothing else is declared.

    ::

        @app.exception_handler(HTTPException)
        async def counted(request, exc):
            FAULTS.labels(exc.status_code).inc()
            return await http_exception_handler(request, exc)
    """
    return _default(request, exc)


async def request_validation_exception_handler(
    request: Request, exc: RequestValidationError
) -> Response:
    """Return what answers a request that is not valid: the 422 and its faults."""
    return _default(request, exc)


def _default(request: Request, exc: HTTPException) -> Response:
    problem_details = getattr(request.app, "problem_details", False)
    return FaultHandlers({}, problem_details=problem_details).plain(request, exc)
