"""One ``App`` behaves the same whichever server runs it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from serving.raw_client import Answer, connected


def post(port: int, path: str, body: Any) -> Answer:
    """Send JSON."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    head = f"POST {path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    with connected(port) as client:
        client.send(head.encode() + b"Content-Length: %d\r\n\r\n" % len(data) + data)
        return client.answer()


def test_typed_route(real_port: int) -> None:
    """Path, query and dependency reach the handler; its value is encoded."""
    with connected(real_port) as client:
        assert client.get("/films/7?limit=3").json() == {"title": "number 7, 3", "year": 2000}


def test_body(real_port: int) -> None:
    """A body is decoded and the route's status is sent."""
    answer = post(real_port, "/films", {"title": "Metropolis", "year": 1927})
    assert (answer.status, answer.json()) == (201, {"title": "Metropolis", "year": 1927})


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 422), (b"[" * 10_000 + b"]" * 10_000, 422), (b'{"title": 1, "year": 1}', 422)],
)
def test_bad_body(real_port: int, body: bytes, status: int) -> None:
    """A malformed, a very deep and an invalid body get a 4xx."""
    answer = post(real_port, "/films", body)
    assert answer.status in (400, status)
    assert "detail" in answer.json()


def test_faults_of_parameters(real_port: int) -> None:
    """Every fault of a request is told at once, with its place."""
    with connected(real_port) as client:
        answer = client.get("/films/x?limit=0")
    assert answer.status == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [
        ["path", "id"],
        ["query", "limit"],
    ]


def test_sync_handler_and_lifespan(real_port: int) -> None:
    """A plain function runs in a thread and sees what the lifespan made."""
    with connected(real_port) as client:
        assert client.get("/sync").json() == "hello"


def test_exceptions(real_port: int) -> None:
    """An HTTPException is its answer; any other is a 500 with an id and no trace."""
    with connected(real_port) as client:
        gone = client.get("/gone")
        fails = client.get("/fails", headers="X-Request-ID: abc-1\r\n")
    assert (gone.status, gone.json()) == (410, {"detail": "No more"})
    assert (fails.status, fails.header("x-request-id")) == (500, "abc-1")
    assert fails.json() == {"detail": "Internal Server Error", "request_id": "abc-1"}


def test_missing_and_forbidden_methods(real_port: int) -> None:
    """No route is 404, no such method 405 with those that are allowed."""
    with connected(real_port) as client:
        assert client.get("/none").status == 404
    answer = post(real_port, "/sync", b"")
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD")


def test_stream(real_port: int) -> None:
    """A stream comes whole."""
    with connected(real_port) as client:
        assert client.get("/lines").body == b"a\nb\n"


def test_document(real_port: int) -> None:
    """The description of the API is served."""
    with connected(real_port) as client:
        assert client.get("/openapi.json").json()["info"]["title"] == "Films"


def test_form_with_a_file(real_port: int) -> None:
    """Read as it arrives, whichever server hands it on."""
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        + b"x" * 200_000
        + b'\r\n--XX\r\nContent-Disposition: form-data; name="note"\r\n\r\nn\r\n--XX--\r\n'
    )
    head = b"POST /form HTTP/1.1\r\nHost: t\r\nContent-Type: multipart/form-data; boundary=XX\r\n"
    with connected(real_port) as client:
        client.send(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert client.answer().json() == ["a.txt", "x" * 200_000, "n"]


def test_file_in_parts(real_port: int) -> None:
    """200, 206, 304 and 416, each with its own head."""
    with connected(real_port) as client:
        whole = client.get("/file")
        assert (whole.status, whole.body[:3]) == (200, b'"""')
        assert whole.header("content-length") == str(len(whole.body))
        part = client.get("/file", headers="Range: bytes=3-6\r\n")
        assert (part.status, part.body) == (206, whole.body[3:7])
        assert client.get("/file", headers="Range: bytes=99999-\r\n").status == 416
        known = client.get("/file", headers=f"If-None-Match: {whole.header('etag')}\r\n")
        assert (known.status, known.body) == (304, b"")
        assert client.get("/file").status == 200


def test_events(real_port: int) -> None:
    """From where the client left off."""
    with connected(real_port) as client:
        answer = client.get("/events", headers="Last-Event-ID: 7\r\n")
    assert answer.body == b"data: 8\n\ndata: 9\n\n"
