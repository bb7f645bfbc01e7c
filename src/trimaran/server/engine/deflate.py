"""permessage-deflate (RFC 7692), without memory between messages.

Both sides are told not to keep their window from one message to the next. That costs some
compression of short messages and saves about 100 KB a socket.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_SIZE = 512
"""Bytes below which a message is sent as it is: compression would not pay."""

MAX_OFFERS = 8

_NAME = "permessage-deflate"
_TAIL = b"\x00\x00\xff\xff"
_WINDOW = 12
_FLAGS = frozenset({"server_no_context_takeover", "client_no_context_takeover"})
_BITS = frozenset({"server_max_window_bits", "client_max_window_bits"})


class Agreement(msgspec.Struct, frozen=True):
    """What was agreed on.

    answer: the value of the answer's ``sec-websocket-extensions``
    window: bits of the server's window
    """

    answer: str
    window: int


def agree(header: str) -> Agreement | None:
    """Return what to agree on: the first of a client's offers that can be met."""
    for offer in header.split(",")[:MAX_OFFERS]:
        name, *pieces = (piece.strip() for piece in offer.split(";"))
        if name == _NAME:
            parameters = _parameters(pieces)
            if parameters is not None:
                return _agreement(parameters)
    return None


def _parameters(pieces: list[str]) -> dict[str, int | None] | None:
    """Return an offer's parameters, None where the offer has to be declined."""
    found: dict[str, int | None] = {}
    for piece in pieces:
        name, equals, text = (part.strip() for part in piece.partition("="))
        value = _value(name, text.strip('"'), given=bool(equals))
        if name in found or value is False:
            return None
        found[name] = value
    return found


def _value(name: str, text: str, *, given: bool) -> int | None:
    """Return a parameter's value; False for one that is not as RFC 7692 says."""
    if name in _FLAGS:
        return False if given else None
    if name not in _BITS:
        return False
    if not given:
        return None if name == "client_max_window_bits" else False
    if not (text.isascii() and text.isdigit() and len(text) <= 2) or text.startswith("0"):
        return False
    # zlib makes no window of 8 bits, so such an offer is declined where it would be ours.
    least = 9 if name == "server_max_window_bits" else 8
    return int(text) if least <= int(text) <= 15 else False


def _agreement(parameters: Mapping[str, int | None]) -> Agreement:
    answer = f"{_NAME}; server_no_context_takeover; client_no_context_takeover"
    asked = parameters.get("server_max_window_bits")
    if asked is None:
        return Agreement(answer, _WINDOW)
    window = min(_WINDOW, asked)
    return Agreement(f"{answer}; server_max_window_bits={window}", window)


class Inflater:
    """Inflates messages, each by itself."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state: zlib._Decompress | None = None

    def inflate(self, piece: bytes, room: int, *, last: bool) -> bytes:
        """Return what a piece of a message inflates to, at most ``room + 1`` bytes.

        Raises ``ValueError`` for what is not deflated.
        """
        if self._state is None:
            self._state = zlib.decompressobj(-zlib.MAX_WBITS)
        state = self._state
        if last:
            piece += _TAIL
            self._state = None
        try:
            return b"" if state.eof else state.decompress(piece, room + 1)
        except zlib.error as error:
            raise ValueError(str(error)) from None


def deflate(data: bytes, window: int) -> bytes:
    """Return a message deflated."""
    state = zlib.compressobj(wbits=-window, memLevel=5)
    return (state.compress(data) + state.flush(zlib.Z_SYNC_FLUSH))[: -len(_TAIL)]
