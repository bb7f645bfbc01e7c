"""Answers as bytes."""

from __future__ import annotations

import pytest

from trimaran.errors import InvalidHeaderError
from trimaran.http import Endpoint, Response, StreamingResponse
from trimaran.server.engine.answers import (
    CLOSE,
    PERSIST,
    encode_constant,
    encode_response,
    encode_stream_head,
)

DATE = b"date: today\r\n"


def constant(status: int, body: bytes, *, head_only: bool = False) -> bytes:
    """Encode an endpoint's constant answer."""
    endpoint = Endpoint(lambda _: body, status=status, headers=[(b"a", b"b")])
    return encode_constant(endpoint, body, date_line=DATE, fate=CLOSE, head_only=head_only)


def response(answer: Response, *, head_only: bool = False, fate: bytes = PERSIST) -> list[bytes]:
    """Encode a response; return its lines."""
    data, _ = encode_response(answer, date_line=DATE, fate=fate, head_only=head_only)
    return data.split(b"\r\n")


def test_constant() -> None:
    """Status, headers, length, date and the connection's fate come before the body."""
    assert constant(200, b"body") == (
        b"HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 4\r\ndate: today\r\n"
        b"connection: close\r\n\r\nbody"
    )


def test_constant_for_head() -> None:
    """HEAD gets the length of the body, not the body."""
    assert constant(200, b"body", head_only=True).endswith(b"close\r\n\r\n")
    assert b"content-length: 4" in constant(200, b"body", head_only=True)


@pytest.mark.parametrize(("status", "length"), [(204, False), (304, False), (205, True)])
def test_status_without_body(status: int, length: bool) -> None:
    """204 and 304 have no length, 205 has length 0; none has a body."""
    for data in (
        constant(status, b"body"),
        b"\r\n".join(response(Response(b"body", status))),
    ):
        assert data.endswith(b"\r\n\r\n")
        assert (b"content-length: 0" in data) is length
        assert (b"content-length" in data) is length


def test_headers_of_the_engine() -> None:
    """A response cannot frame itself: its length and coding are the engine's to say."""
    answer = Response(b"body")
    answer.raw_headers += [
        *[(b"Content-Length", b"999"), (b"Transfer-Encoding", b"chunked"), (b"Connection", b"x")],
        *[(b"Keep-Alive", b"timeout=1"), (b"x-own", b"1")],
    ]
    lines = response(answer)
    assert lines[1:] == [b"x-own: 1", b"date: today", b"content-length: 4", b"", b"body"]


def test_response_that_closes() -> None:
    """A response may end its connection."""
    answer = Response(b"", headers={"connection": "close"})
    data, fate = encode_response(answer, date_line=DATE, fate=PERSIST, head_only=False)
    assert fate is CLOSE
    assert b"connection: close\r\n" in data


def test_own_date() -> None:
    """A response that has a date keeps it."""
    answer = Response(b"")
    answer.raw_headers.append((b"Date", b"yesterday"))
    assert [line for line in response(answer) if line.lower().startswith(b"date")] == [
        b"Date: yesterday"
    ]


def test_length_for_head() -> None:
    """An answer to HEAD may tell a length without making the body."""
    answer = Response(b"")
    answer.raw_headers.append((b"content-length", b"1234"))
    assert b"content-length: 1234" in response(answer, head_only=True)
    assert b"content-length: 0" in response(answer)


@pytest.mark.parametrize("value", [b"a\r\nb: c", b"a\nb", b"a\rb", b"a\0b"])
def test_header_that_splits(value: bytes) -> None:
    """CR, LF and NUL in a header are refused."""
    answer = Response(b"")
    answer.raw_headers.append((b"x", value))
    with pytest.raises(InvalidHeaderError, match="CR, LF or NUL"):
        response(answer)


@pytest.mark.parametrize("status", [0, 100, 101, 199, 1000])
def test_status_that_ends_nothing(status: int) -> None:
    """A status that cannot end a request is refused."""
    with pytest.raises(InvalidHeaderError, match=f"TRI-ENGINE-002 .* {status}, which cannot end"):
        response(Response(b"", status))


@pytest.mark.parametrize(
    ("version", "length", "size", "framing"),
    [
        ("1.1", None, -1, b"transfer-encoding: chunked"),
        ("1.1", b"7", 7, b"content-length: 7"),
        ("1.0", None, -2, b"connection: close"),
        ("1.0", b"7", 7, b"content-length: 7"),
    ],
)
def test_stream(version: str, length: bytes | None, size: int, framing: bytes) -> None:
    """A stream is framed by its length, by chunks, or by the connection's end."""
    answer = StreamingResponse([])
    if length is not None:
        answer.raw_headers.append((b"content-length", length))
    head, _, found = encode_stream_head(answer, date_line=DATE, fate=PERSIST, version=version)
    assert found == size
    assert framing in head.split(b"\r\n")
    assert head.endswith(b"\r\n\r\n")


def test_stream_with_a_wrong_length() -> None:
    """A length that is no number is refused."""
    answer = StreamingResponse([])
    answer.raw_headers.append((b"content-length", b"+7"))
    with pytest.raises(InvalidHeaderError, match="TRI-ENGINE-001"):
        encode_stream_head(answer, date_line=DATE, fate=PERSIST, version="1.1")
