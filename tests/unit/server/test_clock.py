"""The one timer."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime

from trimaran.server.config import Limits
from trimaran.server.engine.clock import NEVER, Clock


class Watched:
    """Something with a deadline."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.expired = 0
        self.stalls: list[float] = []

    def expire(self) -> None:
        """Count it."""
        self.expired += 1
        self.deadline = NEVER

    def check_writing(self, elapsed: float) -> None:
        """Note it."""
        self.stalls.append(elapsed)


def test_deadlines() -> None:
    """What is over its deadline expires once; the rest is left alone."""

    async def main() -> None:
        clock = Clock(asyncio.get_running_loop(), Limits(linger=0.1))
        soon, later = Watched(clock.now + 0.02), Watched(clock.now + 60)
        clock.watch(soon)
        clock.watch(later)
        await asyncio.sleep(0.15)
        clock.stop()
        assert (soon.expired, later.expired) == (1, 0)

    asyncio.run(main())


def test_stalled_writers() -> None:
    """Who cannot write is looked at on every tick, with the time that passed."""

    async def main() -> None:
        clock = Clock(asyncio.get_running_loop(), Limits(linger=0.1))
        stalled = Watched(NEVER)
        clock.watch(stalled)
        clock.stalled.add(stalled)
        await asyncio.sleep(0.1)
        clock.forget(stalled)
        seen = len(stalled.stalls)
        await asyncio.sleep(0.06)
        assert seen >= 2
        assert len(stalled.stalls) == seen
        assert all(0.01 < elapsed < 1 for elapsed in stalled.stalls)

    asyncio.run(main())


def test_standing_still() -> None:
    """Without anything to watch the clock sets no timer, and it starts again by itself."""

    async def main() -> None:
        clock = Clock(asyncio.get_running_loop(), Limits(linger=0.1))
        watched = Watched(NEVER)
        clock.watch(watched)
        clock.forget(watched)
        await asyncio.sleep(0.1)
        before = clock.now
        await asyncio.sleep(0.1)
        assert clock.now == before
        clock.watch(watched)
        assert clock.now > before
        clock.stop()

    asyncio.run(main())


def test_date() -> None:
    """The date is ready for the wire, alone and as the end of a head."""

    async def main() -> None:
        clock = Clock(asyncio.get_running_loop(), Limits())
        assert clock.date_end == b"\r\n" + clock.date_line + b"\r\n"
        text = clock.date_line.decode().removeprefix("date: ").strip()
        assert abs(parsedate_to_datetime(text).timestamp() - time.time()) < 5

    asyncio.run(main())
