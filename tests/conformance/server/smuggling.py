"""Raw bytes and the verdict that RFC 9110 and RFC 9112 ask for.

Each case is sent on a fresh connection and is followed at once by a request for ``/smuggled``. A
refused case names the one status that is answered, after which the connection closes. An accepted
case names the statuses of its own answers; then ``/smuggled`` is answered as well, unless the case
says that the connection ends.
"""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """One message: refused where ``refused`` is set, else answered with ``statuses``."""

    name: str
    raw: bytes
    refused: int = 0
    statuses: tuple[int, ...] = (200,)
    ends: bool = False


GET = b"GET / HTTP/1.1\r\nHost: test\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: test\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

LENGTH = (
    Case("two equal lengths", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
    Case(
        "two different lengths", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400
    ),
    Case("a list of lengths", POST + b"Content-Length: 5, 5\r\n\r\nhello", 400),
    Case("a length with plus", POST + b"Content-Length: +5\r\n\r\nhello", 400),
    Case("a negative length", POST + b"Content-Length: -5\r\n\r\nhello", 400),
    Case("a hexadecimal length", POST + b"Content-Length: 0x5\r\n\r\nhello", 400),
    Case("a length with underscore", POST + b"Content-Length: 1_0\r\n\r\nhello", 400),
    Case("a length with a dot", POST + b"Content-Length: 5.0\r\n\r\nhello", 400),
    Case("an empty length", POST + b"Content-Length:\r\n\r\nhello", 400),
    Case("a length beyond 64 bits", POST + b"Content-Length: 18446744073709551616\r\n\r\n", 400),
    Case("a length in Arabic digits", POST + b"Content-Length: \xd9\xa5\r\n\r\nhello", 400),
    Case("a length above the route's limit", POST + b"Content-Length: 1001\r\n\r\n", 413),
    Case("a length at the limit", POST + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000),
    Case("a length with white space around", POST + b"Content-Length: \t5 \r\n\r\nhello"),
    Case("content_length is another header", POST + b"Content_Length: 5\r\n\r\n"),
    Case("a length of zero on GET", GET + b"Content-Length: 0\r\n\r\n"),
    Case("a body on GET", GET + b"Content-Length: 5\r\n\r\nhello"),
)

CODING = (
    Case(
        "length then coding",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    Case(
        "coding then length",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        400,
    ),
    Case("chunked not last", POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    Case("chunked twice", POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    Case(
        "two chunked headers",
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    Case(
        "a second header names another coding",
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        400,
    ),
    Case("gzip under chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    Case("identity", POST + b"Transfer-Encoding: identity\r\n\r\n", 501),
    Case("xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    Case("chunked in quotes", POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 501),
    Case(
        "chunked after a vertical tab",
        POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    Case(
        "chunked with a parameter", POST + b"Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", 501
    ),
    Case("an empty coding", POST + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
    Case("an empty list member", POST + b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", 400),
    Case("a folded coding", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    Case("space before the colon", POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    Case("Transfer_Encoding is another header", POST + b"Transfer_Encoding: chunked\r\n\r\n"),
    Case(
        "Chunked in capitals", POST + b"Transfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    Case(
        "chunks in HTTP/1.0",
        b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
)

CHUNKS = (
    Case("a chunk", CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"),
    Case("leading zeros", CHUNKED + b"0005\r\nhello\r\n000\r\n\r\n"),
    Case("an extension", CHUNKED + b'5;a=b;c="d"\r\nhello\r\n0\r\n\r\n'),
    Case("a size beyond 64 bits", CHUNKED + b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n", 400),
    Case("a huge size", CHUNKED + b"ffffffffffffffff\r\n" + b"x" * 1001, 413),
    Case("a negative size", CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", 400),
    Case("a size with 0x", CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", 400),
    Case("a size with underscore", CHUNKED + b"1_0\r\nhello\r\n0\r\n\r\n", 400),
    Case("no size", CHUNKED + b"\r\nhello\r\n0\r\n\r\n", 400),
    Case("space after the size", CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n", 400),
    Case("LF after the size", CHUNKED + b"5\nhello\r\n0\r\n\r\n", 400),
    Case("CR alone after the size", CHUNKED + b"5\rhello\r\n0\r\n\r\n", 400),
    Case("LF after an extension", CHUNKED + b"5;a\nhello\r\n0\r\n\r\n", 400),
    Case("CR in an extension", CHUNKED + b"5;a\rb\r\nhello\r\n0\r\n\r\n", 400),
    Case("no CRLF after the data", CHUNKED + b"5\r\nhello0\r\n\r\n", 400),
    Case("LF after the data", CHUNKED + b"5\r\nhello\n0\r\n\r\n", 400),
    Case("data longer than its size", CHUNKED + b"4\r\nhello\r\n0\r\n\r\n", 400),
    Case("an endless extension", CHUNKED + b"5;" + b"a" * 60_000 + b"\r\nhello\r\n0\r\n\r\n", 400),
    Case(
        "many extensions",
        CHUNKED + (b"1;" + b"a" * 2000 + b"\r\nx\r\n") * 40 + b"0\r\n\r\n",
        400,
    ),
    Case("one-byte chunks are no fault", CHUNKED + b"1\r\nx\r\n" * 900 + b"0\r\n\r\n"),
    Case("a body above the limit", CHUNKED + b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n", 413),
    Case("trailers are dropped", CHUNKED + b"5\r\nhello\r\n0\r\nX-Trail: 1\r\nHost: evil\r\n\r\n"),
    Case("a length in the trailers", CHUNKED + b"0\r\nContent-Length: 5\r\n\r\n", 400),
    Case("a coding in the trailers", CHUNKED + b"0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    Case(
        "large trailers", CHUNKED + b"0\r\n" + b"X-Trail: %b\r\n" % (b"x" * 40_000) + b"\r\n", 431
    ),
    Case("many trailers", CHUNKED + b"0\r\n" + b"X-Trail: 1\r\n" * 101 + b"\r\n", 431),
)

LINES = (
    Case("a folded header", GET + b"X-A: 1\r\n 2\r\n\r\n", 400),
    Case("a header that begins with a tab", GET + b"\tX-A: 1\r\n\r\n", 400),
    Case("LF ends a line", GET + b"X-A: 1\nX-B: 2\r\n\r\n", 400),
    Case("LF ends the request line", b"GET / HTTP/1.1\nHost: test\r\n\r\n", 400),
    Case("LF ends the head", GET + b"\n", 400),
    Case("CR inside a value", GET + b"X-A: 1\r2\r\n\r\n", 400),
    Case("CR CR LF", GET + b"X-A: 1\r\r\n\r\n", 400),
    Case("NUL inside a value", GET + b"X-A: 1\x002\r\n\r\n", 400),
    Case("NUL inside a name", GET + b"X\x00A: 1\r\n\r\n", 400),
    Case("a control character", GET + b"X-A: 1\x012\r\n\r\n", 400),
    Case("space before the colon of a header", GET + b"X-A : 1\r\n\r\n", 400),
    Case("space inside a name", GET + b"X A: 1\r\n\r\n", 400),
    Case("no name", GET + b": 1\r\n\r\n", 400),
    Case("no colon", GET + b"X-A\r\n\r\n", 400),
    Case("a name that is no token", GET + b"X(A): 1\r\n\r\n", 400),
    Case(
        "white space before the first header", b"GET / HTTP/1.1\r\n X: 1\r\nHost: test\r\n\r\n", 400
    ),
    Case("bytes above 127 in a value", GET + b"X-A: \xff\r\n\r\n"),
    Case("an empty value", GET + b"X-A:\r\n\r\n"),
    Case("an empty line before the request", b"\r\n" + GET + b"\r\n"),
    Case("a large head", GET + b"X-A: %b\r\n\r\n" % (b"x" * 33_000), 431),
    Case("an endless head", GET + b"X-A: " + b"x" * 200_000, 431),
    Case("an endless name", GET + b"x" * 200_000, 431),
    Case("100 headers", GET + b"X-A: 1\r\n" * 99 + b"\r\n"),
    Case("101 headers", GET + b"X-A: 1\r\n" * 100 + b"\r\n", 431),
    Case("thousands of headers", GET + b"a:\r\n" * 20_000, 431),
    Case("endless empty lines", b"\r\n" * 50_000, 431),
)

START = (
    Case("no version", b"GET /\r\n\r\n", 505),
    Case("HTTP/0.9", b"GET / HTTP/0.9\r\n\r\n", 505),
    Case("HTTP/1.2", b"GET / HTTP/1.2\r\nHost: test\r\n\r\n", 505),
    Case("HTTP/2.0", b"GET / HTTP/2.0\r\nHost: test\r\n\r\n", 505),
    Case("HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    Case("a version of two digits", b"GET / HTTP/11.1\r\nHost: test\r\n\r\n", 400),
    Case("lower-case http", b"GET / http/1.1\r\nHost: test\r\n\r\n", 400),
    Case("another protocol's method", b"SETUP / RTSP/1.0\r\nHost: test\r\n\r\n", 501),
    Case("a lower-case method", b"get / HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("an unknown method", b"FOO / HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("no method", b" / HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("a tab after the method", b"GET\t/ HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("space inside the target", b"GET /a b HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("space after the version", b"GET / HTTP/1.1 \r\nHost: test\r\n\r\n", 400),
    Case("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, 400),
    Case("CONNECT", b"CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n", 501),
    Case("HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n", ends=True),
    Case("HTTP/1.0 with keep-alive", b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    Case("Connection: close", GET + b"Connection: close\r\n\r\n", ends=True),
    Case("close among other options", GET + b"Connection: x, close\r\n\r\n", ends=True),
)

TARGET = (
    Case("absolute form", b"GET http://test/ HTTP/1.1\r\nHost: other\r\n\r\n"),
    Case("absolute form without a path", b"GET http://test HTTP/1.1\r\nHost: test\r\n\r\n"),
    Case("absolute form of another scheme", b"GET ftp://test/ HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("user information", b"GET http://me@test/ HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("asterisk form", b"OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n", statuses=(204,)),
    Case("an asterisk for GET", b"GET * HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("a relative target", b"GET index HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("a fragment", b"GET /#a HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("a fragment in the query", b"GET /?a#b HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("raw UTF-8", "GET /é HTTP/1.1\r\nHost: test\r\n\r\n".encode(), 400),
    Case("an encoded NUL", b"GET /a%00b HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case("an encoding that is not UTF-8", b"GET /%ff HTTP/1.1\r\nHost: test\r\n\r\n", 400),
    Case(
        "a target at the limit",
        b"GET /%b HTTP/1.1\r\nHost: test\r\n\r\n" % (b"x" * 8191),
        statuses=(404,),
    ),
    Case(
        "a target above the limit", b"GET /%b HTTP/1.1\r\nHost: test\r\n\r\n" % (b"x" * 8192), 414
    ),
    Case("an endless target", b"GET /" + b"x" * 200_000, 414),
)

HOST = (
    Case("no Host", b"GET / HTTP/1.1\r\n\r\n", 400),
    Case("two Hosts", GET + b"Host: test\r\n\r\n", 400),
    Case("two Hosts in two cases", GET + b"HOST: other\r\n\r\n", 400),
    Case("a list of hosts", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    Case("a path in Host", b"GET / HTTP/1.1\r\nHost: test/x\r\n\r\n", 400),
    Case("user information in Host", b"GET / HTTP/1.1\r\nHost: me@test\r\n\r\n", 400),
    Case("a port that is no number", b"GET / HTTP/1.1\r\nHost: test:http\r\n\r\n", 400),
    Case("an empty Host", b"GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    Case("an IPv6 Host", b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
    Case("Host_ is another header", GET + b"Host_: other\r\n\r\n"),
)

EXPECT = (
    Case("an unknown expectation", POST + b"Expect: tea\r\nContent-Length: 5\r\n\r\nhello", 417),
    Case(
        "too large is refused before 100",
        POST + b"Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n",
        413,
    ),
    Case("an upgrade that nobody takes", GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
    Case(
        "an upgrade with a body",
        POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
    ),
    Case(
        "an upgrade with chunks",
        POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n0\r\n\r\n",
    ),
    Case(
        "two upgrades in one segment",
        (GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n") * 2,
        statuses=(200, 200),
    ),
    Case("a request after a close", GET + b"Connection: close\r\n\r\n" + GET + b"\r\n", ends=True),
)

CASES = (*LENGTH, *CODING, *CHUNKS, *LINES, *START, *TARGET, *HOST, *EXPECT)
