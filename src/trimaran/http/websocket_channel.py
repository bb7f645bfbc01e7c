"""What a server gives a WebSocket: the other side of ``http.websocket``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from trimaran.http.channel import Channel

if TYPE_CHECKING:
    from trimaran.http.response import Response
    from trimaran.http.socket_options import SocketOptions
    from trimaran.types import RawHeaders

WEBSOCKET = "WEBSOCKET"
"""What stands for a method where WebSocket routes are looked up."""


class Socket(Channel, Protocol):
    """The wire of one WebSocket, whichever server holds it.

    A ``WebSocket`` calls it in a sensible order only: ``accept`` or ``deny`` first and once,
    nothing after ``send_close``.

    options: what the route allows, as it stands when the handshake is completed; an application
             that is chosen by the handshake's headers sets those of its own route
    """

    options: SocketOptions

    async def accept(self, subprotocol: str | None, headers: RawHeaders) -> None:
        """Complete the handshake."""
        ...

    async def deny(self, response: Response) -> None:
        """Refuse the handshake with an answer."""
        ...

    async def receive(self) -> str | bytes:
        """Return the next message. Raises ``WebSocketDisconnect`` where there is none."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Send a message, waiting while the client is slow; raises as above."""
        ...

    async def send_close(self, code: int, reason: str) -> None:
        """Send a close frame."""
        ...
