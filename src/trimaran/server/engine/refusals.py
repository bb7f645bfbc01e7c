"""What the engine answers by itself, without asking the application."""

from __future__ import annotations

from typing import NamedTuple

from trimaran.http.problems import fault_response
from trimaran.http.wire import encode_head


class Refusal(NamedTuple):
    """A verdict on a message: it is answered with this and its connection ends.

    reason: the key under which ``ServerStats.refused`` counts it
    """

    status: int
    reason: str
    detail: str

    def encode(self, date_line: bytes, *, problem_details: bool = False) -> bytes:
        """Return the whole answer, in the form that the application has chosen."""
        answer = fault_response(self.status, self.detail, problem_details=problem_details)
        body = answer.body
        head = encode_head(self.status, answer.raw_headers)
        length = b"content-length: %d\r\n" % len(body)
        end = b"connection: close\r\n\r\n"
        return b"".join((head, length, date_line, end, body))


class Refused(Exception):  # noqa: N818  a signal inside the engine, it never reaches a user
    """Leave the parser in the middle of a message."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.reason)


MALFORMED = Refusal(400, "malformed", "The request is not valid HTTP/1.1.")
BAD_HOST = Refusal(400, "host", "The request needs exactly one valid Host header.")
BAD_TARGET = Refusal(400, "target", "The request target is not valid.")
BAD_CODING = Refusal(400, "coding", "The Transfer-Encoding of the request is not valid.")
CHUNK_OVERHEAD = Refusal(400, "chunk_overhead", "The chunks carry too many extensions.")
HEAD_SLOW = Refusal(408, "head_timeout", "The request head did not arrive in time.")
BODY_SLOW = Refusal(408, "body_timeout", "The request body did not arrive in time.")
BODY_LARGE = Refusal(413, "body_size", "The request body is too large.")
TARGET_LONG = Refusal(414, "target_size", "The request target is too long.")
EXPECTATION = Refusal(417, "expectation", "Only the expectation 100-continue is supported.")
HEAD_LARGE = Refusal(431, "head_size", "The request header fields are too large.")
HEADERS_MANY = Refusal(431, "header_count", "The request has too many header fields.")
UNKNOWN_METHOD = Refusal(501, "method", "The request method is not supported.")
UNKNOWN_CODING = Refusal(501, "transfer_coding", "Only the transfer coding chunked is supported.")
BUSY = Refusal(503, "connections", "The server has too many connections. Try again later.")
VERSION = Refusal(505, "version", "Only HTTP/1.1 and HTTP/1.0 are supported.")

_BY_FAULT = {
    "Invalid HTTP version": VERSION,
    "Pause on PRI/Upgrade": VERSION,
    "Expected HTTP/2 Connection Preface": VERSION,
}


def refusal_of(fault: str) -> Refusal:
    """Return the verdict on what the parser complained of."""
    return _BY_FAULT.get(fault, MALFORMED)
