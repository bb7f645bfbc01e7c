"""The opening handshake of a WebSocket, server's side (RFC 6455, 4.2)."""

from __future__ import annotations

import binascii
from base64 import b64encode
from hashlib import sha1
from typing import TYPE_CHECKING

from trimaran.http.problems import fault_of
from trimaran.http.wire import encode_head

if TYPE_CHECKING:
    from trimaran.http.connection import HTTPConnection
    from trimaran.http.response import Response
    from trimaran.types import RawHeaders

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def key_of(request: HTTPConnection) -> bytes | Response:
    """Return the client's key, or what to answer where the handshake is not valid."""
    headers = request.raw_headers
    keys = [value.strip() for name, value in headers if name.lower() == b"sec-websocket-key"]
    versions = [value for name, value in headers if name.lower() == b"sec-websocket-version"]
    if [version.strip() for version in versions] != [b"13"]:
        detail = "Only version 13 of the WebSocket protocol is supported."
        wanted = {"sec-websocket-version": "13", "upgrade": "websocket"}
        return fault_of(request, 426, detail, wanted)
    if len(keys) != 1 or not _is_key(keys[0]):
        return fault_of(request, 400, "The Sec-WebSocket-Key is not valid.")
    return keys[0]


def _is_key(key: bytes) -> bool:
    try:
        return len(key) == 24 and len(binascii.a2b_base64(key, strict_mode=True)) == 16
    except binascii.Error:
        return False


def accept_head(
    key: bytes, *, subprotocol: str | None, extensions: str, headers: RawHeaders, date_line: bytes
) -> bytes:
    """Return the answer that switches protocols.

    Raises ``InvalidHeaderError`` where a header would split it.
    """
    digest = b64encode(sha1(key + _GUID, usedforsecurity=False).digest())
    own: RawHeaders = [
        (b"upgrade", b"websocket"),
        (b"connection", b"Upgrade"),
        (b"sec-websocket-accept", digest),
    ]
    if subprotocol is not None:
        own.append((b"sec-websocket-protocol", subprotocol.encode("latin-1")))
    if extensions:
        own.append((b"sec-websocket-extensions", extensions.encode("ascii")))
    return b"".join((encode_head(101, [*own, *headers]), date_line, b"\r\n"))
