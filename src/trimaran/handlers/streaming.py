"""Handlers that yield: JSON Lines, server-sent events, or bytes as they come."""

from __future__ import annotations

import typing
from collections import abc
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from trimaran.errors import ConfigurationError
from trimaran.handlers.route import UNSET
from trimaran.handlers.threads import in_thread
from trimaran.http import JSONResponse, Response, StreamingResponse
from trimaran.schema import adapter_for, encode_any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator

    from trimaran.handlers.plan import Plan, StreamForm
    from trimaran.handlers.route import Route

_STREAMS = (
    abc.AsyncGenerator,
    abc.AsyncIterable,
    abc.AsyncIterator,
    abc.Generator,
    abc.Iterable,
    abc.Iterator,
)
_END: Any = object()

LINES = "application/jsonl"


def stream_form(route: Route) -> StreamForm:
    """Return how what a handler yields is sent. Raises ``ConfigurationError``."""
    kind = route.response_class
    if kind is None or issubclass(kind, JSONResponse):
        return "lines"
    if issubclass(kind, StreamingResponse):
        return "events" if kind.media_type == "text/event-stream" else "bytes"
    what = f"A handler that yields cannot answer with {kind.__name__}."
    mend = "Use StreamingResponse or EventSourceResponse, leave it out, or return the value."
    raise ConfigurationError("TRI-ROUTE-007", what, mend, where=route.where)


def item_type(declared: Any) -> Any:
    """Return what ``AsyncIterable[Film]`` and its like yield, ``UNSET`` if unsaid."""
    origin = get_origin(declared)
    if origin is Annotated:
        return item_type(get_args(declared)[0])
    if origin in _STREAMS:
        item = next(iter(get_args(declared)), Any)
        return UNSET if item is Any else item
    known = (*_STREAMS, typing.AsyncIterable, typing.Iterable)
    return UNSET if declared in known else declared


def is_event(tp: Any) -> bool:
    """Whether a type is ``ServerSentEvent``, told without importing it."""
    return isinstance(tp, type) and tp.__module__ == "trimaran.http.events"


def stream_maker(plan: Plan) -> Callable[[Any], Response]:
    """Return what makes the answer of a handler's generator."""
    status = plan.route.status_code
    if plan.stream == "bytes":
        kind: Any = plan.route.response_class
        return lambda items: kind(_items(items), status)
    encode: Callable[[Any], bytes] = encode_any
    if plan.route.shape is not None and not is_event(plan.returns):
        from trimaran.handlers.shaping import shaped_encoder

        encode = shaped_encoder(plan, plan.route.shape)
    elif plan.returns is not UNSET and not is_event(plan.returns):
        encode = adapter_for(plan.returns).encode
    if plan.stream == "lines":
        return lambda items: StreamingResponse(
            _lines(_items(items), encode), status, media_type=LINES
        )
    events: Any = plan.route.response_class
    return lambda items: events(_events(_items(items), encode), status)


async def _lines(items: AsyncIterator[Any], encode: Callable[[Any], bytes]) -> AsyncIterator[bytes]:
    try:
        async for item in items:
            yield encode(item) + b"\n"
    finally:
        await _close(items)


async def _events(
    items: AsyncIterator[Any], encode: Callable[[Any], bytes]
) -> AsyncIterator[bytes]:
    from trimaran.http.events import ServerSentEvent, encode_data, encode_event

    try:
        async for item in items:
            if isinstance(item, ServerSentEvent):
                yield encode_event(item)
            else:
                yield encode_data(encode(item))
    finally:
        await _close(items)


def _items(items: Any) -> AsyncIterator[Any]:
    return items if isinstance(items, abc.AsyncIterator) else _in_threads(items)


async def _in_threads(items: Generator[Any, None, None]) -> AsyncGenerator[Any, None]:
    """Yield what a plain generator yields, each step of it in a thread."""
    try:
        while (item := await in_thread(next, items, _END)) is not _END:
            yield item
    finally:
        await in_thread(items.close)


async def _close(items: Any) -> None:
    """Close a generator where it stands, rather than when it is collected."""
    close = getattr(items, "aclose", None)
    if close is not None:
        await close()
