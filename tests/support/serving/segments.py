"""Feed segments to a connection without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

from serving.small_app import SmallApp
from trimaran.server.config import Limits
from trimaran.server.engine.connection import HttpConnection
from trimaran.server.engine.shared import Shared


class Sink:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.data += data

    def set_write_buffer_limits(self, high: int) -> None:
        """Nothing to limit."""

    def get_extra_info(self, name: str) -> Any:
        """Know nothing."""
        return None

    def is_closing(self) -> bool:
        """Never."""
        return False

    def can_write_eof(self) -> bool:
        """No."""
        return False

    def __getattr__(self, name: str) -> Any:
        return lambda: None


async def answers(segments: list[bytes]) -> bytes:
    """Return what the engine writes for these segments, without its dates."""
    shared = Shared(SmallApp(), limits=Limits(), loop=asyncio.get_running_loop())
    connection = HttpConnection(shared)
    sink = Sink()
    connection.connection_made(sink)
    for segment in segments:
        connection.data_received(segment)
        await asyncio.sleep(0)
    shared.clock.stop()
    return b"\r\n".join(line for line in sink.data.split(b"\r\n") if not line.startswith(b"date"))
