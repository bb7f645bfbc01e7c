"""Names for types that several rooms share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, TypeAlias

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]
"""Header names and values as they stand on the wire, in order. Names may be of any case."""

Handler: TypeAlias = Callable[..., Any]
"""What a route calls: a function or a coroutine function."""

AsyncHook: TypeAlias = Callable[[], Awaitable[None]]
"""Something to await later, without arguments."""

Hook: TypeAlias = Callable[[], object]
"""Something to call later, without arguments; what it returns is awaited where that is possible."""

AnyCoroutine: TypeAlias = Coroutine[Any, Any, Any]

Scope: TypeAlias = MutableMapping[str, Any]
"""What an ASGI server says of a connection: ``{"type": "http", "path": "/", ...}``."""

Message: TypeAlias = MutableMapping[str, Any]
"""One event of ASGI, either way: ``{"type": "http.response.start", "status": 200, ...}``."""

Receive: TypeAlias = Callable[[], Awaitable[Message]]
"""Waits for the next event of an ASGI connection."""

Send: TypeAlias = Callable[[Message], Awaitable[None]]
"""Sends an event of an ASGI connection."""

ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application, or a middleware class' instance; Starlette's name, as the others are."""
