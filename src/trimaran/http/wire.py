"""HTTP/1.1 heads as bytes (RFC 9112)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from trimaran.errors import InvalidHeaderError

if TYPE_CHECKING:
    from trimaran.types import RawHeaders

STATUS_LINES: dict[int, bytes] = {
    status.value: b"HTTP/1.1 %d %s\r\n" % (status.value, status.phrase.encode("ascii"))
    for status in HTTPStatus
}


def status_line(status: int) -> bytes:
    """Return ``HTTP/1.1 200 OK`` and its line end; an unknown status has no phrase."""
    return STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status


def encode_head(status: int, headers: RawHeaders) -> bytes:
    """Return the status line and the header lines, without the empty line after.

    Raises ``InvalidHeaderError`` where a CR, LF or NUL inside a header would change the message.
    """
    lines = b"".join([b"%b: %b\r\n" % header for header in headers])
    count = len(headers)
    if lines.count(b"\n") != count or lines.count(b"\r") != count or b"\0" in lines:
        raise _split_head(headers)
    return status_line(status) + lines


def _split_head(headers: RawHeaders) -> InvalidHeaderError:
    guilty = next(
        (name for name, value in headers if any(mark in name + value for mark in b"\r\n\0")), b""
    )
    what = f"Header {guilty!r} holds a CR, LF or NUL, which would split the response."
    return InvalidHeaderError("TRI-HTTP-003", what, "Strip control characters from the value.")
