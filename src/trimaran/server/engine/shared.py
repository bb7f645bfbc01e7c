"""What all connections of one server process share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from trimaran.server.engine.clock import Clock
from trimaran.server.stats import ServerStats

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine
    from typing import Any

    from trimaran.server.application import Application
    from trimaran.server.config import Limits

logger = logging.getLogger("trimaran.server")
access_logger = logging.getLogger("trimaran.access")


GOING_AWAY, RESTARTING = 1001, 1012
"""Close codes: the server stops; it stops and another takes its place."""


class Shared:
    """The application, the limits, the clock and the counters.

    tasks:    of requests under way, so that a shutdown can wait for them
    draining: no answer keeps its connection any more
    away_code: what WebSockets are told when the server goes away
    """

    __slots__ = (
        *("access_log", "app", "away_code", "clock", "draining", "limits", "loop", "stats"),
        "tasks",
    )

    def __init__(
        self,
        app: Application,
        *,
        limits: Limits,
        loop: asyncio.AbstractEventLoop,
        access_log: bool = False,
    ) -> None:
        self.app = app
        self.limits = limits
        self.loop = loop
        self.clock = Clock(loop, limits)
        self.stats = ServerStats()
        self.tasks: set[asyncio.Task[None]] = set()
        self.draining = False
        self.away_code = GOING_AWAY
        self.access_log = access_log

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run something that a shutdown has to wait for."""
        task = self.loop.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def log_access(self, method: str, path: str, *, status: int, began: float) -> None:
        """Write the access log's line for one answer."""
        milliseconds = (self.loop.time() - began) * 1000
        access_logger.info(
            "%s %s %d %.1f ms",
            *(method, path, status, milliseconds),
            extra={"method": method, "path": path, "status": status, "ms": milliseconds},
        )
