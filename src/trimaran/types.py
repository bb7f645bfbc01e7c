"""Names for types that several rooms share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
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
