"""A head that repeats the last one is served the short way, and to the same effect."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving.segments import answers

HOST = b"Host: test\r\n"
LINES = [
    *(b"GET /about HTTP/1.1\r\n", b"GET /about/b?c=d HTTP/1.1\r\n", b"HEAD / HTTP/1.1\r\n"),
    *(b"GET /about HTTP/1.0\r\n", b"GET http://other/about HTTP/1.1\r\n", b"POST / HTTP/1.1\r\n"),
    *(b"GET /about/%41 HTTP/1.1\r\n", b"GET  /about HTTP/1.1\r\n", b"GET /a\nb HTTP/1.1\r\n"),
    *(b"OPTIONS * HTTP/1.1\r\n", b"GET /#a HTTP/1.1\r\n", b"get / HTTP/1.1\r\n", b"\r\n"),
    *(b"CONNECT /about HTTP/1.1\r\n", b"GET /\xc3\xa9 HTTP/1.1\r\n", b"GET / HTTP/2.0\r\n"),
]
TAILS = [
    *(HOST, HOST + b"X-A: 1\r\n", b"host: test\r\n", HOST + HOST, b"X-A: 1\r\n", b""),
    *(HOST + b"Connection: close\r\n", HOST + b"Connection: keep-alive\r\n"),
    *(HOST + b"Content-Length: 0\r\n", HOST + b"Content-Length: 5\r\n", HOST + b" fold\r\n"),
    HOST + b"Transfer-Encoding: chunked\r\n",
    *(HOST + b"Connection: upgrade\r\nUpgrade: x\r\n", HOST + b"Expect: 100-continue\r\n"),
    HOST + b"X-A: 1\r\n\r\nGET /about HTTP/1.1\r\n" + HOST,
]


def heads(*segments: bytes) -> bytes:
    """Return what is answered to these segments."""
    return asyncio.run(answers([*segments]))


def about(written: bytes) -> list[dict[str, object]]:
    """Return the bodies of the answers of ``/about``."""
    parts = written.split(b"\r\n\r\n")[1:]
    return [json.JSONDecoder().raw_decode(part.decode())[0] for part in parts if part[:1] == b"{"]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(TAILS)), min_size=2, max_size=6))
def test_same_as_byte_by_byte(messages: list[tuple[bytes, bytes]]) -> None:
    """Whole heads, one a segment, get the answers that the same bytes get one at a time."""
    segments = [line + tail + b"\r\n" for line, tail in messages]
    single = [bytes([byte]) for segment in segments for byte in segment]
    assert heads(*segments) == heads(*single)


def test_headers_of_a_repeat() -> None:
    """A repeated head brings its own path and query, and the same headers."""
    tail = b"Host: test\r\nX-A: 1\r\nX-A: 2\r\n\r\n"
    found = about(heads(*(b"GET /about/%d?q=%d HTTP/1.1\r\n" % (n, n) + tail for n in range(3))))
    assert [item["path"] for item in found] == ["/about/0", "/about/1", "/about/2"]
    assert [item["query"] for item in found] == ["q=0", "q=1", "q=2"]
    assert all(item["headers"] == [["host", "test"], ["x-a", "1"], ["x-a", "2"]] for item in found)


def test_heads_that_differ() -> None:
    """Heads that never repeat are all served, longer than the connection remembers."""
    line = b"GET /about HTTP/1.1\r\n"
    found = about(heads(*(line + HOST + b"X-N: %d\r\n\r\n" % n for n in range(20))))
    assert [item["headers"][1] for item in found] == [["x-n", str(n)] for n in range(20)]


def test_absolute_target_is_not_remembered() -> None:
    """The host of a target in absolute form does not stick to the next request."""
    tail = HOST + b"\r\n"
    plain = b"GET /about HTTP/1.1\r\n" + tail
    found = about(heads(b"GET http://other/about HTTP/1.1\r\n" + tail, plain, plain))
    assert [item["headers"] for item in found] == [
        [["host", "other"]],
        [["host", "test"]],
        [["host", "test"]],
    ]


@pytest.mark.parametrize("tail", [HOST + HOST, b"", HOST + b"X : 1\r\n"])
def test_refused_after_a_repeat(tail: bytes) -> None:
    """A bad head after good ones is refused as ever."""
    good = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
    written = heads(good, good, b"GET / HTTP/1.1\r\n" + tail + b"\r\n", good)
    assert written.count(b"HTTP/1.1 200 OK") == 2
    assert written.count(b"HTTP/1.1 400 ") == 1
