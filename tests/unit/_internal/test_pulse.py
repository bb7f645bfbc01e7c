"""Streams that say something when they have had nothing to say for a while."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from trimaran._internal.pulse import with_pulse


async def collected(source: AsyncIterator[str], count: int, seconds: float = 0.01) -> list[str]:
    """The first items of a source with a pulse."""
    stream = with_pulse(source, "-", seconds)
    found = [await anext(stream) for _ in range(count)]
    await stream.aclose()
    return found


def test_silence_is_filled() -> None:
    """After each pause of that length, and what was said is lost nowhere."""

    async def slow() -> AsyncIterator[str]:
        yield "a"
        await asyncio.sleep(0.035)
        yield "b"

    async def go() -> list[str]:
        return [item async for item in with_pulse(slow(), "-", 0.01)]

    found = asyncio.run(go())
    assert (found[0], found[-1]) == ("a", "b")
    assert 2 <= found.count("-") <= 4


def test_the_source_is_one_task() -> None:
    """So a time limit may stand around a ``yield``."""
    tasks = set()

    async def source() -> AsyncIterator[str]:
        async with asyncio.timeout(5):
            for _ in range(3):
                tasks.add(asyncio.current_task())
                yield "x"
                await asyncio.sleep(0)
        tasks.add(asyncio.current_task())

    async def go() -> list[str]:
        return [item async for item in with_pulse(source(), "-", 1)]

    assert asyncio.run(go()) == ["x", "x", "x"]
    assert len(tasks) == 1


def test_a_reader_that_leaves_ends_the_source() -> None:
    """Its clean-up has run when the stream is closed, even where it was waiting."""
    ended = []

    async def endless() -> AsyncIterator[str]:
        try:
            yield "a"
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    assert asyncio.run(collected(endless(), 2)) == ["a", "-"]
    assert ended == [True]


def test_a_source_that_is_cancelled_ends_the_stream() -> None:
    """Whoever cancelled it, the reader does not wait for ever."""

    async def cancelled() -> AsyncIterator[str]:
        yield "a"
        raise asyncio.CancelledError

    async def go() -> list[str]:
        return [item async for item in with_pulse(cancelled(), "-", 0.01)]

    assert asyncio.run(asyncio.wait_for(go(), 2)) in (["a"], ["a", "-"])


def test_a_cancelled_reader_stays_cancelled() -> None:
    """A server that stops is not held up."""

    async def silent() -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield "never"

    async def go() -> None:
        reader = asyncio.ensure_future(collected(silent(), 1, 60))
        await asyncio.sleep(0.01)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader

    asyncio.run(asyncio.wait_for(go(), 2))
