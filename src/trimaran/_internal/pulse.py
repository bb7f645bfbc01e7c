"""A stream that says something when it has had nothing to say for a while."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

T = TypeVar("T")

_END: Any = object()


async def with_pulse(source: AsyncIterator[T], pulse: T, seconds: float) -> AsyncGenerator[T, None]:
    """Yield what a source yields, and the pulse after each silence of so many seconds.

    The source runs in one task from its beginning to its end, one item ahead of the reader at most.
    """
    items: asyncio.Queue[T] = asyncio.Queue(maxsize=1)

    async def pump() -> None:
        try:
            try:
                async for item in source:
                    await items.put(item)
            finally:
                close = getattr(source, "aclose", None)
                if close is not None:
                    await close()
        except asyncio.CancelledError:
            raise  # the reader has left
        except BaseException:
            await items.put(_END)
            raise
        await items.put(_END)

    task = asyncio.ensure_future(pump())
    try:
        while True:
            try:
                async with asyncio.timeout(seconds):
                    item = await items.get()
            except TimeoutError:
                if task.done():
                    break
                yield pulse
                continue
            if item is _END:
                break
            yield item
    finally:
        if not task.done():
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task
