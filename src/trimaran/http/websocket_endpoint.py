"""A compiled WebSocket route, as a server sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trimaran.http.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from trimaran.http.websocket import WebSocket

DEFAULT_MAX_MESSAGE = 1024 * 1024


class SocketOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a WebSocket route allows.

    max_message: bytes of one message, inflated; a larger one closes with 1009
    compression: whether permessage-deflate is agreed on where the client offers it
    rate:        messages and the seconds in which so many may come; more close with 1008
    origins:     that may connect from another host with cookies: ``https://app.example``, ``*``
    """

    max_message: int = DEFAULT_MAX_MESSAGE
    compression: bool = True
    rate: tuple[int, float] | None = None
    origins: Sequence[str] = ()


class WebSocketEndpoint(Endpoint):
    """One compiled WebSocket route.

    ``talk(ws)``, called in a context of the socket's own, returns a coroutine that ends when the
    conversation does. It never raises but ``CancelledError``, and leaves the socket closed or
    denied.
    """

    __slots__ = ("options", "talk")

    def __init__(
        self,
        talk: Callable[[WebSocket], Coroutine[Any, Any, None]],
        *,
        options: SocketOptions,
        label: str,
    ) -> None:
        super().__init__(_no_answer, status=426, label=label)
        self.talk = talk
        self.options = options


def _no_answer(_: object) -> bytes:
    return b'{"detail":"Upgrade Required"}'
