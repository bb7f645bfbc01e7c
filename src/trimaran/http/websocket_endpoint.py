"""A compiled WebSocket route, as a server sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.http.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from trimaran.http.socket_options import SocketOptions
    from trimaran.http.websocket import WebSocket


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
