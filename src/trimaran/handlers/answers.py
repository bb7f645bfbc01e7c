"""From what a handler returned to bytes or a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.errors import ResponseValidationError
from trimaran.handlers.inputs import RESPONSE
from trimaran.handlers.planning import is_bodiless
from trimaran.handlers.route import UNSET
from trimaran.http import (
    JSONResponse,
    PreparedResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from trimaran.schema import adapter_for, encode_any

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.handlers.plan import Plan
    from trimaran.types import AsyncHook, RawHeaders

_JOINED = frozenset({b"set-cookie", b"vary", b"link", b"www-authenticate"})


class Answering(msgspec.Struct, kw_only=True):
    """How a route answers.

    encode: from a result to a body; the answer is that body with the constant status and headers
    direct: the class or the test of results that need nothing else, and what encodes those
    make:   from a result to a response, for routes whose answers are not only a body
    prepares: such a response is to be prepared for its request
    """

    status: int
    headers: RawHeaders = msgspec.field(default_factory=list)
    media_type: str | None = None
    encode: Callable[[Any], bytes] | None = None
    direct: tuple[Any, Callable[[Any], bytes]] | None = None
    make: Callable[[Any], Response] | None = None
    prepares: bool = False


def answering(plan: Plan) -> Answering:
    """Return how the route of a plan answers."""
    route = plan.route
    status = route.status_code
    kind: Any = route.response_class or JSONResponse
    if is_bodiless(status):
        if RESPONSE in plan.graph.inputs:  # which may get another status, and then a body
            return Answering(status=status, make=lambda result: JSONResponse(result, status))
        return Answering(status=status, make=lambda _: Response(status_code=status))
    if plan.stream is not None:
        from trimaran.handlers.streaming import stream_maker

        return Answering(status=status, make=stream_maker(plan))
    if kind is JSONResponse:
        answer = _bytes(status, JSONResponse, _json_encoder(plan))
        if plan.route.shape is None and _is_declared(plan.returns):
            answer.direct = getattr(adapter_for(plan.returns), "direct", None)
        return answer
    if issubclass(kind, RedirectResponse) and status == 200:
        status = 307
    prepare = _prepared(plan, kind)
    if kind.__init__ is Response.__init__:
        # Such a class differs in how it renders, so its head is a constant too.
        render = object.__new__(kind).render
        encode = render if prepare is None else (lambda result: render(prepare(result)))
        return _bytes(status, kind, encode)

    def make(result: Any) -> Response:
        response: Response = kind(result if prepare is None else prepare(result), status)
        return response

    return Answering(status=status, make=make, prepares=issubclass(kind, PreparedResponse))


def _bytes(status: int, kind: type[Response], encode: Callable[[Any], bytes]) -> Answering:
    sample = Response(b"", status, None, kind.media_type)
    return Answering(
        status=status, headers=sample.raw_headers, media_type=kind.media_type, encode=encode
    )


def _json_encoder(plan: Plan) -> Callable[[Any], bytes]:
    returns = plan.returns
    if plan.route.shape is not None:
        from trimaran.handlers.shaping import shaped_encoder

        return shaped_encoder(plan, plan.route.shape)
    return adapter_for(returns).encode if _is_declared(returns) else encode_any


def _is_declared(returns: Any) -> bool:
    """Whether a route declares a type, which is no response."""
    return returns is not UNSET and not (
        isinstance(returns, type) and issubclass(returns, Response)
    )


def _prepared(plan: Plan, kind: type[Response]) -> Callable[[Any], Any] | None:
    """Return what filters a result by its declared type before another JSON class renders it."""
    returns = plan.returns
    if not _is_declared(returns) or "json" not in (kind.media_type or ""):
        return None
    encode = _json_encoder(plan)
    return lambda result: msgspec.json.decode(encode(result))


def mismatch(plan: Plan, result: Any, error: Exception) -> ResponseValidationError:
    """Return the error for a result that the route does not declare; for the log."""
    declared = plan.returns
    name = getattr(declared, "__name__", None) or str(declared)
    what = f"The handler returned {type(result).__name__}, which is not {name}: {error}."
    if declared is UNSET:
        what = f"The handler returned {type(result).__name__}, which has no JSON form: {error}."
    mend = "Return what the route declares, or declare what it returns."
    return ResponseValidationError("TRI-ROUTE-010", what, mend, where=plan.route.where)


def merged(answer: Response, extra: Response, *, own: bool) -> Response:
    """Return an answer with what was set on the injected response.

    own: whether the handler returned the answer itself: then its status and its headers stand
    """
    if not own:
        answer.status_code = extra.status_code
        if is_bodiless(answer.status_code) and not isinstance(answer, StreamingResponse):
            answer.body, answer.raw_headers = b"", []
    present = {name for name, _ in answer.raw_headers}
    for name, value in extra.raw_headers:
        if name in _JOINED or name not in present:
            answer.raw_headers.append((name, value))
        elif not own:
            answer.raw_headers[:] = [field for field in answer.raw_headers if field[0] != name]
            answer.raw_headers.append((name, value))
    return answer


def followed(answer: Response, hook: AsyncHook) -> Response:
    """Return an answer with something to await once it has been sent."""
    if answer.after is None:
        answer.after = [hook]
    else:
        answer.after.append(hook)
    return answer
