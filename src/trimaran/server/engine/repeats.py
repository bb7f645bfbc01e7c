"""Heads that repeat: what a client of a kept connection sends again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httptools

if TYPE_CHECKING:
    from trimaran.types import RawHeaders

CR = 13
PATIENCE = 8
"""Different heads in a row after which a connection is not worth remembering."""


class _Marker:
    """What the parser of repeats reports to: that a message has ended, and nothing else."""

    __slots__ = ("on_message_complete",)

    def __init__(self, marks: list[None]) -> None:
        self.on_message_complete = marks.clear


class Repeats:
    """The header lines of the last plain request of a connection.

    A segment whose bytes after the request line equal those of a request that was judged before
    has the same headers, the same framing and the same host. The parser judges all of it again, but
    need not report its header lines one by one.

    candidate: lines that become ``lines`` if the request they belong to proves plain
    """

    __slots__ = ("_left", "_marks", "_parser", "candidate", "headers", "lines")

    def __init__(self) -> None:
        self._left = PATIENCE
        self._marks: list[None] = []
        self._parser = httptools.HttpRequestParser(_Marker(self._marks))
        self.lines = b""
        self.candidate = b""
        self.headers: RawHeaders = []

    def propose(self, segment: bytes, line_end: int) -> bool:
        """Remember a segment's header lines; False where this connection is not worth it."""
        self._left -= 1
        whole = segment.find(b"\r\n\r\n") == len(segment) - 4
        self.candidate = segment[line_end:] if whole and line_end > 0 else b""
        return self._left > 0

    def adopt(self, headers: RawHeaders) -> None:
        """Take the candidate: its request was plain."""
        self.lines = self.candidate
        self.candidate = b""
        self.headers = headers.copy()

    def judge(self, segment: bytes) -> bool:
        """Whether the parser takes a segment for exactly one whole request."""
        self._left = PATIENCE
        self._marks.append(None)
        try:
            self._parser.feed_data(segment)
        except (httptools.HttpParserUpgrade, httptools.HttpParserError):
            return False
        return not self._marks
