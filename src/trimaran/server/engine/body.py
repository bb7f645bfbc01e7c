"""A request body that arrives while its handler runs."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from trimaran.server.engine.wire import HOLD_BODY

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from trimaran.server.engine.wire import Wire


class StreamedBody:
    """The chunks between the socket and the handler, bounded by pausing the socket.

    complete: the last byte has arrived; until then the connection cannot take another request
    """

    __slots__ = ("_chunks", "_fault", "_size", "_waiter", "_wanted", "_wire", "complete")

    def __init__(self, wire: Wire, *, wanted: Callable[[], None] | None) -> None:
        self._wire = wire
        self._wanted = wanted
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._fault: Exception | None = None
        self.complete = False

    async def read(self) -> bytes:
        """Return the next chunk, ``b""`` at the end.

        Raises ``ClientDisconnectedError`` when the client leaves first, ``HTTPException`` when
        the body breaks a limit or is malformed.
        """
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            wanted()
        while not self._chunks:
            if self._fault is not None:
                raise self._fault
            if self.complete:
                return b""
            self._waiter = self._wire.shared.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        chunk = self._chunks.popleft()
        self._size -= len(chunk)
        if self._size <= self._wire.shared.limits.read_buffer // 2:
            self._wire.release(HOLD_BODY)
        return chunk

    def feed(self, chunk: bytes) -> None:
        """Take a chunk from the socket."""
        self._wanted = None
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > self._wire.shared.limits.read_buffer:
            self._wire.hold(HOLD_BODY)
        self._wake()

    def finish(self) -> None:
        """Note the end of the body."""
        self.complete = True
        self._wake()

    def fail(self, fault: Exception) -> None:
        """Make readers raise, once they have read what came before."""
        if not self.complete and self._fault is None:
            self._fault = fault
            self._wake()

    def abandon(self) -> None:
        """Drop what nobody will read."""
        self._chunks.clear()
        self._size = 0
        self._wire.release(HOLD_BODY)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
