"""The loop guard: a thread that asks the event loop whether it still turns."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from trimaran.offload.stacks import Place, place_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

logger = logging.getLogger("trimaran.guard")

THRESHOLD = 0.1
"""Seconds that a call may hold the loop before it is named."""

_REPEAT_AFTER = 10.0
_PLACES = 1000
_STILL = 10  # thresholds after which a block is told of before it ends
_SHARE = 0.75  # of the time that the guard was kept from running: the loop's thread computed


def _cpu_clock(thread: int) -> Callable[[], float]:
    """Return what tells the seconds that a thread has computed; always 0 where no system knows."""
    if sys.platform in {"win32", "darwin"}:
        return lambda: 0.0
    clock = time.pthread_getcpuclockid(thread)
    return lambda: time.clock_gettime(clock)


class LoopLag:
    """How late an event loop is, in seconds.

    last:   between the latest question and its answer
    worst:  of all answers so far
    blocks: how often the loop was held for longer than the threshold
    """

    __slots__ = ("blocks", "last", "worst")

    def __init__(self) -> None:
        self.last = 0.0
        self.worst = 0.0
        self.blocks = 0


_watched: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopLag] = WeakKeyDictionary()


def loop_lag() -> LoopLag | None:
    """Return how late the running loop is; None where no guard watches it."""
    return _watched.get(asyncio.get_running_loop())


class LoopGuard:
    """Names file and line of calls that hold up an event loop.

    A thread has a callback run in the loop, half a threshold after the last one. While the answer
    is overdue it looks at the stack of the loop's own thread. So a block of 1.25 thresholds is
    always told of, one of less than 0.75 never; each place once in ten seconds.

    threshold: seconds
    loud:      log errors with the whole stack, for development, in place of one-line warnings
    """

    def __init__(self, *, threshold: float = THRESHOLD, loud: bool = False) -> None:
        self.lag = LoopLag()
        self._threshold = threshold
        self._interval = threshold / 2
        self._loud = loud
        self._answered = threading.Event()
        self._answered_at = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched = 0
        self._told: dict[tuple[str, int], tuple[float, int]] = {}

    def start(self) -> None:
        """Begin to watch the running loop; call it in the loop's thread."""
        loop = asyncio.get_running_loop()
        _watched[loop] = self.lag
        self._watched = threading.get_ident()
        self._thread = threading.Thread(
            target=self._watch, args=(loop,), name="trimaran-guard", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            self._answered.set()
            thread.join(timeout=1)

    # In the loop

    def _answer(self) -> None:
        self._answered_at = time.monotonic()
        self._answered.set()

    # In the guard's own thread

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        spent = _cpu_clock(self._watched)
        while True:
            began, used = time.monotonic(), spent()
            if self._stopping.wait(self._interval):
                return
            late = time.monotonic() - began - self._interval
            if late >= self._interval * 1.5 and spent() - used >= late * _SHARE:
                self._kept_lock(late)
            asked = time.monotonic()
            self._answered.clear()
            try:
                loop.call_soon_threadsafe(self._answer)
            except RuntimeError:  # the loop was closed
                return
            if not self._answered.wait(self._interval):
                self._hold(asked)
            if self._stopping.is_set():
                return
            lag = self._answered_at - asked
            self.lag.last = lag
            self.lag.worst = max(lag, self.lag.worst)

    def _kept_lock(self, held: float) -> None:
        """Tell of a call in C that kept the interpreter's lock, from this thread too.

        It gives the lock up as it returns, so the loop's thread still stands at its line. The time
        counts only where that thread was computing: a machine that is busy makes threads late too.
        """
        place = self._look()
        if place is None:
            return
        self.lag.last = held
        self.lag.worst = max(held, self.lag.worst)
        self.lag.blocks += 1
        self._tell(place, held, "was blocked for %d ms")

    def _hold(self, asked: float) -> None:
        """Find out what holds the loop; tell of it when it has ended, or when it lasts."""
        place = self._look()
        told = False
        while not self._answered.wait(self._interval):
            held = time.monotonic() - asked
            if not told and held >= self._threshold * _STILL:
                told = True
                place = self._look() or place
                self._tell(place, held, "has been blocked for %d ms and still is")
        held = self._answered_at - asked  # negative where nobody answered: the guard is stopped
        if held < self._interval * 1.5:
            return
        self.lag.blocks += 1
        self._tell(place, held, "was blocked for %d ms", again=told)

    def _look(self) -> Place | None:
        frame: FrameType | None = sys._current_frames().get(self._watched)
        return None if frame is None else place_of(frame)

    def _tell(self, place: Place | None, held: float, what: str, *, again: bool = False) -> None:
        if place is None:  # the loop was not running anything: the machine was too busy
            return
        key = (place.file, place.line)
        now = time.monotonic()
        last, kept = self._told.get(key, (0.0, 0))
        if last and now - last < _REPEAT_AFTER and not again:
            self._told[key] = (last, kept + 1)
            return
        if len(self._told) >= _PLACES:
            self._told.clear()
        self._told[key] = (now, 0)
        milliseconds = round(held * 1000)
        more = f" It happened {kept} more time(s) since this was last told." if kept else ""
        text = (
            f"The event loop {what % milliseconds} by {place}. Meanwhile nobody was answered: "
            f"make the handler 'def', or call it in a thread.{more}"
        )
        extra = {"blocked_ms": milliseconds, "file": place.file, "line": place.line}
        if self._loud:
            logger.error("%s\n%s", text, place.stack, extra=extra)
        else:
            logger.warning("%s", text, extra=extra)
