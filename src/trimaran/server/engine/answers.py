"""Answers as bytes: framing, the connection's fate, what handlers may not write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.errors import InvalidHeaderError
from trimaran.http.wire import encode_head

if TYPE_CHECKING:
    from trimaran.http.endpoint import Endpoint
    from trimaran.http.response import Response
    from trimaran.types import RawHeaders

PERSIST = b""
CLOSE = b"connection: close\r\n"
KEEP_ALIVE = b"connection: keep-alive\r\n"
"""What an answer says of its connection: nothing, that it ends, that HTTP/1.0 may go on."""

_OWN_LENGTHS = frozenset({4, 7, 10, 14, 17})
_OWN = frozenset({b"content-length", b"transfer-encoding", b"connection", b"keep-alive"})


def encode_constant(
    endpoint: Endpoint, body: bytes, *, date_line: bytes, fate: bytes, head_only: bool
) -> bytes:
    """Return a complete answer whose head is the endpoint's own constant."""
    if endpoint.status in (204, 205, 304):
        head = encode_head(endpoint.status, endpoint.headers)
        length = b"content-length: 0\r\n" if endpoint.status == 205 else b""
        return b"".join((head, length, date_line, fate, b"\r\n"))
    return b"".join(
        (
            *(endpoint.head, b"%d\r\n" % len(body), date_line, fate, b"\r\n"),
            b"" if head_only else body,
        )
    )


def encode_response(
    response: Response, *, date_line: bytes, fate: bytes, head_only: bool
) -> tuple[bytes, bytes]:
    """Return a complete answer and the fate of its connection.

    Raises ``InvalidHeaderError`` where a header would split the answer.
    """
    headers, asks_close, date, length = _own_headers(response.raw_headers)
    if asks_close:
        fate = CLOSE
    status = _final_status(response.status_code)
    body = b"" if status in (204, 205, 304) else response.body
    parts = [encode_head(status, headers), b"" if date else date_line, fate]
    if status not in (204, 304):
        known = head_only and not body and length is not None and length.isdigit()
        parts.append(b"content-length: %d\r\n" % (int(length or 0) if known else len(body)))
    parts.append(b"\r\n")
    if not head_only:
        parts.append(body)
    return b"".join(parts), fate


def encode_stream_head(
    response: Response, *, date_line: bytes, fate: bytes, version: str
) -> tuple[bytes, bytes, int]:
    """Return the head of a stream, its connection's fate and its length.

    The length is -1 for chunks and -2 where the connection's end is the body's end. Raises
    ``InvalidHeaderError`` as above, and for a ``content-length`` that is no number.
    """
    headers, asks_close, date, length = _own_headers(response.raw_headers)
    if asks_close:
        fate = CLOSE
    status = _final_status(response.status_code)
    framing = b""
    if status in (204, 205, 304):
        size = 0
        framing = b"content-length: 0\r\n" if status == 205 else b""
    elif length is not None:
        if not length.isdigit():
            what = f"The content-length {length!r} of a stream is not a number."
            raise InvalidHeaderError("TRI-ENGINE-001", what, "Give its size in bytes, or none.")
        size = int(length)
        framing = b"content-length: %d\r\n" % size
    elif version == "1.0":
        size, fate = -2, CLOSE
    else:
        size = -1
        framing = b"transfer-encoding: chunked\r\n"
    head = encode_head(status, headers)
    return b"".join((head, framing, b"" if date else date_line, fate, b"\r\n")), fate, size


def _final_status(status: int) -> int:
    if not 200 <= status <= 999:
        what = f"A response has the status {status!r}, which cannot end a request."
        raise InvalidHeaderError("TRI-ENGINE-002", what, "Use a status from 200 to 599.")
    return status


def _own_headers(headers: RawHeaders) -> tuple[RawHeaders, bool, bool, bytes | None]:
    """Take out the headers that are the engine's to write; say what they asked for."""
    kept = []
    asks_close = dated = False
    length = None
    for name, value in headers:
        if len(name) in _OWN_LENGTHS:
            lower = name.lower()
            if lower in _OWN:
                if lower == b"content-length":
                    length = value.strip()
                elif lower == b"connection" and value.strip().lower() == b"close":
                    asks_close = True
                continue
            dated = dated or lower == b"date"
        kept.append((name, value))
    return kept, asks_close, dated, length
