"""From an exception to an answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from trimaran.di import kind_of
from trimaran.errors import (
    ClientDisconnectedError,
    HTTPException,
    IntegrityError,
    ModelValidationError,
    RequestValidationError,
    ResponseValidationError,
)
from trimaran.handlers.threads import in_thread
from trimaran.http import JSONResponse, Response
from trimaran.http.problems import fault_response, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from trimaran.http import Request

    ExceptionHandler = Callable[..., Any]
    DebugPage = Callable[[Request, Exception], Response]

logger = logging.getLogger("trimaran.errors")

_SERVER_FAULT = 500

_CONFLICTS = {
    "unique": "is taken already",
    "foreign_key": "names what does not exist, or is named by something else",
}
"""Constraints that a client's data break, not the code's own fault; and what to say of each."""


_ANSWERED = frozenset({RequestValidationError, HTTPException})
"""Classes with an answer of their own: a handler of a wider class does not take them, as FastAPI's
does not: one for ``HTTPException`` leaves the 422 of a request that is not valid alone."""


class FaultHandlers:
    """Knows how to answer for every exception.

    handlers:   by the exception's class or by the status of an ``HTTPException``; a handler takes
                the request and the exception and returns a response
    debug_page: makes the answer for an unexpected exception, in development
    problem_details: answer in RFC 9457's form where no handler decides otherwise
    """

    def __init__(
        self,
        handlers: Mapping[type[BaseException] | int, ExceptionHandler],
        *,
        debug_page: DebugPage | None = None,
        problem_details: bool = False,
        passing: bool = False,
    ) -> None:
        self._problem_details = problem_details
        self._handlers = dict(handlers)
        self._debug_page = debug_page
        self._passing = passing

    def within(
        self, handlers: Mapping[type[BaseException] | int, ExceptionHandler]
    ) -> FaultHandlers:
        """Return one that knows more handlers, which come first."""
        if not handlers:
            return self
        return self._like({**self._handlers, **handlers}, passing=self._passing)

    def passing(self) -> FaultHandlers:
        """Return one for a route within middleware, which a server fault passes through.

        Its ``answer`` raises an exception that has no handler but one for all faults: for 500 or
        for ``Exception``.
        """
        return self._like(self._handlers, passing=True)

    def formed(self, problem_details: bool | None) -> FaultHandlers:
        """Return one that answers in the form that a route asks for; None is this one."""
        if problem_details is None or problem_details == self._problem_details:
            return self
        made = self._like(self._handlers, passing=self._passing)
        made._problem_details = problem_details
        return made

    def _like(
        self, handlers: Mapping[type[BaseException] | int, ExceptionHandler], *, passing: bool
    ) -> FaultHandlers:
        return FaultHandlers(
            handlers,
            debug_page=self._debug_page,
            problem_details=self._problem_details,
            passing=passing,
        )

    def answer(
        self, request: Request, error: Exception
    ) -> Response | Coroutine[Any, Any, Response]:
        """Return the answer for an exception, or a coroutine of it.

        Raises nothing but the exception itself, where that is to pass.
        """
        handler = self._find(error)
        if self._passing and self._passes(handler, error):
            raise error
        if handler is not None:
            for_all = self._is_for_all(handler) and self._is_unexpected(error)
            if for_all or isinstance(error, ResponseValidationError):
                _log(request, error)  # a class of its own with a handler is an answer, not a fault
            if for_all:
                _report(request, error)
            return self._custom(handler, request, error)
        return self.plain(request, error)

    def _find(self, error: Exception) -> ExceptionHandler | None:
        if not self._handlers:
            return None
        if isinstance(error, HTTPException):
            by_status = self._handlers.get(error.status_code)
            if by_status is not None:
                return by_status
        for cls in type(error).__mro__:
            handler = self._handlers.get(cls)
            if handler is not None:
                return handler
            if cls in _ANSWERED:
                return None
        return self._handlers.get(_SERVER_FAULT) if self._is_unexpected(error) else None

    def _is_for_all(self, handler: ExceptionHandler) -> bool:
        return handler in (self._handlers.get(_SERVER_FAULT), self._handlers.get(Exception))

    def _passes(self, handler: ExceptionHandler | None, error: Exception) -> bool:
        return self._is_unexpected(error) and (handler is None or self._is_for_all(handler))

    def _is_unexpected(self, error: Exception) -> bool:
        if isinstance(error, IntegrityError):
            return error.kind not in _CONFLICTS
        return not isinstance(error, HTTPException | ClientDisconnectedError | ModelValidationError)

    async def _custom(
        self, handler: ExceptionHandler, request: Request, error: Exception
    ) -> Response:
        try:
            if kind_of(handler) == "thread":
                answer = await in_thread(handler, request, error)
            else:
                answer = await handler(request, error)
        except Exception as second:  # noqa: BLE001  the handler's own fault is answered here
            return self.plain(request, second)
        if isinstance(answer, Response):
            return answer
        if answer is None and request.method == "WEBSOCKET":  # it has spoken with the socket itself
            return Response(status_code=403)
        what = f"exception handler {handler!r} returned {type(answer).__name__}, not a Response"
        return self.plain(request, TypeError(what))

    def plain(self, request: Request, error: Exception) -> Response:
        """Return the answer for an exception that has no handler; raises nothing."""
        if isinstance(error, ModelValidationError):
            error = _of_body(error)
        if isinstance(error, IntegrityError) and error.kind in _CONFLICTS:
            error = HTTPException(409, _conflict(error))
        if isinstance(error, HTTPException):
            try:
                return self._expected(error, request)
            except Exception as second:  # noqa: BLE001  a detail that does not encode
                error = second
        if isinstance(error, ClientDisconnectedError):
            return Response(status_code=400)  # nobody reads it
        _log(request, error)
        _report(request, error)
        if self._debug_page is not None:
            try:
                return self._debug_page(request, error)
            except Exception:
                logger.exception("The error page itself failed")
        headers = {"x-request-id": request.id}
        if self._problem_details:
            return problem(_SERVER_FAULT, {"request_id": request.id}, headers, request=request)
        detail = {"detail": "Internal Server Error", "request_id": request.id}
        return JSONResponse(detail, _SERVER_FAULT, headers)

    def _expected(self, error: HTTPException, request: Request) -> Response:
        status = error.status_code
        if status < 200 or status in {204, 205, 304}:
            return Response(None, status, error.headers)
        return fault_response(
            status,
            error.detail,
            error.headers,
            problem_details=self._problem_details,
            request=request,
        )


def _of_body(error: ModelValidationError) -> RequestValidationError:
    """Return what a model refused as a fault of the request, whose body it came from as a rule."""
    return RequestValidationError(
        [{**fault, "loc": ["body", *fault["loc"]]} for fault in error.errors]
    )


def _conflict(error: IntegrityError) -> str:
    """Say which fields conflict with what is stored, without their values."""
    fields = ", ".join(error.columns) or "A value"
    return f"{fields} {_CONFLICTS[error.kind]}"


def _report(request: Request, error: Exception) -> None:
    """Hand a fault to a channel that asks for it: a test client raises it in the test."""
    report = getattr(request.channel, "report_fault", None)
    if report is not None:
        report(error)


def _log(request: Request, error: Exception) -> None:
    what = f"{request.method} {request.path!r} failed, request {request.id}"
    logger.error("%s", what, exc_info=error, extra={"request_id": request.id})
