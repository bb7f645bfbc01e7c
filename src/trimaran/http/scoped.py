"""A request made from ASGI's scope, as middleware of other frameworks makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.errors import ClientDisconnectedError
from trimaran.http.asgi_scope import root_of

if TYPE_CHECKING:
    from trimaran.types import Message, Receive, Scope


class ScopeChannel:
    """What a scope knows of its connection; it asks for no more than it is told."""

    def __init__(self, scope: Scope, receive: Receive | None) -> None:
        self.scope = scope
        self.root_path = root_of(scope)
        client, server = scope.get("client"), scope.get("server")
        self.client: tuple[str, int] | None = tuple(client) if client else None
        self.server: tuple[str, int | None] | None = tuple(server) if server else None
        self.scheme: str = scope.get("scheme", "http")
        self.http_version: str = scope.get("http_version", "1.1")
        self._receive = receive
        self._gone = False

    async def receive(self) -> Message:
        """Return the next message; raises ``RuntimeError`` where there is none."""
        if self._receive is None:
            what = "This Request was made from a scope alone: give it receive, too."
            raise RuntimeError(what)
        message = await self._receive()
        self._gone = self._gone or message["type"] == "http.disconnect"
        return message

    def is_disconnected(self) -> bool:
        """Whether the client was seen to leave."""
        return self._gone

    async def wait_disconnected(self) -> None:
        """Return when the client has left; what it still sends is dropped."""
        while not self._gone:
            await self.receive()


class ScopeBody:
    """A body that arrives by ``receive``; whoever made the request bounds it."""

    def __init__(self, channel: ScopeChannel) -> None:
        self._channel = channel
        self._done = False

    async def read(self) -> bytes:
        """Return the next chunk, ``b""`` at the end."""
        while not self._done:
            message = await self._channel.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            self._done = not message.get("more_body", False)
            chunk: bytes = message.get("body", b"")
            if chunk:
                return chunk
        return b""
