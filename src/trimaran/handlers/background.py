"""Work that is done after the answer was sent, by the process that sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.di import kind_of
from trimaran.handlers.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.http import Response


class BackgroundTask:
    """One call to be made later.

    ``return Response(..., background=BackgroundTask(send_mail, address))``

    A coroutine function is awaited in the event loop, any other function called in a thread.
    """

    __slots__ = ("args", "func", "kwargs")

    def __init__(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs

    async def __call__(self) -> None:
        """Make the call."""
        if kind_of(self.func) in {"coroutine", "awaitable"}:
            await self.func(*self.args, **self.kwargs)
        else:
            await in_thread(self.func, *self.args, **self.kwargs)

    def __repr__(self) -> str:
        return f"<BackgroundTask {getattr(self.func, '__qualname__', self.func)!r}>"


class BackgroundTasks:
    """What a handler or dependency wants done once the answer has been sent.

    The tasks of a request run one after the other; the failure of one is logged and does not stop
    the next. They are lost with the process: what must not be lost belongs into a queue on disk.
    """

    def __init__(self, tasks: list[BackgroundTask] | None = None) -> None:
        self.tasks: list[BackgroundTask] = [] if tasks is None else list(tasks)

    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call a function with these arguments after the answer."""
        self.tasks.append(BackgroundTask(func, *args, **kwargs))

    async def __call__(self) -> None:
        """Make the calls in order, each even if one before it failed; then raise."""
        failures: list[Exception] = []
        for task in self.tasks:
            try:
                await task()
            except Exception as error:  # noqa: BLE001  raised below, once all have run
                failures.append(error)
        if len(failures) > 1:
            message = f"{len(failures)} background tasks failed"
            raise ExceptionGroup(message, failures)
        if failures:
            raise failures[0]


def trailed(answer: Response, background: BackgroundTasks) -> Response:
    """Return an answer that is followed by background tasks."""
    if background.tasks:
        answer.after = [*(answer.after or ()), *background.tasks]
    return answer
