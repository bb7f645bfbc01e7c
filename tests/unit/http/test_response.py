"""Responses."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import msgspec
import pydantic
import pytest

from trimaran.errors import InvalidHeaderError
from trimaran.http import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)


class Film(msgspec.Struct):
    title: str


class Director(pydantic.BaseModel):
    name: str


def collect(response: StreamingResponse) -> list[bytes]:
    """Return the chunks of a response."""

    async def run() -> list[bytes]:
        return [chunk async for chunk in response.chunks()]

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("response", "kind", "body"),
    [
        (Response(), None, b""),
        (Response(b"x", media_type="image/png"), b"image/png", b"x"),
        (Response("é", media_type="text/css"), b"text/css; charset=utf-8", b"\xc3\xa9"),
        (Response(memoryview(b"m")), None, b"m"),
        (PlainTextResponse("a"), b"text/plain; charset=utf-8", b"a"),
        (HTMLResponse("<p>"), b"text/html; charset=utf-8", b"<p>"),
        (JSONResponse({"a": None}), b"application/json", b'{"a":null}'),
        (JSONResponse(None), b"application/json", b"null"),
        (
            JSONResponse([Film("M"), Director(name="L")]),
            b"application/json",
            b'[{"title":"M"},{"name":"L"}]',
        ),
    ],
)
def test_body_and_content_type(response: Response, kind: bytes | None, body: bytes) -> None:
    """Each kind has its media type; text says its charset."""
    assert response.body == body
    assert response.raw_headers == ([] if kind is None else [(b"content-type", kind)])
    assert response.status_code == 200
    assert response.after is None


def test_given_content_type_stands() -> None:
    """The header wins over the class."""
    response = HTMLResponse("", headers={"Content-Type": "application/xhtml+xml"})
    assert response.raw_headers == [(b"content-type", b"application/xhtml+xml")]


def test_headers_of_another_answer_can_be_passed_on() -> None:
    """What frames the message is left out, since the server writes it."""
    copied = {"Content-Length": "9", "Date": "x", "Transfer-Encoding": "chunked", "ETag": '"1"'}
    response = Response(b"abc", headers=copied)
    assert response.raw_headers == [(b"etag", b'"1"')]


def test_header_view_changes_the_response() -> None:
    """``headers`` is no copy."""
    response = Response()
    response.headers["X-Total"] = "3"
    assert response.raw_headers == [(b"x-total", b"3")]
    with pytest.raises(InvalidHeaderError, match="TRI-HTTP-003"):
        response.headers["x-total"] = "3\r\nset-cookie: a=b"


def test_json_names_the_type_it_cannot_encode() -> None:
    """The error says which."""
    with pytest.raises(TypeError, match="object does not encode to JSON"):
        JSONResponse({"a": object()})


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/films/3?a=b#c", b"/films/3?a=b#c"),
        ("https://e.com/%20?x=[1]", b"https://e.com/%20?x=[1]"),
        ("/a b/é", b"/a%20b/%C3%A9"),
        ("/x\r\nset-cookie: a=b", b"/x%0D%0Aset-cookie:%20a=b"),
        ("/\\evil.com", b"/%5Cevil.com"),
    ],
)
def test_redirect_quotes_its_target(url: str, location: bytes) -> None:
    """Nothing in it can end the header or change the host."""
    response = RedirectResponse(url)
    assert response.status_code == 307
    assert response.raw_headers == [(b"location", location)]


def test_streams_from_both_kinds_of_iterables() -> None:
    """Text is encoded; a list will do."""

    async def lines() -> AsyncIterator[str | bytes]:
        yield "é"
        yield b"b"

    assert collect(StreamingResponse(lines())) == [b"\xc3\xa9", b"b"]
    assert collect(StreamingResponse(["a", b"b"], media_type="text/csv")) == [b"a", b"b"]


def test_closing_a_stream_closes_its_source() -> None:
    """A client that leaves ends the handler's generator, with its ``finally``."""
    closed = []

    def plain() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append("plain")

    async def asynchronous() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append("asynchronous")

    async def leave(response: StreamingResponse) -> None:
        chunks = response.chunks()
        assert await anext(chunks) == b"x"
        await chunks.aclose()

    asyncio.run(leave(StreamingResponse(plain())))
    asyncio.run(leave(StreamingResponse(asynchronous())))
    assert closed == ["plain", "asynchronous"]


def test_repr_tells_kind_and_status() -> None:
    """For logs."""
    assert repr(JSONResponse({}, 201)) == "<JSONResponse 201>"
