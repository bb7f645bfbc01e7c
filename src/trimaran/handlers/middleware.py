"""Function middleware: what stands around the endpoints that it applies to.

A chain is put together when a route is compiled, so a route without middleware has none of this.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.errors import ConfigurationError
from trimaran.handlers.route import locate
from trimaran.http import Endpoint, Request, Response
from trimaran.http.response import PreparedResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.fault_handlers import FaultHandlers
    from trimaran.types import AsyncHook

logger = logging.getLogger("trimaran.errors")

CallNext: TypeAlias = Callable[[Request], Awaitable[Response]]
"""Calls what a middleware stands around: the next middleware, at last the route."""

Middleware: TypeAlias = Callable[[Request, CallNext], Awaitable[Response]]
"""``async def middleware(request, call_next)``; returns the answer, its own or the next one's."""


def takes_requests(cls: type) -> bool:
    """Whether a class' instances take request and ``call_next``, not ASGI's three."""
    code = getattr(getattr(cls, "__call__", None), "__code__", None)  # noqa: B004  its signature
    return code is not None and code.co_argcount == 3


class AsgiLayer:
    """An ASGI middleware in an application's stack.

    make: returns the middleware around an ASGI application
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make


def made_middleware(cls: Any, *args: Any, **options: Any) -> Any:
    """Return what stands in a stack for a class of middleware and its options.

    An instance of this framework's classes; any other class is ASGI's, which is called with the
    application.
    """
    if takes_requests(cls):
        if getattr(cls, "takes_app", False):  # Starlette's constructors begin with it
            return cls(None, *args, **options)
        return cls(*args, **options)
    return AsgiLayer(lambda app: cls(app, *args, **options))


def split_stack(stack: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return a stack up to its innermost ASGI middleware, and what is inside."""
    for index in range(len(stack) - 1, -1, -1):
        if isinstance(stack[index], AsgiLayer):
            return [*stack[: index + 1]], [*stack[index + 1 :]]
    return [], [*stack]


def check_middleware(middleware: object) -> None:
    """Raise ``ConfigurationError`` for what cannot be called as a middleware."""
    if callable(middleware) and not isinstance(middleware, type):
        return
    if hasattr(middleware, "websocket") and not isinstance(middleware, type):
        return
    what = f"{middleware!r} is not a middleware."
    mend = "Pass 'async def middleware(request, call_next)' or an instance of a middleware class."
    place = locate(middleware) if isinstance(middleware, type) else ""
    raise ConfigurationError("TRI-MIDDLEWARE-001", what, mend, where=place)


def requests_only(stack: Sequence[Any]) -> list[Middleware]:
    """Return what of a stack concerns requests; the rest is for WebSockets alone."""
    found: list[Any] = [one for one in stack if callable(one)]
    return found


def surrounded(
    inner: Endpoint, middleware: Sequence[Middleware], faults: FaultHandlers
) -> Endpoint:
    """Return an endpoint with middleware around another, the first outermost.

    inner: answers the faults that its own handlers expect and raises the others, so that they
           pass through the middleware; faults: answers those, and what the middleware raises
    """
    chain = tuple(middleware)
    passing = faults.passing()

    async def run(request: Request) -> Response:
        given: list[Response] = []
        try:
            answer = await _Next(chain, inner, given, passing)(request)
            if not isinstance(answer, Response):
                raise _not_a_response(answer, inner.label)
            if isinstance(answer, PreparedResponse) and all(one is not answer for one in given):
                await answer.prepare(request)
        except Exception as error:  # noqa: BLE001  it is answered here
            settled = faults.answer(request, error)
            answer = settled if isinstance(settled, Response) else await settled
        except BaseException:
            await _run_now(_hooks(given), inner.label)
            raise
        return _completed(answer, given)

    # A route that takes no body may have a middleware that does.
    return inner.around(run, body_mode="stream" if inner.body_mode == "none" else None)


class _Next:
    """What ``call_next`` is at one place of the chain, for one request.

    given: the answers that the route gave, even those that a middleware replaces
    """

    __slots__ = ("_chain", "_faults", "_given", "_index", "_inner")

    def __init__(
        self,
        chain: tuple[Middleware, ...],
        inner: Endpoint,
        given: list[Response],
        faults: FaultHandlers,
        index: int = 0,
    ) -> None:
        self._faults = faults
        self._chain = chain
        self._inner = inner
        self._given = given
        self._index = index

    def __call__(self, request: Request) -> Awaitable[Response]:
        index = self._index
        if index == len(self._chain):
            return self._call_route(request)
        return self._call_following(request)

    async def _call_following(self, request: Request) -> Response:
        index = self._index
        following = _Next(self._chain, self._inner, self._given, self._faults, index + 1)
        try:
            return await self._chain[index](request, following)
        except Exception as error:  # noqa: BLE001  answered, or raised again by ``answer``
            settled = self._faults.answer(request, error)
            return settled if isinstance(settled, Response) else await settled

    async def _call_route(self, request: Request) -> Response:
        endpoint = self._inner
        answer: Any = endpoint.run(request)
        if not isinstance(answer, bytes | Response):
            answer = await answer
        if isinstance(answer, bytes):
            body, answer = answer, Response(None, endpoint.status)
            answer.body = body
            answer.raw_headers = [*endpoint.headers]
        self._given.append(answer)
        return answer  # type: ignore[no-any-return]  # bytes have become a response above


def _hooks(given: Sequence[Response]) -> list[AsyncHook]:
    return [hook for answer in given for hook in answer.after or ()]


def _completed(answer: Response, given: Sequence[Response]) -> Response:
    """Return an answer that is followed by what would have followed those it replaces."""
    if len(given) == 1 and given[0] is answer:
        return answer
    own = answer.after or []
    others = [hook for hook in _hooks(given) if hook not in own]
    if others:
        answer.after = [*others, *own]
    return answer


async def _run_now(hooks: list[AsyncHook], label: str) -> None:
    """Run what would follow the answer: the request was cancelled, so none is sent."""
    for hook in hooks:
        try:
            await hook()
        except Exception:
            logger.exception("A hook after %s failed", label)


def _not_a_response(answer: object, label: str) -> TypeError:
    what = f"a middleware around {label} returned {type(answer).__name__}, not a Response"
    return TypeError(what)
