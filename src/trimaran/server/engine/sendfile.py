"""Files that the kernel sends by itself, without a copy through this process."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from trimaran._internal.disk import off_loop
from trimaran.errors import ClientDisconnectedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from trimaran.server.engine.wire import Wire

MAX_STEP = 1024 * 1024
"""Bytes that one call may send: what a slow disk can take of a thread's time."""

AVAILABLE = hasattr(os, "sendfile")


async def send_file(
    wire: Wire, path: str, parts: Sequence[tuple[bytes, tuple[int, int]]]
) -> AsyncGenerator[int, None]:
    """Send parts of a file, each after its head; yield the bytes that have left.

    What was written before leaves first. Yields less than the parts hold where the file has become
    shorter. Raises ``ClientDisconnectedError`` where the client has left or takes nothing.
    """
    file = await off_loop(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sender = _Sender(wire, file)
    except BaseException:
        os.close(file)
        raise
    try:
        for head, (start, stop) in parts:
            if head:
                wire.write(head)
                yield len(head)
            await wire.flush()
            place = start
            while place < stop:
                count = await sender.send(place, min(MAX_STEP, stop - place))
                if not count:
                    return
                place += count
                yield count
    finally:
        sender.close()


class _Sender:
    """A second descriptor of a socket, on which the loop waits for room.

    The loop itself does not let go of a transport's own descriptor. Both share one queue in the
    kernel, so the transport must have nothing to write meanwhile.
    """

    def __init__(self, wire: Wire, file: int) -> None:
        self._wire = wire
        self._file = file
        self._loop = wire.shared.loop
        self._patience = wire.shared.limits.write_timeout
        self._running: asyncio.Future[int] | None = None
        self._socket = os.dup(wire.transport.get_extra_info("socket").fileno())

    async def send(self, place: int, count: int) -> int:
        """Send up to so many bytes of the file; return how many have left, 0 at its end."""
        while not self._wire.lost:
            self._running = asyncio.ensure_future(
                off_loop(_step, self._socket, self._file, place, count)
            )
            sent = await asyncio.shield(self._running)
            if sent >= 0:
                limits = self._wire.shared.limits
                self._patience = min(
                    self._patience + sent / limits.body_min_rate, limits.write_timeout
                )
                return sent
            await self._room()
        raise ClientDisconnectedError

    async def _room(self) -> None:
        """Wait until the kernel takes more; cut off a client that is too slow, as any is."""
        began = self._loop.time()
        room = self._loop.create_future()
        self._loop.add_writer(self._socket, _set, room)
        try:
            async with asyncio.timeout(self._patience):
                await room
        except TimeoutError:
            self._wire.shared.stats.refused["write_timeout"] += 1
            self._wire.transport.abort()
            raise ClientDisconnectedError from None
        finally:
            self._loop.remove_writer(self._socket)
        self._patience -= self._loop.time() - began

    def close(self) -> None:
        """Close both descriptors, once no thread uses them any more."""
        running = self._running
        if running is None or running.done():
            self._close()
        else:
            running.add_done_callback(lambda _: self._close())

    def _close(self) -> None:
        os.close(self._socket)
        os.close(self._file)


def _set(room: asyncio.Future[None]) -> None:
    if not room.done():
        room.set_result(None)


def _step(socket: int, file: int, place: int, count: int) -> int:
    """Let the kernel send; return how many bytes it took, -1 where it has no room."""
    try:
        return os.sendfile(socket, file, place, count)
    except BlockingIOError:
        return -1
    except (BrokenPipeError, ConnectionResetError):
        raise ClientDisconnectedError from None
