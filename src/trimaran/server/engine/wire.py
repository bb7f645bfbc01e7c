"""One client's socket: what is written to it, and what is known of the client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from trimaran.errors import ClientDisconnectedError
from trimaran.server.engine.clock import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.server.engine.shared import Shared

HOLD_WRITE = 1
HOLD_QUEUE = 2
HOLD_BODY = 4
HOLD_TURN = 8


class Wire(asyncio.Protocol):
    """The transport of a connection with back-pressure both ways; a ``Channel``.

    Reading pauses while any of the ``HOLD_`` reasons stands.

    lost:     nothing can be written any more
    ending:   the next answer is the last one
    left:     the client closed its side: it sends nothing more, and most likely is gone
    plain:    an answer may be written at once and in the shortest way
    deadline: when ``expire`` is called, by the loop's clock
    """

    __slots__ = (
        "__weakref__",
        "_allowance",
        "_buffered",
        "_client",
        "_drained",
        "_gone",
        "_hold",
        "_server",
        "closing",
        "deadline",
        "ending",
        "http_version",
        "left",
        "lost",
        "plain",
        "scheme",
        "shared",
        "transport",
        "writable",
        "write",
    )

    transport: asyncio.Transport

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.deadline = NEVER
        self.http_version = "1.1"
        self.scheme = "http"
        self.lost = False
        self.left = False
        self.closing = False
        self.ending = False
        self.writable = True
        self.plain = not shared.access_log
        self._hold = 0
        self._drained: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] | None = None
        self._allowance = 0.0
        self._buffered = 0

    # What a request may ask

    @property
    def client(self) -> tuple[str, int] | None:
        """The peer's address and port; None on a Unix socket."""
        return self._client

    @property
    def server(self) -> tuple[str, int | None] | None:
        """The address and port that were connected to; a path and None on a Unix socket."""
        return self._server

    def is_disconnected(self) -> bool:
        """Whether the client is known to have left. Costs nothing and never waits."""
        return self.left

    async def wait_disconnected(self) -> None:
        """Return when the client has left."""
        if self.left:
            return
        if self._gone is None:
            self._gone = self.shared.loop.create_future()
        await asyncio.shield(self._gone)

    # Opening and closing

    def attach(self, transport: asyncio.Transport) -> None:
        """Take the transport of a new connection."""
        self.transport = transport
        self.write: Callable[[bytes], None] = transport.write
        transport.set_write_buffer_limits(high=self.shared.limits.write_buffer)
        peer = transport.get_extra_info("peername")
        self._client = (peer[0], peer[1]) if isinstance(peer, tuple) and len(peer) > 1 else None
        own = transport.get_extra_info("sockname")
        if isinstance(own, tuple) and len(own) > 1:
            self._server: tuple[str, int | None] | None = (own[0], own[1])
        else:
            self._server = (own, None) if isinstance(own, str) else None
        if transport.get_extra_info("sslcontext") is not None:
            self.scheme = "https"

    def close(self) -> None:
        """Close once all that was written has left; cut off who does not take it."""
        self.closing = True
        self._limit_flush()
        self.transport.close()

    def end_soon(self) -> None:
        """The server goes away: let what is under way be the last."""
        raise NotImplementedError

    def end_if_idle(self) -> None:
        """Close where nothing is under way."""
        raise NotImplementedError

    def _limit_flush(self) -> None:
        if self.writable:
            self.deadline = self.shared.clock.now + self.shared.limits.write_timeout
        else:
            self.deadline = NEVER

    def expire(self) -> None:
        """Cut the client off; a connection decides otherwise where it should."""
        self.transport.abort()

    def mark_left(self) -> None:
        """Note that the client sends nothing more; wake whoever waits for that."""
        self.left = True
        self.ending = True
        self.plain = False
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def mark_lost(self) -> None:
        """Note that nothing can be written any more; wake whoever waits to write."""
        self.lost = True
        self.closing = True
        self.mark_left()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    # Back-pressure on what is read

    def hold(self, reason: int) -> None:
        """Stop reading for a reason."""
        if not self._hold and not self.transport.is_closing():
            self.transport.pause_reading()
        self._hold |= reason

    def release(self, reason: int) -> None:
        """Drop a reason not to read; go on where none is left."""
        if not self._hold & reason:
            return
        self._hold &= ~reason
        if not self._hold and not self.lost:
            self.proceed()

    def proceed(self) -> None:
        """Read on."""
        if not self.transport.is_closing():
            self.transport.resume_reading()

    # Back-pressure on what is written

    def pause_writing(self) -> None:
        """Called by the transport when its buffer is above its limit."""
        self.writable = False
        self.plain = False
        self._allowance = self.shared.limits.write_timeout
        self._buffered = self.transport.get_write_buffer_size()
        self.shared.clock.stalled.add(self)
        self.hold(HOLD_WRITE)

    def resume_writing(self) -> None:
        """Called by the transport when its buffer has drained."""
        self.writable = True
        self.plain = not (self.ending or self.shared.access_log)
        self.shared.clock.stalled.discard(self)
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        if self.closing:
            self._limit_flush()
        self.release(HOLD_WRITE)

    def check_writing(self, elapsed: float) -> None:
        """Cut off a client that takes its answer too slowly.

        Patience is used up by time and restored by what the client takes, so that a slow but
        steady one gets a large answer to its end.
        """
        limits = self.shared.limits
        left = self.transport.get_write_buffer_size()
        taken = max(0, self._buffered - left) / limits.body_min_rate
        self._buffered = left
        self._allowance = min(self._allowance - elapsed + taken, limits.write_timeout)
        if self._allowance <= 0:
            self.shared.stats.refused["write_timeout"] += 1
            self.transport.abort()

    async def flush(self) -> None:
        """Wait until all that was written is the kernel's; raises as ``drain`` does."""
        transport = self.transport
        if not transport.get_write_buffer_size():
            return
        transport.set_write_buffer_limits(high=0)
        try:
            while transport.get_write_buffer_size() and not self.lost:
                await self.drain()
                await asyncio.sleep(0)
        finally:
            transport.set_write_buffer_limits(high=self.shared.limits.write_buffer)

    async def drain(self) -> None:
        """Wait until more may be written; ``ClientDisconnectedError`` if it never may."""
        if not self.writable and not self.lost:
            self._drained = self.shared.loop.create_future()
            try:
                await self._drained
            finally:
                self._drained = None
        if self.lost:
            raise ClientDisconnectedError
