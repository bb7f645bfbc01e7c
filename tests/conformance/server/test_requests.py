"""What a request brings to an endpoint is the same whichever server runs it."""

from __future__ import annotations

from serving.raw_client import connected

HOST = b"Host: test\r\n"


def test_method_path_and_query(port: int) -> None:
    """The path is decoded, the query is left as it came."""
    with connected(port) as client:
        about = client.get("/about/caf%C3%A9%20x?q=%C3%A9&r=1").json()
    assert about["method"] == "GET"
    assert about["path"] == "/about/café x"
    assert about["query"] == "q=%C3%A9&r=1"


def test_headers(port: int) -> None:
    """Every header arrives; those of one name keep their order."""
    with connected(port) as client:
        about = client.get("/about", headers="X-One: a\r\nX-Two: b\r\nX-One: c\r\n").json()
    assert [value for name, value in about["headers"] if name == "x-one"] == ["a", "c"]
    assert ["x-two", "b"] in about["headers"]


def test_channel(port: int) -> None:
    """The channel knows the peer, the server, the scheme and the version."""
    with connected(port) as client:
        about = client.get("/about").json()
    assert about["client"] == about["server"] == "127.0.0.1"
    assert (about["scheme"], about["version"]) == ("http", "1.1")


def test_body_with_length(port: int) -> None:
    """A body with a length is whole when the endpoint runs."""
    with connected(port) as client:
        client.send(b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\nhello")
        client.send(b"world")
        assert client.answer().body == b"helloworld"


def test_body_in_chunks(port: int) -> None:
    """A chunked body is joined."""
    with connected(port) as client:
        client.send(b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        client.send(b"5\r\nhello\r\n5;x=1\r\nworld\r\n0\r\n\r\n")
        assert client.answer().body == b"helloworld"


def test_body_is_empty(port: int) -> None:
    """A request without a body gives empty bytes."""
    with connected(port) as client:
        assert client.get("/about").json()["body"] == ""


def test_body_announced_too_large(port: int) -> None:
    """A body announced above the route's limit is answered 413 before it is sent."""
    with connected(port) as client:
        client.send(b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 1001\r\n\r\n")
        answer = client.answer()
    assert answer.status == 413
    assert answer.json() == {"detail": "The request body is too large."}


def test_chunks_too_large(port: int) -> None:
    """A chunked body is refused once it grows above the route's limit."""
    with connected(port) as client:
        client.send(b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        client.send(b"3e9\r\n" + b"x" * 1001 + b"\r\n")
        assert client.answer().status == 413


def test_expect_continue(port: int) -> None:
    """A client that waits for 100 gets it before it sends the body."""
    with connected(port) as client:
        client.send(
            b"POST /echo HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert client.answer().status == 100
        client.send(b"ok")
        assert client.answer().body == b"ok"


def test_stream_of_a_body(port: int) -> None:
    """An endpoint in stream mode reads the body as it arrives."""
    with connected(port) as client:
        client.send(b"POST /upload HTTP/1.1\r\n" + HOST + b"Content-Length: 300000\r\n\r\n")
        for _ in range(3):
            client.send(b"x" * 100_000)
        assert client.answer().body == b"300000"


def test_stream_of_a_body_too_large(port: int) -> None:
    """A streamed body above the limit raises 413 in the endpoint."""
    with connected(port) as client:
        client.send(b"POST /upload HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        client.send(
            b"30000\r\n" + b"x" * 0x30000 + b"\r\n" + b"30000\r\n" + b"x" * 0x30000 + b"\r\n"
        )
        answer = client.answer()
    assert answer.status == 413
    assert answer.json()["detail"] == "The request body is too large."


def test_upgrade_that_nobody_takes(port: int) -> None:
    """A request for another protocol is answered as any other."""
    with connected(port) as client:
        answer = client.get("/", headers="Connection: Upgrade\r\nUpgrade: h2c\r\n")
    assert (answer.status, answer.json()) == (200, {"hello": "world"})


def test_context_is_the_requests_own(port: int) -> None:
    """A context variable set in one request is not seen by the next of the same connection."""
    with connected(port) as client:
        assert client.get("/mark").body == b"none"
        assert client.get("/mark").body == b"none"
