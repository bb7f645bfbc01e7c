"""What a WebSocket route allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

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
