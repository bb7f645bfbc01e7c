"""What an endpoint returns reaches the client the same way whichever server runs it."""

from __future__ import annotations

import pytest
from serving.raw_client import connected


def test_bytes(port: int) -> None:
    """Bytes are sent with the endpoint's constant head."""
    with connected(port) as client:
        answer = client.get("/")
    assert (answer.status, answer.body) == (200, b'{"hello":"world"}')
    assert answer.header("content-type") == "application/json"
    assert answer.header("content-length") == "17"
    assert answer.header("date").endswith(" GMT")


def test_status_of_the_endpoint(port: int) -> None:
    """An endpoint's own status is sent."""
    with connected(port) as client:
        assert client.get("/created").status == 201


def test_missing(port: int) -> None:
    """The application answers what no route takes."""
    with connected(port) as client:
        answer = client.get("/nowhere")
    assert (answer.status, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("path", ["/", "/stream", "/cookies", "/slow"])
def test_head(port: int, path: str) -> None:
    """HEAD gets the headers of GET and no body."""
    with connected(port) as client:
        client.send(b"HEAD %b HTTP/1.1\r\nHost: test\r\n\r\n" % path.encode())
        assert client.answer(head_only=True).status == 200
        assert client.get("/").body == b'{"hello":"world"}'


def test_no_content(port: int) -> None:
    """204 has neither body nor length."""
    with connected(port) as client:
        answer = client.get("/empty")
        assert (answer.status, answer.header("content-length")) == (204, None)
        assert client.get("/").status == 200


def test_coroutine(port: int) -> None:
    """An endpoint that waits is answered when it is done."""
    with connected(port) as client:
        assert client.get("/slow").json() == "slow"


def test_repeated_headers(port: int) -> None:
    """A response may set two cookies."""
    with connected(port) as client:
        answer = client.get("/cookies")
    assert [value.partition(";")[0] for value in answer.all("set-cookie")] == ["a=1", "b=2"]
    assert answer.header("x-own") == "yes"


def test_stream(port: int) -> None:
    """A stream without a length is sent in chunks and leaves the connection usable."""
    with connected(port) as client:
        answer = client.get("/stream")
        assert answer.body == b"0\n1\n2\n"
        assert answer.header("transfer-encoding") == "chunked"
        assert client.get("/").status == 200


def test_stream_with_length(port: int) -> None:
    """A stream that names its length is sent without chunks."""
    with connected(port) as client:
        answer = client.get("/sized")
    assert (answer.header("content-length"), answer.body) == ("6", b"0\n1\n2\n")
    assert answer.header("transfer-encoding") is None


def test_stream_that_breaks(port: int) -> None:
    """A stream that fails midway ends without the last chunk."""
    with connected(port) as client:
        client.send(b"GET /broken HTTP/1.1\r\nHost: test\r\n\r\n")
        data = client.rest()
    assert b"first" in data
    assert not data.endswith(b"0\r\n\r\n")


def test_failing_endpoint(port: int) -> None:
    """An endpoint that raises is answered 500, without a trace."""
    with connected(port) as client:
        answer = client.get("/raises")
    assert (answer.status, answer.json()) == (500, {"detail": "Internal Server Error"})


def test_header_that_splits(port: int) -> None:
    """A header with a line break is never written: the answer is a 500."""
    with connected(port) as client:
        answer = client.get("/split")
    assert answer.status == 500
    assert answer.header("set-cookie") is None


def test_hook_after_the_answer(port: int) -> None:
    """Hooks of a response run once it is sent."""
    with connected(port) as client:
        before = client.get("/events").json().count("after")
        assert client.get("/after").body == b"done"
        assert client.get("/events").json().count("after") == before + 1


def test_lifespan(port: int) -> None:
    """The application was started before the first request."""
    with connected(port) as client:
        assert client.get("/events").json()[0] == "startup"


def test_client_that_leaves(port: int) -> None:
    """A handler that waits for it learns that its client has left."""
    with connected(port) as client:
        client.send(b"GET /watch HTTP/1.1\r\nHost: test\r\n\r\n")
        with connected(port) as other:
            while "watching" not in other.get("/events").json():
                pass
    with connected(port) as client:
        while "left True" not in client.get("/events").json():
            pass


def test_stream_whose_client_leaves(port: int) -> None:
    """A stream's generator is closed when its client leaves."""
    with connected(port) as client:
        client.send(b"GET /ticks HTTP/1.1\r\nHost: test\r\n\r\n")
        assert b"200 OK" in client.sock.recv(1000)
    with connected(port) as client:
        while "ticks closed" not in client.get("/events").json():
            pass
