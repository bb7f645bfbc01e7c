"""How connections live and end is the same whichever server runs the application."""

from __future__ import annotations

from serving.raw_client import connected

GET = b"GET %b HTTP/1.1\r\nHost: test\r\n%b\r\n"


def test_keep_alive(port: int) -> None:
    """A connection serves one request after another."""
    with connected(port) as client:
        assert [client.get("/").status for _ in range(3)] == [200, 200, 200]


def test_pipelining_keeps_order(port: int) -> None:
    """Answers come in the order of the requests, slow ones included."""
    with connected(port) as client:
        client.send(GET % (b"/slow", b"") + GET % (b"/", b"") + GET % (b"/stream", b""))
        bodies = [client.answer().body for _ in range(3)]
    assert bodies == [b'"slow"', b'{"hello":"world"}', b"0\n1\n2\n"]


def test_connection_close(port: int) -> None:
    """A client that asks for it is answered and the connection ends."""
    with connected(port) as client:
        answer = client.get("/", headers="Connection: close\r\n")
        assert answer.header("connection") == "close"
        assert client.is_closed()


def test_old_protocol(port: int) -> None:
    """HTTP/1.0 is answered and the connection ends, after a stream too."""
    for path, body in ((b"/", b'{"hello":"world"}'), (b"/stream", b"0\n1\n2\n")):
        with connected(port) as client:
            client.send(b"GET %b HTTP/1.0\r\nHost: test\r\n\r\n" % path)
            answer = client.answer()
            assert (answer.status, answer.body) == (200, body)
            assert client.is_closed()


def test_malformed(port: int) -> None:
    """What is not HTTP gets a 4xx at most, and the connection ends."""
    with connected(port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost : test\r\n\r\n")
        data = client.rest()
    assert data == b"" or data.startswith(b"HTTP/1.1 4")


def test_length_and_coding(port: int) -> None:
    """A request with both framings never lets a second request through."""
    with connected(port) as client:
        client.send(
            b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET % (b"/created", b"")
        )
        assert b"201 Created" not in client.rest()
