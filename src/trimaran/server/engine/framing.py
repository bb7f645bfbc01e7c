"""What RFC 9112 asks of a request beyond what the parser checks."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from trimaran.server.engine.refusals import (
    BAD_CODING,
    BAD_HOST,
    BAD_TARGET,
    BODY_LARGE,
    EXPECTATION,
    UNKNOWN_CODING,
    Refusal,
    Refused,
)

METHODS: dict[bytes, str] = {
    name.encode(): name
    for name in (
        *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"),
        *("COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "BIND"),
        *("REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH"),
        *("NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "QUERY"),
    )
}
"""The methods that reach an application. The parser also knows those of RTSP and of CONNECT."""

NOTED = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})

_COMMON = (
    *("Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control"),
    *("Connection", "Content-Type", "Cookie", "DNT", "If-Modified-Since", "If-None-Match"),
    *("Origin", "Pragma", "Priority", "Referer", "Sec-Ch-Ua", "Sec-Ch-Ua-Mobile"),
    *("Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site"),
    *("Sec-Fetch-User", "Upgrade-Insecure-Requests", "User-Agent", "X-Forwarded-For"),
    *("X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Request-Id", "X-Requested-With"),
)
UNREMARKABLE = frozenset(name.encode() for common in _COMMON for name in (common, common.lower()))
"""Frequent names that decide neither framing nor host: one look-up settles them."""

_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]{0,5})?")
_ABSOLUTE = re.compile(rb"https?://([^/?#]+)(/[^?]*)?(?:\?(.*))?", re.IGNORECASE | re.DOTALL)


class Framing:
    """How a request's body is framed; made only for a request that announces one.

    length: the announced length, -1 for chunks of unknown sum
    websocket: whether the client asks for that protocol
    """

    __slots__ = ("chunked", "expects", "length", "websocket")

    def __init__(self) -> None:
        self.length = 0
        self.chunked = False
        self.expects = False
        self.websocket = False

    @property
    def has_body(self) -> bool:
        """Whether bytes will follow the head."""
        return self.chunked or self.length > 0

    def note(self, name: bytes, value: bytes) -> None:
        """Take in one of the noted headers, its name in lower case."""
        if name == b"content-length":
            self.length = _length(value)
        elif name == b"transfer-encoding":
            if value.strip().lower() != b"chunked":
                raise Refused(_coding_fault(value))
            self.chunked = True
            self.length = -1
        elif name == b"expect":
            if value.strip().lower() != b"100-continue":
                raise Refused(EXPECTATION)
            self.expects = True
        elif b"websocket" in [one.strip() for one in value.lower().split(b",")]:
            self.websocket = True

    def check(self, version: str, max_body: int) -> None:
        """Refuse what may not be read: chunks in HTTP/1.0, a body announced too large."""
        if version == "1.0":
            if self.chunked:
                raise Refused(BAD_CODING)
            self.expects = False
        if self.length > max_body:
            raise Refused(BODY_LARGE)


def _length(value: bytes) -> int:
    digits = value.strip()
    return int(digits) if len(digits) <= 20 and digits.isdigit() else 1 << 64


def _coding_fault(value: bytes) -> Refusal:
    codings = [coding.strip().lower() for coding in value.split(b",")]
    if codings.count(b"chunked") > 1 or b"chunked" in codings[:-1] or not all(codings):
        return BAD_CODING
    return UNKNOWN_CODING


def check_host(value: bytes) -> None:
    """Refuse a Host that is not ``name``, ``name:port`` or ``[address]:port``."""
    if _HOST.fullmatch(value.strip()) is None:
        raise Refused(BAD_HOST)


def split_target(target: bytes) -> tuple[str, bytes]:
    """Return the decoded path and the raw query of a target in origin form."""
    path, _, query = target.partition(b"?")
    if b"%" in path:
        return _decode(path), query
    return path.decode("ascii"), query


def split_absolute(target: bytes) -> tuple[bytes, str, bytes]:
    """Return the authority, path and query of a target in absolute form."""
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        raise Refused(BAD_TARGET)
    authority, path, query = match.groups()
    check_host(authority)
    return authority, _decode(path or b"/"), query or b""


def _decode(path: bytes) -> str:
    try:
        text = unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(BAD_TARGET) from None
    if "\0" in text:
        raise Refused(BAD_TARGET)
    return text
