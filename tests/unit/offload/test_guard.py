"""The loop guard: what it names, how often, and what it says of the lag."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time

import pytest

from trimaran.offload import LoopGuard, loop_lag

THRESHOLD = 0.08


def hold(seconds: float) -> None:
    """Block, as a careless call does."""
    time.sleep(seconds)  # blocks here


def run_with_guard(*calls: float, loud: bool = False, pause: float = 0.1) -> LoopGuard:
    """Watch a loop that is held for so many seconds, one time after the other."""

    async def main() -> LoopGuard:
        guard = LoopGuard(threshold=THRESHOLD, loud=loud)
        guard.start()
        await asyncio.sleep(pause)
        for seconds in calls:
            hold(seconds)
            await asyncio.sleep(pause)
        guard.stop()
        return guard

    return asyncio.run(main())


def test_the_line_that_blocks_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """File, line, function, the source and the time stand in one warning."""
    guard = run_with_guard(3 * THRESHOLD)
    [record] = caplog.records
    text = record.getMessage()
    assert record.levelno == logging.WARNING
    assert "test_guard.py:20 hold: time.sleep(seconds)  # blocks here. Meanwhile" in text
    assert "The event loop was blocked for" in text
    assert record.__dict__["blocked_ms"] >= 2 * THRESHOLD * 1000
    assert guard.lag.blocks == 1
    assert guard.lag.worst >= 2 * THRESHOLD > guard.lag.last


def numbers_that_take(seconds: float) -> range:
    """Return what one call of ``sum`` needs so long for at least."""
    count, took = 100_000, 0.0
    while took < seconds:
        count *= 2
        began = time.thread_time()
        sum(range(count))
        took = time.thread_time() - began
    return range(count)


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="no clock of another thread")
def test_a_call_that_keeps_the_interpreters_lock_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """A regular expression or a sort stops the guard's own thread; it is told of all the same."""

    numbers = numbers_that_take(4 * THRESHOLD)

    async def main() -> LoopGuard:
        guard = LoopGuard(threshold=THRESHOLD)
        guard.start()
        await asyncio.sleep(0.1)
        sum(numbers)  # computes here, and lets no other thread run
        await asyncio.sleep(0.1)
        guard.stop()
        return guard

    guard = asyncio.run(main())
    assert guard.lag.blocks >= 1
    assert any("sum(numbers)  # computes here" in text for text in caplog.messages)


def test_development_is_told_the_way_there(caplog: pytest.LogCaptureFixture) -> None:
    """Loud means an error with the whole stack."""
    run_with_guard(3 * THRESHOLD, loud=True)
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "run_with_guard.<locals>.main\n    hold(seconds)" in record.getMessage()


def test_what_is_short_enough_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """A loop that waits, and one that is held for less than the threshold, are fine."""
    guard = run_with_guard(0.1 * THRESHOLD, 0.2 * THRESHOLD, pause=0.15)
    assert (caplog.records, guard.lag.blocks) == ([], 0)


def test_a_place_is_told_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    """The second block of the same line is counted, not logged."""
    guard = run_with_guard(2.5 * THRESHOLD, 2.5 * THRESHOLD)
    assert (len(caplog.records), guard.lag.blocks) == (1, 2)


def test_a_block_that_lasts_is_told_before_its_end(caplog: pytest.LogCaptureFixture) -> None:
    """A loop that never comes back would else never be told of."""
    run_with_guard(13 * THRESHOLD)
    first, second = [record.getMessage() for record in caplog.records]
    assert "and still is by" in first
    assert "was blocked for" in second


def test_work_inside_a_library_is_put_down_to_who_called_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The line of the application's own code is named, not the library's."""

    async def main() -> None:
        guard = LoopGuard(threshold=THRESHOLD)
        guard.start()
        await asyncio.sleep(0.05)
        rows = [list(range(100))] * 500
        end = time.monotonic() + 3 * THRESHOLD
        while time.monotonic() < end:
            json.loads(json.dumps(rows, indent=1))
        await asyncio.sleep(0.05)
        guard.stop()

    asyncio.run(main())
    message = caplog.records[0].getMessage()
    assert "test_guard.py:" in message
    assert "main: " in message
    assert "/json/" not in message


def test_the_lag_is_there_for_metrics() -> None:
    """Of the loop that runs; nothing where no guard watches it."""

    async def main() -> tuple[object, object]:
        before = loop_lag()
        guard = LoopGuard(threshold=0.05)
        guard.start()
        time.sleep(0.2)
        await asyncio.sleep(0.1)
        guard.stop()
        lag = loop_lag()
        assert lag is not None
        return before, (lag.blocks, lag.worst > 0.05)

    assert asyncio.run(main()) == (None, (1, True))


def test_a_guard_whose_loop_ended_ends() -> None:
    """Its thread does not outlive a loop that was closed without a word."""

    async def main() -> LoopGuard:
        guard = LoopGuard(threshold=0.02)
        guard.start()
        await asyncio.sleep(0)
        return guard

    guard = asyncio.run(main())
    thread = guard._thread
    assert thread is not None
    thread.join(timeout=2)
    assert not thread.is_alive()
