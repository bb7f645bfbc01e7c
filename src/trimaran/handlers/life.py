"""What a router does when its application starts and stops."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError
from trimaran.handlers.signature import where_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager, AsyncExitStack

    Lifespan = Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any] | None]]


class Life:
    """A lifespan, and the functions that run after it has begun and before it ends.

    lifespan: ``async with lifespan(app)``; what it yields becomes part of ``request.state``
    """

    def __init__(
        self,
        lifespan: Lifespan | None = None,
        startup: Sequence[Callable[[], Any]] | None = None,
        shutdown: Sequence[Callable[[], Any]] | None = None,
    ) -> None:
        self.lifespan = lifespan
        self.startup = list(startup or ())
        self.shutdown = list(shutdown or ())

    def add(self, event: str, call: Callable[[], Any]) -> None:
        """Add a function. Raises ``ConfigurationError`` for an event that does not happen."""
        if event not in ("startup", "shutdown"):
            what = f"There is no event {event!r} in the life of an application."
            mend = "Write 'startup' or 'shutdown'."
            raise ConfigurationError("TRI-ROUTE-018", what, mend, where=where_of(call))
        (self.startup if event == "startup" else self.shutdown).append(call)

    async def begin(self, app: Any, running: AsyncExitStack) -> Mapping[str, Any]:
        """Enter the lifespan and call what starts; return what the lifespan yields."""
        given: Mapping[str, Any] = {}
        if self.lifespan is not None:
            yielded = await running.enter_async_context(self.lifespan(app))
            given = {} if yielded is None else yielded
        for call in reversed(self.shutdown):
            running.push_async_callback(_call, call)
        for call in self.startup:
            await _call(call)
        return given


async def _call(call: Callable[[], Any]) -> None:
    answer = call()
    if inspect.isawaitable(answer):
        await answer
