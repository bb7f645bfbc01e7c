"""A connection that is none: what a server gives a request, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from trimaran.errors import ClientDisconnectedError, HTTPException

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Content: TypeAlias = "bytes | str | Iterable[bytes | str] | AsyncIterable[bytes | str]"

CHUNK = 64 * 1024


class InProcessChannel:
    """The way back to a test client.

    fault: the exception behind a 500, as the application reported it
    """

    def __init__(
        self,
        *,
        scheme: str,
        server: tuple[str, int],
        client: tuple[str, int],
        root_path: str = "",
    ) -> None:
        self.root_path = root_path
        self.scheme = scheme
        self.server: tuple[str, int | None] | None = server
        self.client: tuple[str, int] | None = client
        self.http_version = "1.1"
        self.fault: Exception | None = None
        self._left = asyncio.Event()

    def is_disconnected(self) -> bool:
        """Whether the test left."""
        return self._left.is_set()

    async def wait_disconnected(self) -> None:
        """Return when the test has left."""
        await self._left.wait()

    def disconnect(self) -> None:
        """Leave, as a client that closes its connection does."""
        self._left.set()

    def report_fault(self, error: Exception) -> None:
        """Keep the exception that the application answers with 500."""
        self.fault = error


class BodyFeed:
    """A request body that arrives in chunks while the handler runs.

    An exception raised by the content means that the client left midway.
    """

    def __init__(self, content: Content, channel: InProcessChannel, limit: int) -> None:
        self._chunks = iterate(content)
        self._channel = channel
        self._limit = limit
        self._received = 0

    async def read(self) -> bytes:
        """Return the next chunk, ``b""`` at the end."""
        if self._channel.is_disconnected():
            raise ClientDisconnectedError
        try:
            chunk = await anext(self._chunks, b"")
        except Exception as error:
            self._channel.disconnect()
            raise ClientDisconnectedError from error
        self._received += len(chunk)
        if self._received > self._limit:
            raise too_large(self._limit)
        return chunk


def too_large(limit: int) -> HTTPException:
    """Return the answer to a body beyond its route's limit."""
    return HTTPException(413, f"The body is larger than {limit} bytes.")


async def iterate(content: Content) -> AsyncIterator[bytes]:
    """Yield content in chunks as a network would deliver it, without empty ones."""
    if isinstance(content, bytes | str):
        data = content.encode() if isinstance(content, str) else content
        for start in range(0, len(data), CHUNK):
            yield data[start : start + CHUNK]
    elif isinstance(content, AsyncIterable):
        async for chunk in content:
            if chunk:
                yield chunk.encode() if isinstance(chunk, str) else chunk
    else:
        for chunk in content:
            if chunk:
                yield chunk.encode() if isinstance(chunk, str) else chunk
            await asyncio.sleep(0)
