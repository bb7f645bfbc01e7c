"""What a request may ask of the connection that it came by."""

from __future__ import annotations

from typing import Protocol


class Channel(Protocol):
    """The way back to the client, whichever server runs the application."""

    @property
    def client(self) -> tuple[str, int] | None:
        """The peer's address and port; None on a Unix socket."""
        ...

    @property
    def server(self) -> tuple[str, int | None] | None:
        """The address and port that were connected to; a path and None on a Unix socket."""
        ...

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        ...

    @property
    def http_version(self) -> str:
        """``1.0``, ``1.1`` or ``2``."""
        ...

    def is_disconnected(self) -> bool:
        """Whether the client is known to have left. Costs nothing and never waits."""
        ...

    async def wait_disconnected(self) -> None:
        """Return when the client has left."""
        ...


class BodyStream(Protocol):
    """A request body that arrives while the handler runs."""

    async def read(self) -> bytes:
        """Return the next chunk, ``b""`` at the end.

        Raises ``ClientDisconnectedError`` when the client leaves first, and
        ``HTTPException`` 413 when the body grows past the route's limit.
        """
        ...
